//! Server Object: its grammar, its rules (`SRV-004`, `SRV-006`, `SRV-008`, `SRV-011`, `SRV-012`) and its view.

use std::collections::HashMap;

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::value::Value;
use crate::description::template::{Part, ServerTemplate, TemplateError, TemplateFault};
use crate::description::{Code, Location, NodeRef, Severity};

pub(super) const LIST: Shape = Shape::List(&Shape::Object(ObjectType::Server));

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Server Object",
    "SRV-004",
    &[
        Field::string("url").required("SRV-004"),
        Field::string("description"),
        Field::string("name").since(Edition::V3_2),
        Field::new("variables", Shape::Map(&Shape::Object(ObjectType::ServerVariable), Names::Any)),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    let Some(url) = node.get("url") else { return };
    let Some(text) = url.as_str() else { return };
    let place = beside(at, url);
    let template = match ServerTemplate::parse(text) {
        Ok(template) => template,
        Err(error) => return report_error(cx, place, error),
    };
    let query_or_fragment =
        |part: &Part| matches!(part, Part::Literal(literal) if literal.contains(['?', '#']));
    if template.parts.iter().any(query_or_fragment) {
        cx.report(
            Finding::error("SRV-004", place)
                .what(format!("the server URL {text:?} has a query or a fragment"))
                .why("paths are appended to the server's URL, which has neither (§Server Object)")
                .mend("remove the `?` or `#` and what follows"),
        );
    }
    check_variables(cx, at, &template);
    let severity = if cx.edition(at.document) == Edition::V3_2 { Severity::Error } else { Severity::Warning };
    for fault in template.faults() {
        let repeated = matches!(fault, TemplateFault::Repeated(_));
        let code = Code::new(if repeated { "SRV-008" } else { "SRV-011" });
        cx.report(
            Finding::new(code, severity, place)
                .what(format!("the server URL {text:?} is not in the grammar of templates: {fault}"))
                .why("URL templates follow the ABNF of OpenAPI 3.2 (§Server Variable Object)")
                .mend("percent-encode the character, or use each variable once"),
        );
    }
}

fn report_error(cx: &mut Check<'_>, at: Location, error: TemplateError) {
    let old = cx.edition(at.document) != Edition::V3_2;
    let severity = if old && error == TemplateError::Empty { Severity::Lint } else { Severity::Error };
    cx.report(
        Finding::new(Code::new("SRV-011"), severity, at)
            .what(format!("the server URL is no URL template: {error}"))
            .why("a server URL is a text with variables in braces (§Server Object)")
            .mend("write, for example, `https://{host}/v1` or `/`"),
    );
}

/// `SRV-006`.
fn check_variables(cx: &mut Check<'_>, at: Location, template: &ServerTemplate) {
    let node = cx.node(at);
    let declared = |name: &str| node.get("variables").and_then(|variables| variables.get(name)).is_some();
    for name in template.variables() {
        if !declared(name) {
            cx.report(
                Finding::error("SRV-006", at)
                    .named("url")
                    .what(format!("the variable `{{{name}}}` of the server URL is not declared"))
                    .why("each variable of the template has a Server Variable Object with a `default` (§Server Object)")
                    .mend(format!("declare `{name}` under `variables`")),
            );
        }
    }
    let Some(variables) = node.get("variables") else { return };
    for (name, _) in variables.members() {
        if !name.starts_with("x-") && !template.variables().any(|used| used == name) {
            cx.report(
                Finding::lint("SRV-006", beside(at, variables))
                    .named(name)
                    .what(format!("the variable `{name}` does not occur in the server URL"))
                    .why("a variable is there to be substituted in `url` (§Server Object)")
                    .mend("remove it, or use it in `url`"),
            );
        }
    }
}

/// `SRV-012`: names are unique within a `servers` list.
pub(super) fn check_list(cx: &mut Check<'_>, holder: Location) {
    let Some(servers) = cx.node(holder).get("servers") else { return };
    let mut first: HashMap<&str, NodeRef<'_>> = HashMap::new();
    for server in servers.items() {
        let Some(name) = server.get("name") else { continue };
        let Some(text) = name.as_str() else { continue };
        let Some(earlier) = first.insert(text, name) else { continue };
        cx.report(
            Finding::error("SRV-012", beside(holder, name))
                .what(format!("two servers are called `{text}`"))
                .why("`name` is unique (§Server Object)")
                .mend("rename one of them")
                .related("first used here", beside(holder, earlier)),
        );
    }
}

/// A server (OpenAPI §Server Object).
#[derive(Clone, Copy, Debug)]
pub struct Server<'d> {
    value: Value<'d>,
}

/// A variable of a server's URL (OpenAPI §Server Variable Object).
#[derive(Clone, Copy, Debug)]
pub struct ServerVariable<'d> {
    value: Value<'d>,
}

impl<'d> Server<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The URL template as written; [`ServerTemplate::parse`] reads it.
    #[must_use]
    pub fn url(self) -> &'d str {
        self.value.text("url").unwrap_or("/")
    }

    /// The name, new in 3.2.
    #[must_use]
    pub fn name(self) -> Option<&'d str> {
        self.value.text("name")
    }

    /// The declared variables with their names.
    #[must_use]
    pub fn variables(self) -> Vec<(&'d str, ServerVariable<'d>)> {
        self.value.map("variables").map(|(name, value)| (name, ServerVariable { value })).collect()
    }

    /// The declared variable called `name`.
    #[must_use]
    pub fn variable(self, name: &str) -> Option<ServerVariable<'d>> {
        let value = self.value.get("variables")?.get(name)?;
        Some(ServerVariable { value })
    }
}

impl<'d> ServerVariable<'d> {
    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The value used when none is configured (`SRV-009`).
    #[must_use]
    pub fn default(self) -> &'d str {
        self.value.text("default").unwrap_or_default()
    }

    /// The allowed values; empty when any is.
    #[must_use]
    pub fn values(self) -> Vec<&'d str> {
        self.value.list("enum").filter_map(|value| value.node().as_str()).collect()
    }
}
