//! Which processors do what: one serves, another one asks, so that neither takes the other's time.
//!
//! A process that may use one processor is told so by the kernel, and every runtime here makes one worker then: `may`, tokio, actix-web and Go ask how
//! many they may use; Node.js, uvicorn and nginx without a master have one anyway.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::fault::Fault;

/// The processors of servers and of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// One processor each.
    Apart { server: usize, client: usize },
    /// There is only one.
    Together,
}

impl Places {
    /// The last two that this process may use.
    pub fn here() -> Result<Self, Fault> {
        let set = sched_getaffinity(None).map_err(|error| {
            Fault::new(format!("which processors this process may use, is not told: {error}"))
        })?;
        let mut usable = (0..CpuSet::MAX_CPU).rev().filter(|cpu| set.is_set(*cpu));
        Ok(match (usable.next(), usable.next()) {
            (Some(server), Some(client)) => Self::Apart { server, client },
            _ => Self::Together,
        })
    }

    /// Does something with this thread where servers run: what it starts stays there.
    pub fn as_server<T>(self, start: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        let Self::Apart { server, client } = self else { return start() };
        pin(server)?;
        let started = start();
        pin(client)?;
        started
    }

    /// Keeps this thread where the client has its place.
    pub fn as_client(self) -> Result<(), Fault> {
        match self {
            Self::Apart { client, .. } => pin(client),
            Self::Together => Ok(()),
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Apart { .. } => {
                "Each server has one processor with one worker on it, the client another one of the same machine."
            }
            Self::Together => {
                "There is one processor: servers, with one worker each, and the client share it, so that requests a second tell of both."
            }
        }
    }
}

fn pin(cpu: usize) -> Result<(), Fault> {
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set)
        .map_err(|error| Fault::new(format!("processor {cpu} cannot be chosen: {error}")))
}
