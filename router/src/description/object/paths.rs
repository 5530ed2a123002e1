//! Paths Object: its grammar and the rules of path templates (`PTH-003`, `PTH-008`, `PTH-011`, `PTH-026`).

use std::collections::HashMap;

use super::check::Check;
use super::finding::Finding;
use super::grammar::{Edition, Grammar, Patterned};
use crate::description::template::{PathTemplate, TemplateFault};
use crate::description::{Code, Location, Severity};

pub(super) const GRAMMAR: Grammar = Grammar::new("Paths Object", "PTH-001", &[]).patterned(Patterned::Paths);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let mut hierarchies: HashMap<String, &str> = HashMap::new();
    let strict = cx.edition(at.document) == Edition::V3_2;
    for (text, _) in cx.node(at).members().filter(|(name, _)| name.starts_with('/')) {
        let template = match PathTemplate::parse(text) {
            Ok(template) => template,
            Err(error) => {
                cx.report(
                    Finding::error("PTH-011", at)
                        .named(text)
                        .what(format!("`{text}` is no path template: {error}"))
                        .why("expressions stand in pairs of braces and have a name (§Path Templating)")
                        .mend("close the brace, or percent-encode it"),
                );
                continue;
            }
        };
        for fault in template.faults() {
            report_fault(cx, at, (text, &fault), strict);
        }
        if template.has_dot_segment() {
            cx.report(
                Finding::connection(cx, "PTH-026", at)
                    .named(text)
                    .what(format!("no request can reach `{text}`: it has a dot segment"))
                    .why("whoever normalises a target removes `.` and `..`, so requests that hold them are refused (RFC 3986 §5.2.4)")
                    .mend("write the path that remains without its dot segments"),
            );
        }
        if let Some(earlier) = hierarchies.insert(template.hierarchy(), text) {
            cx.report(
                Finding::error("PTH-003", at)
                    .named(text)
                    .what(format!("`{text}` and `{earlier}` are the same path"))
                    .why("templates of one hierarchy are identical, whatever their names (§Paths Object)")
                    .mend("merge the two Path Items")
                    .related_name("the other", at, earlier),
            );
        }
    }
}

fn report_fault(cx: &mut Check<'_>, at: Location, (text, fault): (&str, &TemplateFault), strict: bool) {
    let repeated = matches!(fault, TemplateFault::Repeated(_));
    let severity = match (strict, repeated) {
        (true, _) => Severity::Error,
        (false, true) => cx.text_only(at),
        (false, false) => Severity::Warning,
    };
    cx.report(
        Finding::new(Code::new(if repeated { "PTH-008" } else { "PTH-011" }), severity, at)
            .named(text)
            .what(format!("the path template `{text}` is not in the grammar: {fault}"))
            .why("path templates follow the ABNF of OpenAPI 3.2; 3.1 has none (§Path Templating)")
            .mend("percent-encode the character, drop the empty segment, or rename one expression"),
    );
}
