//! The serving step: a service on a socket, until the command is ended.

use std::process::ExitCode;
use std::sync::Arc;

use brrtrouter::{ListenAddress, Server, ServerError};

use crate::api::Built;
use crate::fault::Fault;
use crate::introduce::say;
use crate::settings::Settings;
use crate::watch::Watch;

/// Takes the addresses of the configuration.
pub fn bind(settings: &Settings) -> Result<Server, Fault> {
    settings.config.bind().map_err(|fault| unable(&fault))
}

fn unable(fault: &ServerError) -> Fault {
    Fault::usage(fault.to_string(), "--listen", "choose another address")
}

/// Serves there until SIGTERM or SIGINT; with [`Settings::watch`], anew whenever the description changes.
pub fn serve(server: Server, built: Built, settings: &Settings) -> Result<ExitCode, Fault> {
    allow_connections();
    let (files, began) = (built.files, built.began);
    let running = server.serve(built.service).map_err(|fault| unable(&fault))?;
    let running = running.stop_on_signals().map_err(|fault| unable(&ServerError::System(fault)))?;
    running.report_to(&settings.metrics);
    let running = Arc::new(running);
    for address in running.addresses() {
        let scheme = if matches!(address, ListenAddress::Tcp(_)) { "http://" } else { "" };
        say(format_args!("listening on {scheme}{address}\n"));
    }
    let watch = settings.watch.then(|| Watch::start(settings, (files, began), &running)).transpose()?;
    running.wait();
    drop(watch);
    Ok(ExitCode::SUCCESS)
}

/// Takes all the descriptors that the system lets this process have: each connection needs one.
fn allow_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    // Where it may not be raised it stays, and the server counts with that.
    setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum }).unwrap_or_default();
}
