//! The serving step: a service on a socket, until the command is ended.

use std::process::ExitCode;
use std::sync::Arc;

use brrtrouter::{ListenAddress, Server, ServerError, ServerHandle};

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
    let (place, mend) = match fault {
        ServerError::TlsIncomplete { .. } | ServerError::TlsNowhere => (
            "--tls-… or `tls`",
            "say what is missing, by flags, by variables (BRRTR_TLS_…) or in the configuration",
        ),
        ServerError::TlsNotBuilt => (
            "--tls-…",
            "build the command with `--features tls`, which takes a C compiler, or serve without TLS",
        ),
        #[cfg(feature = "tls")]
        ServerError::Tls(_) => ("--tls-… or `tls`", "mend the file, or name another one"),
        _ => ("--listen", "choose another address"),
    };
    Fault::usage(fault.to_string(), place, mend)
}

/// Serves there until SIGTERM or SIGINT; with [`Settings::watch`], anew whenever the description changes.
pub fn serve(server: Server, built: Built, settings: &Settings) -> Result<ExitCode, Fault> {
    allow_connections();
    let (files, began) = (built.files, built.began);
    let running = server.serve(built.service).map_err(|fault| unable(&fault))?;
    let running = running.stop_on_signals().map_err(|fault| unable(&ServerError::System(fault)))?;
    running.report_to(&settings.metrics);
    let running = renewing(running, settings)?;
    let running = Arc::new(running);
    for address in running.addresses() {
        let scheme = match address {
            ListenAddress::Unix(_) => "",
            ListenAddress::Tcp(_) if settings.config.tls.is_given() => "https://",
            ListenAddress::Tcp(_) => "http://",
        };
        say(format_args!("listening on {scheme}{address}\n"));
    }
    let watch = settings.watch.then(|| Watch::start(settings, (files, began), &running)).transpose()?;
    running.wait();
    drop(watch);
    Ok(ExitCode::SUCCESS)
}

/// With certificates that are read again when their files change.
fn renewing(running: ServerHandle, settings: &Settings) -> Result<ServerHandle, Fault> {
    #[cfg(feature = "tls")]
    if settings.config.tls.is_given() {
        return running.renew_certificates().map_err(|fault| unable(&ServerError::System(fault)));
    }
    let _without_tls = settings;
    Ok(running)
}

/// Takes all the descriptors that the system lets this process have: each connection needs one.
fn allow_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    // Where it may not be raised it stays, and the server counts with that.
    setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum }).unwrap_or_default();
}
