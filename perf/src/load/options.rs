//! What is asked for on the command line.
//!
//! Takes: flags. Gives: durations, fields and names that hold what their types say; a wrong one is told before anything is sent.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::report::report_file;

/// How the load is put on a server.
#[derive(Args, Clone, Debug)]
pub struct LoadArguments {
    #[command(flatten)]
    pub traffic: Traffic,
    /// Users at once. With --rate: the most requests that are under way at once.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users: u32,
    /// Users that begin in each second; all within the first second where absent.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub hatch_rate: Option<u32>,
    /// How long, such as `20s`, `2m`, `1h30m`, once every user has begun.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub time: Duration,
    /// Requests that begin in each second, whatever the server does (an open model). Latency is then counted from the moment at which a
    /// request was to begin. Without it each user asks when it has been answered (a closed model).
    #[arg(long, value_parser = rate)]
    pub rate: Option<f64>,
    /// Writes a report; its format by its ending: .html, .md or .json. May be repeated.
    #[arg(long, value_parser = report_file)]
    pub report_file: Vec<PathBuf>,
    /// Keeps what was measured while users were still beginning.
    #[arg(long)]
    pub no_reset_metrics: bool,
    /// More failures than this end with exit code 1.
    #[arg(long, default_value_t = 0)]
    pub max_failures: u64,
    /// A 99th percentile above this ends with exit code 1, such as `50ms`.
    #[arg(long, value_parser = duration)]
    pub p99: Option<Duration>,
    /// Ends with exit code 1 when an operation was not asked, or one of the paths that the server answers by itself.
    #[arg(long)]
    pub all_visited: bool,
    /// How often the table is shown meanwhile.
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub every: Duration,
}

/// What is sent, and where to.
#[derive(Args, Clone, Debug)]
pub struct Traffic {
    /// The OpenAPI description: a file.
    pub description: PathBuf,
    /// The server, such as `http://127.0.0.1:8080`. A path in it stands in place of that of the description's first server.
    #[arg(long)]
    pub url: String,
    /// A field that every request carries, such as `X-API-Key: secret`. May be repeated.
    #[arg(long, value_parser = header)]
    pub header: Vec<(String, String)>,
    /// A credential for a security scheme: its key, its token, or `user:password`. May be repeated.
    #[arg(long, alias = "api-key", value_name = "SCHEME=VALUE", value_parser = pair)]
    pub credential: Vec<(String, String)>,
    /// A value in place of generated ones, for parameters and members of that name; `OPERATION.NAME=VALUE` for one operation alone.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub value: Vec<(String, String)>,
    /// An operation that is left out, by operationId or as `GET /template`. May be repeated.
    #[arg(long, value_name = "OPERATION")]
    pub skip: Vec<String>,
    /// An operation that is asked once in the whole run, such as one that undoes what others did. May be repeated.
    #[arg(long, value_name = "OPERATION")]
    pub once: Vec<String>,
    /// Paths at the server's root that are asked beside the operations.
    #[arg(long, value_delimiter = ',', default_value = "/openapi.json,/metrics,/health")]
    pub own_paths: Vec<String>,
    /// Resources of one kind that are made and not yet taken away; 0 is without bound.
    #[arg(long, default_value_t = 40)]
    pub live_max: usize,
    /// Which answers are held against the description.
    #[arg(long, value_enum, default_value = "sample")]
    pub validate: Validate,
    /// What the requests are made from; the same seed makes the same ones.
    #[arg(long, default_value_t = conformance::generate::SEED)]
    pub seed: u64,
    /// How long an answer may take, before it is a failure.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

/// Which answers are held against the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Validate {
    /// The first 20 of each operation and then one in 50.
    Sample,
    /// Every one.
    All,
    /// Their statuses alone.
    None,
}

/// A duration in hours, minutes, seconds and milliseconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; write it as 500ms, 20s, 2m or 1h30m");
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let one = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.saturating_mul(60)),
            "h" => Duration::from_secs(number.saturating_mul(3600)),
            _ => return Err(wrong()),
        };
        total = total.saturating_add(one);
        rest = after;
    }
    if total.is_zero() { Err(wrong()) } else { Ok(total) }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: Option<f64> = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| format!("`{text}` is no rate; write requests in a second, such as 500 or 0.5"))
}

fn header(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{text}` is no field; write it as `Name: value`");
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = http::HeaderName::try_from(name.trim()).map_err(|_| wrong())?;
    let value = http::HeaderValue::from_str(value.trim()).map_err(|_| wrong())?;
    Ok((name.to_string(), value.to_str().map_err(|_| wrong())?.to_owned()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [("500ms", 500), ("20s", 20_000), ("2m", 120_000), ("1h30m", 5_400_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "20", "s", "2 m", "-1s", "0s", "1d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn wrong_flags_are_told_with_the_right_form() {
        assert_eq!(header("X-Key: a b"), Ok(("x-key".to_owned(), "a b".to_owned())));
        assert!(header("X-Key").unwrap_err().contains("Name: value"));
        assert!(header("X Key: a").is_err());
        assert!(rate("0").is_err() && rate("NaN").is_err() && rate("0.5").is_ok());
        assert!(pair("a").is_err());
    }
}
