//! The shop's credentials, read from YAML: who may do what.

use std::fmt;
use std::path::Path;

use brrtrouter::description::text::{Source, TextOptions, parse};
use serde::Deserialize;

/// The credentials for demonstration, which everybody can read.
const DEMO: &str = include_str!("../config/demo.yaml");

/// Who may do what.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Config {
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) admins: Vec<Admin>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) payment_secret: String,
}

/// A program that writes to the shop.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKey {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) roles: Vec<String>,
}

/// One of the staff.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) roles: Vec<String>,
}

/// Who looks after the shop.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Admin {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) roles: Vec<String>,
}

/// Who logs in by the form.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customer {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Why there are no credentials.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    File(String, std::io::Error),
    /// The text is no YAML.
    Text(brrtrouter::Diagnostics),
    /// The YAML is no configuration.
    Form(String, serde_json::Error),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name, fault) => write!(f, "{name} cannot be read: {fault}"),
            Self::Text(diagnostics) => write!(f, "{diagnostics}"),
            Self::Form(name, fault) => {
                write!(f, "{name} is no configuration: {fault}\n  = mend: compare it with config/demo.yaml")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The credentials for demonstration. They are public.
    ///
    /// # Errors
    /// None, as long as the checked-in file is whole.
    pub fn demo() -> Result<Self, ConfigError> {
        Self::from_text("config/demo.yaml", DEMO)
    }

    /// Reads a file of one's own.
    ///
    /// # Errors
    /// The file is not there, or not such a configuration.
    pub fn from_path(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&name, &text),
            Err(fault) => Err(ConfigError::File(name, fault)),
        }
    }

    fn from_text(name: &str, text: &str) -> Result<Self, ConfigError> {
        let (tree, diagnostics) = parse(&Source::new(name, text), &TextOptions::default());
        match tree.filter(|_| !diagnostics.has_errors()) {
            Some(tree) => serde_json::from_str(&tree.root().to_json_text())
                .map_err(|fault| ConfigError::Form(name.to_owned(), fault)),
            None => Err(ConfigError::Text(diagnostics)),
        }
    }
}

/// Secrets are not printed.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}
