//! Plays one case over one connection.
//!
//! Takes: the steps, the way in which the octets are cut, and what is known of the server. Gives: nothing wrong, or the first step
//! that went wrong, with what was sent, expected and came. Every wait has an end. Never panics.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::connection::{Arrival, Connection, NoResponse};
use super::format::{Expect, Statuses, Step, Trickle, Within};
use super::judge;
use super::octets::shown;
use super::response::{Asked, Response};
use super::suite::Settings;

/// Between the two parts of a request that is cut: long enough that a server on the same machine has read the first.
const CUT_PAUSE: Duration = Duration::from_millis(2);
/// Between two octets that are sent one at a time.
const OCTET_PAUSE: Duration = Duration::from_micros(50);

/// What shows that a connection, and the server, still serve.
const PLAIN_GET: &[u8] = b"GET /items/1 HTTP/1.1\r\nHost: wire.example\r\n\r\n";

/// Where the octets are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere.
    None,
    /// After each octet.
    Everywhere,
    /// After so many octets of the whole case.
    After(usize),
}

/// What is expected of a connection that stays.
const AGAIN: &str = "a plain GET on the connection is answered with 200";

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was expected.
    pub expected: String,
    /// What was seen instead.
    pub found: String,
    /// The octets that were sent, escaped.
    pub sent: String,
    /// The octets that came, escaped.
    pub came: String,
}

/// What is wrong at one step.
struct Wrong {
    expected: String,
    found: String,
}

impl Wrong {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into() }
    }
}

/// Whether there is more to do.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Over,
}

/// Plays `steps`.
///
/// # Errors
/// The first thing that went wrong.
pub fn play(steps: &[Step], cut: Cut, settings: &Settings) -> Result<(), Failure> {
    let connection = match Connection::open(settings.address, settings.patience) {
        Ok(connection) => connection,
        Err(error) => return Err(refused(&error)),
    };
    let mut player = Player { connection, cut, offset: 0, settings };
    for step in steps {
        if matches!(step, Step::Reset(_)) {
            let Player { connection, .. } = player;
            return connection.reset().map_err(|error| refused(&error));
        }
        match player.step(step) {
            Ok(Flow::On) => {}
            Ok(Flow::Over) => return Ok(()),
            Err(Wrong { expected, found }) => {
                let connection = &player.connection;
                let (sent, came) = (shown(&connection.sent), shown(&connection.came));
                return Err(Failure { expected, found, sent, came });
            }
        }
    }
    Ok(())
}

/// Whether a fresh connection gets an answer.
///
/// # Errors
/// What came of it instead.
pub fn is_alive(settings: &Settings) -> Result<(), Failure> {
    play(&[Step::Open(true)], Cut::None, settings).map_err(|failure| Failure {
        expected: format!("the server still serves a fresh connection: {}", failure.expected),
        ..failure
    })
}

fn refused(error: &std::io::Error) -> Failure {
    Failure {
        expected: "a connection".to_owned(),
        found: error.to_string(),
        sent: String::new(),
        came: String::new(),
    }
}

struct Player<'a> {
    connection: Connection,
    cut: Cut,
    /// How many octets were sent.
    offset: usize,
    settings: &'a Settings,
}

impl Player<'_> {
    fn step(&mut self, step: &Step) -> Result<Flow, Wrong> {
        match step {
            Step::Send(octets) => {
                // Files with octets that cannot be written out are refused when they are read.
                self.send(&octets.expand().unwrap_or_default());
                Ok(Flow::On)
            }
            Step::Trickle(trickle) => {
                self.trickle(trickle);
                Ok(Flow::On)
            }
            Step::PauseMs(time) => {
                std::thread::sleep(Duration::from_millis(*time));
                Ok(Flow::On)
            }
            Step::HalfClose(_) => {
                self.connection.half_close();
                Ok(Flow::On)
            }
            Step::Reset(_) => Ok(Flow::Over),
            Step::Interim(status) => self.interim(*status),
            Step::Expect(expect) => self.expect(expect),
            Step::Closed(within) => self.closed(self.time(Some(within))),
            Step::Open(_) => self.open(),
            Step::OpenOrClosed(_) => self.open_or_closed(),
            Step::SilenceMs(time) => self.silence(Duration::from_millis(*time)),
        }
    }

    fn time(&self, within: Option<&Within>) -> Duration {
        let patience = self.settings.patience;
        match within {
            None | Some(Within::Patience(_)) => patience,
            Some(Within::Milliseconds(time)) => Duration::from_millis(*time),
            Some(Within::Deadline(_)) => self.settings.deadline.unwrap_or_default().saturating_add(patience),
        }
    }

    fn send(&mut self, octets: &[u8]) {
        let start = self.offset;
        self.offset = start.saturating_add(octets.len());
        let patience = self.settings.patience;
        match self.cut {
            Cut::None => self.connection.send(octets, patience),
            Cut::Everywhere => {
                for octet in octets {
                    self.connection.send(std::slice::from_ref(octet), patience);
                    std::thread::sleep(OCTET_PAUSE);
                }
            }
            Cut::After(count) => match octets.split_at_checked(count.saturating_sub(start)) {
                Some((first, last)) if count > start && !last.is_empty() => {
                    self.connection.send(first, patience);
                    std::thread::sleep(CUT_PAUSE);
                    self.connection.send(last, patience);
                }
                Some(_) | None => self.connection.send(octets, patience),
            },
        }
    }

    fn trickle(&mut self, trickle: &Trickle) {
        let deadline = self.settings.deadline.unwrap_or_default();
        let until = Instant::now() + deadline.saturating_mul(2);
        while Instant::now() < until {
            self.send(trickle.text.as_bytes());
            if self.connection.wait(Duration::from_millis(trickle.every_ms)) != Arrival::Silence {
                return;
            }
        }
    }

    fn response(&mut self, asked: Asked, time: Duration, expected: &str) -> Result<Response, Wrong> {
        let response = self.connection.response(asked, time).map_err(|none| {
            let found = match none {
                NoResponse::Ended => "the server closed the connection".to_owned(),
                NoResponse::Late { octets: 0 } => format!("nothing within {} ms", time.as_millis()),
                NoResponse::Late { octets } => {
                    format!("{octets} octets, and no end of the response within {} ms", time.as_millis())
                }
                NoResponse::Malformed(malformed) => format!("a malformed response: {malformed}"),
            };
            Wrong::new(expected, found)
        })?;
        if !response.is_interim() {
            let right = response.check_fields(self.settings.clock);
            right.map_err(|malformed| Wrong::new("a well-formed response", malformed.to_string()))?;
        }
        Ok(response)
    }

    fn interim(&mut self, status: u16) -> Result<Flow, Wrong> {
        let expected = format!("the interim response {status}");
        let response = self.response(Asked::default(), self.settings.patience, &expected)?;
        if response.status == status {
            return Ok(Flow::On);
        }
        Err(Wrong::new(expected, format!("the status code is {}", response.status)))
    }

    fn expect(&mut self, expect: &Expect) -> Result<Flow, Wrong> {
        for _ in 0..expect.times.unwrap_or(1) {
            if self.one(expect)? == Flow::Over {
                return Ok(Flow::Over);
            }
        }
        Ok(Flow::On)
    }

    fn one(&mut self, expect: &Expect) -> Result<Flow, Wrong> {
        let or_closed = if expect.or_closed { ", or a closed connection" } else { "" };
        let expected = format!("a response with status code {}{or_closed}", expect.status.told());
        let time = self.time(expect.within.as_ref());
        let asked = Asked { head: expect.head };
        let response = loop {
            if expect.or_closed && self.ends_in_silence(time) {
                return Ok(Flow::Over);
            }
            let response = self.response(asked, time, &expected)?;
            if !(response.is_interim() && expect.interims) {
                break response;
            }
        };
        let wrong = judge::wrong(expect, &response);
        if !wrong.is_empty() {
            return Err(Wrong::new(expected, wrong.join("; ")));
        }
        if !Statuses::is_empty(&expect.ends_on) && expect.ends_on.allow(response.status) {
            self.closed(self.settings.patience)?;
            return Ok(Flow::Over);
        }
        Ok(Flow::On)
    }

    /// The server closes, and nothing comes before that.
    fn closed(&mut self, time: Duration) -> Result<Flow, Wrong> {
        let expected = "the server closes the connection, and nothing comes before that";
        let until = Instant::now() + time;
        loop {
            if !self.connection.left().is_empty() {
                return Err(Wrong::new(
                    expected,
                    format!("more octets: `{}`", shown(self.connection.left())),
                ));
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.connection.wait(left) {
                Arrival::End => return Ok(Flow::On),
                Arrival::Octets => {}
                Arrival::Silence if left.is_zero() => {
                    return Err(Wrong::new(expected, format!("it stays open for {} ms", time.as_millis())));
                }
                Arrival::Silence => {}
            }
        }
    }

    /// The connection serves another request, and nothing comes before that is sent.
    fn open(&mut self) -> Result<Flow, Wrong> {
        match self.open_or_closed()? {
            Flow::On => Ok(Flow::On),
            Flow::Over => Err(Wrong::new(AGAIN, "the server closed the connection")),
        }
    }

    fn open_or_closed(&mut self) -> Result<Flow, Wrong> {
        self.connection.wait(CUT_PAUSE);
        if !self.connection.left().is_empty() {
            return Err(Wrong::new(AGAIN, format!("more octets: `{}`", shown(self.connection.left()))));
        }
        self.connection.send(PLAIN_GET, self.settings.patience);
        if self.ends_in_silence(self.settings.patience) {
            return Ok(Flow::Over);
        }
        let response = self.response(Asked::default(), self.settings.patience, AGAIN)?;
        // Another item would be the answer to another request, such as one that was smuggled.
        let found: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let id = found.pointer("/parameters/path/id").and_then(Value::as_u64);
        if response.status == 200 && id == Some(1) {
            return Ok(Flow::On);
        }
        Err(Wrong::new(AGAIN, format!("{} with `{}`", response.status, shown(&response.body))))
    }

    /// Whether the server closes before any octet of a response.
    fn ends_in_silence(&mut self, time: Duration) -> bool {
        self.connection.left().is_empty() && self.connection.wait(time) == Arrival::End
    }

    fn silence(&mut self, time: Duration) -> Result<Flow, Wrong> {
        let expected = format!("nothing comes for {} ms, and the connection stays", time.as_millis());
        if !self.connection.left().is_empty() {
            return Err(Wrong::new(expected, format!("`{}`", shown(self.connection.left()))));
        }
        match self.connection.wait(time) {
            Arrival::Silence => Ok(Flow::On),
            Arrival::End => Err(Wrong::new(expected, "the server closed the connection")),
            Arrival::Octets => Err(Wrong::new(expected, format!("`{}`", shown(self.connection.left())))),
        }
    }
}
