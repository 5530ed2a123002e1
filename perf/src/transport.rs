//! What a request costs a server in CPU time, beside a bare server that does nothing: `perf cpu`.
//!
//! Three kinds of server, each a child process that binds a free port: `may_minihttp` with a constant answer (bare), our `Api` mounted on `may_minihttp`, and
//! our own server. One client sends the same request over the same connections to each in turn, many times; what counts is the ratio within one
//! round, because a shared machine is slower or faster from one minute to the next. CPU time is what the kernel accounts to the child's threads.

mod load;
mod mounted;
mod served;
mod subject;

use std::fmt::Write as _;

use crate::fault::Fault;

pub use load::Asked;
pub use served::{ServerKind, free_port, serve};
pub use subject::Subject;

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub struct CpuPlan {
    /// Connections that are kept open.
    pub connections: usize,
    /// Requests in each round, to each server.
    pub requests: usize,
    /// Rounds.
    pub rounds: usize,
}

/// What is measured: a request to a server, beside the bare one.
const COMPARED: [(&str, ServerKind, load::Asked); 6] = [
    ("our server, hello", ServerKind::Ours, load::Asked::Hello),
    ("our server, authenticated GET with two path parameters", ServerKind::Ours, load::Asked::Get),
    ("our server, validated JSON POST", ServerKind::Ours, load::Asked::Post),
    ("our Api on may_minihttp, hello", ServerKind::Mounted, load::Asked::Hello),
    ("our Api on may_minihttp, authenticated GET", ServerKind::Mounted, load::Asked::Get),
    ("our Api on may_minihttp, validated JSON POST", ServerKind::Mounted, load::Asked::Post),
];

/// Measures, telling each round on standard error; gives a table in Markdown.
///
/// # Errors
/// A server that does not start or does not answer as it should.
pub fn measure(plan: CpuPlan) -> Result<String, Fault> {
    let bare = Subject::serve(ServerKind::Bare)?;
    let ours = Subject::serve(ServerKind::Ours)?;
    let mounted = Subject::serve(ServerKind::Mounted)?;
    let mut ratios = vec![Vec::new(); COMPARED.len()];
    let mut bare_nanos = Vec::new();
    for round in 0..=plan.rounds {
        let base = bare.nanos_per_request(load::Asked::Hello, plan)?;
        let mut told = format!("round {round}: bare {base:.0} ns");
        let mut measured = Vec::new();
        for (_, kind, asked) in COMPARED {
            let subject = if kind == ServerKind::Ours { &ours } else { &mounted };
            let nanos = subject.nanos_per_request(asked, plan)?;
            // Writing to a string cannot fail.
            write!(told, ", {:.2}", nanos / base).unwrap_or_default();
            measured.push(nanos / base);
        }
        perf::warn!("{told}");
        // The first round warms up.
        if round > 0 {
            bare_nanos.push(base);
            ratios.iter_mut().zip(measured).for_each(|(all, ratio)| all.push(ratio));
        }
    }
    Ok(table(plan, &mut bare_nanos, &mut ratios))
}

fn table(plan: CpuPlan, bare: &mut [f64], ratios: &mut [Vec<f64>]) -> String {
    let mut text = format!(
        "CPU time of one request over that of a bare `may_minihttp` answering hello ({:.0} ns, median), {} connections, {} rounds of {} requests:\n\n\
         | request | median | least | most |\n|---|--:|--:|--:|\n",
        median(bare),
        plan.connections,
        plan.rounds,
        plan.requests,
    );
    for ((name, ..), all) in COMPARED.iter().zip(ratios) {
        let middle = median(all);
        let (least, most) =
            (all.first().copied().unwrap_or(f64::NAN), all.last().copied().unwrap_or(f64::NAN));
        writeln!(text, "| {name} | {middle:.2}x | {least:.2}x | {most:.2}x |").unwrap_or_default();
    }
    text
}

/// The middle of some numbers, which are sorted by it.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
