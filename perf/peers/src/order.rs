//! What is taken and given: the parameters and schemas of the description in `perf/src/transport/served.rs`, as types that check themselves.

use garde::Validate;
use serde::{Deserialize, Serialize};

/// The key that lets requests in.
pub const KEY: &str = "s3cret";
/// The field that carries it.
pub const KEY_FIELD: &str = "X-Key";

/// The parameters of `/orders/{id}/items/{item}`.
#[derive(Deserialize, Validate)]
pub struct ItemPath {
    #[garde(range(min = 1))]
    pub id: u64,
    #[garde(length(chars, max = 20))]
    pub item: String,
}

/// The answer about an item.
#[derive(Serialize)]
pub struct Item {
    pub id: u64,
    pub item: String,
}

/// What is ordered.
#[derive(Deserialize, Validate)]
pub struct Order {
    #[garde(length(chars, min = 1))]
    pub name: String,
    #[garde(range(min = 1))]
    pub count: u64,
    #[serde(default)]
    #[garde(skip)]
    pub tags: Vec<String>,
}

impl Order {
    /// The answer is the same for every order; what was decoded of it goes here.
    pub fn place(self) -> Ordered {
        drop((self.name, self.count, self.tags));
        Ordered { id: 1 }
    }
}

/// The answer to an order.
#[derive(Serialize)]
pub struct Ordered {
    pub id: u64,
}
