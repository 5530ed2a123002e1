//! Our side of the worker protocol: questions in, answers out, one line each.
//!
//! Takes: NDJSON on standard input. Gives: NDJSON on standard output. One function per message, each in a file of
//! its own; what the library cannot do yet is answered `unsupported`. A panic ends the process: that is the
//! runner's verdict, so nothing here catches it.

mod fault;

use std::io::{BufRead, Write};

pub use fault::FaultMode;

use crate::protocol::{Answer, HelloBack, PROTOCOL, Question, Unsupported};

/// What the worker keeps between questions.
#[derive(Debug, Default)]
struct State {}

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
                if let Some(mode) = fault
                    && let Some(text) = mode.answer(&question)
                {
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

fn answer(_state: &mut State, question: &Question) -> Answer {
    match question {
        Question::Hello(_) => Answer::Hello(HelloBack {
            protocol: PROTOCOL,
            name: "brrtrouter".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
        Question::Load(_)
        | Question::Exchange(_)
        | Question::Validate(_)
        | Question::Resolve(_)
        | Question::Decode(_)
        | Question::Encode(_)
        | Question::Parse(_) => unsupported(question, "not wired to the library yet"),
    }
}

fn unsupported(question: &Question, reason: &str) -> Answer {
    Answer::Unsupported(Unsupported { id: question.id().to_owned(), reason: reason.to_owned() })
}
