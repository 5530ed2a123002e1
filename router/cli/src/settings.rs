//! What was asked for, checked as far as it can be before the description is read.

use std::path::PathBuf;
use std::time::Duration;

use brrtrouter::schema::instance::JsonLimits;
use brrtrouter::{ApiOptions, Metrics, ResponsePolicy};

use crate::arguments::{LogFormat, Serve};
use crate::credentials::Credentials;
use crate::fault::Fault;

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
    /// Where to listen.
    pub listen: String,
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
    /// The origins whose pages may read answers.
    pub cors_origins: Vec<String>,
    /// The bounds.
    pub options: ApiOptions,
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
            listen: given.listen.clone(),
            watch: given.watch,
            log: given.log,
            verbose: given.verbose,
            quiet: given.quiet,
            credentials: Credentials::new(&given.api_keys, given.credentials.as_deref())?,
            cors_origins: given.cors_origins.clone(),
            options: options(given, answers),
            metrics: Metrics::new()
                .map_err(|fault| Fault::usage(fault.to_string(), "the metrics", "tell its authors"))?,
        })
    }
}

fn options(given: &Serve, answers: Answers) -> ApiOptions {
    let mut options = ApiOptions::default();
    options.content.bytes_max = given.body_bytes_max;
    // A JSON text is a body or a part of one: the bound on bodies is the one that people set.
    let bytes_max = u32::try_from(given.body_bytes_max).unwrap_or(u32::MAX);
    options.content.json = JsonLimits {
        bytes_max: options.content.json.bytes_max.max(bytes_max),
        nesting_max: given.json_nesting_max,
        ..options.content.json
    };
    options.request_time_max = given.request_seconds_max.map(Duration::from_secs);
    if answers == Answers::Echo {
        // An echo is no answer that the description knows.
        options.response_policy = ResponsePolicy::Off;
    }
    options
}
