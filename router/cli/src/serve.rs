//! The serving step: a service on a socket, until the command is ended.

use std::process::ExitCode;
use std::sync::Arc;

use brrtrouter::{RuntimeConfig, Server, ServerError};

use crate::api::Built;
use crate::fault::Fault;
use crate::settings::Settings;
use crate::watch::Watch;

/// Serves on [`Settings::listen`] until SIGTERM or SIGINT; with [`Settings::watch`], anew whenever the description changes.
pub fn serve(built: Built, settings: &Settings) -> Result<ExitCode, Fault> {
    allow_connections();
    let unable = |fault: ServerError| Fault::usage(fault.to_string(), "--listen", "choose another address");
    let server = Server::bind(settings.listen.as_str()).map_err(unable)?.runtime(runtime()?);
    let (files, began) = (built.files, built.began);
    let running = server.serve(built.service).map_err(unable)?;
    let running = running.stop_on_signals().map_err(|fault| unable(ServerError::System(fault)))?;
    running.report_to(&settings.metrics);
    let running = Arc::new(running);
    for address in running.addresses() {
        println!("listening on http://{address}");
    }
    let watch = settings.watch.then(|| Watch::start(settings, (files, began), &running)).transpose()?;
    running.wait();
    drop(watch);
    Ok(ExitCode::SUCCESS)
}

/// Coroutines as the environment says.
fn runtime() -> Result<RuntimeConfig, Fault> {
    let name = RuntimeConfig::STACK_VARIABLE;
    let Some(text) = std::env::var_os(name) else { return Ok(RuntimeConfig::default()) };
    RuntimeConfig::default().with_stack_text(&text.to_string_lossy()).map_err(|fault| {
        Fault::usage(fault.to_string(), format!("the environment variable {name}"), "mend or unset it")
    })
}

/// Takes all the descriptors that the system lets this process have: each connection needs one.
fn allow_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    // Where it may not be raised it stays, and the server counts with that.
    setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum }).unwrap_or_default();
}
