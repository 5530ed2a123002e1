//! Route tables that show one thing each: how the cost grows with routes, octets, parameters, overlap.

use std::iter::once;

use http::Method;

use super::table::{Operation, Table};

/// The sizes of the growth series; each about three times the one before.
pub(super) const ROUTES: [usize; 7] = [10, 30, 100, 300, 1_000, 3_000, 10_000];
/// Octets of the path.
pub(super) const PATH_BYTES: [usize; 6] = [12, 50, 100, 200, 400, 800];
/// Parameters in the path.
pub(super) const PARAMETERS: [usize; 8] = [0, 1, 2, 4, 6, 8, 12, 16];

/// This many templates of the five shapes that resources usually have. Names have a fixed width, so that only the
/// number of routes grows and not the paths.
pub(super) fn routes(count: usize) -> Table {
    const SHAPES: [&str; 5] = ["", "/{id}", "/{id}/parts", "/{id}/parts/{number}", "/{id}/state"];
    let templates = (0..count.div_ceil(SHAPES.len()))
        .flat_map(|resource| SHAPES.map(|shape| format!("/v1/things{resource:05}{shape}")));
    of_gets(templates.take(count))
}

/// One template without parameters and with exactly this many octets, in segments of nine.
pub(super) fn static_path(bytes: usize) -> Table {
    of_gets(once("/segment0".chars().cycle().take(bytes).collect()))
}

/// One template with this many parameters, each behind a literal.
pub(super) fn parameters(count: usize) -> Table {
    of_gets(once(once("/v1".to_owned()).chain((0..count).map(|at| format!("/{{p{at}}}"))).collect()))
}

/// All templates of `segments` segments that are the literal `a` or a parameter each, with a literal at the end:
/// a path of literals overlaps with every one of them.
pub(super) fn overlapping(segments: u32) -> Table {
    let template = |bits: u32| -> String {
        let parts =
            (0..segments).map(|at| if bits >> at & 1 == 1 { format!("/{{p{at}}}") } else { "/a".into() });
        parts.chain(once("/end".to_owned())).collect()
    };
    of_gets((0..1_u32 << segments).map(template))
}

/// Templates with literal text beside expressions in one segment, as APIs with verbs, ranges and extensions have.
pub(super) fn partial() -> Table {
    const TEMPLATES: [&str; 8] = [
        "/v1/things/{id}",
        "/v1/things/{id}:activate",
        "/v1/things/{id}:deactivate",
        "/files/{name}.{version}",
        "/files/{name}.json",
        "/compare/{base}...{head}",
        "/@{user}",
        "/maps/{zoom}-{x}-{y}.png",
    ];
    of_gets(TEMPLATES.map(str::to_owned).into_iter())
}

/// Templates with literals beyond ASCII, for [`encode`]d requests.
pub(super) fn encoded() -> Table {
    const TEMPLATES: [&str; 4] = ["/cafés", "/cafés/{name}", "/cafés/{name}/größe", "/v1/things/{id}/{name}"];
    of_gets(TEMPLATES.map(str::to_owned).into_iter())
}

/// Encodes every octet beyond ASCII, and of each segment the first, which need not be.
pub(super) fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len() * 3);
    let mut first = false;
    for byte in path.bytes() {
        if byte.is_ascii() && !first {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        first = byte == b'/';
    }
    encoded
}

fn of_gets(templates: impl Iterator<Item = String>) -> Table {
    Table { operations: templates.map(|template| Operation::new(Method::GET, &template)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_asked_for() {
        for count in ROUTES {
            assert_eq!(routes(count).operations.len(), count);
        }
        for bytes in PATH_BYTES {
            assert_eq!(static_path(bytes).operations[0].path.len(), bytes);
        }
        for count in PARAMETERS {
            assert_eq!(parameters(count).operations[0].parameters(), count);
        }
        assert_eq!(overlapping(10).operations.len(), 1024);
        assert_eq!(encode("/é/ab"), "/%C3%A9/%61b");
    }
}
