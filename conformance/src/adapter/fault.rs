//! Ways in which a worker can misbehave on purpose, so that the runner's own tests see each of them.

use crate::protocol::{Answer, ExchangeResult, HelloBack, Loaded, PROTOCOL, Question};

/// What the worker does when it is asked anything but `hello`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FaultMode {
    /// Panics.
    Panic,
    /// Never answers.
    Hang,
    /// Overflows its stack.
    Overflow,
    /// Allocates without end.
    Memory,
    /// Answers something that is not the protocol.
    Garbage,
    /// Ends without a word.
    Exit,
    /// Accepts every description and knows no operation; panics on those whose text holds `PANIC`.
    Accept,
    /// Loads as it should, and answers every request with 200 and nothing else.
    Deaf,
}

impl FaultMode {
    /// The line to answer with; `None` leaves the question to the adapter proper.
    pub fn answer(self, question: &Question) -> Option<String> {
        if matches!(question, Question::Hello(_)) {
            let (name, version) = ("fault".to_owned(), "0".to_owned());
            let hello = Answer::Hello(HelloBack { protocol: PROTOCOL, name, version, offers: None });
            return serde_json::to_string(&hello).ok();
        }
        match self {
            Self::Panic => misbehave("asked to panic"),
            Self::Hang => loop {
                std::thread::sleep(std::time::Duration::from_secs(1));
            },
            Self::Overflow => Some(overflow(1).to_string()),
            Self::Memory => Some(devour()),
            Self::Garbage => Some("this is not the protocol".to_owned()),
            Self::Exit => std::process::exit(7),
            Self::Accept => accept(question),
            Self::Deaf => deaf(question),
        }
    }
}

#[expect(clippy::panic, reason = "the panic is what the runner's tests ask for")]
fn misbehave(why: &str) -> Option<String> {
    panic!("{why}")
}

#[expect(unconditional_recursion, reason = "the overflow is what the runner's tests ask for")]
fn overflow(depth: u64) -> u64 {
    std::hint::black_box(overflow(std::hint::black_box(depth + 1)) + 1)
}

fn devour() -> String {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 16 << 20]);
        std::hint::black_box(&all);
    }
}

fn deaf(question: &Question) -> Option<String> {
    let Question::Exchange(exchange) = question else { return None };
    let result = ExchangeResult { id: exchange.id.clone(), status: 200, ..ExchangeResult::default() };
    serde_json::to_string(&Answer::Result(Box::new(result))).ok()
}

fn accept(question: &Question) -> Option<String> {
    let Question::Load(load) = question else { return None };
    let text = serde_json::to_string(load).unwrap_or_default();
    if text.contains("PANIC") {
        return misbehave("PANIC was in the description");
    }
    let loaded = Loaded { id: load.id.clone(), ok: !text.contains("REFUSE"), ..Loaded::default() };
    serde_json::to_string(&Answer::Loaded(loaded)).ok()
}
