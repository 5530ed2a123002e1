//! The server under load, where it is a process of this machine: known by its number, or started here and ended with this program.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use super::options::Traffic;
use super::probe;
use crate::fault::Fault;

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(20);

/// Which process it is.
#[derive(Args, Clone, Debug)]
pub struct ServerArguments {
    /// The server's process.
    #[arg(long, conflicts_with = "command", required_unless_present = "command")]
    pub pid: Option<u32>,
    /// Or how it is started, behind `--`: `-- target/release/pet_store --listen 127.0.0.1:8080`.
    #[arg(last = true)]
    pub command: Vec<String>,
}

/// The process.
#[derive(Debug)]
pub struct Server {
    pub pid: u32,
    child: Option<Child>,
}

impl Server {
    /// Starts it where a command is given, and waits until it answers.
    pub fn find(arguments: &ServerArguments, traffic: &Traffic) -> Result<Self, Fault> {
        let Some((program, rest)) = arguments.command.split_first() else {
            return Ok(Self { pid: arguments.pid.unwrap_or(0), child: None });
        };
        let mut command = Command::new(program);
        command.args(rest).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(|error| {
            Fault::usage(format!("{program}: {error}; what stands behind `--` is the server's program"))
        })?;
        let mut server = Self { pid: child.id(), child: Some(child) };
        let client = probe::client(traffic)?;
        let begun = Instant::now();
        loop {
            let answer = probe::answers(&client, traffic);
            let ended = server.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            match (answer, ended) {
                (_, Some(status)) => {
                    return Err(Fault::usage(format!(
                        "{program}: ended at once ({status}); run it by itself to see why"
                    )));
                }
                (Ok(()), None) => return Ok(server),
                (Err(fault), None) if begun.elapsed() > START => return Err(fault),
                (Err(_), None) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            child.kill().and_then(|()| child.wait().map(drop)).unwrap_or_default();
        }
    }
}
