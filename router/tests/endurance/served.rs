//! The child process with the server: started, told, measured, ended.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::server::LISTENING;

/// How long the process may take to end once it is told to.
const END_TIME: Duration = Duration::from_secs(60);

/// How long memory has to stay as it is before nothing more is taken to be given back.
const QUIET_TIME: Duration = Duration::from_millis(700);

/// A server in a process of its own; it ends when this is dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
}

impl Served {
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix(LISTENING).ok_or("the server does not listen")?.parse()?;
        Ok(Self { child, address })
    }

    /// The `Api` is replaced from one of the next requests on.
    pub fn replace(&mut self) -> Result<(), Box<dyn Error>> {
        writeln!(self.child.stdin.as_mut().ok_or("no input")?, "replace")?;
        Ok(())
    }

    /// Resident memory in octets.
    pub fn rss(&self) -> Result<u64, Box<dyn Error>> {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id()))?;
        let pages: u64 = text.split(' ').nth(1).ok_or("no second figure")?.parse()?;
        let page = u64::try_from(rustix::param::page_size())?;
        Ok(pages * page)
    }

    /// The same once all connections rest, which they do few at a time.
    pub fn rested_rss(&self) -> Result<u64, Box<dyn Error>> {
        let began = Instant::now();
        let mut least = self.rss()?;
        let mut since = Instant::now();
        while since.elapsed() < QUIET_TIME && began.elapsed() < END_TIME {
            std::thread::sleep(Duration::from_millis(50));
            let present = self.rss()?;
            if present < least {
                (least, since) = (present, Instant::now());
            }
        }
        Ok(least)
    }

    /// How many ticks of processor time the threads of this name have taken; the system keeps fifteen characters of it.
    pub fn ticks_of(&self, name: &str) -> Result<u64, Box<dyn Error>> {
        let mut ticks = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = std::fs::read_to_string(thread?.path().join("stat"))?;
            let (who, figures) = text.rsplit_once(')').ok_or("no name")?;
            if who.ends_with(name.get(..15).unwrap_or(name)) {
                // The eleventh and twelfth behind the name: as a user, and in the system.
                let figures: Vec<&str> = figures.split_whitespace().collect();
                let own = figures.get(11..13).ok_or("too few figures")?;
                for figure in own {
                    ticks += figure.parse::<u64>()?;
                }
            }
        }
        Ok(ticks)
    }

    pub fn terminate(&self) -> Result<(), Box<dyn Error>> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?).ok_or("no process")?;
        Ok(kill_process(pid, Signal::TERM)?)
    }

    /// Waits for its end.
    pub fn status(&mut self) -> Result<ExitStatus, Box<dyn Error>> {
        let began = Instant::now();
        while began.elapsed() < END_TIME {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the process does not end".into())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail where it has ended already, which is what is wanted.
        if self.child.kill().and_then(|()| self.child.wait()).is_err() {
            drop(self.child.stdin.take());
        }
    }
}

/// In KiB with one digit behind the point, for the eye.
pub fn kib(octets: u64) -> String {
    let tenths = octets * 10 / 1024;
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}
