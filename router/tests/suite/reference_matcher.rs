//! The rules of matching, as slow and plain as they can be said: the oracle of `matcher_properties` and of the fuzz target.
//!
//! Takes: templates as pieces, paths as sent. Gives: what [`brrtrouter::RouteTable`] must give. Knows nothing of how the
//! table does it: it looks at every template for every path, and tries every end of every expression.

use brrtrouter::{Captures, PathError, RouteOutcome};
use http::Method;
use std::cmp::Reverse;

/// A piece of a segment: text as a description writes it, or an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Expression,
}

/// A template: the pieces of each segment.
pub type Template = Vec<Vec<Piece>>;

/// The template as a description writes it; every expression has a name of its own.
pub fn template_text(template: &Template) -> String {
    let mut text = String::new();
    let mut names = 0..;
    for segment in template {
        text.push('/');
        for piece in segment {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Expression => text.push_str(&format!("{{e{}}}", names.next().unwrap_or(0))),
            }
        }
    }
    text
}

/// Whether two expressions stand side by side, so that nothing says where the first ends (PTH-012).
pub fn is_ambiguous(template: &Template) -> bool {
    let adjacent = |pair: &[Piece]| matches!(pair, [Piece::Expression, Piece::Expression]);
    template.iter().any(|segment| segment.windows(2).any(adjacent))
}

/// Whether a segment is `.` or `..`, which no path that is matched has (PTH-026).
pub fn has_dot_segment(template: &Template) -> bool {
    let dots = [".", ".."].map(|dots| vec![NormalPiece::Text(dots.to_owned())]);
    template.iter().any(|segment| dots.contains(&normal_segment(segment)))
}

/// One character of a normalised path: an octet as it is, or a triplet, which is data and never part of a delimiter
/// (PTH-010).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Octet(u8),
    Triplet(u8),
}

impl Unit {
    /// RFC 3986 §6.2.2.2: a triplet of an unreserved character is the character.
    fn of_triplet(octet: u8) -> Self {
        let unreserved = octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
        if unreserved { Self::Octet(octet) } else { Self::Triplet(octet) }
    }

    /// The octet of a template's literal: what no path segment may hold stands there percent-encoded.
    fn of_literal(octet: u8) -> Self {
        let allowed = octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&octet);
        if allowed { Self::Octet(octet) } else { Self::Triplet(octet) }
    }

    fn push_to(self, text: &mut String) {
        match self {
            Self::Octet(octet) => text.push(char::from(octet)),
            Self::Triplet(octet) => text.push_str(&format!("%{octet:02X}")),
        }
    }
}

/// The octet of a triplet that `text` begins with.
fn triplet(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(std::str::from_utf8(&[*high, *low]).ok()?, 16).ok()
        }
        _ => None,
    }
}

/// A literal's units; a stray `%` stands for itself.
fn literal_units(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let (unit, length) = match triplet(rest) {
            Some(octet) => (Unit::of_triplet(octet), 3),
            None => (Unit::of_literal(*first), 1),
        };
        units.push(unit);
        rest = &rest[length..];
    }
    units
}

/// A unit of a path and where it stands in the path as sent.
type Placed = (Unit, (usize, usize));

/// The path's segments in normal form, or why there are none (PTH-016, PTH-026).
fn path_segments(path: &str) -> Result<Vec<Vec<Placed>>, PathError> {
    let mut segments = vec![Vec::new()];
    let mut at = 0;
    while let Some(first) = path.as_bytes().get(at) {
        let (unit, end) = match triplet(&path.as_bytes()[at..]) {
            Some(octet) => (Unit::of_triplet(octet), at + 3),
            None if *first == b'%' => return Err(PathError::MalformedTriplet),
            None => (Unit::Octet(*first), at + 1),
        };
        match (unit, segments.last_mut()) {
            (Unit::Octet(b'/'), _) => segments.push(Vec::new()),
            (_, Some(last)) => last.push((unit, (at, end))),
            (_, None) => {}
        }
        at = end;
    }
    let is_dots = |segment: &Vec<Placed>| {
        let dots = segment.iter().all(|(unit, _)| *unit == Unit::Octet(b'.'));
        dots && (1..=2).contains(&segment.len())
    };
    // What stands before the first slash is no segment.
    if segments.iter().skip(1).any(is_dots) { Err(PathError::DotSegment) } else { Ok(segments) }
}

/// A piece in normal form. Their order is the last word on which of two mixtures comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NormalPiece {
    Text(String),
    Expression,
}

type NormalSegment = Vec<NormalPiece>;

fn normal_segment(segment: &[Piece]) -> NormalSegment {
    let mut normal = NormalSegment::new();
    for run in segment.chunk_by(|one, next| matches!((one, next), (Piece::Text(_), Piece::Text(_)))) {
        let mut text = String::new();
        for piece in run {
            match piece {
                Piece::Text(more) => text.push_str(more),
                Piece::Expression => normal.push(NormalPiece::Expression),
            }
        }
        if !text.is_empty() {
            let mut written = String::new();
            literal_units(&text).into_iter().for_each(|unit| unit.push_to(&mut written));
            normal.push(NormalPiece::Text(written));
        }
    }
    normal
}

/// The order in which segments are tried: literals, then mixtures with more literal text, then those with fewer
/// expressions, then by text; a whole-segment expression comes last (PTH-002).
fn rank(segment: &NormalSegment) -> (u8, Reverse<usize>, usize, &NormalSegment) {
    let texts = segment.iter().filter_map(|piece| match piece {
        NormalPiece::Text(text) => Some(text.len()),
        NormalPiece::Expression => None,
    });
    let expressions = segment.iter().filter(|piece| **piece == NormalPiece::Expression).count();
    let class = match segment.as_slice() {
        [NormalPiece::Expression] => 2,
        _ if expressions == 0 => 0,
        _ => 1,
    };
    (class, Reverse(texts.sum()), expressions, segment)
}

/// The spans of the expressions, when the segment matches: each expression takes the fewest units, at least one, that let
/// the rest match.
fn match_segment(pieces: &[NormalPiece], units: &[Placed]) -> Option<Vec<(usize, usize)>> {
    match pieces {
        [] => units.is_empty().then(Vec::new),
        [NormalPiece::Text(text), later @ ..] => {
            let literal = literal_units(text);
            let fits = units.len() >= literal.len()
                && units.iter().zip(&literal).all(|((unit, _), expected)| unit == expected);
            if fits { match_segment(later, &units[literal.len()..]) } else { None }
        }
        [NormalPiece::Expression, later @ ..] => (1..=units.len()).find_map(|length| {
            let mut spans = match_segment(later, &units[length..])?;
            spans.insert(0, (units[0].1.0, units[length - 1].1.1));
            Some(spans)
        }),
    }
}

/// What a path and a method lead to; `Allow` values as sorted names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Found(u32, Vec<(usize, usize)>),
    AutomaticHead(u32, Vec<(usize, usize)>),
    AutomaticOptions(Vec<String>),
    MethodNotAllowed(Vec<String>),
    UnknownMethod,
    NotFound,
    Refused(PathError),
}

impl Outcome {
    /// What the table under test says of `path`, in these terms.
    pub fn of(outcome: RouteOutcome<'_>, captures: &Captures, path: &str) -> Self {
        // Texts tell their places: each is a piece of the path.
        let start = |text: &str| text.as_ptr().addr() - path.as_ptr().addr();
        let spans = || captures.of(path).map(|text| (start(text), start(text) + text.len())).collect();
        let names = |allow: &str| {
            let mut names: Vec<String> = allow.split(", ").map(str::to_owned).collect();
            names.sort();
            names
        };
        match outcome {
            RouteOutcome::Found(operation) => Self::Found(operation, spans()),
            RouteOutcome::AutomaticHead(operation) => Self::AutomaticHead(operation, spans()),
            RouteOutcome::AutomaticOptions(allow) => Self::AutomaticOptions(names(allow)),
            RouteOutcome::MethodNotAllowed(allow) => Self::MethodNotAllowed(names(allow)),
            RouteOutcome::UnknownMethod => Self::UnknownMethod,
            RouteOutcome::NotFound => Self::NotFound,
            RouteOutcome::Refused(fault) => Self::Refused(fault),
        }
    }
}

/// Templates with their methods, in the order added.
#[derive(Debug, Default)]
pub struct ReferenceTable {
    templates: Vec<(Vec<NormalSegment>, Vec<(Method, u32)>)>,
}

impl ReferenceTable {
    /// Adds an operation; the operation that is already there, if template and method are taken.
    pub fn add(&mut self, method: &Method, template: &Template, operation: u32) -> Result<(), u32> {
        let normal: Vec<NormalSegment> = template.iter().map(|segment| normal_segment(segment)).collect();
        let at = self.templates.iter().position(|(known, _)| *known == normal).unwrap_or_else(|| {
            self.templates.push((normal, Vec::new()));
            self.templates.len() - 1
        });
        let methods = &mut self.templates[at].1;
        if let Some((_, taken)) = methods.iter().find(|(known, _)| known == method) {
            return Err(*taken);
        }
        methods.push((method.clone(), operation));
        Ok(())
    }

    /// What [`brrtrouter::RouteTable::find`] must give for a path that begins with `/`, and for `*`.
    pub fn find(&self, method: &Method, path: &str) -> Outcome {
        const KNOWN: [&str; 10] =
            ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];
        let declared = || self.templates.iter().flat_map(|(_, methods)| methods);
        if !KNOWN.contains(&method.as_str()) && !declared().any(|(known, _)| known == method) {
            return Outcome::UnknownMethod;
        }
        if path == "*" {
            return Outcome::AutomaticOptions(allow(declared()));
        }
        let segments = match path_segments(path) {
            Ok(segments) => segments,
            Err(fault) => return Outcome::Refused(fault),
        };
        let all: Vec<usize> = (0..self.templates.len()).collect();
        // A path begins with a slash, so that its first piece is nothing.
        let Some((template, spans)) = self.descend(&all, 0, &segments[1..]) else { return Outcome::NotFound };
        let methods = &self.templates[template].1;
        let operation_of =
            |name: &Method| methods.iter().find(|(known, _)| known == name).map(|(_, one)| *one);
        match (operation_of(method), operation_of(&Method::GET)) {
            (Some(operation), _) => Outcome::Found(operation, spans),
            (None, Some(operation)) if *method == Method::HEAD => Outcome::AutomaticHead(operation, spans),
            (None, _) if *method == Method::OPTIONS => Outcome::AutomaticOptions(allow(methods.iter())),
            (None, _) => Outcome::MethodNotAllowed(allow(methods.iter())),
        }
    }

    /// Depth first: the templates at hand that have the best matching segment here and match the rest; else those with the
    /// next best one.
    fn descend(
        &self,
        at_hand: &[usize],
        depth: usize,
        path: &[Vec<Placed>],
    ) -> Option<(usize, Vec<(usize, usize)>)> {
        let Some((segment, later)) = path.split_first() else {
            return at_hand
                .iter()
                .find(|one| self.templates[**one].0.len() == depth)
                .map(|one| (*one, Vec::new()));
        };
        let segment_of = |one: usize| self.templates[one].0.get(depth);
        let mut choices: Vec<&NormalSegment> = at_hand.iter().filter_map(|one| segment_of(*one)).collect();
        choices.sort_by(|one, other| rank(one).cmp(&rank(other)));
        choices.dedup();
        choices.into_iter().find_map(|choice| {
            let mut spans = match_segment(choice, segment)?;
            let under: Vec<usize> =
                at_hand.iter().copied().filter(|one| segment_of(*one) == Some(choice)).collect();
            let (found, more) = self.descend(&under, depth + 1, later)?;
            spans.extend(more);
            Some((found, spans))
        })
    }
}

/// Declared methods with those that are answered by themselves, sorted; a lone empty name for none (HTTP-003).
fn allow<'m>(methods: impl Iterator<Item = &'m (Method, u32)>) -> Vec<String> {
    let mut names: Vec<String> = methods.map(|(method, _)| method.as_str().to_owned()).collect();
    if names.is_empty() {
        return vec![String::new()];
    }
    if names.iter().any(|name| name == "GET") {
        names.push("HEAD".to_owned());
    }
    names.push("OPTIONS".to_owned());
    names.sort();
    names.dedup();
    names
}
