//! JSON text -> instance, within bounds.
//!
//! Takes: the bytes of a JSON text (RFC 8259) and its limits. Gives: an instance that keeps number
//! text, or the first fault with its place. Refuses repeated member names, invalid UTF-8, a byte order
//! mark and lone surrogates (BOD-011). Iterative: the stack does not grow with the text. Never panics.

#[cfg(test)]
mod tests;

use super::json_error::{JsonError, JsonLimits, JsonRule};
use super::{Instance, InstanceKind, TextSpan, narrow};
use crate::limits::json::TEXT_BYTES_MAX;
use crate::octets::plain_in_json;

/// Parses a complete JSON text.
///
/// ```
/// use brrtrouter::schema::instance::{JsonLimits, JsonRule, parse_json};
///
/// let instance = parse_json(br#"{"id": 12345678901234567890123}"#, &JsonLimits::default())?;
/// assert_eq!(instance.root().get("id").and_then(|id| id.number_text()), Some("12345678901234567890123"));
///
/// let fault = parse_json(br#"{"a": 1, "a": 2}"#, &JsonLimits::default()).unwrap_err();
/// assert_eq!((fault.rule, fault.offset), (JsonRule::DuplicateMember, 9));
/// # Ok::<(), brrtrouter::schema::instance::JsonError>(())
/// ```
///
/// # Errors
/// The first broken rule, with its place.
pub fn parse_json(text: &[u8], limits: &JsonLimits) -> Result<Instance, JsonError> {
    let mut instance = Instance::new();
    parse_json_into(text, limits, &mut instance)?;
    Ok(instance)
}

/// [`parse_json`] into an empty instance that lies where it will stay: it is too large to be passed on for nothing.
pub(crate) fn parse_json_into(
    text: &[u8],
    limits: &JsonLimits,
    instance: &mut Instance,
) -> Result<(), JsonError> {
    let fail = |rule, offset| JsonError::new(rule, text, offset);
    if narrow(text.len()) > limits.bytes_max.min(TEXT_BYTES_MAX) {
        return Err(fail(JsonRule::TooLong, 0));
    }
    if text.starts_with(b"\xEF\xBB\xBF") {
        return Err(fail(JsonRule::ByteOrderMark, 0));
    }
    let valid =
        std::str::from_utf8(text).map_err(|error| fail(JsonRule::InvalidUtf8, error.valid_up_to()))?;
    let mut parser = Parser::new(valid, limits, None, instance);
    match parser.run() {
        Ok(()) => Ok(()),
        Err(Stop::Fault(rule)) => Err(fail(rule, parser.at)),
        Err(Stop::Duplicate(slot)) => {
            Err(fail(JsonRule::DuplicateMember, place_of_member(valid, limits, slot)))
        }
    }
}

/// Where the name of the member at `slot` stands: parses again and stops there.
fn place_of_member(text: &str, limits: &JsonLimits, slot: u32) -> usize {
    let mut again = Instance::new();
    let mut parser = Parser::new(text, limits, Some(slot), &mut again);
    // It stops at the member; whatever the outcome, the name read last is the one asked for.
    match parser.run() {
        Ok(()) | Err(_) => parser.name_at,
    }
}

enum Stop {
    Fault(JsonRule),
    /// The second member of its name, by its position in the arena.
    Duplicate(u32),
}

impl From<JsonRule> for Stop {
    fn from(rule: JsonRule) -> Self {
        Self::Fault(rule)
    }
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    limits: &'t JsonLimits,
    instance: &'t mut Instance,
    /// The kind of the innermost open container.
    inside: Option<InstanceKind>,
    /// Where the member name read last starts.
    name_at: usize,
    stop_at: Option<u32>,
}

impl<'t> Parser<'t> {
    /// The whole text is copied at once, so that strings and numbers are stretches of it; only what has escapes is
    /// written anew behind it, which takes no more room than it took with them.
    fn new(text: &'t str, limits: &'t JsonLimits, stop_at: Option<u32>, instance: &'t mut Instance) -> Self {
        let escapes = memchr::memchr(b'\\', text.as_bytes()).map_or(0, |_| text.len());
        instance.reserve_text(text.len().saturating_add(escapes));
        instance.extend_string(text);
        Self { text, bytes: text.as_bytes(), at: 0, limits, instance, inside: None, name_at: 0, stop_at }
    }

    fn run(&mut self) -> Result<(), Stop> {
        loop {
            self.skip_space();
            self.count_value()?;
            if self.value()? && self.close_finished()? {
                return Ok(());
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn advance(&mut self, bytes: usize) {
        // It never passes the end of a text that is in memory.
        self.at = self.at.wrapping_add(bytes);
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance(1);
        }
    }

    fn count_value(&self) -> Result<(), Stop> {
        let count = narrow(self.instance.len());
        if self.stop_at == Some(count) {
            return Err(Stop::Duplicate(count));
        }
        if count >= self.limits.values_max {
            return Err(JsonRule::TooManyValues.into());
        }
        Ok(())
    }

    /// Reads a scalar or opens a container. Gives whether a value is complete.
    fn value(&mut self) -> Result<bool, Stop> {
        match self.peek() {
            None => Err(JsonRule::UnexpectedEnd.into()),
            Some(b'{') => self.open(InstanceKind::Object),
            Some(b'[') => self.open(InstanceKind::Array),
            Some(b'"') => {
                let span = self.string()?;
                self.instance.string_at(span);
                Ok(true)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| true),
            Some(_) => self.literal().map(|()| true),
        }
    }

    fn open(&mut self, kind: InstanceKind) -> Result<bool, Stop> {
        if narrow(self.instance.nesting()) >= self.limits.nesting_max {
            return Err(JsonRule::TooDeep.into());
        }
        self.advance(1);
        self.skip_space();
        let outside = self.inside.replace(kind);
        if kind == InstanceKind::Object {
            self.instance.open_object();
            if self.peek() != Some(b'}') {
                self.member_name()?;
                return Ok(false);
            }
        } else {
            self.instance.open_array();
            if self.peek() != Some(b']') {
                return Ok(false);
            }
        }
        self.advance(1);
        self.instance.close();
        self.inside = outside;
        Ok(true)
    }

    fn member_name(&mut self) -> Result<(), Stop> {
        self.skip_space();
        self.name_at = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return Err(JsonRule::UnexpectedCharacter.into()),
            None => return Err(JsonRule::UnexpectedEnd.into()),
        }
        let span = self.string()?;
        self.instance.member_name_at(span);
        self.skip_space();
        match self.peek() {
            Some(b':') => {
                self.advance(1);
                Ok(())
            }
            Some(_) => Err(JsonRule::UnexpectedCharacter.into()),
            None => Err(JsonRule::UnexpectedEnd.into()),
        }
    }

    /// After a value: closes the containers that end here. Gives whether the text is done.
    fn close_finished(&mut self) -> Result<bool, Stop> {
        loop {
            self.skip_space();
            match (self.inside, self.peek()) {
                (None, None) => return Ok(true),
                (None, Some(_)) => return Err(JsonRule::TrailingCharacter.into()),
                (Some(_), None) => return Err(JsonRule::UnexpectedEnd.into()),
                (Some(InstanceKind::Array), Some(b',')) => {
                    self.advance(1);
                    return Ok(false);
                }
                (Some(_), Some(b',')) => {
                    self.advance(1);
                    self.member_name()?;
                    return Ok(false);
                }
                (Some(InstanceKind::Array), Some(b']')) => {
                    self.advance(1);
                    self.instance.close();
                    self.inside = self.instance.innermost();
                }
                (Some(InstanceKind::Object), Some(b'}')) => self.close_object()?,
                (Some(_), Some(_)) => return Err(JsonRule::UnexpectedCharacter.into()),
            }
        }
    }

    fn close_object(&mut self) -> Result<(), Stop> {
        self.advance(1);
        let object = self.instance.close();
        self.inside = self.instance.innermost();
        match self.instance.node(object).duplicate_member() {
            Some((_, second)) => Err(Stop::Duplicate(second.identity().1)),
            None => Ok(()),
        }
    }

    fn literal(&mut self) -> Result<(), Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(b"true") {
            self.advance(4);
            self.instance.boolean(true);
        } else if rest.starts_with(b"false") {
            self.advance(5);
            self.instance.boolean(false);
        } else if rest.starts_with(b"null") {
            self.advance(4);
            self.instance.null();
        } else {
            return Err(JsonRule::UnexpectedCharacter.into());
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.advance(1);
        }
        self.at.saturating_sub(start)
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.advance(1);
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(JsonRule::InvalidNumber.into());
        }
        if self.peek() == Some(b'.') {
            self.advance(1);
            if self.digits() == 0 {
                return Err(JsonRule::InvalidNumber.into());
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.advance(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.advance(1);
            }
            if self.digits() == 0 {
                return Err(JsonRule::InvalidNumber.into());
            }
        }
        if narrow(self.at.saturating_sub(start)) > self.limits.number_bytes_max {
            self.at = start;
            return Err(JsonRule::NumberTooLong.into());
        }
        self.instance.number_at(TextSpan::between(start, self.at));
        Ok(())
    }

    /// Reads a string; gives where its text stands in the arena.
    #[inline]
    fn string(&mut self) -> Result<TextSpan, Stop> {
        self.advance(1);
        let start = self.at;
        self.skip_plain();
        match self.peek() {
            Some(b'"') => {
                let span = TextSpan::between(start, self.at);
                self.advance(1);
                Ok(span)
            }
            Some(b'\\') => self.escaped_string(start),
            Some(_) => Err(JsonRule::ControlCharacter.into()),
            None => Err(JsonRule::UnexpectedEnd.into()),
        }
    }

    fn skip_plain(&mut self) {
        self.advance(plain_in_json(self.bytes.get(self.at..).unwrap_or_default()));
    }

    /// Goes on with a string from its first escape, and writes it behind the text.
    fn escaped_string(&mut self, start: usize) -> Result<TextSpan, Stop> {
        let begun = self.instance.begin_string();
        let mut from = start;
        loop {
            self.instance.extend_string(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.advance(1);
                    return Ok(self.instance.span_since(begun));
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(JsonRule::ControlCharacter.into()),
                None => return Err(JsonRule::UnexpectedEnd.into()),
            }
            from = self.at;
            self.skip_plain();
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let code = self.bytes.get(self.at.saturating_add(1)).copied();
        let piece = match code {
            Some(b'"') => "\"",
            Some(b'\\') => "\\",
            Some(b'/') => "/",
            Some(b'b') => "\u{8}",
            Some(b'f') => "\u{C}",
            Some(b'n') => "\n",
            Some(b'r') => "\r",
            Some(b't') => "\t",
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(JsonRule::InvalidEscape.into()),
        };
        self.advance(2);
        self.instance.extend_string(piece);
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<(), Stop> {
        let first = self.code_unit(self.at)?;
        let mut length = 6;
        let code = match first {
            0xD800..=0xDBFF => {
                let low = self.code_unit(self.at.saturating_add(6)).unwrap_or_default();
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(JsonRule::LoneSurrogate.into());
                }
                length = 12;
                ((first & 0x3FF) << 10 | (low & 0x3FF)).saturating_add(0x1_0000)
            }
            unit => unit,
        };
        let character = char::from_u32(code).ok_or(JsonRule::LoneSurrogate)?;
        self.instance.extend_string(character.encode_utf8(&mut [0; 4]));
        self.advance(length);
        Ok(())
    }

    /// The four hexadecimal digits of the `\u` escape at `at`.
    fn code_unit(&self, at: usize) -> Result<u32, Stop> {
        let escape = self.bytes.get(at..at.saturating_add(6)).ok_or(JsonRule::InvalidEscape)?;
        let [b'\\', b'u', digits @ ..] = escape else { return Err(JsonRule::InvalidEscape.into()) };
        let mut unit: u32 = 0;
        for digit in digits {
            let value = char::from(*digit).to_digit(16).ok_or(JsonRule::InvalidEscape)?;
            unit = (unit << 4) | value;
        }
        Ok(unit)
    }
}
