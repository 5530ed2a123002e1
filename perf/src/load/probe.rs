//! Whether the server is there, and which paths it answers by itself.

use std::time::Duration;

use super::options::Traffic;
use super::work::Work;
use crate::fault::Fault;

/// Idle connections are given up before servers end them, so that no request meets the end of one.
const IDLE: Duration = Duration::from_secs(4);

/// The client that all users share: no redirect is followed, and nothing is decoded.
pub fn client(traffic: &Traffic) -> Result<reqwest::Client, Fault> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(traffic.timeout)
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .user_agent("brrtrouter-perf");
    builder.build().map_err(|error| Fault::new(format!("no client: {error}")))
}

/// Asks each path of the server's own once: those that it serves become jobs.
///
/// # Errors
/// That the server does not answer.
pub fn probe(client: &reqwest::Client, work: &mut Work, traffic: &Traffic) -> Result<(), Fault> {
    answers(client, traffic)?;
    for path in traffic.own_paths.iter().filter(|path| !path.is_empty()) {
        let path = if path.starts_with('/') { path.clone() } else { format!("/{path}") };
        let status = ask(client, &format!("{}{path}", work.origin), traffic)?;
        if status.is_success() {
            work.add_own(&path);
        } else {
            work.left_out.push((path, format!("not served ({status})")));
        }
    }
    Ok(())
}

/// Whether anything answers at the URL, whatever it says.
///
/// # Errors
/// That nothing does.
pub fn answers(client: &reqwest::Client, traffic: &Traffic) -> Result<(), Fault> {
    ask(client, &traffic.url, traffic).map(drop)
}

fn ask(client: &reqwest::Client, url: &str, traffic: &Traffic) -> Result<reqwest::StatusCode, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Fault::new(format!("no thread for a request: {error}")))?;
    let answer = runtime.block_on(async { client.get(url).send().await });
    answer.map(|answer| answer.status()).map_err(|error| {
        let cause = cause(&error);
        Fault::usage(format!(
            "--url {}: no answer: {cause}; start the server first, or mend the URL",
            traffic.url
        ))
    })
}

/// The innermost cause, without an address, so that equal causes have equal words.
pub fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
