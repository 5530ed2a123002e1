//! JSON (RFC 8259) -> spanned tree.
//!
//! Takes: one document's text. Gives: its tree, or the place where the text stops being JSON and how
//! to mend it. Iterative: nesting costs heap, and is bounded. Never panics.

use super::finding::{self, Finding, char_span, quoted};
use super::source::offset;
use super::{Outcome, Source, Stop, TextOptions, Writing};
use crate::description::{NodeId, Span};

/// Reads JSON text.
pub(super) fn parse(source: &Source, options: &TextOptions) -> Outcome {
    let mut reader = Reader {
        text: source.text(),
        at: 0,
        open: Vec::new(),
        scratch: String::new(),
        to: Writing::new(source, options),
    };
    let read = reader.document();
    reader.to.outcome(read.is_ok())
}

/// An array or object whose end was not reached.
struct Container {
    id: NodeId,
    end: u8,
    start: usize,
    is_empty: bool,
}

struct Reader<'s> {
    text: &'s str,
    at: usize,
    open: Vec<Container>,
    /// Strings with escapes are unescaped here.
    scratch: String,
    to: Writing<'s>,
}

impl<'s> Reader<'s> {
    fn document(&mut self) -> Result<(), Stop> {
        self.skip_space();
        self.value()?;
        while let Some(container) = self.open.pop() {
            let Some(container) = self.next_in(container)? else { continue };
            let is_object = container.end == b'}';
            self.open.push(container);
            if is_object {
                self.member_name()?;
            }
            self.value()?;
        }
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fault("text follows the end of the JSON value", "remove what follows the value"),
        }
    }

    /// Moves to the next item or member name of `container`, or closes it.
    fn next_in(&mut self, mut container: Container) -> Result<Option<Container>, Stop> {
        self.skip_space();
        let Some(byte) = self.peek() else { return self.end_inside(&container) };
        if byte == container.end {
            self.step();
            self.to.builder.close(container.id, offset(self.at));
            return Ok(None);
        }
        let comma = self.at;
        if container.is_empty {
            container.is_empty = false;
        } else if byte == b',' {
            self.step();
            self.skip_space();
        } else {
            return self.no_comma(&container, byte);
        }
        match self.peek() {
            None => self.end_inside(&container),
            Some(byte) if byte == container.end => self.trailing_comma(comma, byte),
            Some(byte) if container.end == b'}' && byte != b'"' => self.no_name(byte),
            Some(_) => Ok(Some(container)),
        }
    }

    fn member_name(&mut self) -> Result<(), Stop> {
        let span = self.string()?;
        let name = std::mem::take(&mut self.scratch);
        let named = self.to.member_name(&name, span);
        self.scratch = name;
        named?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self
                .fault("a colon is missing after the member's name", "put `:` between name and value");
        }
        self.step();
        self.skip_space();
        Ok(())
    }

    fn value(&mut self) -> Result<(), Stop> {
        match self.peek() {
            Some(b'{') => self.open(b'}'),
            Some(b'[') => self.open(b']'),
            Some(b'"') => {
                let span = self.string()?;
                self.to.room_for_value(span)?;
                self.to.builder.string(&self.scratch, span);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z') => self.literal(),
            _ => self.no_value(),
        }
    }

    fn open(&mut self, end: u8) -> Result<(), Stop> {
        let start = self.at;
        let span = self.char_here();
        self.to.room_for_container(span)?;
        let id =
            if end == b'}' { self.to.builder.open_object(span) } else { self.to.builder.open_array(span) };
        self.open.push(Container { id, end, start, is_empty: true });
        self.step();
        Ok(())
    }

    fn literal(&mut self) -> Result<(), Stop> {
        let word = self.word();
        let span = Span { start: offset(self.at), end: offset(self.at.saturating_add(word.len())) };
        self.to.room_for_value(span)?;
        match word {
            "null" => self.to.builder.null(span),
            "true" => self.to.builder.boolean(true, span),
            "false" => self.to.builder.boolean(false, span),
            _ => return self.no_value(),
        };
        self.at = self.at.saturating_add(word.len());
        Ok(())
    }

    /// RFC 8259 §6: `-`? int frac? exp?.
    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.step();
        }
        let integer = self.digits();
        if integer.is_empty() {
            return self.no_digits(start);
        }
        if integer.len() > 1 && integer.starts_with('0') {
            self.at = start;
            return self.fault(
                "the number has a leading zero",
                "remove the zero, or put quotes round it if text is meant",
            );
        }
        if self.peek() == Some(b'.') {
            self.step();
            if self.digits().is_empty() {
                return self.fault(
                    "digits are missing after the number's point",
                    "add a digit, or remove the point",
                );
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.step();
            if let Some(b'+' | b'-') = self.peek() {
                self.step();
            }
            if self.digits().is_empty() {
                return self
                    .fault("digits are missing in the number's exponent", "add a digit after the `e`");
            }
        }
        if !self.word().is_empty() {
            return self.fault("letters follow the number", "put quotes round it if text is meant");
        }
        let span = Span { start: offset(start), end: offset(self.at) };
        self.to.room_for_value(span)?;
        self.to.builder.number(self.text.get(start..self.at).unwrap_or_default(), span);
        Ok(())
    }

    fn digits(&mut self) -> &'s str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at = self.at.saturating_add(length);
        rest.get(..length).unwrap_or_default()
    }

    /// RFC 8259 §7: reads the string that begins here into `scratch`.
    fn string(&mut self) -> Result<Span, Stop> {
        let start = self.at;
        self.scratch.clear();
        self.step();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain =
                rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F)).unwrap_or(rest.len());
            self.scratch.push_str(rest.get(..plain).unwrap_or_default());
            self.at = self.at.saturating_add(plain);
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(Span { start: offset(start), end: offset(self.at) });
                }
                Some(b'\\') => self.escape()?,
                Some(b'\t') => return self.fault("a tab stands in a string", "write it as \\t"),
                Some(byte) if byte != b'\n' && byte != b'\r' => {
                    let mend = format!("write it as \\u{byte:04X}");
                    return self
                        .fault(&format!("the control character U+{byte:04X} stands in a string"), mend);
                }
                Some(_) | None => {
                    let end = offset(self.at);
                    let span = Span { start: offset(start), end };
                    let mend = "add the closing `\"`; write a line break inside a string as \\n";
                    return self.to.stop(finding::syntax(
                        "JSON",
                        span,
                        "the string is not closed on its line",
                        mend,
                    ));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let start = self.at;
        self.step();
        let char = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            _ => {
                self.at = start;
                let mend =
                    "write a backslash as \\\\; JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX";
                return self.fault("the backslash begins no JSON escape", mend);
            }
        };
        self.step();
        self.scratch.push(char);
        Ok(())
    }

    /// `\uXXXX`, or two of them for a character beyond U+FFFF.
    fn unicode_escape(&mut self, start: usize) -> Result<(), Stop> {
        let first = self.code_unit(start)?;
        let is_high = (0xD800..0xDC00).contains(&first);
        let pair = if is_high && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
            self.step();
            let second = self.code_unit(start)?;
            char::decode_utf16([first, second]).next()
        } else {
            char::decode_utf16([first]).next()
        };
        match pair {
            Some(Ok(char)) => self.scratch.push(char),
            Some(Err(_)) | None => {
                let span = Span { start: offset(start), end: offset(self.at) };
                let what = format!("\\u{first:04X} is half of a surrogate pair and no character by itself");
                let mend = "write both halves one after the other, or the character itself";
                return self.to.stop(finding::syntax("JSON", span, what, mend));
            }
        }
        Ok(())
    }

    /// The four hexadecimal digits after the `u` that stands here.
    fn code_unit(&mut self, start: usize) -> Result<u16, Stop> {
        self.step();
        let digits = self.text.get(self.at..self.at.saturating_add(4)).unwrap_or_default();
        let hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u16::from_str_radix(digits, 16) {
            Ok(unit) if hex => {
                self.at = self.at.saturating_add(4);
                Ok(unit)
            }
            Ok(_) | Err(_) => {
                self.at = start;
                self.fault("four hexadecimal digits must follow \\u", "complete the escape")
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.step();
        }
    }

    /// The letters, digits and signs of words that begin here.
    fn word(&self) -> &'s str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'+' | b'.');
        rest.get(..rest.bytes().take_while(part).count()).unwrap_or_default()
    }

    fn char_here(&self) -> Span {
        char_span(self.text, self.at)
    }

    /// Stops with a finding at the present character.
    fn fault<T>(&mut self, what: &str, mend: impl Into<std::borrow::Cow<'static, str>>) -> Result<T, Stop> {
        let finding = finding::syntax("JSON", self.char_here(), what, mend);
        self.to.stop(finding)
    }
}

/// What people write instead of JSON.
impl Reader<'_> {
    fn trailing_comma<T>(&mut self, comma: usize, end: u8) -> Result<T, Stop> {
        self.at = comma;
        self.fault(&format!("a comma stands before the closing `{}`", char::from(end)), "remove the comma")
    }

    fn end_inside<T>(&mut self, container: &Container) -> Result<T, Stop> {
        let (kind, end) = if container.end == b'}' { ("object", '}') } else { ("array", ']') };
        let finding = finding::syntax(
            "JSON",
            self.char_here(),
            format!("the text ends inside an {kind}"),
            format!("add the missing `{end}`"),
        )
        .related("it begins here", char_span(self.text, container.start));
        self.to.stop(finding)
    }

    fn no_comma<T>(&mut self, container: &Container, byte: u8) -> Result<T, Stop> {
        if let Some(finding) = self.comment() {
            return self.to.stop(finding);
        }
        match byte {
            b'}' | b']' => {
                let finding = finding::syntax(
                    "JSON",
                    self.char_here(),
                    format!("`{}` does not close what is open here", char::from(byte)),
                    format!("close it with `{}`", char::from(container.end)),
                )
                .related("it begins here", char_span(self.text, container.start));
                self.to.stop(finding)
            }
            b':' => self
                .fault("a colon stands where a comma or the end is due", "remove it, or make this an object"),
            _ => self.fault("a comma is missing before this", "put `,` between the two"),
        }
    }

    fn no_name<T>(&mut self, byte: u8) -> Result<T, Stop> {
        if let Some(finding) = self.comment() {
            return self.to.stop(finding);
        }
        match byte {
            b'\'' => self.fault("the member's name is in single quotes", "use double quotes: \"name\""),
            b',' => self.fault("a member is missing between two commas", "remove a comma"),
            b']' => self.fault("`]` does not close an object", "close it with `}`"),
            _ => self.fault("the member's name is not in quotes", "put double quotes round the name"),
        }
    }

    fn no_value<T>(&mut self) -> Result<T, Stop> {
        if let Some(finding) = self.comment() {
            return self.to.stop(finding);
        }
        let word = self.word().to_owned();
        let instead = match word.to_ascii_lowercase().as_str() {
            "true" | "false" | "null" => Some(word.to_ascii_lowercase()),
            "none" | "nil" | "undefined" => Some("null".to_owned()),
            _ => None,
        };
        if let Some(instead) = instead {
            return self.fault(&format!("{word} is no JSON value"), format!("write {instead}"));
        }
        if let "nan" | "infinity" | "inf" = word.trim_start_matches('+').to_ascii_lowercase().as_str() {
            return self
                .fault(&format!("{word} has no JSON form"), "give a finite number, or text in quotes");
        }
        match self.peek() {
            None => self.fault("the text ends where a value is due", "add the value"),
            Some(b'\'') => self.fault("the string is in single quotes", "use double quotes: \"text\""),
            Some(b'+') => self.fault("a number begins with `+`", "remove the `+`"),
            Some(b'.') => self.fault("a number begins with a point", "put a 0 before the point"),
            Some(b',') => {
                self.fault("a value is missing before the comma", "add the value, or remove the comma")
            }
            Some(b'}' | b']') => self.fault("a value is missing before the closing bracket", "add the value"),
            Some(_) if word.is_empty() => {
                let span = self.char_here();
                let what = format!("{} begins no JSON value", quoted(self.to.source.slice(span)));
                self.fault(&what, "put double quotes round text")
            }
            Some(_) => {
                self.fault(&format!("{} is no JSON value", quoted(&word)), "put double quotes round text")
            }
        }
    }

    fn no_digits<T>(&mut self, start: usize) -> Result<T, Stop> {
        let word = self.word().to_ascii_lowercase();
        self.at = start;
        if let "infinity" | "inf" | "nan" = word.as_str() {
            return self
                .fault(&format!("-{word} has no JSON form"), "give a finite number, or text in quotes");
        }
        self.fault("a digit must follow the minus sign", "add the digit, or put quotes round text")
    }

    fn comment(&self) -> Option<Finding> {
        let rest = self.text.get(self.at..)?;
        let comment = rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#');
        let mend = "remove it, or put it into a `description` or `$comment`, or write the document as YAML";
        comment.then(|| finding::syntax("JSON", self.char_here(), "JSON has no comments", mend))
    }
}
