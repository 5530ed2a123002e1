//! Is it a schema at all: every keyword's value against the dialect's rules.
//!
//! Takes: a schema of the description. Gives: all findings with their places. Looks at everything inside the schema
//! and follows no reference; uses an explicit stack. Never panics.

use super::dialect::{Dialect, Draft};
use super::instance::Decimal;
use super::keyword::{Form, rule};
use super::pattern::PatternCheck;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, Kind, Location, NodeRef, ObjectKind, Severity,
};
use crate::limits::schema::{FINDINGS_MAX, TEXT_SHOWN_CHARS_MAX};
use std::collections::HashSet;

const TYPE_NAMES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Checks one schema and everything inside it, without following references.
///
/// Diagnostics: `SCH-002` no schema, `SCH-001` a keyword's value is not what its dialect asks for, `SCH-005` a dialect that is not
/// supported, `SCH-022` a pattern that is no regular expression of ECMA-262, `SCH-023` a divisor that is too long.
#[must_use]
pub fn check_schema(description: &Description, at: Location) -> Diagnostics {
    let mut check = SchemaCheck::new(description);
    check.run(at);
    check.finish()
}

/// Checks every Schema Object of a description: [`check_schema`] for each, with each dialect and pattern said once.
#[must_use]
pub fn check_schemas(description: &Description) -> Diagnostics {
    let mut check = SchemaCheck::new(description);
    for at in outermost_schemas(description) {
        check.run(at);
    }
    check.finish()
}

/// The Schema Objects that stand in no other: those of parameters, content, headers and components, in every document.
///
/// ```
/// use brrtrouter::Description;
/// use brrtrouter::schema::outermost_schemas;
///
/// let description = Description::from_text("api.yaml", "
/// openapi: 3.1.2
/// info: { title: Pets, version: '1' }
/// components: { schemas: { Pet: { properties: { name: { type: string } } } } }
/// ")?;
/// let schemas = outermost_schemas(&description);
/// assert_eq!(schemas.len(), 1);
/// assert_eq!(description.place(schemas[0]).pointer, "/components/schemas/Pet");
/// # Ok::<(), brrtrouter::Diagnostics>(())
/// ```
#[must_use]
pub fn outermost_schemas(description: &Description) -> Vec<Location> {
    let mut found = Vec::new();
    let documents: Vec<_> = description.documents().map(|(id, _)| id).collect();
    for document in documents {
        let mut stack = vec![description.at(description.root(document))];
        while let Some(node) = stack.pop() {
            let at = Location { document, node: node.id() };
            if description.kind(at) == Some(ObjectKind::Schema) {
                found.push(at);
            } else {
                stack.extend(node.members().map(|(_, value)| value).chain(node.items()));
            }
        }
    }
    found.sort();
    found
}

/// Checks schemas, each place once.
pub(super) struct SchemaCheck<'d> {
    description: &'d Description,
    seen: HashSet<Location>,
    patterns: PatternCheck,
    unknown_dialects: HashSet<String>,
    found: Diagnostics,
    stack: Vec<Visit<'d>>,
}

#[derive(Clone, Copy)]
struct Visit<'d> {
    node: NodeRef<'d>,
    at: Location,
    dialect: Dialect,
    /// Draft 4 allows booleans in a few places only.
    boolean: bool,
}

/// What one finding says.
struct Fault {
    code: &'static str,
    severity: Severity,
    what: String,
    why: &'static str,
    mend: &'static str,
}

impl Fault {
    const fn keyword(what: String, why: &'static str, mend: &'static str) -> Self {
        Self { code: "SCH-001", severity: Severity::Error, what, why, mend }
    }
}

impl<'d> SchemaCheck<'d> {
    pub(super) fn new(description: &'d Description) -> Self {
        Self {
            description,
            seen: HashSet::new(),
            patterns: PatternCheck::default(),
            unknown_dialects: HashSet::new(),
            found: Diagnostics::new(),
            stack: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Diagnostics {
        self.found
    }

    pub(super) fn run(&mut self, at: Location) {
        let dialect = self.dialect(at);
        self.stack.push(Visit {
            node: self.description.at(at),
            at,
            dialect,
            boolean: dialect.draft > Draft::Four,
        });
        while let Some(visit) = self.stack.pop() {
            if self.seen.insert(visit.at) {
                self.schema(visit);
            }
        }
    }

    /// SCH-005: an unsupported dialect is an error, said once, and never read as another in silence.
    fn dialect(&mut self, at: Location) -> Dialect {
        match Dialect::at(self.description, at) {
            Ok(dialect) => dialect,
            Err(uri) => {
                let fault = Fault {
                    code: "SCH-005",
                    severity: Severity::Error,
                    what: format!("the schema dialect `{}` is not supported", cut(&uri)),
                    why: "its keywords may mean something else than those of the known dialects",
                    mend: "use the OAS dialect or a JSON Schema dialect from draft-04 on, or add a document with its meta-schema",
                };
                if self.unknown_dialects.insert(uri) {
                    self.report(at, fault);
                }
                Dialect::OAS
            }
        }
    }

    fn report(&mut self, at: Location, fault: Fault) {
        if self.found.len() >= FINDINGS_MAX {
            return;
        }
        self.found.push(Diagnostic {
            code: Code::new(fault.code),
            severity: fault.severity,
            what: fault.what,
            why: fault.why.into(),
            mend: fault.mend.into(),
            place: self.description.place(at),
            related: Vec::new(),
        });
    }

    fn schema(&mut self, visit: Visit<'d>) {
        match visit.node.kind() {
            Kind::Boolean if visit.boolean => {}
            Kind::Object => self.keywords(visit),
            Kind::Boolean | Kind::Null | Kind::Number | Kind::String | Kind::Array => {
                let fault = Fault {
                    code: "SCH-002",
                    severity: Severity::Error,
                    what: format!("a {} stands where a schema is needed", visit.node.kind().name()),
                    why: "a schema is an object or, from draft-06 on, a boolean",
                    mend: "write a schema; `true` or `{}` allows everything",
                };
                self.report(visit.at, fault);
            }
        }
    }

    fn keywords(&mut self, mut visit: Visit<'d>) {
        if visit.node.get("$schema").is_some() {
            visit.dialect = self.dialect(visit.at);
        }
        let reference_only = visit.dialect.draft <= Draft::Seven && visit.node.get("$ref").is_some();
        for (name, value) in visit.node.members() {
            if reference_only && name != "$ref" {
                continue;
            }
            let Some(rule) = rule(name, visit.dialect) else { continue };
            let at = Location { document: visit.at.document, node: value.id() };
            let member = Member { name, value, at, dialect: visit.dialect };
            if let Some(fault) = self.value(member, rule.form) {
                self.report(at, fault);
            }
        }
    }

    fn subschema(&mut self, member: Member<'d>, node: NodeRef<'d>) {
        let at = Location { document: member.at.document, node: node.id() };
        let boolean = member.dialect.draft > Draft::Four
            || matches!(member.name, "additionalProperties" | "additionalItems");
        self.stack.push(Visit { node, at, dialect: member.dialect, boolean });
    }

    fn value(&mut self, member: Member<'d>, form: Form) -> Option<Fault> {
        let Member { name, value, .. } = member;
        match form {
            Form::Schema => self.subschema(member, value),
            Form::SchemaOrSchemas if value.kind() != Kind::Array => self.subschema(member, value),
            Form::Schemas | Form::SchemaOrSchemas => return self.schemas(member, form),
            Form::SchemaMap | Form::PatternMap | Form::Dependencies => return self.schema_map(member, form),
            Form::NameMap if value.kind() != Kind::Object => {
                return Some(member.wrong("an object of arrays of strings"));
            }
            Form::NameMap => return value.members().find_map(|(_, names)| member.names(names)),
            Form::Names => return member.names(value),
            Form::Count => return member.count(),
            Form::Number | Form::Positive => return member.number(form),
            Form::Boolean if value.as_bool().is_none() => return Some(member.wrong("`true` or `false`")),
            Form::Text | Form::Reference if value.as_str().is_none() => {
                return Some(member.wrong("a string"));
            }
            Form::Types => return member.types(),
            Form::Values if value.kind() != Kind::Array => return Some(member.wrong("an array")),
            Form::Pattern => return self.pattern(name, value),
            Form::Boolean | Form::Text | Form::Reference | Form::Values | Form::Any => {}
        }
        None
    }

    fn schemas(&mut self, member: Member<'d>, form: Form) -> Option<Fault> {
        let list = member.value;
        let may_be_empty = form == Form::SchemaOrSchemas;
        if list.kind() != Kind::Array || (list.is_empty() && !may_be_empty) {
            return Some(member.wrong("a non-empty array of schemas"));
        }
        for schema in list.items() {
            self.subschema(member, schema);
        }
        None
    }

    fn schema_map(&mut self, member: Member<'d>, form: Form) -> Option<Fault> {
        if member.value.kind() != Kind::Object {
            return Some(member.wrong("an object of schemas"));
        }
        let mut fault = None;
        for (name, schema) in member.value.members() {
            if form == Form::PatternMap {
                fault = fault.or_else(|| self.pattern_text("patternProperties", name));
            }
            if form == Form::Dependencies && schema.kind() == Kind::Array {
                fault = fault.or_else(|| member.names(schema));
            } else {
                self.subschema(member, schema);
            }
        }
        fault
    }

    fn pattern(&mut self, name: &str, value: NodeRef<'_>) -> Option<Fault> {
        match value.as_str() {
            Some(text) => self.pattern_text(name, text),
            None => Some(Fault::keyword(
                format!("`{name}` is a {}, not a string", value.kind().name()),
                "a pattern is a regular expression in a string",
                "write a regular expression of ECMA-262",
            )),
        }
    }

    fn pattern_text(&mut self, name: &str, text: &str) -> Option<Fault> {
        let fault = self.patterns.check(text)?;
        Some(Fault {
            code: "SCH-022",
            severity: if fault.is_error() { Severity::Error } else { Severity::Warning },
            what: format!("`{}` cannot be used in `{name}` as it is", cut(text)),
            why: fault.why(),
            mend: fault.mend(),
        })
    }
}

#[derive(Clone, Copy)]
struct Member<'d> {
    name: &'d str,
    value: NodeRef<'d>,
    at: Location,
    dialect: Dialect,
}

impl Member<'_> {
    fn wrong(&self, expected: &str) -> Fault {
        let mend = if self.name.starts_with("exclusive") && self.value.kind() == Kind::Boolean {
            // SCH-015: the form of 3.0.
            "since 3.1 the bound itself is the value: write `exclusiveMinimum: 0`, not `minimum: 0` and `exclusiveMinimum: true`"
        } else {
            "give the keyword a value of that kind"
        };
        let kind = self.value.kind();
        let found = match kind {
            Kind::Array | Kind::Object if self.value.is_empty() => format!("an empty {}", kind.name()),
            Kind::Number => format!("`{}`", cut(self.value.as_number().unwrap_or_default())),
            Kind::Array | Kind::Object => format!("an {}", kind.name()),
            Kind::Boolean => format!("`{}`", self.value.as_bool().unwrap_or_default()),
            Kind::Null => "`null`".to_owned(),
            Kind::String => format!("`\"{}\"`", cut(self.value.as_str().unwrap_or_default())),
        };
        Fault::keyword(
            format!("`{}` must be {expected}, not {found}", self.name),
            "the schema's dialect asks for it",
            mend,
        )
    }

    fn names(&self, names: NodeRef<'_>) -> Option<Fault> {
        let mut seen = HashSet::new();
        let distinct = names.items().all(|name| name.as_str().is_some_and(|name| seen.insert(name)));
        let empty = names.is_empty() && self.dialect.draft == Draft::Four;
        (names.kind() != Kind::Array || !distinct || empty)
            .then(|| self.wrong("an array of distinct strings"))
    }

    fn count(&self) -> Option<Fault> {
        let number = self.value.as_number().map(Decimal::parse);
        let valid = number.is_some_and(|number| number.is_integer() && number >= Decimal::parse("0"));
        (!valid).then(|| self.wrong("an integer from 0"))
    }

    fn number(&self, form: Form) -> Option<Fault> {
        let Some(text) = self.value.as_number() else { return Some(self.wrong("a number")) };
        let number = Decimal::parse(text);
        if form == Form::Positive && number <= Decimal::parse("0") {
            return Some(self.wrong("a number above 0"));
        }
        if form == Form::Positive && number.is_multiple_of(&number).is_none() {
            return Some(Fault {
                code: "SCH-023",
                severity: Severity::Error,
                what: format!("`{}` has more than 19 significant digits", self.name),
                why: "divisibility is decided exactly, for divisors of up to 19 digits",
                mend: "round the divisor",
            });
        }
        None
    }

    fn types(&self) -> Option<Fault> {
        let known = |name: NodeRef<'_>| name.as_str().is_some_and(|name| TYPE_NAMES.contains(&name));
        let expected = "one of `array`, `boolean`, `integer`, `null`, `number`, `object`, `string`, or an array of these";
        if self.value.kind() == Kind::Array {
            let mut seen = HashSet::new();
            let valid = self.value.items().all(|name| known(name) && seen.insert(name.as_str()));
            return (!valid || self.value.is_empty()).then(|| self.wrong(expected));
        }
        (!known(self.value)).then(|| self.wrong(expected))
    }
}

/// The first characters of a text.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
