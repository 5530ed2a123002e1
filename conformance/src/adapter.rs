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
mod live;
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

use crate::offer::Observation;
use crate::protocol::{Answer, HelloBack, PROTOCOL, Question, Unsupported};

/// What the worker keeps between questions.
#[derive(Debug, Default)]
struct State {
    loaded: Option<load::Kept>,
    way: Way,
}

/// How exchanges reach the library.
#[derive(Debug, Default)]
enum Way {
    /// Through the journey, without a socket.
    #[default]
    InProcess,
    /// Over a socket; the server starts with the first exchange.
    Socket(Option<Box<live::Live>>),
}

/// Why a question is not answered.
#[derive(Debug)]
struct NotOffered(String);

impl NotOffered {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Answers questions until standard input ends. `fault` makes it misbehave, for the suite's own tests; `live` lets it answer exchanges over a socket, and
/// those alone.
///
/// # Errors
/// Those of the pipes.
pub fn serve(fault: Option<FaultMode>, live: bool) -> std::io::Result<()> {
    let way = if live { Way::Socket(None) } else { Way::InProcess };
    let mut state = State { loaded: None, way };
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

/// What is asked of the library itself, and not of a server.
fn is_probe(question: &Question) -> bool {
    match question {
        Question::Hello(_) | Question::Load(_) | Question::Exchange(_) => false,
        Question::Validate(_)
        | Question::Resolve(_)
        | Question::Decode(_)
        | Question::Encode(_)
        | Question::Parse(_) => true,
    }
}

/// What a socket shows: all but how the library judges its own handler's response.
const OVER_SOCKETS: [Observation; 9] = [
    Observation::Refusal,
    Observation::Diagnostics,
    Observation::Operations,
    Observation::Operation,
    Observation::Parameters,
    Observation::Body,
    Observation::Problem,
    Observation::Headers,
    Observation::ResponseBody,
];

fn answer(state: &mut State, question: &Question) -> Answer {
    let is_live = matches!(state.way, Way::Socket(_));
    if is_live && is_probe(question) {
        let reason = "a probe of the library, which no request can state".to_owned();
        return Answer::Unsupported(Unsupported { id: question.id().to_owned(), reason });
    }
    let answer = match question {
        Question::Hello(_) => Ok(Answer::Hello(HelloBack {
            protocol: PROTOCOL,
            name: "brrtrouter".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            offers: is_live.then(|| OVER_SOCKETS.to_vec()),
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
