//! What is told at the start: findings, what is served, and who is let in. Where nobody reads it any more, as behind `head`, it is
//! served all the same: nothing here panics or fails.

use std::fmt::Display;
use std::io::Write as _;

use brrtrouter::description::Severity;
use brrtrouter::{Api, Service};

use crate::api::only;
use crate::settings::{Answers, Settings};

/// Prints to standard output what has its line ends already.
pub fn say(text: impl Display) {
    write!(std::io::stdout(), "{text}").unwrap_or_default();
}

/// The same to standard error.
pub fn warn(text: impl Display) {
    write!(std::io::stderr(), "{text}").unwrap_or_default();
}

/// Prints the table to standard output and warnings to standard error.
pub fn print(api: &Api, settings: &Settings) {
    if settings.quiet {
        return;
    }
    // That a scheme has no credentials is told below, once for all operations.
    let told = |severity, code: &str| (settings.verbose || severity < Severity::Lint) && code != "SEC-017";
    warn(only(api.diagnostics(), told));
    let answers = match settings.answers {
        Answers::Mock => "mocks",
        Answers::Echo => "echoes, which are not held against the description",
    };
    let (name, count) = (settings.description.display(), api.operations().len());
    say(format_args!("{name}: {count} operations, answered by {answers}\n\n{}\n", api.listing()));
    let barred = api.operations().filter(|operation| operation.is_barred()).count();
    if barred > 0 {
        let them =
            if barred == 1 { "1 operation lets".to_owned() } else { format!("{barred} operations let") };
        warn(format_args!(
            "warning: {them} nobody in: no credentials are given for their security schemes\n  \
             = mend: give some with --credentials FILE or --api-key SCHEME=KEY\n"
        ));
    }
}

/// Says that another description is served.
pub fn anew(service: &Service, settings: &Settings) {
    if !settings.quiet {
        say(format_args!("{} has changed:\n", settings.description.display()));
    }
    print(service.api(), settings);
}
