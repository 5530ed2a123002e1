//! How a program serves, in one place: where it listens, every bound, how coroutines run, which origins may read.
//!
//! Takes: values, a YAML or JSON file, environment variables, in this order, the later ones winning. Gives: a [`Config`], or everything that is wrong
//! with what was given: unknown keys with the one that was meant, wrong values with what they must be, each with its place. Nothing is read by itself:
//! a program passes the file and the variables. Never panics.

mod error;
mod given;
mod keys;
mod tls;

use std::path::Path;

pub use error::{ConfigError, ConfigErrors};
use given::Given;
use keys::KEYS;
pub use tls::TlsFiles;

use crate::compile::ApiOptions;
use crate::description::Diagnostics;
use crate::description::reference::near_names;
use crate::description::text::{Source, TextOptions, parse};
use crate::description::{Kind, NodeRef};
use crate::serve::CorsPolicy;
use crate::transport::{ListenAddress, RuntimeConfig, Server, ServerError, ServerOptions};

/// How a program serves.
///
/// ```
/// use brrtrouter::Config;
///
/// let config = Config::from_text("server.yaml", "
/// listen: 127.0.0.1:0
/// server: { connectionsMax: 500, idleSecondsMax: 20 }
/// content: { bytesMax: 65536 }
/// cors: { origins: ['https://shop.example'] }
/// ")?;
/// let config = config.with_environment([("BRRTR_SERVER_CONNECTIONS_MAX".to_owned(), "900".to_owned())])?;
/// assert_eq!((config.server.connections_max, config.api.content.bytes_max), (900, 65_536));
///
/// let wrong = Config::from_text("server.yaml", "server: { conectionsMax: 5 }").unwrap_err();
/// assert!(wrong.to_string().contains("there is no key `server.conectionsMax`; is `server.connectionsMax` meant?"));
/// # Ok::<(), brrtrouter::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where to listen.
    pub listen: Vec<ListenAddress>,
    /// The bounds of connections.
    pub server: ServerOptions,
    /// How coroutines run.
    pub runtime: RuntimeConfig,
    /// Whether a description that has a name twice in one object is loaded, with a warning: for [`Loader::lenient`](crate::description::Loader::lenient),
    /// by the program that loads it.
    pub lenient: bool,
    /// The bounds of requests, and what the description leaves open.
    pub api: ApiOptions,
    /// The files that TLS is spoken with; without any it is not spoken.
    pub tls: TlsFiles,
    /// Which origins may read answers; without it none is told anything.
    pub cors: Option<CorsPolicy>,
}

/// The beginning of the names of environment variables that are read.
const PREFIX: &str = "BRRTR_";

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML, and every key that is not known or has a wrong value.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let octets = std::fs::read(path).map_err(|fault| {
            let what = format!("the configuration cannot be read: {fault}");
            ConfigErrors::from(ConfigError::new(&name, what, "name a file that can be read"))
        })?;
        Self::read(&Source::from_bytes(name.as_str(), &octets).map_err(ConfigErrors::from)?)
    }

    /// Reads a text in YAML or JSON; `name` stands for it in errors.
    ///
    /// # Errors
    /// As for [`from_path`](Self::from_path).
    pub fn from_text(name: &str, text: &str) -> Result<Self, ConfigErrors> {
        Self::read(&Source::new(name, text))
    }

    fn read(source: &Source) -> Result<Self, ConfigErrors> {
        let (tree, diagnostics) = parse(source, &TextOptions::default());
        let Some(tree) = tree.filter(|_| !diagnostics.has_errors()) else { return Err(diagnostics.into()) };
        let mut reading = Reading { source, config: Self::default(), errors: ConfigErrors::default() };
        reading.section("", tree.root());
        reading.errors.or(reading.config)
    }

    /// Takes values from environment variables: `BRRTR_SERVER_CONNECTIONS_MAX` for `server.connectionsMax`, and so on; lists are separated by
    /// commas. Variables with other beginnings are not looked at.
    ///
    /// # Errors
    /// Every variable that begins with `BRRTR_` and is not known or has a wrong value.
    pub fn with_environment(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        for (name, value) in variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            let place = format!("the environment variable {name}");
            let Some(key) =
                KEYS.iter().find(|key| key.variable() == name || key.alias == Some(name.as_str()))
            else {
                let known: Vec<_> = KEYS.iter().map(keys::Key::variable).collect();
                let near = near_names(&name, known.iter().map(String::as_str));
                errors.push(ConfigError::unknown(&place, "variable", &name, &near));
                continue;
            };
            errors.extend(key.apply(&mut self, Given::Text(&value), &place, &name));
        }
        errors.or(self)
    }

    /// Binds every address of [`listen`](Self::listen), with these options, and with TLS where [`tls`](Self::tls) has files.
    ///
    /// # Errors
    /// As for [`Server::bind`]; without an address there is nothing to bind. Files for TLS that are incomplete, cannot be used, or have no address to
    /// count for, and all of them where the feature `tls` was not built.
    pub fn bind(&self) -> Result<Server, ServerError> {
        let bound = self.tls.open(&self.listen)?;
        Ok(bound.options(self.server.clone()).runtime(self.runtime))
    }
}

struct Reading<'s> {
    source: &'s Source,
    config: Config,
    errors: ConfigErrors,
}

impl Reading<'_> {
    /// Reads the members of an object; sections hold keys, and keys hold no sections.
    fn section(&mut self, prefix: &str, node: NodeRef<'_>) {
        if node.kind() != Kind::Object {
            let what = if prefix.is_empty() { "the configuration".to_owned() } else { format!("`{prefix}`") };
            let place = self.place(node);
            self.errors.push(ConfigError::new(
                &place,
                format!("{what} is no object"),
                "write keys and values",
            ));
            return;
        }
        for (name, value) in node.members() {
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
            let place = self.place(value);
            match KEYS.iter().find(|key| key.path == path) {
                Some(key) => self.set(key, &place, value),
                None if prefix.is_empty() && keys::is_section(&path) => self.section(&path, value),
                None => {
                    let near = near_names(&path, KEYS.iter().map(|key| key.path));
                    self.errors.push(ConfigError::unknown(&place, "key", &path, &near));
                }
            }
        }
    }

    fn set(&mut self, key: &keys::Key, place: &str, value: NodeRef<'_>) {
        self.errors.extend(key.apply(&mut self.config, Given::Node(value), place, key.path));
    }

    fn place(&self, node: NodeRef<'_>) -> String {
        let place = self.source.place(node.key_span().unwrap_or_else(|| node.span()), "");
        format!("{}:{}:{}", place.document, place.line, place.column)
    }
}

impl From<Diagnostics> for ConfigErrors {
    fn from(diagnostics: Diagnostics) -> Self {
        diagnostics
            .iter()
            .map(|found| {
                let place = format!("{}:{}:{}", found.place.document, found.place.line, found.place.column);
                ConfigError::new(&place, found.what.to_string(), "mend the text")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_can_be_given_in_a_file_and_as_a_variable() {
        for key in KEYS {
            let text = key.example;
            let value = if text.starts_with(['[', '"']) || text.parse::<f64>().is_ok() || text == "true" {
                text.to_owned()
            } else {
                format!("'{text}'")
            };
            let file = match key.path.split_once('.') {
                Some((section, name)) => format!("{section}: {{ {name}: {value} }}"),
                None => format!("{}: {value}", key.path),
            };
            let read = Config::from_text("c.yaml", &file);
            if !key.is_built() {
                let told = read.unwrap_err().to_string();
                assert!(told.contains("without the feature `tls`") && told.contains("c.yaml:1:"), "{told}");
                continue;
            }
            assert!(read.is_ok(), "{file}: {}", read.unwrap_err());
            let listed = text.trim_matches(['[', ']']).to_owned();
            let read = Config::default().with_environment([(key.variable(), listed)]);
            assert!(read.is_ok(), "{}: {}", key.variable(), read.unwrap_err());
            let wrong = Config::from_text("c.yaml", &file.replace(&value, "{}")).unwrap_err().to_string();
            assert!(wrong.contains(key.must_be) && wrong.contains("c.yaml:1:"), "{wrong}");
        }
    }

    /// What is not built in is no key that is misspelt.
    #[test]
    #[cfg(not(feature = "tls"))]
    fn tls_that_was_not_built_is_told() {
        let given = [("BRRTR_TLS_KEY".to_owned(), "key.pem".to_owned())];
        let told = Config::default().with_environment(given).unwrap_err().to_string();
        for part in
            ["`BRRTR_TLS_KEY` means nothing here", "--> the environment", "`cargo build --features tls`"]
        {
            assert!(told.contains(part), "`{part}` in {told}");
        }
        let listen = vec!["127.0.0.1:0".parse().unwrap()];
        let tls = TlsFiles {
            certificate: Some("chain.pem".into()),
            key: Some("key.pem".into()),
            ..TlsFiles::default()
        };
        let config = Config { listen, tls, ..Config::default() };
        assert!(matches!(config.bind(), Err(ServerError::TlsNotBuilt)));
    }

    #[test]
    fn the_documented_keys_are_those_in_code() {
        let page = include_str!("../../docs/server.md");
        for key in KEYS {
            assert!(page.contains(&format!("| `{}` | {} |", key.path, key.must_be)), "{}", key.path);
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let text =
            "listen: 8080\nserver:\n  conectionsMax: 5\n  idleSecondsMax: soon\nserver2: {}\ncontent: 7\n";
        let told = Config::from_text("c.yaml", text).unwrap_err().to_string();
        for part in [
            "`listen` is not possible",
            "--> c.yaml:1:1",
            "is `server.connectionsMax` meant?",
            "--> c.yaml:3:3",
            "`server.idleSecondsMax` is not possible",
            "--> c.yaml:4:3",
            "there is no key `server2`",
            "`content` is no object",
        ] {
            assert!(told.contains(part), "`{part}` in {told}");
        }
        let told = Config::default().with_environment([
            ("BRRTR_SERVER_IDLE_SECONDS".to_owned(), "5".to_owned()),
            ("BRRTR_STACK_SIZE".to_owned(), "12".to_owned()),
            ("PATH".to_owned(), "/".to_owned()),
        ]);
        let told = told.unwrap_err().to_string();
        assert!(told.contains("is `BRRTR_SERVER_IDLE_SECONDS_MAX` meant?"), "{told}");
        assert!(told.contains("a coroutine's stack of 12 bytes is not possible"), "{told}");
        assert!(Config::from_text("c.yaml", "a: [").is_err());
        assert!(Config::from_path("/nowhere/c.yaml").unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn later_values_win_and_all_addresses_are_bound() {
        let text = "listen: ['127.0.0.1:0', '127.0.0.1:0']\nruntime: { stackBytes: '0x100000' }\ncors: { origins: ['*'] }\n";
        let config = Config::from_text("c.yaml", text).unwrap();
        assert_eq!(config.runtime.stack_bytes(), 1024 * 1024);
        assert_eq!(config.bind().unwrap().addresses().count(), 2);
        assert!(config.cors.is_some());
        let larger = Config::from_text("c.yaml", "content: { bytesMax: 50000000 }").unwrap().api.content;
        assert_eq!(
            (larger.bytes_max, larger.json.bytes_max),
            (50_000_000, 50_000_000),
            "a body may be one JSON text"
        );
        let one = config.with_environment([("BRRTR_LISTEN".to_owned(), "127.0.0.1:0".to_owned())]).unwrap();
        assert_eq!(one.bind().unwrap().addresses().count(), 1);
        assert!(matches!(Config::default().bind(), Err(ServerError::NoAddress)));
    }
}
