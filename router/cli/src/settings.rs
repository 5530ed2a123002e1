//! What was asked for, checked as far as it can be before the description is read.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use brrtrouter::{Config, CorsPolicy, Metrics, ResponsePolicy};

use crate::arguments::{LogFormat, Serve};
use crate::credentials::Credentials;
use crate::fault::Fault;

/// Where to listen unless somebody says more.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// What stands in for handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// What the description gives.
    Mock,
    /// What the request was decoded to.
    Echo,
}

/// All that serving depends on; the same settings build the API again when the description changes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The entry document.
    pub description: PathBuf,
    /// What stands in for handlers.
    pub answers: Answers,
    /// Whether to serve the description anew when it changes.
    pub watch: bool,
    /// How requests are logged.
    pub log: LogFormat,
    /// Whether to tell advice.
    pub verbose: bool,
    /// Whether to tell nothing but errors.
    pub quiet: bool,
    /// Who is let in.
    pub credentials: Credentials,
    /// Where to listen, every bound, and which origins may read.
    pub config: Config,
    /// What is counted, from one description to the next.
    pub metrics: Metrics,
}

impl Settings {
    /// Reads what the arguments name.
    pub fn new(given: &Serve) -> Result<Self, Fault> {
        let answers = if given.echo { Answers::Echo } else { Answers::Mock };
        Ok(Self {
            description: given.description.clone(),
            answers,
            watch: given.watch,
            log: given.log,
            verbose: given.verbose,
            quiet: given.quiet,
            credentials: Credentials::new(&given.api_keys, given.credentials.as_deref())?,
            config: config(given, answers)?,
            metrics: Metrics::new()
                .map_err(|fault| Fault::usage(fault.to_string(), "the metrics", "tell its authors"))?,
        })
    }
}

/// What the flags say of TLS, each in place of what was said before.
fn protect(config: &mut Config, given: &Serve) {
    let Serve { tls_certificate, tls_key, tls_client_authorities, .. } = given;
    let tls = &mut config.tls;
    for (file, flag) in [
        (&mut tls.certificate, tls_certificate),
        (&mut tls.key, tls_key),
        (&mut tls.client_authorities, tls_client_authorities),
    ] {
        if flag.is_some() {
            file.clone_from(flag);
        }
    }
    tls.client_certificates = given.tls_client_certificates.or(tls.client_certificates);
}

/// File, environment and flags, the later ones winning.
fn config(given: &Serve, answers: Answers) -> Result<Config, Fault> {
    let read = given.config.as_ref().map_or_else(|| Ok(Config::default()), Config::from_path);
    // A name or value that is no Unicode is none of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut config = read.and_then(|config| config.with_environment(variables)).map_err(Fault::Config)?;
    if let Some(address) = &given.listen {
        config.listen = vec![address.clone()];
    }
    if config.listen.is_empty() {
        config.listen = vec![DEFAULT_ADDRESS.into()];
    }
    protect(&mut config, given);
    config.lenient |= given.lenient;
    if let Some(bytes_max) = given.body_bytes_max {
        config.api.content = config.api.content.with_bytes_max(bytes_max);
    }
    if let Some(levels) = given.json_nesting_max {
        config.api.content.json.nesting_max = levels;
    }
    if let Some(seconds) = given.request_seconds_max {
        config.api.request_time_max = Some(Duration::from_secs(seconds));
    }
    if !given.cors_origins.is_empty() {
        // What pages of these origins send is theirs to choose, but for credentials, which a browser adds by itself.
        let policy = config.cors.take().unwrap_or_else(|| CorsPolicy::new().mirror_headers());
        config.cors = Some(policy.origins(given.cors_origins.iter().map(String::as_str)));
    }
    if answers == Answers::Echo {
        // An echo is no answer that the description knows.
        config.api.response_policy = ResponsePolicy::Off;
    }
    Ok(config)
}
