//! The log of the command: events of the library, written to standard error by a thread of its own.
//!
//! A request must not wait for whoever reads the log, since that would keep all connections of its thread waiting: lines that do not fit the
//! queue are dropped, and counted. Panics become events as well, with the way they came.

use std::backtrace::Backtrace;

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

use crate::arguments::LogFormat;

/// How many lines may wait to be written.
const LINES_MAX: usize = 16 * 1024;

/// Writes what waits when it is dropped.
pub struct Log {
    writer: Option<WorkerGuard>,
    dropped: ErrorCounter,
}

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.writer.take());
        let count = self.dropped.dropped_lines();
        if count > 0 {
            eprintln!("{count} lines of the log were dropped: they came faster than they were read");
        }
    }
}

/// Starts to write events; `None` where there is nothing to write.
pub fn start(format: LogFormat) -> Option<Log> {
    let builder =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES_MAX).thread_name("log");
    let (writer, guard) = builder.finish(std::io::stderr());
    let dropped = writer.error_counter();
    let lines = tracing_subscriber::fmt().with_max_level(Level::INFO).with_ansi(false).with_writer(writer);
    match format {
        LogFormat::Human => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Off => return None,
    }
    std::panic::set_hook(Box::new(tell_of_panic));
    Some(Log { writer: Some(guard), dropped })
}

/// Which request it was tells the event that the library emits when it has caught the panic, right behind this one.
fn tell_of_panic(panicked: &std::panic::PanicHookInfo<'_>) {
    let way = Backtrace::capture();
    tracing::error!(target: "brrtrouter::panic", backtrace = %way, "{panicked}");
}
