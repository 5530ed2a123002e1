//! Every key of a configuration, once: its name in files and as a variable, what its value must be, and what it sets.

use std::path::PathBuf;
use std::time::Duration;

use super::{Config, ConfigError, Given, PREFIX};
use crate::serve::CorsPolicy;
use crate::serve::ValidationStatus;
use crate::transport::ClientCertificates;

/// What came of a value: an error may tell why.
type Set = Result<(), Option<Box<str>>>;

/// One key.
pub(super) struct Key {
    /// Its place in a file: a name, or a section and a name.
    pub(super) path: &'static str,
    /// Another variable with the same meaning.
    pub(super) alias: Option<&'static str>,
    pub(super) must_be: &'static str,
    /// A value that it can have.
    pub(super) example: &'static str,
    pub(super) set: fn(&mut Config, Given<'_>) -> Set,
}

impl Key {
    /// The name of its environment variable: `BRRTR_SERVER_CONNECTIONS_MAX` for `server.connectionsMax`.
    pub(super) fn variable(&self) -> String {
        let mut name = PREFIX.to_owned();
        for letter in self.path.chars() {
            if letter.is_ascii_uppercase() || letter == '.' {
                name.push('_');
            }
            if letter != '.' {
                name.push(letter.to_ascii_uppercase());
            }
        }
        name
    }

    /// Sets it; what is wrong tells its place, and the name that it was given by.
    pub(super) fn apply(
        &self,
        config: &mut Config,
        given: Given<'_>,
        place: &str,
        name: &str,
    ) -> Option<ConfigError> {
        if !self.is_built() {
            return Some(ConfigError::not_built(place, name, "tls"));
        }
        let why = (self.set)(config, given).err()?;
        Some(ConfigError::wrong(place, name, why.as_deref(), self))
    }

    /// Whether what it sets is part of this library as it was built.
    pub(super) fn is_built(&self) -> bool {
        cfg!(feature = "tls") || !self.path.starts_with("tls.")
    }
}

pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.path.split_once('.').is_some_and(|(section, _)| section == name))
}

const COUNT: &str = "a whole number from 1 on";
const SECONDS: &str = "seconds: a whole number from 1 on";
const BYTES: &str = "bytes: a whole number from 1 on";
const NAMES: &str = "a list of field names";
const PEM: &str = "the path of a PEM file";

const fn key(
    path: &'static str,
    must_be: &'static str,
    example: &'static str,
    set: fn(&mut Config, Given<'_>) -> Set,
) -> Key {
    Key { path, alias: None, must_be, example, set }
}

fn positive(given: Given<'_>) -> Result<u64, Option<Box<str>>> {
    given.whole().filter(|number| *number > 0).ok_or(None)
}

fn size(given: Given<'_>) -> Result<usize, Option<Box<str>>> {
    usize::try_from(positive(given)?).map_err(|_| None)
}

fn seconds(given: Given<'_>) -> Result<Duration, Option<Box<str>>> {
    positive(given).map(Duration::from_secs)
}

fn flag(given: Given<'_>) -> Result<bool, Option<Box<str>>> {
    given.flag().ok_or(None)
}

fn path(given: Given<'_>) -> Result<Option<PathBuf>, Option<Box<str>>> {
    given.text().filter(|text| !text.is_empty()).map(|text| Some(text.into())).ok_or(None)
}

fn cors(config: &mut Config, change: impl FnOnce(CorsPolicy) -> CorsPolicy) -> Set {
    config.cors = Some(change(config.cors.take().unwrap_or_default()));
    Ok(())
}

pub(super) const KEYS: &[Key] = &[
    key(
        "listen",
        "an address such as `127.0.0.1:8080` or `unix:/run/a.sock`, or a list of them",
        "127.0.0.1:8080",
        |config, given| {
            let addresses = given.list().filter(|list| !list.is_empty()).ok_or(None)?;
            let parsed: Result<Vec<_>, _> = addresses.into_iter().map(str::parse).collect();
            config.listen =
                parsed.map_err(|fault: crate::transport::AddressError| Some(fault.to_string().into()))?;
            Ok(())
        },
    ),
    key("server.connectionsMax", COUNT, "500", |config, given| {
        size(given).map(|number| config.server.connections_max = number)
    }),
    key("server.targetBytesMax", BYTES, "8192", |config, given| {
        size(given).map(|number| config.server.target_bytes_max = number)
    }),
    key("server.headerBytesMax", BYTES, "16384", |config, given| {
        size(given).map(|number| config.server.header_bytes_max = number)
    }),
    key("server.fieldsMax", COUNT, "100", |config, given| {
        size(given).map(|number| config.server.fields_max = number)
    }),
    key("server.headSecondsMax", SECONDS, "10", |config, given| {
        seconds(given).map(|time| config.server.head_time_max = time)
    }),
    key("server.bodyGraceSeconds", SECONDS, "10", |config, given| {
        seconds(given).map(|time| config.server.body_grace_time = time)
    }),
    key("server.bodyBytesPerSecondMin", BYTES, "500", |config, given| {
        let rate = u32::try_from(positive(given)?).map_err(|_| None)?;
        config.server.body_rate_min = rate;
        Ok(())
    }),
    key("server.idleSecondsMax", SECONDS, "60", |config, given| {
        seconds(given).map(|time| config.server.idle_time_max = time)
    }),
    key("server.writeSecondsMax", SECONDS, "30", |config, given| {
        seconds(given).map(|time| config.server.write_time_max = time)
    }),
    key("server.drainSecondsMax", SECONDS, "30", |config, given| {
        seconds(given).map(|time| config.server.drain_time_max = time)
    }),
    Key {
        path: "runtime.stackBytes",
        alias: Some(crate::transport::RuntimeConfig::STACK_VARIABLE),
        must_be: "bytes, as `262144` or `0x40000`",
        example: "0x40000",
        set: |config, given| {
            let text = given.text().ok_or(None)?;
            config.runtime =
                config.runtime.with_stack_text(text).map_err(|fault| Some(fault.to_string().into()))?;
            Ok(())
        },
    },
    key("runtime.workers", COUNT, "2", |config, given| {
        size(given).map(|workers| config.runtime = config.runtime.with_workers(workers))
    }),
    key("tls.certificate", PEM, "chain.pem", |config, given| {
        path(given).map(|file| config.tls.certificate = file)
    }),
    key("tls.key", PEM, "key.pem", |config, given| path(given).map(|file| config.tls.key = file)),
    key("tls.clientAuthorities", PEM, "clients.pem", |config, given| {
        path(given).map(|file| config.tls.client_authorities = file)
    }),
    key("tls.clientCertificates", "`required` or `optional`", "required", |config, given| {
        config.tls.client_certificates = Some(match given.text() {
            Some("required") => ClientCertificates::Required,
            Some("optional") => ClientCertificates::Optional,
            Some(_) | None => return Err(None),
        });
        Ok(())
    }),
    key("description.lenient", "`true` or `false`", "true", |config, given| {
        flag(given).map(|lenient| config.lenient = lenient)
    }),
    key("content.bytesMax", BYTES, "1048576", |config, given| {
        positive(given).map(|bytes| config.api.content = config.api.content.with_bytes_max(bytes))
    }),
    key("content.jsonNestingMax", "levels: a whole number from 1 to 64", "64", |config, given| {
        let levels = positive(given)?;
        let most = crate::limits::json::NESTING_MAX;
        let levels = u32::try_from(levels).ok().filter(|levels| *levels <= most).ok_or(None)?;
        config.api.content.json.nesting_max = levels;
        Ok(())
    }),
    key("api.requestSecondsMax", SECONDS, "30", |config, given| {
        seconds(given).map(|time| config.api.request_time_max = Some(time))
    }),
    key("api.validationStatus", "400 or 422", "422", |config, given| {
        config.api.validation_status = match given.whole() {
            Some(400) => ValidationStatus::BadRequest,
            Some(422) => ValidationStatus::UnprocessableContent,
            Some(_) | None => return Err(None),
        };
        Ok(())
    }),
    key(
        "cors.origins",
        "a list of origins such as `https://shop.example`, or `*`",
        "[https://a.example]",
        |config, given| {
            let origins = given.list().ok_or(None)?;
            cors(config, |policy| policy.origins(origins))
        },
    ),
    key(
        "cors.originPatterns",
        "a list of regular expressions for whole origins",
        "[https://.*]",
        |config, given| {
            let patterns = given.list().ok_or(None)?;
            cors(config, |policy| {
                patterns.iter().fold(policy, |policy, pattern| policy.origin_pattern(*pattern))
            })
        },
    ),
    key("cors.credentials", "`true` or `false`", "true", |config, given| {
        if flag(given)? { cors(config, CorsPolicy::credentials) } else { Ok(()) }
    }),
    key("cors.maxAgeSeconds", SECONDS, "600", |config, given| {
        let time = seconds(given)?;
        cors(config, |policy| policy.max_age(time))
    }),
    key("cors.exposeHeaders", NAMES, "[X-Total]", |config, given| {
        let names = given.list().ok_or(None)?;
        cors(config, |policy| names.iter().fold(policy, |policy, name| policy.expose_header(*name)))
    }),
    key("cors.allowHeaders", NAMES, "[Content-Type]", |config, given| {
        let names = given.list().ok_or(None)?;
        cors(config, |policy| names.iter().fold(policy, |policy, name| policy.allow_header(*name)))
    }),
];
