//! The command `brrtrouter`: serves a description without a program of one's own, and checks it.
//!
//! Exit codes: 0 where all is well, 1 where the description is not, 2 where the command was not used as it can be.

mod api;
mod arguments;
mod credentials;
mod fault;
mod introduce;
mod serve;
mod settings;
mod watch;

use std::process::ExitCode;

use brrtrouter::Diagnostics;
use clap::Parser as _;

use arguments::{Arguments, Verb};
use fault::Fault;
use settings::Settings;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Serve(given) => Settings::new(&given).and_then(|settings| start(&settings)),
        Verb::Check { description, quiet } => check(&description, quiet),
    };
    outcome.unwrap_or_else(|fault| {
        eprint!("{fault}");
        fault.exit_code()
    })
}

/// Compiles, tells what there is, and serves.
fn start(settings: &Settings) -> Result<ExitCode, Fault> {
    let description = api::load(&settings.description)?;
    settings.credentials.fit(&description)?;
    let built = api::build(settings)?;
    introduce::print(built.service.api(), settings);
    serve::serve(built, settings)
}

/// Tells all that stands against a description.
fn check(path: &std::path::Path, quiet: bool) -> Result<ExitCode, Fault> {
    let found = api::diagnose(path)?;
    if !quiet {
        print!("{found}");
        let title = path.display();
        println!("{title}: no errors, {}", number_of(&found));
    }
    Ok(ExitCode::SUCCESS)
}

fn number_of(found: &Diagnostics) -> String {
    match found.len() {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}
