//! The command `brrtrouter`: serves a description without a program of one's own, and checks it.
//!
//! Exit codes: 0 where all is well, 1 where the description is not, 2 where the command was not used as it can be.

mod api;
mod arguments;
mod credentials;
mod fault;
mod introduce;
mod log;
mod serve;
mod settings;
mod watch;

use std::process::ExitCode;

use brrtrouter::Diagnostics;
use clap::Parser as _;

use arguments::{Arguments, Verb};
use fault::Fault;
use settings::Settings;

/// Does what the command line of this process says, and gives its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Serve(given) => {
            let _written_until_the_end = log::start(given.log);
            Settings::new(&given).and_then(|settings| start(&settings))
        }
        Verb::Check { description, lenient, quiet } => check(&description, lenient, quiet),
    };
    outcome.unwrap_or_else(|fault| {
        introduce::warn(&fault);
        fault.exit_code()
    })
}

/// Compiles, tells what there is, and serves.
fn start(settings: &Settings) -> Result<ExitCode, Fault> {
    let built = api::build(settings)?;
    // A port that is taken is said before anything else.
    let server = serve::bind(settings)?;
    introduce::print(built.service.api(), settings);
    serve::serve(server, built, settings)
}

/// Tells all that stands against a description.
fn check(path: &std::path::Path, lenient: bool, quiet: bool) -> Result<ExitCode, Fault> {
    let found = api::diagnose(path, lenient)?;
    if !quiet {
        introduce::say(format_args!("{found}{}: no errors, {}\n", path.display(), number_of(&found)));
    }
    Ok(ExitCode::SUCCESS)
}

fn number_of(found: &Diagnostics) -> String {
    match found.len() {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}
