//! The command line, as it is written.

use std::path::PathBuf;

use brrtrouter::{ClientCertificates, ListenAddress, limits};
use clap::{Args, Parser, Subcommand, ValueEnum};

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
        /// Take the last where an object has a name twice, with a warning.
        #[arg(long)]
        lenient: bool,
        /// Say nothing where there is no error.
        #[arg(long)]
        quiet: bool,
    },
}

/// How the log is written, to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// An object a line, for programs.
    Json,
    /// Nothing.
    Off,
}

/// What to serve, and how.
///
/// An operation with security lets nobody in unless credentials are given for its scheme.
#[derive(Debug, Args)]
pub struct Serve {
    /// The entry document, JSON or YAML.
    pub description: PathBuf,
    /// Take the last where an object of the description has a name twice, with a warning that names both places.
    #[arg(long)]
    pub lenient: bool,
    /// Answer from the description's examples and schemas; the default.
    #[arg(long, conflicts_with = "echo")]
    pub mock: bool,
    /// Answer with what the request was decoded to; such answers are not held against the description.
    #[arg(long)]
    pub echo: bool,
    /// A YAML or JSON file with bounds, addresses and origins; `BRRTR_…` variables win over it, and flags over both (see docs/server.md).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen: 127.0.0.1:8080 where neither this nor a configuration says so.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<ListenAddress>,
    /// Speak TLS at every Internet address, with this chain of certificates, the server's own first (PEM). It is read again when the file changes, and
    /// on SIGHUP. TLS needs a command that was built with `--features tls`.
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of that certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Ask clients for a certificate of these authorities (PEM); it lets requests in by `mutualTLS` schemes.
    #[arg(long, value_name = "FILE", visible_alias = "tls-client-ca")]
    pub tls_client_authorities: Option<PathBuf>,
    /// Whether clients must show one: `required` where neither this nor a configuration says so.
    #[arg(long, value_name = "required|optional", value_parser = asked)]
    pub tls_client_certificates: Option<ClientCertificates>,
    /// Serve the description anew when its file changes.
    #[arg(long)]
    pub watch: bool,
    /// How to log requests, refusals and panics, to standard error; without query strings, header fields and content.
    #[arg(long, value_enum, default_value_t, env = "BRRTROUTER_LOG")]
    pub log: LogFormat,
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
    #[arg(long, value_name = "OCTETS")]
    pub body_bytes_max: Option<u64>,
    /// The most arrays and objects inside one another, in JSON that requests bring.
    #[arg(long, value_name = "LEVELS",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::json::NESTING_MAX)))]
    pub json_nesting_max: Option<u32>,
    /// The most seconds that an answer may take; without it there is no such bound.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub request_seconds_max: Option<u64>,
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

fn asked(text: &str) -> Result<ClientCertificates, String> {
    match text {
        "required" => Ok(ClientCertificates::Required),
        "optional" => Ok(ClientCertificates::Optional),
        _ => Err("write `required` or `optional`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn origins() {
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
