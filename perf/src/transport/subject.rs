//! One server as a child process: started, asked, and ended with its parent's interest in it.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::CpuPlan;
use super::load::{Asked, Load};
use super::served::ServerKind;
use crate::fault::Fault;
use crate::process;

/// How long a server may take until it takes connections.
const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// A server that runs until this is dropped.
pub struct Subject {
    child: Child,
    address: SocketAddr,
}

impl Subject {
    /// Starts one of the servers that this program serves.
    pub fn serve(kind: ServerKind) -> Result<Self, Fault> {
        let program = std::env::current_exe()
            .map_err(|error| Fault::new(format!("where this program is, is not told: {error}")))?;
        let mut command = Command::new(program);
        command.args(["serve", kind.name()]);
        Self::start(kind.name(), command)
    }

    /// Starts a server that tells its address as its first line.
    pub fn start(name: &str, mut command: Command) -> Result<Self, Fault> {
        let broken = |error: &dyn std::fmt::Display| {
            Fault::new(format!("the server `{name}` cannot be started: {error}"))
        };
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| broken(&error))?;
        let mut subject = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let mut line = String::new();
        let out = subject.child.stdout.take().ok_or_else(|| broken(&"it has no output"))?;
        BufReader::new(out).read_line(&mut line).map_err(|error| broken(&error))?;
        subject.address = line.trim().parse().map_err(|_| broken(&format!("it said `{}`", line.trim())))?;
        Ok(subject)
    }

    /// Starts a server that was given its address, and waits until it takes connections.
    pub fn start_at(name: &str, mut command: Command, address: SocketAddr) -> Result<Self, Fault> {
        let broken = |error: &dyn std::fmt::Display| {
            Fault::new(format!("the server `{name}` cannot be started: {error}"))
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let subject = Self { child: child.map_err(|error| broken(&error))?, address };
        let began = Instant::now();
        loop {
            match TcpStream::connect(address) {
                Ok(_) => return Ok(subject),
                Err(error) if began.elapsed() > STARTS_WITHIN => return Err(broken(&error)),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its threads have run so far, in nanoseconds.
    pub fn cpu_nanos(&self) -> Result<u64, Fault> {
        process::cpu_nanos(self.child.id())
    }

    /// Octets that are resident.
    pub fn resident(&self) -> Result<u64, Fault> {
        process::resident(self.child.id())
    }

    /// CPU time of one request, in nanoseconds.
    pub fn nanos_per_request(&self, asked: Asked, plan: CpuPlan) -> Result<f64, Fault> {
        let mut load = Load::connect(self.address, plan.connections, asked)?;
        let before = self.cpu_nanos()?;
        load.send(plan.requests)?;
        let spent = self.cpu_nanos()?.saturating_sub(before);
        Ok(spent as f64 / plan.requests as f64)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().and_then(|()| self.child.wait().map(drop)).unwrap_or_default();
    }
}
