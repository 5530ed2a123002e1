//! What is told at the start: findings, what is served, and who is let in.

use brrtrouter::description::Severity;
use brrtrouter::{Api, Service};

use crate::api::only;
use crate::settings::{Answers, Settings};

/// Prints the table to standard output and warnings to standard error.
pub fn print(api: &Api, settings: &Settings) {
    if settings.quiet {
        return;
    }
    // That a scheme has no credentials is told below, once for all operations.
    let told = |severity, code: &str| (settings.verbose || severity < Severity::Lint) && code != "SEC-017";
    eprint!("{}", only(api.diagnostics(), told));
    let answers = match settings.answers {
        Answers::Mock => "mocks",
        Answers::Echo => "echoes, which are not held against the description",
    };
    let name = settings.description.display();
    println!("{name}: {} operations, answered by {answers}\n", api.operations().len());
    println!("{}", api.listing());
    let barred = api.operations().filter(|operation| operation.is_barred()).count();
    if barred > 0 {
        let them =
            if barred == 1 { "1 operation lets".to_owned() } else { format!("{barred} operations let") };
        eprintln!(
            "warning: {them} nobody in: no credentials are given for their security schemes\n  \
             = mend: give some with --credentials FILE or --api-key SCHEME=KEY"
        );
    }
}

/// Says that another description is served.
pub fn anew(service: &Service, settings: &Settings) {
    if !settings.quiet {
        println!("{} has changed:", settings.description.display());
    }
    print(service.api(), settings);
}
