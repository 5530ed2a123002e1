//! A problem as octets: JSON (RFC 9457 §3) or XML (RFC 9457 Appendix B).
//!
//! Takes: a [`ProblemContent`]. Gives: its octets, written straight to where they go, and their number
//! beforehand, found by writing them to a sink that only counts. Allocates nothing; never panics.

use std::io::{self, Write};

use arrayvec::ArrayVec;
use serde_json::Value;

use super::{ProblemContent, ProblemError, ProblemFormat, ProblemPlace};
use crate::limits::PROBLEM_XML_DEPTH_MAX;
use crate::octets::plain_in_json;

/// The members that [`super::Problem`] itself writes; no extension may have these names.
pub(super) const MEMBERS: [&str; 6] = ["type", "title", "status", "detail", "instance", "errors"];

impl ProblemContent {
    /// The number of octets.
    #[must_use]
    pub fn length(&self) -> u64 {
        // A sink takes everything; only an extension that cannot be written could fail here, and
        // then sending fails in the same way.
        self.write_to(&mut io::sink()).unwrap_or_default()
    }

    /// The octets.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.write_to(&mut bytes) {
            Ok(_) | Err(_) => bytes,
        }
    }

    /// Writes the octets and tells how many there were.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<u64> {
        let mut gathered = Gathered { out, pieces: ArrayVec::new(), bytes: 0 };
        self.write(&mut gathered)?;
        gathered.flush()?;
        Ok(gathered.bytes)
    }

    fn write(&self, out: &mut Gathered<'_>) -> io::Result<()> {
        match self.format {
            ProblemFormat::Json => self.write_json(out),
            ProblemFormat::Xml => self.write_xml(out),
        }
    }

    fn write_json(&self, out: &mut Gathered<'_>) -> io::Result<()> {
        let problem = &self.problem;
        out.write_all(b"{\"type\":")?;
        json_text(out, problem.type_uri())?;
        out.write_all(b",\"title\":")?;
        json_text(out, problem.title())?;
        out.write_all(b",\"status\":")?;
        out.write_all(problem.status().as_str().as_bytes())?;
        json_member(out, "detail", problem.detail())?;
        json_member(out, "instance", self.instance())?;
        errors_json(out, problem.errors())?;
        for (name, value) in problem.extensions() {
            out.write_all(b",")?;
            json_text(out, name)?;
            out.write_all(b":")?;
            serde_json::to_writer(&mut *out, value)?;
        }
        out.write_all(b"}")
    }

    fn write_xml(&self, out: &mut Gathered<'_>) -> io::Result<()> {
        let problem = &self.problem;
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem xmlns=\"urn:ietf:rfc:7807\">")?;
        xml_member(out, "type", Some(problem.type_uri()))?;
        xml_member(out, "title", Some(problem.title()))?;
        write!(out, "<status>{}</status>", problem.status().as_u16())?;
        xml_member(out, "detail", problem.detail())?;
        xml_member(out, "instance", self.instance())?;
        if !problem.errors().is_empty() {
            out.write_all(b"<errors>")?;
            for error in problem.errors() {
                error_xml(out, error)?;
            }
            out.write_all(b"</errors>")?;
        }
        for (name, value) in problem.extensions().filter(|(name, _)| is_xml_name(name)) {
            write!(out, "<{name}>")?;
            xml_value(out, value, PROBLEM_XML_DEPTH_MAX)?;
            write!(out, "</{name}>")?;
        }
        out.write_all(b"</problem>")
    }
}

/// Writes `,"errors":[..]`, or nothing.
fn errors_json(out: &mut Gathered<'_>, errors: &[ProblemError]) -> io::Result<()> {
    let Some((first, further)) = errors.split_first() else { return Ok(()) };
    out.write_all(b",\"errors\":[")?;
    error_json(out, first)?;
    for error in further {
        out.write_all(b",")?;
        error_json(out, error)?;
    }
    out.write_all(b"]")
}

fn error_json(out: &mut Gathered<'_>, error: &ProblemError) -> io::Result<()> {
    out.write_all(b"{\"detail\":")?;
    json_text(out, &error.detail)?;
    json_member(out, "rule", Some(&error.rule))?;
    match &error.place {
        ProblemPlace::Content { pointer } => json_member(out, "pointer", Some(pointer))?,
        ProblemPlace::Parameter { location, name, pointer } => {
            json_member(out, "in", Some(location))?;
            json_member(out, "name", Some(name))?;
            json_member(out, "pointer", Some(pointer.as_ref()).filter(|pointer| !pointer.is_empty()))?;
        }
    }
    out.write_all(b"}")
}

fn error_xml(out: &mut Gathered<'_>, error: &ProblemError) -> io::Result<()> {
    out.write_all(b"<i>")?;
    xml_member(out, "detail", Some(&error.detail))?;
    xml_member(out, "rule", Some(&error.rule))?;
    match &error.place {
        ProblemPlace::Content { pointer } => xml_member(out, "pointer", Some(pointer))?,
        ProblemPlace::Parameter { location, name, pointer } => {
            xml_member(out, "in", Some(location))?;
            xml_member(out, "name", Some(name))?;
            xml_member(out, "pointer", Some(pointer.as_ref()).filter(|pointer| !pointer.is_empty()))?;
        }
    }
    out.write_all(b"</i>")
}

/// Writes `,"name":"text"`, or nothing.
fn json_member(out: &mut Gathered<'_>, name: &str, text: Option<&str>) -> io::Result<()> {
    let Some(text) = text else { return Ok(()) };
    out.write_all(b",\"")?;
    out.write_all(name.as_bytes())?;
    out.write_all(b"\":")?;
    json_text(out, text)
}

/// Writes `text` as a JSON string.
fn json_text(out: &mut Gathered<'_>, text: &str) -> io::Result<()> {
    if plain_in_json(text.as_bytes()) < text.len() {
        return Ok(serde_json::to_writer(out, text)?);
    }
    out.write_all(b"\"")?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\"")
}

/// Writes `<name>text</name>`, or nothing.
fn xml_member(out: &mut Gathered<'_>, name: &str, text: Option<&str>) -> io::Result<()> {
    let Some(text) = text else { return Ok(()) };
    write!(out, "<{name}>")?;
    xml_text(out, text)?;
    write!(out, "</{name}>")
}

/// Writes `text` as XML character data; what XML 1.0 cannot carry becomes U+FFFD.
fn xml_text(out: &mut Gathered<'_>, text: &str) -> io::Result<()> {
    for c in text.chars() {
        match c {
            '<' => out.write_all(b"&lt;")?,
            '>' => out.write_all(b"&gt;")?,
            '&' => out.write_all(b"&amp;")?,
            '\r' => out.write_all(b"&#13;")?,
            '\t' | '\n' => write!(out, "{c}")?,
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.write_all("\u{fffd}".as_bytes())?,
            c => write!(out, "{c}")?,
        }
    }
    Ok(())
}

/// Writes a JSON value as XML: members as elements, items as `i` elements. `depth` bounds the recursion.
fn xml_value(out: &mut Gathered<'_>, value: &Value, depth: u8) -> io::Result<()> {
    let Some(deeper) = depth.checked_sub(1) else { return Ok(()) };
    match value {
        Value::Null => Ok(()),
        Value::Bool(boolean) => write!(out, "{boolean}"),
        Value::Number(number) => write!(out, "{number}"),
        Value::String(text) => xml_text(out, text),
        Value::Array(items) => items.iter().try_for_each(|item| {
            out.write_all(b"<i>")?;
            xml_value(out, item, deeper)?;
            out.write_all(b"</i>")
        }),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| is_xml_name(name)).try_for_each(|(name, value)| {
                write!(out, "<{name}>")?;
                xml_value(out, value, deeper)?;
                write!(out, "</{name}>")
            })
        }
    }
}

/// Whether an extension's name can be an element's, by the advice of RFC 9457 §3.2.
fn is_xml_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// How many octets are gathered before they are passed on.
const GATHERED_BYTES: usize = 256;

/// Gathers small pieces and counts all: content is written in many of them, and where it goes may charge for each.
struct Gathered<'o> {
    out: &'o mut dyn Write,
    pieces: ArrayVec<u8, GATHERED_BYTES>,
    bytes: u64,
}

impl Write for Gathered<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.pieces.try_extend_from_slice(bytes).is_ok() {
            return Ok(());
        }
        self.flush()?;
        if self.pieces.try_extend_from_slice(bytes).is_ok() { Ok(()) } else { self.out.write_all(bytes) }
    }

    /// Passes on what was gathered.
    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.pieces)?;
        self.pieces.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Problem, ProblemKind};
    use super::*;
    use arrayvec::ArrayString;
    use http::StatusCode;

    fn check(problem: Problem, instance: &str, json: &str, xml: &str) {
        let mut content = ProblemContent::new(problem);
        content.instance = ArrayString::from(instance).unwrap();
        for (format, expected) in [(ProblemFormat::Json, json), (ProblemFormat::Xml, xml)] {
            content.format = format;
            let bytes = content.to_bytes();
            assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
            assert_eq!(content.length(), u64::try_from(bytes.len()).unwrap());
        }
    }

    const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem xmlns=\"urn:ietf:rfc:7807\">";

    #[test]
    fn the_library_own_problem() {
        check(
            Problem::of(ProblemKind::NotFound),
            "/pets/\"7",
            r#"{"type":"urn:brrtrouter:problem:not-found","title":"No such resource","status":404,"instance":"/pets/\"7"}"#,
            &format!(
                "{XML}<type>urn:brrtrouter:problem:not-found</type><title>No such resource</title>\
                 <status>404</status><instance>/pets/\"7</instance></problem>"
            ),
        );
    }

    #[test]
    fn errors_tell_their_places() {
        let problem = Problem::of(ProblemKind::InvalidParameters)
            .with_status(StatusCode::UNPROCESSABLE_ENTITY)
            .with_error(ProblemError::parameter("query", "a<b", "maximum", "5 & more"))
            .with_error(ProblemError::parameter("query", "f", "type", "no").with_pointer("/x/0"))
            .with_error(ProblemError::content("/n", "type", "not a number\u{1}"));
        check(
            problem,
            "",
            concat!(
                r#"{"type":"urn:brrtrouter:problem:invalid-parameters","title":"Parameters are not valid","status":422,"#,
                r#""errors":[{"detail":"5 & more","rule":"maximum","in":"query","name":"a<b"},"#,
                r#"{"detail":"no","rule":"type","in":"query","name":"f","pointer":"/x/0"},"#,
                r#"{"detail":"not a number\u0001","rule":"type","pointer":"/n"}]}"#
            ),
            &format!(
                "{XML}<type>urn:brrtrouter:problem:invalid-parameters</type><title>Parameters are not valid</title>\
                 <status>422</status><errors><i><detail>5 &amp; more</detail><rule>maximum</rule><in>query</in>\
                 <name>a&lt;b</name></i><i><detail>no</detail><rule>type</rule><in>query</in><name>f</name>\
                 <pointer>/x/0</pointer></i><i><detail>not a number\u{fffd}</detail><rule>type</rule>\
                 <pointer>/n</pointer></i></errors></problem>"
            ),
        );
    }

    #[test]
    fn own_members_and_extensions() {
        let problem = Problem::new(StatusCode::FORBIDDEN)
            .with_type("https://example.com/probs/out-of-credit")
            .with_title("Out of credit")
            .with_detail("30 is less than 50")
            .with_extension("status", 1)
            .with_extension("balance", 29)
            .with_extension("balance", 30)
            .with_extension("accounts", serde_json::json!(["/a", {"n": null}]))
            .with_extension("not a name", true);
        check(
            problem,
            "",
            concat!(
                r#"{"type":"https://example.com/probs/out-of-credit","title":"Out of credit","status":403,"#,
                r#""detail":"30 is less than 50","balance":30,"accounts":["/a",{"n":null}],"not a name":true}"#
            ),
            &format!(
                "{XML}<type>https://example.com/probs/out-of-credit</type><title>Out of credit</title>\
                 <status>403</status><detail>30 is less than 50</detail><balance>30</balance>\
                 <accounts><i>/a</i><i><n></n></i></accounts></problem>"
            ),
        );
    }

    #[test]
    fn xml_depth_is_bounded() {
        let deep = (0..200).fold(Value::Bool(true), |inner, _| Value::Array(vec![inner]));
        let mut content =
            ProblemContent::new(Problem::new(StatusCode::CONFLICT).with_extension("deep", deep));
        content.format = ProblemFormat::Xml;
        let text = String::from_utf8(content.to_bytes()).unwrap();
        assert_eq!(text.matches("<i>").count(), usize::from(PROBLEM_XML_DEPTH_MAX));
    }
}
