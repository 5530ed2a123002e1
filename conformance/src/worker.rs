//! One worker: a child process that is asked and answers, within bounds of time and memory.
//!
//! Takes: questions. Gives: answers, or how the child ended. A panic, a hang and an overflow are verdicts, never
//! the runner's own end. Never panics.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::offer::Offers;
use crate::outcome::{Fault, Stop};
use crate::protocol::{Answer, Hello, PROTOCOL, Question};

/// What a pipe surely takes at once (POSIX's `PIPE_BUF` on Linux); it is empty when a question is asked.
const PIPE_BYTES: usize = 4096;
const STDERR_LINES_KEPT: usize = 40;
const ANSWER_BYTES_MAX: u64 = 512 << 20;
/// How long a new worker may take to greet.
const GREETING: Duration = Duration::from_secs(20);

/// How workers are started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Program and arguments.
    pub command: Vec<String>,
    /// The program that sets the address-space limit and becomes the worker; this program.
    pub confine: std::path::PathBuf,
    /// Address space in MiB.
    pub memory_mib: u64,
}

/// A running worker.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<std::io::Result<String>>,
    /// Its last words. The lock is shared with the thread that reads them and with no other worker, and taken here only when the
    /// worker has ended.
    stderr: Arc<Mutex<VecDeque<String>>>,
    /// Who is under test, from its greeting.
    pub name: String,
    /// What its answers can show.
    pub offers: Offers,
}

impl Worker {
    /// Starts a worker and exchanges greetings.
    ///
    /// # Errors
    /// [`Stop::Harness`] when it cannot be started or greets wrongly.
    pub fn start(launch: &Launch) -> Result<Self, Stop> {
        let mut child = Command::new(&launch.confine)
            .args(["confine", "--memory-mib", &launch.memory_mib.to_string(), "--"])
            .args(&launch.command)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Stop::Harness(format!("cannot start {}: {error}", launch.command.join(" "))))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Stop::Harness("a worker without pipes".to_owned()));
        };
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while read_answer(&mut reader, &sender) {}
        });
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || keep_last_lines(BufReader::new(stderr), &keep));
        let mut worker = Self {
            child,
            stdin: Some(stdin),
            answers,
            stderr: kept,
            name: String::new(),
            offers: Offers::default(),
        };
        worker.greet(launch)?;
        Ok(worker)
    }

    fn greet(&mut self, launch: &Launch) -> Result<(), Stop> {
        let hello = Question::Hello(Hello { protocol: PROTOCOL });
        match self.ask(&hello, GREETING) {
            Ok(Answer::Hello(back)) if back.protocol == PROTOCOL => {
                self.name = format!("{} {}", back.name, back.version);
                self.offers = Offers::of(back.offers);
                Ok(())
            }
            Ok(_) => Err(Stop::Harness(format!(
                "`{}` does not speak protocol {PROTOCOL}: it answered `hello` otherwise",
                launch.command.join(" ")
            ))),
            Err(stop) => Err(Stop::Harness(format!("`{}`: {stop}", launch.command.join(" ")))),
        }
    }

    /// Asks, and waits for the answer at most `patience`. After an error the worker is of no further use.
    ///
    /// # Errors
    /// How the worker ended, or that it does not offer what was asked.
    pub fn ask(&mut self, question: &Question, patience: Duration) -> Result<Answer, Stop> {
        let mut line = serde_json::to_string(question)
            .map_err(|error| Stop::Harness(format!("a question that cannot be written: {error}")))?;
        // Raw values keep the line breaks between their tokens; a question is one line.
        if line.contains(['\n', '\r']) {
            line = line.replace(['\n', '\r'], " ");
        }
        line.push('\n');
        if line.len() <= PIPE_BYTES
            && let Some(stdin) = &mut self.stdin
        {
            if stdin.write_all(line.as_bytes()).is_err() {
                return Err(self.ended());
            }
            return self.wait(question, patience, patience);
        }
        // A large question may fill the pipe while the worker hangs: write from a thread of its own.
        if let Some(mut stdin) = self.stdin.take() {
            let (sender, written) = channel();
            std::thread::spawn(move || {
                let result = stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush());
                let _unheard = sender.send((stdin, result));
            });
            let started = Instant::now();
            match written.recv_timeout(patience) {
                Ok((stdin, Ok(()))) => self.stdin = Some(stdin),
                Ok((_, Err(_))) => return Err(self.ended()),
                Err(_) => return Err(self.hung(patience)),
            }
            return self.wait(question, patience.saturating_sub(started.elapsed()), patience);
        }
        Err(self.ended())
    }

    fn wait(&mut self, question: &Question, left: Duration, patience: Duration) -> Result<Answer, Stop> {
        let line = match self.answers.recv_timeout(left) {
            Ok(Ok(line)) if !line.is_empty() => line,
            Ok(Ok(_)) | Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
            Ok(Err(error)) => return Err(Stop::Fault(Fault::Garbage, error.to_string())),
            Err(RecvTimeoutError::Timeout) => return Err(self.hung(patience)),
        };
        match serde_json::from_str::<Answer>(&line) {
            Ok(Answer::Unsupported(unsupported)) if unsupported.id == question.id() => {
                Err(Stop::Unsupported(unsupported.reason))
            }
            Ok(answer) if answer_id(&answer) == question.id() => Ok(answer),
            Ok(Answer::Unsupported(unsupported)) => Err(Stop::Fault(Fault::Garbage, unsupported.reason)),
            Ok(_) => Err(Stop::Fault(Fault::Garbage, "an answer to another question".to_owned())),
            Err(error) => {
                let start: String = line.trim_end().chars().take(80).collect();
                Err(Stop::Fault(Fault::Garbage, format!("{error}: {start}")))
            }
        }
    }

    fn hung(&mut self, patience: Duration) -> Stop {
        self.kill();
        Stop::Fault(Fault::Hang, format!("no answer within {patience:?}"))
    }

    fn kill(&mut self) {
        // The child may have ended by itself: then there is nothing to end.
        if self.child.kill().is_err() {
            return;
        }
        if self.child.wait().is_err() {
            self.stdin = None;
        }
    }

    /// Says how the worker ended, from its status and its last words.
    fn ended(&mut self) -> Stop {
        self.stdin = None;
        let deadline = Instant::now() + Duration::from_secs(2);
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) | Err(_) => {
                    self.kill();
                    return Stop::Fault(Fault::Death, "it closed its output".to_owned());
                }
            }
        };
        // The thread that reads its standard error ends with it; give it a moment to do so.
        let mut words = Vec::new();
        for _ in 0..20 {
            words = self.last_words();
            if !words.is_empty() || Arc::strong_count(&self.stderr) == 1 {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let (fault, detail) = classify(&words);
        let fault = fault.unwrap_or(if status.code() == Some(101) { Fault::Panic } else { Fault::Death });
        let detail = if detail.is_empty() { status.to_string() } else { detail };
        Stop::Fault(fault, detail)
    }

    fn last_words(&self) -> Vec<String> {
        self.stderr.lock().map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stdin = None;
        self.kill();
    }
}

/// Passes one line on; says whether there may be another.
fn read_answer(reader: &mut impl BufRead, sender: &Sender<std::io::Result<String>>) -> bool {
    let mut line = String::new();
    let read = reader.take(ANSWER_BYTES_MAX).read_line(&mut line);
    let more = matches!(read, Ok(bytes) if bytes > 0);
    sender.send(read.map(|_| line)).is_ok() && more
}

fn keep_last_lines(reader: impl BufRead, kept: &Mutex<VecDeque<String>>) {
    for line in reader.split(b'\n') {
        let Ok(line) = line else { return };
        let Ok(mut kept) = kept.lock() else { return };
        let line: String = String::from_utf8_lossy(&line).chars().take(400).collect();
        kept.push_back(line);
        if kept.len() > STDERR_LINES_KEPT {
            kept.pop_front();
        }
    }
}

/// Reads the fault from what Rust's runtime says on standard error.
fn classify(words: &[String]) -> (Option<Fault>, String) {
    for (index, line) in words.iter().enumerate() {
        if line.contains("panicked at") {
            let message = words.get(index + 1).map_or("", String::as_str);
            let place = line.split_once("panicked at ").map_or("", |(_, place)| place.trim_end_matches(':'));
            return (Some(Fault::Panic), format!("{message} ({place})"));
        }
        if line.contains("has overflowed its stack") {
            return (Some(Fault::Overflow), String::new());
        }
        if line.contains("memory allocation of") {
            return (Some(Fault::Memory), line.clone());
        }
    }
    (None, words.last().cloned().unwrap_or_default())
}

fn answer_id(answer: &Answer) -> &str {
    match answer {
        Answer::Hello(_) => "hello",
        Answer::Loaded(loaded) => &loaded.id,
        Answer::Result(result) => &result.id,
        Answer::Validated(validated) => &validated.id,
        Answer::Resolved(resolved) => &resolved.id,
        Answer::Decoded(decoded) => &decoded.id,
        Answer::Encoded(encoded) => &encoded.id,
        Answer::Parsed(parsed) => &parsed.id,
        Answer::Unsupported(unsupported) => &unsupported.id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_classified() {
        for (words, fault, mention) in [
            (
                vec!["thread 'main' panicked at src/a.rs:1:2:", "no way"],
                Some(Fault::Panic),
                "no way (src/a.rs:1:2)",
            ),
            (vec!["", "thread 'main' has overflowed its stack"], Some(Fault::Overflow), ""),
            (vec!["memory allocation of 12 bytes failed"], Some(Fault::Memory), "12 bytes"),
            (vec!["note"], None, "note"),
            (vec![], None, ""),
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            let (found, detail) = classify(&words);
            assert_eq!(found, fault, "{words:?}");
            assert!(detail.contains(mention), "{detail}");
        }
    }
}
