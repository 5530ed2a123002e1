//! Fields that an Object does not have (`DOC-015`), with a guess at what was meant.
//!
//! Takes: the Object's table and the name found. Gives: one finding. Never panics.

use super::check::{Check, with_article};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Patterned};
use crate::description::Location;

/// A field that the grammar does not know in any version.
pub(super) fn unknown_field(cx: &mut Check<'_>, at: Location, grammar: &Grammar, name: &str) {
    let (code, why) = match grammar.patterned {
        Patterned::None if grammar.name == "Header Object" => (
            "RSP-011",
            "a header's name is the map's key, and its location is known (§Header Object)".to_owned(),
        ),
        Patterned::Paths => ("PTH-001", "every path begins with `/` (§Paths Object)".to_owned()),
        Patterned::StatusCodes => {
            ("RSP-002", "keys are a status code, `1XX` to `5XX`, or `default` (§Responses Object)".to_owned())
        }
        Patterned::None | Patterned::Every(_) | Patterned::Annotations
            if slip_of_case(grammar, name).is_some() =>
        {
            ("DOC-009", "field names are case-sensitive (§Case Sensitivity)".to_owned())
        }
        Patterned::None | Patterned::Every(_) | Patterned::Annotations => {
            ("DOC-015", format!("{} has fixed fields and `x-` extensions only", with_article(grammar.name)))
        }
    };
    let mend = suggestion(grammar, name);
    cx.report(
        Finding::error(code, at)
            .named(name)
            .what(format!("`{name}` is no field of the {}", grammar.name))
            .why(why)
            .mend(mend),
    );
}

/// A field that another version of OpenAPI has.
pub(super) fn field_of_another_version(cx: &mut Check<'_>, at: Location, grammar: &Grammar, field: &Field) {
    let edition = cx.edition(at.document);
    let code = match grammar.name {
        "Path Item Object" if edition == Edition::V3_1 => "PTH-021",
        "Header Object" => "RSP-011",
        _ => "DOC-015",
    };
    let (when, mend) = if field.since > edition {
        let since = field.since.name();
        (
            format!("came with OpenAPI {since}"),
            format!("declare `openapi: {since}.0`, or prefix it with `x-`"),
        )
    } else {
        let until = field.until.name();
        (format!("was a field up to OpenAPI {until}"), "remove it, or prefix it with `x-`".to_owned())
    };
    cx.report(
        Finding::error(code, at)
            .named(field.name)
            .what(format!(
                "`{}` is no field of the {} in OpenAPI {}: it {when}",
                field.name,
                grammar.name,
                edition.name()
            ))
            .why("the `openapi` field selects the rules of the whole document (§OpenAPI Object)")
            .mend(mend),
    );
}

/// `DOC-009`: names are case-sensitive.
fn slip_of_case(grammar: &Grammar, name: &str) -> Option<&'static Field> {
    grammar.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

fn suggestion(grammar: &Grammar, name: &str) -> String {
    let close = || grammar.fields.iter().find(|field| differs_by_one(field.name, name));
    if let Some(field) = slip_of_case(grammar, name) {
        return format!("did you mean `{}`?", field.name);
    }
    if matches!(grammar.patterned, Patterned::StatusCodes) && name.len() == 3 && name.ends_with("xx") {
        return format!("did you mean `{}`?", name.to_ascii_uppercase());
    }
    if matches!(grammar.patterned, Patterned::Paths) {
        return format!("did you mean `/{name}`?");
    }
    match close() {
        Some(field) => format!("did you mean `{}`?", field.name),
        None => "remove it, or prefix it with `x-` to make it an extension".to_owned(),
    }
}

/// Whether one letter more, less or other makes the one name of the other.
fn differs_by_one(known: &str, found: &str) -> bool {
    let same_start = known.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let mut a = known.chars().skip(same_start);
    let mut b = found.chars().skip(same_start);
    let (rest_a, rest_b): (String, String) = (a.by_ref().collect(), b.by_ref().collect());
    let tail = |text: &str| text.chars().skip(1).collect::<String>();
    same_start > 0 && (tail(&rest_a) == rest_b || rest_a == tail(&rest_b) || tail(&rest_a) == tail(&rest_b))
}
