//! SIGTERM under load: what is under way finishes, and the process ends well.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::client::{Client, get};
use crate::served::Served;
use crate::server::SLOW;
use crate::{Extent, Figures, assured};

const UNDER_WAY: usize = 20;
/// How many clients ask all the while.
const LOAD: usize = 4;

pub fn run(_extent: &Extent) -> Figures {
    let mut served = Served::start()?;
    let mut idle = Vec::new();
    for _ in 0..50 {
        let mut client = Client::open(served.address)?;
        assured(client.ask(&get("/small"))? == 200, || "no answer before the signal".to_owned())?;
        idle.push(client);
    }
    let load: Vec<_> = (0..LOAD).map(|_| std::thread::spawn(ask_until_the_end(served.address))).collect();
    let mut under_way = Vec::new();
    for _ in 0..UNDER_WAY {
        let mut client = Client::open(served.address)?;
        client.stream.write_all(&get("/slow"))?;
        under_way.push(client);
    }
    // So that all have begun; they take longer than this.
    std::thread::sleep(SLOW / 2);
    let began = Instant::now();
    served.terminate()?;
    let mut finished = 0;
    for client in &mut under_way {
        let status = client.answer().map_err(|fault| format!("a request under way failed: {fault}"))?;
        assured(status == 200 && client.has_ended, || {
            format!("status {status}, and the connection goes on")
        })?;
        finished += 1;
    }
    let mut answers = 0;
    for client in load {
        answers += client.join().map_err(|_| "a client panicked")??;
    }
    let status = served.status()?;
    let took = began.elapsed();
    assured(status.code() == Some(0), || format!("the process ended with {status}"))?;
    assured(took < SLOW + Duration::from_secs(2), || format!("it took {took:?}"))?;
    assured(Client::open(served.address).is_err(), || "somebody still listens".to_owned())?;
    Ok(format!(
        "{finished} of {UNDER_WAY} requests under way finished, 50 idle connections ended, {LOAD} others had {answers} answers before theirs did; exit code 0 after {took:?}"
    ))
}

/// Asks until the connection ends; gives how many answers there were, all of them good.
fn ask_until_the_end(address: SocketAddr) -> impl FnOnce() -> Result<usize, String> {
    move || {
        let mut client = Client::open(address).map_err(|fault| fault.to_string())?;
        let (request, mut answers) = (get("/small"), 0);
        // A request that crosses the end of its connection gets no answer (RFC 9112 §9.6).
        while let Ok(status) = client.ask(&request) {
            if status != 200 {
                return Err(format!("status {status} under load"));
            }
            answers += 1;
            if client.has_ended {
                break;
            }
        }
        Ok(answers)
    }
}
