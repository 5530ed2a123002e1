//! The rules of Parameter and Header Objects, alone and in lists.
//!
//! Takes: the walk. Gives: findings of the areas PAR and SER, and `RSP-011`. Never panics.

use std::collections::HashMap;

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::Edition;
use super::media_type;
use super::parameter::{Parameter, ParameterLocation, Style};
use super::schema_rules;
use super::value::Value;
use crate::description::token::is_token;
use crate::description::{Code, Location, NodeRef, Severity};

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    check_schema_or_content(cx, at, "Parameter Object");
    let node = cx.node(at);
    let Some(name) = node.get("name").and_then(NodeRef::as_str) else { return };
    let Some(location) = node.get("in").and_then(NodeRef::as_str).and_then(ParameterLocation::from_name)
    else {
        return;
    };
    check_name(cx, at, (location, name));
    if location == ParameterLocation::QueryString {
        return check_query_string(cx, at);
    }
    check_required(cx, at, location);
    check_allow_empty_value(cx, at, location);
    if node.get("schema").is_some() {
        check_style(cx, at, location);
        check_allow_reserved(cx, at, location);
    }
}

/// `PAR-004`, `PAR-005` and `PAR-014`, which hold for headers too.
pub(super) fn check_schema_or_content(cx: &mut Check<'_>, at: Location, object: &str) {
    cx.exclusive("PAR-014", at, ["example", "examples"], object);
    cx.exclusive("PAR-004", at, ["schema", "content"], object);
    let node = cx.node(at);
    let content = node.get("content");
    if content.is_none() && node.get("schema").is_none() {
        cx.report(
            Finding::error("PAR-004", at)
                .what(format!("the {object} has neither `schema` nor `content`"))
                .why(format!("it has exactly one of them (§{object})"))
                .mend("add a `schema`"),
        );
    }
    let Some(content) = content else { return };
    if content.len() != 1 {
        cx.report(
            Finding::error("PAR-005", beside(at, content))
                .what(format!("`content` has {} media types", content.len()))
                .why(format!("it holds exactly one (§{object})"))
                .mend("keep one media type"),
        );
    }
    let examples: &[&str] = match cx.edition(at.document) {
        // 3.2 has them among its common fixed fields.
        Edition::V3_2 => &[],
        Edition::V3_0 | Edition::V3_1 => &["example", "examples"],
    };
    let of_schema = ["style", "explode", "allowReserved"].iter().chain(examples);
    for field in of_schema.filter(|field| node.get(field).is_some()) {
        cx.report(
            Finding::error("PAR-004", at)
                .named(field)
                .what(format!("`{field}` stands beside `content`"))
                .why(format!("it is for use with `schema` (§{object})"))
                .mend(format!("remove `{field}`")),
        );
    }
    media_type::check_map(cx, at, media_type::Holder::Other);
}

/// `PAR-008`, `PAR-010`, and the form of names.
fn check_name(cx: &mut Check<'_>, at: Location, (location, name): (ParameterLocation, &str)) {
    let severity = if cx.edition(at.document) == Edition::V3_2 { Severity::Error } else { Severity::Warning };
    if location == ParameterLocation::Path && name.contains(['{', '}']) {
        cx.report(
            Finding::new(Code::new("PTH-007"), severity, at)
                .named("name")
                .what(format!("the path parameter `{name}` has a brace in its name"))
                .why("no template expression can have that name (§Path Templating)")
                .mend("write the name without braces"),
        );
    }
    if location != ParameterLocation::Header {
        return;
    }
    if !is_token(name) {
        cx.report(
            Finding::new(Code::new("PAR-009"), severity, at)
                .named("name")
                .what(format!("`{name}` is no header field name"))
                .why("field names are tokens (RFC 9110 §5.1)")
                .mend("use letters, digits and `-` only"),
        );
    }
    if name.eq_ignore_ascii_case("cookie") {
        cx.report(
            Finding::warning("PAR-010", at)
                .named("name")
                .what("the header parameter is called `Cookie`")
                .why("the effect is undefined; here it is read as any other header (§Parameter Object)")
                .mend("use `in: cookie` for each cookie"),
        );
    }
    if Parameter::new(Value::new(cx.description, at)).is_ignored() {
        cx.report(
            Finding::lint("PAR-008", at)
                .named("name")
                .what(format!("the header parameter `{name}` is ignored"))
                .why("media types and security schemes say it already (§Parameter Object)")
                .mend("remove it"),
        );
    }
}

/// `PAR-019` for the parameter alone.
fn check_query_string(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    if cx.edition(at.document) < Edition::V3_2 {
        cx.report(
            Finding::error("PAR-019", at)
                .named("in")
                .what(format!("OpenAPI {} has no location `querystring`", cx.edition(at.document).name()))
                .why("it came with OpenAPI 3.2 (§Parameter Locations)")
                .mend("declare `openapi: 3.2.0`, or use `in: query`"),
        );
    }
    for field in
        ["schema", "style", "explode", "allowReserved"].into_iter().filter(|field| node.get(field).is_some())
    {
        cx.report(
            Finding::error("PAR-019", at)
                .named(field)
                .what(format!("`{field}` is used with `in: querystring`"))
                .why("the whole query string is described by `content` (§Parameter Locations)")
                .mend("use `content` with one media type"),
        );
    }
    check_allow_empty_value(cx, at, ParameterLocation::QueryString);
}

/// `PAR-006`.
fn check_required(cx: &mut Check<'_>, at: Location, location: ParameterLocation) {
    let node = cx.node(at);
    let required = node.get("required").and_then(NodeRef::as_bool);
    if location == ParameterLocation::Path && required != Some(true) {
        // The specification's own test documents break it with `content`; such a description can be read.
        let finding = match node.get("schema") {
            Some(_) => Finding::error("PAR-006", at),
            None => Finding::connection(cx, "PAR-006", at),
        };
        cx.report(
            finding
                .what("the path parameter is not `required: true`")
                .why("a path has no place for an absent parameter (§Parameter Object)")
                .mend("add `required: true`"),
        );
    }
}

/// `PAR-012`.
fn check_allow_empty_value(cx: &mut Check<'_>, at: Location, location: ParameterLocation) {
    let Some(value) = cx.node(at).get("allowEmptyValue") else { return };
    if location != ParameterLocation::Query {
        let old = cx.edition(at.document) == Edition::V3_0;
        let severity = if old { Severity::Warning } else { Severity::Error };
        cx.report(
            Finding::new(Code::new("PAR-012"), severity, at)
                .named("allowEmptyValue")
                .what(format!("`allowEmptyValue` is used with `in: {}`", location.name()))
                .why("it is valid for query parameters only (§Parameter Object)")
                .mend("remove it"),
        );
    } else if value.as_bool() == Some(true) {
        cx.report(
            Finding::lint("PAR-012", at)
                .named("allowEmptyValue")
                .what("`allowEmptyValue` is deprecated")
                .why("its use is not recommended (§Parameter Object)")
                .mend("describe the empty value in the schema"),
        );
    }
}

/// `PAR-015`, `SER-011`, `SER-013` and `SER-016`.
fn check_style(cx: &mut Check<'_>, at: Location, location: ParameterLocation) {
    let node = cx.node(at);
    let parameter = Parameter::new(Value::new(cx.description, at));
    let style = parameter.style();
    let explode = node.get("explode").and_then(NodeRef::as_bool);
    let edition = cx.edition(at.document);
    if style == Style::Cookie && edition < Edition::V3_2 {
        return not_permitted(cx, at, format!("OpenAPI {} has no style `cookie`", edition.name()));
    }
    if !style.is_allowed_in(location) {
        return not_permitted(cx, at, format!("the style `{}` is used in {}", style.name(), location.name()));
    }
    let types = parameter.schema().and_then(|schema| schema_rules::types(cx, schema));
    let only = |wanted: &[&str]| {
        types.as_ref().is_some_and(|types| types.iter().all(|t| wanted.contains(&t.as_str())))
    };
    let primitive = only(&["string", "number", "integer", "boolean", "null"]);
    let delimited = matches!(style, Style::SpaceDelimited | Style::PipeDelimited);
    if (delimited && primitive) || (style == Style::DeepObject && (primitive || only(&["array"]))) {
        let kind = types.as_deref().unwrap_or_default().join(", ");
        not_permitted(cx, at, format!("the style `{}` is used for the type {kind}", style.name()));
    } else if delimited && explode == Some(true) {
        cx.report(
            Finding::warning("SER-011", at)
                .named("explode")
                .what(format!("`{}` with `explode: true` is undefined", style.name()))
                .why("the table of styles has no such row (§Style Examples)")
                .mend("use `explode: false`, or the style `form`"),
        );
    } else if style == Style::DeepObject && explode == Some(false) && edition < Edition::V3_2 {
        cx.report(
            Finding::lint("SER-013", at)
                .named("explode")
                .what("`deepObject` with `explode: false` is undefined; it is read as exploded")
                .why("3.2 says that `explode` has no effect there (§Parameter Object)")
                .mend("remove `explode`"),
        );
    }
    let exploded = location == ParameterLocation::Cookie && style == Style::Form && explode != Some(false);
    if exploded && only(&["array", "object"]) {
        cx.report(
            Finding::lint("SER-016", at)
                .what("an exploded array or object in a cookie is separated by `&`, which cookies do not use")
                .why("the style `form` is made for query strings (§Appendix D)")
                .mend("use `explode: false`, or in 3.2 the style `cookie`"),
        );
    }
}

/// `PAR-015`.
fn not_permitted(cx: &mut Check<'_>, at: Location, what: String) {
    let name = if cx.node(at).get("style").is_some() { "style" } else { "schema" };
    cx.report(
        Finding::new(Code::new("PAR-015"), cx.text_only(at), at)
            .named(name)
            .what(what)
            .why("the table of styles has no such cell (§Style Values)")
            .mend("choose a style of the table for this location and type"),
    );
}

/// `SER-021`: where `allowReserved` may stand.
fn check_allow_reserved(cx: &mut Check<'_>, at: Location, location: ParameterLocation) {
    let node = cx.node(at);
    if node.get("allowReserved").is_none() {
        return;
    }
    let edition = cx.edition(at.document);
    let encoded = match location {
        ParameterLocation::Query | ParameterLocation::QueryString => true,
        ParameterLocation::Path => edition == Edition::V3_2,
        ParameterLocation::Cookie => {
            edition == Edition::V3_2 && node.get("style").and_then(NodeRef::as_str) != Some("cookie")
        }
        ParameterLocation::Header => false,
    };
    if encoded {
        return;
    }
    let severity = if edition == Edition::V3_0 { Severity::Warning } else { Severity::Error };
    cx.report(
        Finding::new(Code::new("SER-021"), severity, at)
            .named("allowReserved")
            .what(format!("`allowReserved` does not apply to this {} parameter", location.name()))
            .why("up to 3.1 it applies to query parameters, in 3.2 to what is percent-encoded (§Parameter Object)")
            .mend("remove it"),
    );
}

/// `PAR-001` and `PAR-019` for the list of a Path Item or Operation. `around` is the Path Item of an
/// Operation.
pub(super) fn check_list(cx: &mut Check<'_>, holder: Location, around: Option<Location>) {
    let own = parameters(cx, holder);
    let mut first = HashMap::new();
    for (place, parameter) in own.iter().copied() {
        let earlier = *first.entry(parameter.identity()).or_insert(place);
        if earlier != place {
            cx.report(
                Finding::error("PAR-001", place)
                    .what(format!(
                        "two parameters are `{}` in {}",
                        parameter.name(),
                        parameter.location().name()
                    ))
                    .why("a parameter is unique by name and location (§Operation Object)")
                    .mend("remove one of them")
                    .related("the other", earlier),
            );
        }
    }
    let mut found = own.clone();
    let count = own.len();
    // `PAR-002`: what the operation overrides is not there any more.
    let shared = around.map(|around| parameters(cx, around)).unwrap_or_default();
    found.extend(shared.into_iter().filter(|(_, parameter)| !first.contains_key(&parameter.identity())));
    let is_string = |entry: &(Location, Parameter<'_>)| entry.1.location() == ParameterLocation::QueryString;
    let is_query = |entry: &(Location, Parameter<'_>)| entry.1.location() == ParameterLocation::Query;
    let strings: Vec<Location> = found.iter().filter(|entry| is_string(entry)).map(|entry| entry.0).collect();
    let query = found.iter().find(|entry| is_query(entry)).map(|entry| entry.0);
    let ours = found.iter().take(count).any(|entry| is_string(entry) || is_query(entry));
    let other = strings.get(1).copied().or(query);
    if let (Some(first), Some(other), true) = (strings.first(), other, ours) {
        cx.report(
            Finding::error("PAR-019", *first)
                .what("`in: querystring` is not the only query parameter")
                .why("it describes the whole query string, once, without `in: query` beside it (§Parameter Locations)")
                .mend("move all into one of the two forms")
                .related("the other", other),
        );
    }
}

/// The parameters of a holder with the places where they are listed; not well-formed ones left out.
fn parameters<'d>(cx: &Check<'d>, holder: Location) -> Vec<(Location, Parameter<'d>)> {
    let list = cx.node(holder).get("parameters");
    let listed = list.into_iter().flat_map(NodeRef::items).map(|item| beside(holder, item));
    let followed = |place: Location| (place, Parameter::new(Value::new(cx.description, cx.followed(place))));
    let named = |entry: &(Location, Parameter<'d>)| cx.node(entry.1.at()).get("name").is_some();
    listed.map(followed).filter(named).collect()
}
