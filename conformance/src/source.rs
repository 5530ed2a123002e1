//! Reads a case file (YAML 1.2 or JSON) into JSON text and a table of places.
//!
//! Takes: the file's text. Gives: the same value as JSON text, members in their order and numbers as they were
//! written, and the line of every value by JSON Pointer. The suite has this reader of its own so that a fault in
//! the library's reader cannot hide in the cases. Aliases are copied, tags and duplicate keys refused. Never panics.

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Copies made by aliases are bounded, so that a corpus cannot hurt its reader.
const JSON_BYTES_MAX: usize = 64 << 20;
const DEPTH_MAX: usize = 256;

/// A file as JSON text with places.
#[derive(Debug)]
pub struct Source {
    /// The value as JSON text.
    pub json: String,
    lines: BTreeMap<String, usize>,
}

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceError {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl Source {
    /// Reads `text`.
    ///
    /// # Errors
    /// The first place that is not YAML 1.2 within JSON's model.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        Reader::default().read(text)
    }

    /// The line of the value at `pointer`, or of the nearest value around it.
    #[must_use]
    pub fn line(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return *line;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return 1,
            }
        }
    }
}

enum Open {
    Array { pointer: String, count: usize, anchor: Anchor },
    Object { pointer: String, names: HashSet<String>, name: Option<String>, anchor: Anchor },
}

#[derive(Clone, Copy)]
struct Anchor {
    id: usize,
    start: usize,
}

#[derive(Default)]
struct Reader {
    json: String,
    lines: BTreeMap<String, usize>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (usize, usize)>,
    documents: usize,
}

impl Reader {
    fn read(mut self, text: &str) -> Result<Source, SourceError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| SourceError {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                message: format!("{error}"),
            })?;
            self.event(event, span)?;
        }
        if self.json.is_empty() {
            self.json.push_str("null");
        }
        Ok(Source { json: self.json, lines: self.lines })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), SourceError> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault(span, "a case file holds one YAML document; split it into two files"));
                }
            }
            Event::Alias(id) => {
                let (start, end) = self
                    .anchors
                    .get(&id)
                    .copied()
                    .ok_or_else(|| fault(span, "an alias to an open anchor"))?;
                let copy = self.json.get(start..end).unwrap_or_default().to_owned();
                self.whole(span, 0, &copy)?;
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err(fault(span, "YAML tags are not used in case files; quote the text instead"));
            }
            Event::Scalar(text, style, anchor, None) => self.scalar(&text, style, anchor, span)?,
            Event::SequenceStart(anchor, None) => {
                let (pointer, start) = self.begin(span)?;
                self.json.push('[');
                self.open.push(Open::Array { pointer, count: 0, anchor: Anchor { id: anchor, start } });
            }
            Event::MappingStart(anchor, None) => {
                let (pointer, start) = self.begin(span)?;
                self.json.push('{');
                let anchor = Anchor { id: anchor, start };
                self.open.push(Open::Object { pointer, names: HashSet::new(), name: None, anchor });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), SourceError> {
        if let Some(Open::Object { names, name: name @ None, pointer, .. }) = self.open.last_mut() {
            if !names.insert(text.to_owned()) {
                return Err(fault(span, &format!("the key `{text}` occurs twice in one mapping")));
            }
            self.lines.insert(format!("{pointer}/{}", escape(text)), span.start.line());
            *name = Some(text.to_owned());
            return Ok(());
        }
        let json = if matches!(style, ScalarStyle::Plain) { plain(text) } else { quote(text) };
        self.whole(span, anchor, &json)
    }

    /// Writes a value that is complete.
    fn whole(&mut self, span: Span, anchor: usize, json: &str) -> Result<(), SourceError> {
        let (_, start) = self.begin(span)?;
        self.json.push_str(json);
        self.end(Anchor { id: anchor, start });
        Ok(())
    }

    /// Writes the separator and the member's name; answers the value's pointer and where its text starts.
    fn begin(&mut self, span: Span) -> Result<(String, usize), SourceError> {
        if self.json.len() > JSON_BYTES_MAX || self.open.len() >= DEPTH_MAX {
            return Err(fault(span, "too large or too deep for a case file; use stretches with `times`"));
        }
        let pointer = match self.open.last_mut() {
            None => String::new(),
            Some(Open::Object { name: None, .. }) => {
                return Err(fault(span, "a key must be a scalar"));
            }
            Some(Open::Array { count, pointer, .. }) => {
                if *count > 0 {
                    self.json.push(',');
                }
                *count += 1;
                format!("{pointer}/{}", *count - 1)
            }
            Some(Open::Object { names, name: Some(name), pointer, .. }) => {
                if names.len() > 1 {
                    self.json.push(',');
                }
                self.json.push_str(&quote(name));
                self.json.push(':');
                format!("{pointer}/{}", escape(name))
            }
        };
        self.lines.entry(pointer.clone()).or_insert_with(|| span.start.line());
        Ok((pointer, self.json.len()))
    }

    fn end(&mut self, anchor: Anchor) {
        if anchor.id > 0 {
            self.anchors.insert(anchor.id, (anchor.start, self.json.len()));
        }
        if let Some(Open::Object { name, .. }) = self.open.last_mut() {
            *name = None;
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let (close, anchor) = match open {
            Open::Array { anchor, .. } => (']', anchor),
            Open::Object { anchor, .. } => ('}', anchor),
        };
        self.json.push(close);
        self.end(anchor);
    }
}

fn fault(span: Span, message: &str) -> SourceError {
    SourceError { line: span.start.line(), column: span.start.col() + 1, message: message.to_owned() }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A plain scalar by the JSON-compatible rules of YAML 1.2's core schema.
fn plain(text: &str) -> String {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => "null".into(),
        "true" | "True" | "TRUE" => "true".into(),
        "false" | "False" | "FALSE" => "false".into(),
        _ if is_json_number(text) => text.to_owned(),
        _ => quote(text),
    }
}

/// RFC 8259 §6.
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, json: &str) {
        assert_eq!(Source::parse(yaml).map(|source| source.json), Ok(json.to_owned()), "{yaml}");
    }

    #[test]
    fn yaml_becomes_json_in_order() {
        check("b: 1\na: [x, 2.50, 1e400, ~, 'no', no]", r#"{"b":1,"a":["x",2.50,1e400,null,"no","no"]}"#);
        check("200: {a: {}, b: []}", r#"{"200":{"a":{},"b":[]}}"#);
        check("a: &x {k: [1]}\nb: *x\nc: &y v\nd: *y", r#"{"a":{"k":[1]},"b":{"k":[1]},"c":"v","d":"v"}"#);
        check("# nothing\n", "null");
        check("a: |\n  x\n  y\n", r#"{"a":"x\ny\n"}"#);
        check(r#"{"a": [true, {"b": -0.5}]}"#, r#"{"a":[true,{"b":-0.5}]}"#);
        check("a: 012\nb: 1_000\nc: -x", r#"{"a":"012","b":"1_000","c":"-x"}"#);
    }

    #[test]
    fn faults_have_a_line() {
        for (text, line, mention) in [
            ("a: 1\nb: 2\na: 3", 3, "twice"),
            ("a: !!str 1", 1, "tags"),
            ("a: 1\n---\nb: 2", 2, "one YAML document"),
            ("a: [1", 1, ""),
        ] {
            let error = Source::parse(text).expect_err(text);
            assert!(error.message.contains(mention), "{text}: {error:?}");
            assert!(error.line >= line, "{text}: {error:?}");
        }
    }

    #[test]
    fn lines_by_pointer() {
        let source = Source::parse("a:\n  - x\n  - y:\n      z: 1\n").expect("readable");
        for (pointer, line) in [("/a", 1), ("/a/0", 2), ("/a/1", 3), ("/a/1/y/z", 4), ("/a/1/y/none", 3)] {
            assert_eq!(source.line(pointer), line, "{pointer}");
        }
    }
}
