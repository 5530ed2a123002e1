//! One server as a child process: started, asked, and ended with its parent's interest in it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::CpuPlan;
use super::load::{Asked, Load};
use super::served::ServerKind;
use crate::fault::Fault;

/// A server that runs until this is dropped.
pub struct Subject {
    child: Child,
    address: SocketAddr,
}

impl Subject {
    pub fn start(kind: ServerKind) -> Result<Self, Fault> {
        let broken = |error: &dyn std::fmt::Display| {
            Fault::new(format!("the server {kind:?} cannot be started: {error}"))
        };
        let program = std::env::current_exe().map_err(|error| broken(&error))?;
        let child = Command::new(program)
            .args(["serve", kind.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| broken(&error))?;
        let mut subject = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let mut line = String::new();
        let out = subject.child.stdout.take().ok_or_else(|| broken(&"it has no output"))?;
        BufReader::new(out).read_line(&mut line).map_err(|error| broken(&error))?;
        subject.address = line.trim().parse().map_err(|_| broken(&format!("it said `{}`", line.trim())))?;
        Ok(subject)
    }

    /// CPU time of one request, in nanoseconds.
    pub fn nanos_per_request(&self, asked: Asked, plan: CpuPlan) -> Result<f64, Fault> {
        let mut load = Load::connect(self.address, plan.connections, asked)?;
        let before = self.cpu_nanos()?;
        load.send(plan.requests)?;
        let spent = self.cpu_nanos()?.saturating_sub(before);
        Ok(spent as f64 / plan.requests as f64)
    }

    /// What all threads of the process have run, as the scheduler counts it.
    fn cpu_nanos(&self) -> Result<u64, Fault> {
        let folder = format!("/proc/{}/task", self.child.id());
        let unread = |error: &dyn std::fmt::Display| {
            Fault::new(format!("{folder}: {error}; CPU times are read on Linux"))
        };
        let mut nanos = 0_u64;
        for thread in fs::read_dir(&folder).map_err(|error| unread(&error))? {
            let file = thread.map_err(|error| unread(&error))?.path().join("schedstat");
            let text = fs::read_to_string(file).map_err(|error| unread(&error))?;
            let ran = text.split(' ').next().and_then(|ran| ran.parse::<u64>().ok());
            nanos = nanos.saturating_add(ran.ok_or_else(|| unread(&"no number"))?);
        }
        Ok(nanos)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().and_then(|()| self.child.wait().map(drop)).unwrap_or_default();
    }
}
