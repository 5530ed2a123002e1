//! The command line, as it is written.

use std::path::PathBuf;

use brrtrouter::limits;
use clap::{Args, Parser, Subcommand};

/// Serves an OpenAPI description, and checks it.
#[derive(Debug, Parser)]
#[command(name = "brrtrouter", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What the command can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve a description: with answers made from it, or with what the request was understood to say.
    Serve(Box<Serve>),
    /// Tell all that stands against a description; exit code 1 where one of the findings is an error.
    Check {
        /// The entry document, JSON or YAML.
        description: PathBuf,
        /// Say nothing where there is no error.
        #[arg(long)]
        quiet: bool,
    },
}

/// What to serve, and how.
///
/// An operation with security lets nobody in unless credentials are given for its scheme.
#[derive(Debug, Args)]
pub struct Serve {
    /// The entry document, JSON or YAML.
    pub description: PathBuf,
    /// Answer from the description's examples and schemas; the default.
    #[arg(long, conflicts_with = "echo")]
    pub mock: bool,
    /// Answer with what the request was decoded to; such answers are not held against the description.
    #[arg(long)]
    pub echo: bool,
    /// Where to listen.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", env = "BRRTROUTER_LISTEN", value_parser = address)]
    pub listen: String,
    /// Serve the description anew when its file changes.
    #[arg(long)]
    pub watch: bool,
    /// Tell advice on the description too.
    #[arg(long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print no table of what is served, and no warnings.
    #[arg(long)]
    pub quiet: bool,
    /// A key that lets requests in by this scheme, without scopes; may be given several times. Others can see the command line of a
    /// process: prefer a file.
    #[arg(long = "api-key", value_name = "SCHEME=KEY")]
    pub api_keys: Vec<String>,
    /// A YAML or JSON file with the credentials of each scheme: `keys`, `tokens`, `users`.
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// An origin whose pages may read the answers, `https://app.example.com` or `*`; may be given several times.
    #[arg(long = "cors-origin", value_name = "ORIGIN", value_parser = origin)]
    pub cors_origins: Vec<String>,
    /// The most octets of a request's content.
    #[arg(long, value_name = "OCTETS", default_value_t = limits::BODY_BYTES_MAX)]
    pub body_bytes_max: u64,
    /// The most arrays and objects inside one another, in JSON that requests bring.
    #[arg(long, value_name = "LEVELS", default_value_t = limits::json::NESTING_MAX,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::json::NESTING_MAX)))]
    pub json_nesting_max: u32,
    /// The most seconds that an answer may take; without it there is no such bound.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub request_seconds_max: Option<u64>,
}

/// `HOST:PORT`, the host in brackets where it is an IPv6 address.
fn address(text: &str) -> Result<String, String> {
    let mend = "write it as 127.0.0.1:8080 or [::1]:8080";
    let (host, port) = text.rsplit_once(':').ok_or_else(|| format!("it has no port; {mend}"))?;
    if port.parse::<u16>().is_err() {
        return Err(format!("`{port}` is no port from 0 to 65535; {mend}"));
    }
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || (host.contains(':') && !bracketed) {
        return Err(format!("`{host}` is no host; {mend}"));
    }
    Ok(text.to_owned())
}

/// An origin as browsers send it (RFC 6454 §6.2): scheme, host and port, nothing behind.
fn origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |rest: &str| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', '*', ' ', ',']);
    if text == "*" || rest.is_some_and(plain) {
        return Ok(text.to_owned());
    }
    Err("an origin is scheme, host and port; write it as https://app.example.com, without a slash behind"
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn addresses_and_origins() {
        for (text, good) in [
            ("127.0.0.1:0", true),
            ("localhost:80", true),
            ("[::1]:8080", true),
            ("::1:8080", false),
            (":8080", false),
            ("localhost", false),
            ("localhost:http", false),
            ("localhost:70000", false),
        ] {
            assert_eq!(address(text).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("*", true),
            ("https://app.example.com", true),
            ("http://localhost:3000", true),
            ("https://app.example.com/", false),
            ("app.example.com", false),
            ("https://*.example.com", false),
            ("https://", false),
        ] {
            assert_eq!(origin(text).is_ok(), good, "{text}");
        }
    }
}
