//! The head of one part: its field lines, disposition and media type (RFC 7578 §4.2 to §4.5, ENC-012, ENC-013).
//!
//! Takes: the octets between a boundary and the empty line. Gives: a [`PartHead`]. A name belongs to the
//! disposition `form-data` alone. `\"` and `\\` are escapes; any other backslash is itself, as
//! browsers send it. Names are not percent-decoded (OAS Appendix E); `filename*` is passed over, since RFC 7578 §4.2
//! forbids it. Never panics.

use super::field_syntax::{is_space, next_parameter, split_token};
use super::media_type::{MediaType, MediaTypeKey};
use super::multipart::MultipartRule;
use crate::limits::content::PART_FIELDS_MAX;

/// One field line of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartField {
    /// The name, in the sender's case.
    pub name: String,
    /// The value without surrounding white space, unfolded.
    pub value: String,
}

/// What the field lines of a part say.
#[derive(Clone, Debug, Default)]
pub struct PartHead {
    fields: Vec<PartField>,
    name: Option<String>,
    file_name: Option<String>,
    content_type: Option<MediaTypeKey>,
}

impl PartHead {
    /// The `name` of `Content-Disposition: form-data`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The `filename` as sent: it may hold path separators and must not be used as a path (RFC 7578 §4.2).
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The part's own `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> Option<MediaType<'_>> {
        self.content_type.as_ref().map(MediaTypeKey::media_type)
    }

    /// All field lines in order.
    #[must_use]
    pub fn fields(&self) -> &[PartField] {
        &self.fields
    }

    /// The value of the first field line called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        found.map(|field| field.value.as_str())
    }
}

/// Parses the field lines of a part, with the empty line behind them.
///
/// # Errors
/// The first broken rule.
pub fn parse_part_head(octets: &[u8]) -> Result<PartHead, MultipartRule> {
    let text = std::str::from_utf8(octets).map_err(|_| MultipartRule::FieldMalformed)?;
    let mut head = PartHead::default();
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        head.add_line(line)?;
    }
    for field in ["content-disposition", "content-type", "content-transfer-encoding"] {
        if head.fields.iter().filter(|line| line.name.eq_ignore_ascii_case(field)).count() > 1 {
            return Err(MultipartRule::FieldRepeated);
        }
    }
    if let Some(value) = head.field("content-disposition") {
        (head.name, head.file_name) = parse_disposition(value).ok_or(MultipartRule::DispositionMalformed)?;
    }
    if let Some(value) = head.field("content-type") {
        let key = MediaTypeKey::new(value).ok().filter(|key| !key.media_type().is_range());
        head.content_type = Some(key.ok_or(MultipartRule::ContentTypeMalformed)?);
    }
    Ok(head)
}

impl PartHead {
    fn add_line(&mut self, line: &str) -> Result<(), MultipartRule> {
        if line.chars().any(|c| c.is_control() && c != '\t') {
            return Err(MultipartRule::FieldMalformed);
        }
        if line.starts_with(is_space) {
            // A folded line continues the value before it (RFC 2046 keeps the header syntax of mail).
            let last = self.fields.last_mut().ok_or(MultipartRule::FieldMalformed)?;
            last.value.push(' ');
            last.value.push_str(line.trim_matches(is_space));
            return Ok(());
        }
        let (name, rest) = split_token(line);
        let value =
            rest.strip_prefix(':').filter(|_| !name.is_empty()).ok_or(MultipartRule::FieldMalformed)?;
        if self.fields.len() >= PART_FIELDS_MAX {
            return Err(MultipartRule::FieldsTooMany);
        }
        self.fields.push(PartField { name: name.to_owned(), value: value.trim_matches(is_space).to_owned() });
        Ok(())
    }
}

/// `name` and `filename` of a `Content-Disposition`; `None` where it is malformed.
fn parse_disposition(value: &str) -> Option<(Option<String>, Option<String>)> {
    let (disposition, mut rest) = split_token(value);
    let is_form_data = disposition.eq_ignore_ascii_case("form-data");
    let (mut name, mut file_name) = (None, None);
    while let Some((parameter, next)) = next_parameter(rest).ok()? {
        rest = next;
        let slot = match parameter.name {
            word if word.eq_ignore_ascii_case("name") && is_form_data => &mut name,
            word if word.eq_ignore_ascii_case("filename") => &mut file_name,
            _ => continue,
        };
        if slot.replace(parameter.value.text_of_disposition()).is_some() {
            return None;
        }
    }
    (!disposition.is_empty()).then_some((name, file_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispositions() {
        let cases: &[(&str, Option<(Option<&str>, Option<&str>)>)] = &[
            ("form-data; name=\"a\"", Some((Some("a"), None))),
            ("Form-Data;NAME=a;filename=\"b c.txt\"", Some((Some("a"), Some("b c.txt")))),
            ("form-data; name=\"\"", Some((Some(""), None))),
            ("form-data; name=\"\u{2764}\"", Some((Some("\u{2764}"), None))),
            (r#"form-data; name="a\"b\\c\d""#, Some((Some(r#"a"b\c\d"#), None))),
            ("form-data; name=\"a%22b\"", Some((Some("a%22b"), None))),
            ("form-data; name=\"a;b\"; filename*=UTF-8''x", Some((Some("a;b"), None))),
            ("attachment; name=\"a\"; filename=f", Some((None, Some("f")))),
            ("form-data", Some((None, None))),
            ("form-data; name=\"a", None),
            ("form-data; name=\"a\"; name=\"b\"", None),
            ("form-data name=a", None),
            ("", None),
        ];
        for (value, expected) in cases {
            let found = parse_disposition(value);
            let found = found.as_ref().map(|(name, file)| (name.as_deref(), file.as_deref()));
            assert_eq!(found, *expected, "{value}");
        }
    }

    #[test]
    fn heads() {
        use MultipartRule as R;
        let many = "a: b\r\n".repeat(PART_FIELDS_MAX + 1);
        let cases: &[(&str, Result<usize, R>)] = &[
            ("\r\n", Ok(0)),
            ("A: b\r\n\r\n", Ok(1)),
            ("A:\r\nB:\tc \r\n\r\n", Ok(2)),
            ("Content-Disposition: form-data;\r\n name=a\r\n\r\n", Ok(1)),
            (" a: b\r\n\r\n", Err(R::FieldMalformed)),
            ("a b: c\r\n\r\n", Err(R::FieldMalformed)),
            ("a : c\r\n\r\n", Err(R::FieldMalformed)),
            (": c\r\n\r\n", Err(R::FieldMalformed)),
            ("nothing\r\n\r\n", Err(R::FieldMalformed)),
            ("a: b\nc: d\r\n\r\n", Err(R::FieldMalformed)),
            ("a: \0\r\n\r\n", Err(R::FieldMalformed)),
            ("Content-Type: text/plain\r\ncontent-type: text/html\r\n\r\n", Err(R::FieldRepeated)),
            ("Content-Type: text/*\r\n\r\n", Err(R::ContentTypeMalformed)),
            ("Content-Type: text\r\n\r\n", Err(R::ContentTypeMalformed)),
            ("Content-Disposition: ;\r\n\r\n", Err(R::DispositionMalformed)),
            (&many, Err(R::FieldsTooMany)),
        ];
        for (text, expected) in cases {
            let found = parse_part_head(text.as_bytes()).map(|head| head.fields().len());
            assert_eq!(found, *expected, "{text:?}");
        }
        assert_eq!(parse_part_head(b"a: \xFF\r\n\r\n").err(), Some(R::FieldMalformed));
    }
}
