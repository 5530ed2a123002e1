//! The route table against the reference matcher.
//!
//! Templates and paths are made of a small alphabet, so that templates overlap and paths nearly match.

use crate::reference_matcher::{
    Outcome, Piece, ReferenceTable, Template, has_dot_segment, is_ambiguous, template_text,
};
use arbitrary::{Result, Unstructured};
use brrtrouter::{Captures, RouteTable, RouteTableError, limits};
use http::Method;

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::TRACE];

/// What templates and paths are made of: texts that are one in normal form, delimiters, triplets that hold delimiters.
const TEXTS: [&str; 20] = [
    "a",
    "b",
    "ab",
    "-",
    ".",
    "%2F",
    "%2f",
    "%61",
    "2F",
    "F",
    "%25",
    "25",
    "aa",
    "a-b",
    "abcdefgh",
    "abcdefghijklmnopq",
    "abcdefghijklmnopabcdefgh",
    "abcdefghijklmnop-abcdefghijklmnop",
    "abcdefghijklmnop_abcdefghijklmnop",
    "%C3%A9",
];

/// The most segments of a template, or a few more.
const SEGMENTS_MAX: usize = 70;

/// The most templates of one table, and requests of one table.
const TEMPLATES_MAX: u8 = 40;
const REQUESTS_MAX: u8 = 12;

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, compare);
}

fn compare(input: &mut Unstructured<'_>) -> Result<()> {
    let mut builder = RouteTable::builder();
    let mut reference = ReferenceTable::default();
    let mut templates: Vec<Template> = Vec::new();
    for operation in 0..u32::from(input.int_in_range(1..=TEMPLATES_MAX)?) {
        let template = template(input, &templates)?;
        if has_dot_segment(&template) {
            continue;
        }
        let method = input.choose(&METHODS)?;
        let text = template_text(&template);
        let added = builder.add(method, &text, operation);
        let expressions = template.iter().flatten().filter(|piece| **piece == Piece::Expression).count();
        if expressions > limits::PATH_EXPRESSIONS_MAX {
            assert_eq!(added, Err(RouteTableError::TooManyExpressions), "{text}");
            continue;
        }
        if is_ambiguous(&template) {
            assert_eq!(added, Err(RouteTableError::AdjacentExpressions), "{text}");
            continue;
        }
        assert_eq!(
            added,
            reference.add(method, &template, operation).map_err(RouteTableError::Taken),
            "{text}"
        );
        templates.push(template);
        if input.is_empty() {
            break;
        }
    }
    let Ok(table) = builder.build() else { return Ok(()) };
    let mut captures = Captures::new();
    for _ in 0..input.int_in_range(1..=REQUESTS_MAX)? {
        let path = path(input, &templates)?;
        if path.len() > limits::TARGET_BYTES_MAX {
            continue;
        }
        for method in &METHODS {
            let found = table.find(method, &path, &mut captures);
            let found = Outcome::of(found, &captures, &path);
            assert_eq!(found, reference.find(method, &path), "{method} {path}");
        }
    }
    Ok(())
}

/// A template of its own, or one that begins as another does.
fn template(input: &mut Unstructured<'_>, earlier: &[Template]) -> Result<Template> {
    let mut template = Template::new();
    if !earlier.is_empty() && input.ratio(1, 2)? {
        let like = input.choose(earlier)?;
        template.extend(like[..input.int_in_range(0..=like.len())?].iter().cloned());
    }
    // Now and then more segments than a walk keeps, and paths that are seen in another way.
    let room = u8::try_from(SEGMENTS_MAX.saturating_sub(template.len())).unwrap_or(0);
    let most = if input.ratio(1, 16)? { 40 } else { 4 };
    let more = input.int_in_range(u8::from(template.is_empty())..=most.min(room).max(1))?;
    for _ in 0..more {
        template.push(segment(input)?);
    }
    Ok(template)
}

fn segment(input: &mut Unstructured<'_>) -> Result<Vec<Piece>> {
    Ok(match input.int_in_range(0..=9)? {
        0..=3 => vec![Piece::Text((*input.choose(&TEXTS)?).to_owned())],
        4..=6 => vec![Piece::Expression],
        pieces => {
            let text = |input: &mut Unstructured<'_>| -> Result<Piece> {
                Ok(Piece::Text((*input.choose(&TEXTS)?).to_owned()))
            };
            let starts_with_text: bool = input.arbitrary()?;
            let mut mixture = Vec::new();
            for at in 0..pieces - 5 {
                let is_text = (at % 2 == 0) == starts_with_text;
                mixture.push(if is_text { text(input)? } else { Piece::Expression });
            }
            mixture
        }
    })
}

/// A template's path with its expressions filled in and perhaps one change, or any path.
fn path(input: &mut Unstructured<'_>, templates: &[Template]) -> Result<String> {
    let mut path = String::new();
    if templates.is_empty() || !input.ratio(7, 8)? {
        for _ in 0..input.int_in_range(1..=6)? {
            path.push('/');
            push_texts(input, &mut path)?;
        }
    } else {
        for segment in input.choose(templates)? {
            path.push('/');
            for piece in segment {
                match piece {
                    Piece::Text(text) if input.ratio(15, 16)? => path.push_str(text),
                    Piece::Text(_) | Piece::Expression => push_texts(input, &mut path)?,
                }
            }
        }
    }
    match input.int_in_range(0..=15)? {
        0 => path.push('/'),
        1 => path.push_str("/a"),
        2 => path.insert(0, '/'),
        3 => path = path.replacen('a', "%61", 1),
        4 => path.push('%'),
        5 => path.push_str("/.."),
        _ => {}
    }
    Ok(path)
}

fn push_texts(input: &mut Unstructured<'_>, path: &mut String) -> Result<()> {
    for _ in 0..input.int_in_range(0..=3)? {
        path.push_str(input.choose(&TEXTS)?);
    }
    Ok(())
}
