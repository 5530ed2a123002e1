//! The serving step: an API on a socket, until the command is ended.

use std::process::ExitCode;

use brrtrouter::Api;

use crate::fault::Fault;
use crate::settings::Settings;

/// Serves on [`Settings::listen`]; with [`Settings::watch`], again from
/// [`build_api`](crate::api::build_api) whenever the description changes, and with
/// [`Settings::cors_origins`] for pages of other origins.
pub fn serve(api: Api, settings: &Settings) -> Result<ExitCode, Fault> {
    drop(api);
    let mut asked = vec![format!("--listen {}", settings.listen)];
    asked.extend(settings.watch.then(|| "--watch".to_owned()));
    asked.extend(settings.cors_origins.iter().map(|origin| format!("--cors-origin {origin}")));
    Err(Fault::usage(
        "nothing listens: the HTTP server is not yet available in this build",
        asked.join(" "),
        "use `brrtrouter check`, or serve the `Api` from a program of your own",
    ))
}
