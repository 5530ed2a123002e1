//! Runtime expressions of Link and Callback Objects (OpenAPI §Runtime Expressions).
//!
//! Takes: the text of an expression, or of a string with expressions between braces. Gives: its
//! parsed form, borrowed from the text, or the fault. Never panics.

use std::fmt;

use super::token::is_token;

/// A runtime expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expression<'t> {
    /// `$url`.
    Url,
    /// `$method`.
    Method,
    /// `$statusCode`.
    StatusCode,
    /// `$request.` and a source.
    Request(Source<'t>),
    /// `$response.` and a source.
    Response(Source<'t>),
}

/// Where in a message the value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source<'t> {
    /// A header field; its name compares without regard to case.
    Header(&'t str),
    /// A query parameter.
    Query(&'t str),
    /// A path parameter.
    Path(&'t str),
    /// The content: all of it, or the value at a JSON Pointer (RFC 6901).
    Body(Option<&'t str>),
}

/// A string with expressions in it, such as a callback's key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExpressionTemplate<'t> {
    /// Its pieces in order.
    pub pieces: Vec<Piece<'t>>,
}

/// A piece of an [`ExpressionTemplate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piece<'t> {
    /// Text that stands for itself.
    Literal(&'t str),
    /// An expression.
    Expression(Expression<'t>),
}

/// Why a text is no runtime expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpressionError<'t> {
    /// Not one of `$url`, `$method`, `$statusCode`, `$request.…`, `$response.…`.
    Unknown(&'t str),
    /// Neither `header.`, `query.`, `path.` nor `body` after `$request.` or `$response.`.
    Source(&'t str),
    /// A header name that is not a token (RFC 9110 §5.6.2).
    Token(&'t str),
    /// A name with a character that a JSON string would have to escape.
    Name(&'t str),
    /// What follows `body` is neither empty nor `#` and a JSON Pointer.
    Pointer(&'t str),
    /// A `{` without `}`, or the other way round.
    Brace,
}

impl fmt::Display for ExpressionError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(text) => write!(f, "`{text}` is none of the expressions"),
            Self::Source(text) => {
                write!(f, "`{text}` is none of the sources `header.`, `query.`, `path.`, `body`")
            }
            Self::Token(text) => write!(f, "`{text}` is not a header field name"),
            Self::Name(text) => write!(f, "`{text}` is not a name"),
            Self::Pointer(text) => write!(f, "`{text}` after `body` is not `#` and a JSON Pointer"),
            Self::Brace => f.write_str("its braces do not pair"),
        }
    }
}

impl std::error::Error for ExpressionError<'_> {}

impl<'t> Expression<'t> {
    /// Parses a bare expression.
    ///
    /// ```
    /// use brrtrouter::description::{Expression, Source};
    ///
    /// assert_eq!(Expression::parse("$response.body#/id"), Ok(Expression::Response(Source::Body(Some("/id")))));
    /// assert!(Expression::parse("$request.cookie.id").is_err());
    /// ```
    ///
    /// # Errors
    /// When the text is not in the grammar.
    pub fn parse(text: &'t str) -> Result<Self, ExpressionError<'t>> {
        match text {
            "$url" => Ok(Self::Url),
            "$method" => Ok(Self::Method),
            "$statusCode" => Ok(Self::StatusCode),
            _ => {
                if let Some(source) = text.strip_prefix("$request.") {
                    Source::parse(source).map(Self::Request)
                } else if let Some(source) = text.strip_prefix("$response.") {
                    Source::parse(source).map(Self::Response)
                } else {
                    Err(ExpressionError::Unknown(text))
                }
            }
        }
    }
}

impl<'t> Source<'t> {
    fn parse(text: &'t str) -> Result<Self, ExpressionError<'t>> {
        if let Some(name) = text.strip_prefix("header.") {
            return if is_token(name) { Ok(Self::Header(name)) } else { Err(ExpressionError::Token(name)) };
        }
        if let Some(name) = text.strip_prefix("query.") {
            return if is_name(name) { Ok(Self::Query(name)) } else { Err(ExpressionError::Name(name)) };
        }
        if let Some(name) = text.strip_prefix("path.") {
            return if is_name(name) { Ok(Self::Path(name)) } else { Err(ExpressionError::Name(name)) };
        }
        match text.strip_prefix("body") {
            Some("") => Ok(Self::Body(None)),
            Some(rest) => match rest.strip_prefix('#') {
                Some(pointer) if is_pointer(pointer) => Ok(Self::Body(Some(pointer))),
                _ => Err(ExpressionError::Pointer(rest)),
            },
            None => Err(ExpressionError::Source(text)),
        }
    }
}

impl<'t> ExpressionTemplate<'t> {
    /// Parses a string that is a bare expression or holds expressions between braces.
    ///
    /// # Errors
    /// When an expression is not in the grammar or the braces do not pair.
    pub fn parse(text: &'t str) -> Result<Self, ExpressionError<'t>> {
        if text.starts_with('$') {
            return Ok(Self { pieces: vec![Piece::Expression(Expression::parse(text)?)] });
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            push_literal(&mut pieces, literal)?;
            let (expression, tail) = after.split_once('}').ok_or(ExpressionError::Brace)?;
            pieces.push(Piece::Expression(Expression::parse(expression)?));
            rest = tail;
        }
        push_literal(&mut pieces, rest)?;
        Ok(Self { pieces })
    }

    /// The expressions, in order.
    pub fn expressions(&self) -> impl Iterator<Item = Expression<'t>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Expression(expression) => Some(*expression),
            Piece::Literal(_) => None,
        })
    }
}

fn push_literal<'t>(pieces: &mut Vec<Piece<'t>>, literal: &'t str) -> Result<(), ExpressionError<'t>> {
    if literal.contains('}') {
        return Err(ExpressionError::Brace);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(())
}

/// `*char` of RFC 8259 §7: what may stand in a JSON string, escapes included.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let fine = match character {
            '"' | '\u{0}'..='\u{1F}' => false,
            '\\' => match characters.next() {
                Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => true,
                Some('u') => characters.by_ref().take(4).filter(char::is_ascii_hexdigit).count() == 4,
                _ => false,
            },
            _ => true,
        };
        if !fine {
            return false;
        }
    }
    true
}

/// `json-pointer` of RFC 6901 §3.
fn is_pointer(text: &str) -> bool {
    if !text.is_empty() && !text.starts_with('/') {
        return false;
    }
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '~' && !matches!(characters.next(), Some('0' | '1')) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_parse() {
        let table = [
            ("$url", Ok(Expression::Url)),
            ("$method", Ok(Expression::Method)),
            ("$statusCode", Ok(Expression::StatusCode)),
            ("$request.header.accept", Ok(Expression::Request(Source::Header("accept")))),
            ("$request.query.a b", Ok(Expression::Request(Source::Query("a b")))),
            ("$request.path.id", Ok(Expression::Request(Source::Path("id")))),
            ("$request.body", Ok(Expression::Request(Source::Body(None)))),
            ("$response.body#/a~1b", Ok(Expression::Response(Source::Body(Some("/a~1b"))))),
            ("$response.body#", Ok(Expression::Response(Source::Body(Some(""))))),
            ("$response.header.Server", Ok(Expression::Response(Source::Header("Server")))),
            ("$URL", Err(ExpressionError::Unknown("$URL"))),
            ("$request", Err(ExpressionError::Unknown("$request"))),
            ("url", Err(ExpressionError::Unknown("url"))),
            ("$request.cookie.id", Err(ExpressionError::Source("cookie.id"))),
            ("$request.header.a b", Err(ExpressionError::Token("a b"))),
            ("$request.header.", Err(ExpressionError::Token(""))),
            ("$request.query.a\"", Err(ExpressionError::Name("a\""))),
            ("$request.query.a\\x", Err(ExpressionError::Name("a\\x"))),
            ("$request.body#id", Err(ExpressionError::Pointer("#id"))),
            ("$request.body#/a~2", Err(ExpressionError::Pointer("#/a~2"))),
            ("$request.body/id", Err(ExpressionError::Pointer("/id"))),
        ];
        for (text, expected) in table {
            assert_eq!(Expression::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn templates_of_expressions_parse() {
        let url = Piece::Expression(Expression::Url);
        let id = Piece::Expression(Expression::Request(Source::Body(Some("/id"))));
        let table = [
            ("$url", Ok(vec![url])),
            ("{$url}", Ok(vec![url])),
            (
                "http://a/{$request.body#/id}/x",
                Ok(vec![Piece::Literal("http://a/"), id, Piece::Literal("/x")]),
            ),
            ("http://a/b", Ok(vec![Piece::Literal("http://a/b")])),
            ("", Ok(vec![])),
            ("{url}", Err(ExpressionError::Unknown("url"))),
            ("{$url", Err(ExpressionError::Brace)),
            ("$url}", Err(ExpressionError::Unknown("$url}"))),
            ("a}b", Err(ExpressionError::Brace)),
        ];
        for (text, expected) in table {
            assert_eq!(ExpressionTemplate::parse(text).map(|template| template.pieces), expected, "{text}");
        }
    }
}
