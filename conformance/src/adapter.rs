//! Our side of the worker protocol: questions in, answers out, one line each.
//!
//! Takes: NDJSON on standard input. Gives: NDJSON on standard output. One function per message, each in a file of
//! its own; what the library does not offer is answered `unsupported`. A panic ends the process: that is the
//! runner's verdict, so nothing here catches it.

mod convert;
mod cors;
mod exchange;
mod fault;
mod handler;
mod load;
mod options;
mod own_form;
mod parameter;
mod parse;
mod resolve;
mod security;
mod validate;

use std::io::{BufRead, Write};

pub use fault::FaultMode;

use crate::protocol::{Answer, HelloBack, PROTOCOL, Question, Unsupported};

/// What the worker keeps between questions.
#[derive(Debug, Default)]
struct State {
    loaded: Option<load::Kept>,
}

/// Why a question is not answered.
#[derive(Debug)]
struct NotOffered(String);

impl NotOffered {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Answers questions until standard input ends. `fault` makes it misbehave, for the suite's own tests.
///
/// # Errors
/// Those of the pipes.
pub fn serve(fault: Option<FaultMode>) -> std::io::Result<()> {
    let mut state = State::default();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match serde_json::from_str::<Question>(&line) {
            Ok(question) => {
                if let Some(text) = fault.and_then(|mode| mode.answer(&question)) {
                    writeln!(output, "{text}")?;
                    output.flush()?;
                    continue;
                }
                answer(&mut state, &question)
            }
            Err(error) => Answer::Unsupported(Unsupported {
                id: String::new(),
                reason: format!("a question that cannot be read: {error}"),
            }),
        };
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(state: &mut State, question: &Question) -> Answer {
    let answer = match question {
        Question::Hello(_) => Ok(Answer::Hello(HelloBack {
            protocol: PROTOCOL,
            name: "brrtrouter".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            offers: None,
        })),
        Question::Load(ask) => load::load(state, ask).map(Answer::Loaded),
        Question::Validate(ask) => Ok(Answer::Validated(validate::validate(ask))),
        Question::Resolve(ask) => Ok(Answer::Resolved(resolve::resolve(ask))),
        Question::Parse(ask) => Ok(Answer::Parsed(parse::parse(ask))),
        Question::Exchange(ask) => {
            exchange::exchange(state, ask).map(|result| Answer::Result(Box::new(result)))
        }
        Question::Decode(ask) => Ok(Answer::Decoded(parameter::decode_one(ask))),
        Question::Encode(ask) => Ok(Answer::Encoded(parameter::encode_one(ask))),
    };
    answer.unwrap_or_else(|NotOffered(reason)| {
        Answer::Unsupported(Unsupported { id: question.id().to_owned(), reason })
    })
}
