//! Templates: the path template of the Paths Object and the URL template of the Server Object.
//!
//! Takes: the text of a path key or of a server's `url`. Gives: literals and expressions in order,
//! or the first fault of structure. What only OpenAPI 3.2 forbids (characters, repeats, empty
//! segments) is asked for separately, since 3.1 has no grammar for it. Never panics.

use std::fmt;

/// A literal or an expression of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text that matches itself, as written (percent-encoding untouched).
    Literal(String),
    /// The name between braces.
    Expression(String),
}

/// What lies between two slashes of a path template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Literals and expressions in order; empty for an empty segment.
    pub parts: Vec<Part>,
}

/// A path template (OpenAPI 3.2 §Path Templating).
///
/// A trailing slash is part of the template and shows as a last, empty segment: `/pets` has one
/// segment, `/pets/` two, and `/` a single empty one.
///
/// ```
/// use brrtrouter::description::{Part, PathTemplate};
///
/// let template = PathTemplate::parse("/flights/{from}-{to}")?;
/// assert_eq!(template.segments.len(), 2);
/// assert_eq!(template.segments[1].parts[1], Part::Literal("-".to_owned()));
/// assert_eq!(template.expressions().collect::<Vec<_>>(), ["from", "to"]);
/// # Ok::<(), brrtrouter::description::TemplateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathTemplate {
    /// The segments after each slash.
    pub segments: Vec<Segment>,
}

/// The URL template of a Server Object (OpenAPI 3.2 §Server Variable Object).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerTemplate {
    /// Literals and variables in order.
    pub parts: Vec<Part>,
}

/// Why a text is no template at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplateError {
    /// A path template that does not begin with `/`.
    NoLeadingSlash,
    /// A `{` that no `}` closes, or that stands inside another expression.
    UnclosedBrace,
    /// A `}` that no `{` opened.
    UnopenedBrace,
    /// `{}`.
    EmptyExpression,
    /// A server URL template without any text.
    Empty,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLeadingSlash => "it does not begin with `/`",
            Self::UnclosedBrace => "a `{` is not closed by `}`",
            Self::UnopenedBrace => "a `}` has no `{` before it",
            Self::EmptyExpression => "an expression `{}` has no name",
            Self::Empty => "it is empty",
        })
    }
}

impl std::error::Error for TemplateError {}

/// What OpenAPI 3.2's grammar forbids and 3.1 leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TemplateFault {
    /// A character outside the grammar's literals.
    Character(char),
    /// A `%` that two hexadecimal digits do not follow.
    PercentEncoding,
    /// Two slashes with nothing between them.
    EmptySegment,
    /// A name that occurs twice.
    Repeated(String),
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(character) => write!(f, "the character {character:?} may not stand in it"),
            Self::PercentEncoding => f.write_str("a `%` is not followed by two hexadecimal digits"),
            Self::EmptySegment => f.write_str("it has an empty segment (`//`)"),
            Self::Repeated(name) => write!(f, "`{{{name}}}` occurs more than once"),
        }
    }
}

impl PathTemplate {
    /// Parses a path template. A slash between braces belongs to the expression's name.
    ///
    /// # Errors
    /// When it does not begin with `/` or its braces do not pair.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let rest = text.strip_prefix('/').ok_or(TemplateError::NoLeadingSlash)?;
        let mut segments = vec![Segment::default()];
        for part in parts(rest)? {
            match part {
                Part::Literal(literal) => push_literal(&mut segments, &literal),
                Part::Expression(_) => push_part(&mut segments, part),
            }
        }
        Ok(Self { segments })
    }

    /// The names of the expressions, in order.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(|segment| names(&segment.parts))
    }

    /// What OpenAPI 3.2's grammar holds against this template (`PTH-008`, `PTH-011`).
    #[must_use]
    pub fn faults(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        let inner = self.segments.len().saturating_sub(1);
        if self.segments.iter().take(inner).any(|segment| segment.parts.is_empty()) {
            faults.push(TemplateFault::EmptySegment);
        }
        for segment in &self.segments {
            literal_faults(&segment.parts, is_pchar, &mut faults);
        }
        repeats(self.expressions(), &mut faults);
        faults
    }

    /// Whether a segment is `.` or `..`, plain or percent-encoded (`PTH-026`).
    ///
    /// ```
    /// use brrtrouter::description::PathTemplate;
    ///
    /// assert!(PathTemplate::parse("/a/%2E./b")?.has_dot_segment());
    /// assert!(!PathTemplate::parse("/a/{b}../.c")?.has_dot_segment());
    /// # Ok::<(), brrtrouter::description::TemplateError>(())
    /// ```
    #[must_use]
    pub fn has_dot_segment(&self) -> bool {
        self.segments.iter().any(|segment| match segment.parts.as_slice() {
            [Part::Literal(literal)] => matches!(&*normalize_literal(literal), "." | ".."),
            _ => false,
        })
    }

    /// The template without its names: equal for templates that match the same paths (`PTH-003`).
    /// Literals are normalised as RFC 3986 §6.2.2 says.
    #[must_use]
    pub fn hierarchy(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            text.push('/');
            for part in &segment.parts {
                match part {
                    Part::Literal(literal) => text.push_str(&normalize_literal(literal)),
                    Part::Expression(_) => text.push_str("{}"),
                }
            }
        }
        text
    }
}

impl ServerTemplate {
    /// Parses a server URL template.
    ///
    /// # Errors
    /// When it is empty or its braces do not pair.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        Ok(Self { parts: parts(text)? })
    }

    /// The names of the variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        names(&self.parts)
    }

    /// What OpenAPI 3.2's grammar holds against this template (`SRV-008`, `SRV-011`).
    #[must_use]
    pub fn faults(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        literal_faults(&self.parts, is_url_literal, &mut faults);
        repeats(self.variables(), &mut faults);
        faults
    }
}

/// Each slash of a literal opens a segment.
fn push_literal(segments: &mut Vec<Segment>, literal: &str) {
    for (index, piece) in literal.split('/').enumerate() {
        if index > 0 {
            segments.push(Segment::default());
        }
        push_part(segments, Part::Literal(piece.to_owned()));
    }
}

fn push_part(segments: &mut [Segment], part: Part) {
    let empty = matches!(&part, Part::Literal(text) if text.is_empty());
    if let Some(segment) = segments.last_mut()
        && !empty
    {
        segment.parts.push(part);
    }
}

fn names(parts: &[Part]) -> impl Iterator<Item = &str> {
    parts.iter().filter_map(|part| match part {
        Part::Expression(name) => Some(name.as_str()),
        Part::Literal(_) => None,
    })
}

/// Splits a text at its braces.
fn parts(text: &str) -> Result<Vec<Part>, TemplateError> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (literal, after) = match rest.split_once('{') {
            Some((literal, after)) => (literal, Some(after)),
            None => (rest, None),
        };
        if literal.contains('}') {
            return Err(TemplateError::UnopenedBrace);
        }
        if !literal.is_empty() {
            found.push(Part::Literal(literal.to_owned()));
        }
        let Some(after) = after else { break };
        let (name, tail) = after.split_once('}').ok_or(TemplateError::UnclosedBrace)?;
        if name.contains('{') {
            return Err(TemplateError::UnclosedBrace);
        }
        if name.is_empty() {
            return Err(TemplateError::EmptyExpression);
        }
        found.push(Part::Expression(name.to_owned()));
        rest = tail;
    }
    Ok(found)
}

fn literal_faults(parts: &[Part], allowed: fn(char) -> bool, faults: &mut Vec<TemplateFault>) {
    for part in parts {
        let Part::Literal(text) = part else { continue };
        text_faults(text, allowed, faults);
    }
}

fn text_faults(text: &str, allowed: fn(char) -> bool, faults: &mut Vec<TemplateFault>) {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '%' {
            let digits = characters.by_ref().take(2).filter(char::is_ascii_hexdigit).count();
            if digits < 2 {
                faults.push(TemplateFault::PercentEncoding);
            }
        } else if !allowed(character) {
            faults.push(TemplateFault::Character(character));
        }
    }
}

fn repeats<'t>(names: impl Iterator<Item = &'t str>, faults: &mut Vec<TemplateFault>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            faults.push(TemplateFault::Repeated(name.to_owned()));
        } else {
            seen.push(name);
        }
    }
}

const fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~')
}

/// `pchar` of RFC 3986 §3.3, without its percent-encoded form.
const fn is_pchar(character: char) -> bool {
    is_unreserved(character)
        || matches!(character, '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '=' | ':' | '@')
}

/// `literals` of RFC 6570 §2.1 (with erratum 6937), without their percent-encoded form.
const fn is_url_literal(character: char) -> bool {
    match character {
        '"' | '<' | '>' | '\\' | '^' | '`' | '|' | ' ' | '{' | '}' => false,
        _ if character.is_ascii() => !character.is_ascii_control(),
        '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}' => true,
        // The rest of `ucschar` and `iprivate` leaves out the last two code points of each plane.
        _ => is_private_or_supplementary(character),
    }
}

const fn is_private_or_supplementary(character: char) -> bool {
    match character {
        '\u{E0000}'..='\u{E0FFF}' => false,
        '\u{10000}'..='\u{10FFFF}' => {
            let [_, _, high, low] = u32_bytes(character);
            !(high == 0xFF && low >= 0xFE)
        }
        _ => false,
    }
}

const fn u32_bytes(character: char) -> [u8; 4] {
    let value: u32 = scalar(character);
    value.to_be_bytes()
}

#[expect(clippy::as_conversions, reason = "char to u32 loses nothing, and `From` is not const")]
const fn scalar(character: char) -> u32 {
    character as u32
}

/// Triplets of unreserved characters decoded, the others in upper case (RFC 3986 §6.2.2).
fn normalize_literal(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let decoded = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        match decoded {
            Some(character) if is_unreserved(character) => text.push(character),
            Some(_) => {
                text.push('%');
                text.push_str(&after.get(..2).unwrap_or_default().to_ascii_uppercase());
            }
            None => {
                text.push('%');
                rest = after;
                continue;
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template's segments as text: `(literal)` and `{name}`.
    fn shape(text: &str) -> Result<Vec<String>, TemplateError> {
        let show = |part: &Part| match part {
            Part::Literal(literal) => format!("({literal})"),
            Part::Expression(name) => format!("{{{name}}}"),
        };
        let segments = PathTemplate::parse(text)?.segments;
        Ok(segments.iter().map(|segment| segment.parts.iter().map(show).collect()).collect())
    }

    #[test]
    fn path_templates_parse() {
        let table: [(&str, Result<&[&str], TemplateError>); 14] = [
            ("/", Ok(&[""])),
            ("/pets", Ok(&["(pets)"])),
            ("/pets/", Ok(&["(pets)", ""])),
            ("/pets/{id}", Ok(&["(pets)", "{id}"])),
            ("/{from}-{to}.{format}", Ok(&["{from}(-){to}(.){format}"])),
            ("/{id}:activate", Ok(&["{id}(:activate)"])),
            ("/a{b/c}d/e", Ok(&["(a){b/c}(d)", "(e)"])),
            ("/{a}{b}", Ok(&["{a}{b}"])),
            ("/{ü}/{user-id}", Ok(&["{ü}", "{user-id}"])),
            ("pets", Err(TemplateError::NoLeadingSlash)),
            ("/{a", Err(TemplateError::UnclosedBrace)),
            ("/{a{b}}", Err(TemplateError::UnclosedBrace)),
            ("/a}", Err(TemplateError::UnopenedBrace)),
            ("/{}", Err(TemplateError::EmptyExpression)),
        ];
        for (text, expected) in table {
            let expected = expected.map(|segments| segments.iter().map(ToString::to_string).collect());
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn path_templates_are_judged_by_the_grammar_of_3_2() {
        let repeated = |name: &str| TemplateFault::Repeated(name.to_owned());
        let table = [
            ("/a/b/", vec![]),
            ("//", vec![TemplateFault::EmptySegment]),
            ("/a//b", vec![TemplateFault::EmptySegment]),
            ("/a b", vec![TemplateFault::Character(' ')]),
            ("/a?b", vec![TemplateFault::Character('?')]),
            ("/caf%C3%A9", vec![]),
            ("/café", vec![TemplateFault::Character('é')]),
            ("/%4", vec![TemplateFault::PercentEncoding]),
            ("/{a}/{a}", vec![repeated("a")]),
            ("/{a b?}", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(PathTemplate::parse(text).map(|template| template.faults()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn templates_of_one_hierarchy_are_equal_without_names() {
        let table = [
            ("/pets/{a}", "/pets/{b}", true),
            ("/%70ets", "/pets", true),
            ("/a%2fb", "/a%2Fb", true),
            ("/a%2fb", "/a/b", false),
            ("/pets", "/pets/", false),
            ("/{a}-{b}", "/{c}-{d}", true),
            ("/{a}", "/{a}.json", false),
        ];
        for (left, right, expected) in table {
            let hierarchy = |text| PathTemplate::parse(text).map(|template| template.hierarchy());
            assert_eq!(hierarchy(left) == hierarchy(right), expected, "{left} {right}");
        }
    }

    #[test]
    fn server_templates_are_judged_by_the_grammar_of_3_2() {
        let table: [(&str, Result<Vec<TemplateFault>, TemplateError>); 9] = [
            ("https://{host}:{port}/v1", Ok(vec![])),
            ("/", Ok(vec![])),
            ("", Err(TemplateError::Empty)),
            ("https://{host", Err(TemplateError::UnclosedBrace)),
            ("https://h}", Err(TemplateError::UnopenedBrace)),
            ("https://a b", Ok(vec![TemplateFault::Character(' ')])),
            ("https://a<b", Ok(vec![TemplateFault::Character('<')])),
            ("https://münchen.de/\u{1F980}", Ok(vec![])),
            ("{v}/{v}", Ok(vec![TemplateFault::Repeated("v".to_owned())])),
        ];
        for (text, expected) in table {
            assert_eq!(ServerTemplate::parse(text).map(|template| template.faults()), expected, "{text}");
        }
    }
}
