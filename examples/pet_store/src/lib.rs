//! A shop for pets: `openapi.yaml` says what it does, and each file here holds the handlers of one resource.
//!
//! [`api`] puts them together. Nothing here opens a socket, so the tests ask exactly what is served.

mod appointments;
mod config;
mod deliveries;
pub mod demo;
mod events;
mod fields;
mod orders;
mod owners;
mod payments;
mod pets;
mod photos;
mod security;
mod sessions;
mod shop;
mod store;
mod table;
mod tags;

use brrtrouter::{Api, ApiOptions, Description, Diagnostics, Handlers};

pub use config::{Config, ConfigError};
pub use store::Store;

/// The description, as it is checked in beside the program.
pub const DESCRIPTION: &str = include_str!("../openapi.yaml");

/// The description, loaded.
///
/// # Errors
/// None: a test loads it.
pub fn description() -> Result<Description, Diagnostics> {
    Description::from_text("openapi.yaml", DESCRIPTION)
}

/// The most octets of a request's content: a photo of 64 KiB and what comes with it.
const BODY_BYTES_MAX: u64 = 72 * 1024;

/// Compiles the shop. Its data lives in a store of its own, captured by the handlers.
///
/// # Errors
/// What is wrong with the description, or with handlers that do not fit it.
pub fn api(config: &Config) -> Result<Api, Diagnostics> {
    let description = description()?;
    let store = Store::shared();
    let mut options = ApiOptions::default();
    options.content.bytes_max = BODY_BYTES_MAX;
    Api::builder(&description)
        .handlers(handlers(config, &store))
        .security(security::providers(config, &store))
        .options(options)
        .build()
}

fn handlers(config: &Config, store: &store::Shared) -> Handlers {
    let handlers = shop::handlers(Handlers::new(), store);
    let handlers = pets::handlers(handlers, store);
    let handlers = photos::handlers(handlers, store);
    let handlers = tags::handlers(handlers, store);
    let handlers = owners::handlers(handlers, store);
    let handlers = orders::handlers(handlers, store);
    let handlers = events::handlers(handlers, store);
    let handlers = payments::handlers(handlers, config, store);
    let handlers = appointments::handlers(handlers, store);
    let handlers = sessions::handlers(handlers, config, store);
    deliveries::handlers(handlers)
}
