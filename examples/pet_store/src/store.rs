//! All that the shop knows, behind one lock.
//!
//! A handler holds the lock while it thinks, never while it reads or sends: its content is in memory before, and a
//! stream takes a copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brrtrouter::{Context, Problem, Response};

use crate::appointments::Appointment;
use crate::events::Events;
use crate::orders::Order;
use crate::owners::{Owner, OwnerData};
use crate::pets::{Kind, Pet, PetData, Status};
use crate::photos::Photo;
use crate::sessions::Sessions;
use crate::table::Table;
use crate::tags::Tags;

const PETS_MAX: usize = 500;
const OWNERS_MAX: usize = 200;
const ORDERS_MAX: usize = 500;
const APPOINTMENTS_MAX: usize = 500;
/// Of 64 KiB each.
const PHOTOS_MAX: usize = 64;

/// The store, as handlers capture it.
pub type Shared = Arc<Store>;

/// The lock round the shop.
#[derive(Default)]
pub struct Store(Mutex<Shop>);

/// What the shop knows.
pub struct Shop {
    pub pets: Table<Pet>,
    pub photos: Table<Photo>,
    pub tags: Tags,
    pub owners: Table<Owner>,
    pub orders: Table<Order>,
    pub appointments: Table<Appointment>,
    pub events: Events,
    pub sessions: Sessions,
}

impl Store {
    /// A shop as it is at the start.
    #[must_use]
    pub fn shared() -> Shared {
        Arc::new(Self::default())
    }

    /// The shop. A handler that panicked while it had the lock was answered with 500; the others go on.
    pub(crate) fn open(&self) -> MutexGuard<'_, Shop> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// Makes a handler of a function that works on the shop.
pub fn with<F>(
    store: &Shared,
    handler: F,
) -> impl Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static
where
    F: Fn(&Context<'_>, &mut Shop) -> Result<Response, Problem> + Send + Sync + 'static,
{
    let store = Arc::clone(store);
    move |cx| handler(cx, &mut store.open())
}

impl Default for Shop {
    fn default() -> Self {
        let mut shop = Self {
            pets: Table::new("pet", PETS_MAX),
            photos: Table::new("photo", PHOTOS_MAX),
            tags: Tags::new(["calm", "small", "young"]),
            owners: Table::new("owner", OWNERS_MAX),
            orders: Table::new("order", ORDERS_MAX),
            appointments: Table::new("appointment", APPOINTMENTS_MAX),
            events: Events::default(),
            sessions: Sessions::default(),
        };
        shop.stock();
        shop
    }
}

impl Shop {
    /// The first pets and their first customer.
    fn stock(&mut self) {
        let pets = [
            ("Minka", 2022, 15_000, Kind::Cat { indoor: true }, vec!["calm"]),
            ("Bruno", 2021, 45_000, Kind::Dog { weight_kg: 31.5 }, vec![]),
            ("Coral", 2024, 1_200, Kind::Fish { water: "salt".to_owned() }, vec!["small", "young"]),
            ("Tiger", 2024, 9_900, Kind::Cat { indoor: false }, vec!["small", "young"]),
        ];
        for (name, born_in, price_cents, kind, tags) in pets {
            let tags = tags.into_iter().map(str::to_owned).collect();
            let data = PetData { name: name.to_owned(), born_in, price_cents, chip: None, tags, kind };
            let pet = |id| Pet { id, data, status: Status::Available, owner_id: None, version: 1 };
            self.pets.stock(pet);
        }
        let ida =
            OwnerData { name: "Ida Weber".to_owned(), email: "ida@example.com".to_owned(), phone: None };
        self.owners.stock(|id| Owner { id, data: ida });
    }
}
