//! The error report: what is wrong with an instance, and which keyword says so (SCH-028).
//!
//! Takes: an instance that is not valid. Gives: errors with an instance pointer, the keyword's pointer in the description and a
//! short message that names no value of more than 64 characters. For a union with a discriminator the report is about
//! the branch that the instance claims to be (DIS-013), for any other about the only branch of the value's type, if there is one. Number of errors, values visited and nesting of unions are
//! bounded before they are enumerated. Never panics.

use super::check::cut;
use super::exact::PRIVATE;
use super::instance::{InstanceKind, InstanceNode};
use super::lower::CONTENT;
use super::pattern::BACKTRACKING;
use super::union::Choice;
use super::validator::Schemas;
use super::view::Budget;
use crate::limits::schema::{
    NAMES_SHOWN_MAX, REPORT_CREATED_PER_ERROR, REPORT_UNIONS_MAX, REPORT_VISITS_MAX,
};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// One reason why an instance is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The JSON Pointer of the offending value in the instance; empty for the whole instance.
    pub instance_pointer: String,
    /// The keyword's JSON Pointer in the description, without references on the way: `/components/schemas/Pet/required`.
    /// In other documents than the entry document their URI and `#` come first.
    pub keyword_pointer: String,
    /// The keyword, such as `minimum`.
    pub keyword: Cow<'static, str>,
    /// What is wrong, in a few words.
    pub message: String,
}

impl SchemaError {
    /// That the instance as a whole is not valid, where no more can be said.
    pub(super) fn plain() -> Self {
        Self {
            instance_pointer: String::new(),
            keyword_pointer: String::new(),
            keyword: Cow::Borrowed(""),
            message: "does not match its schema".to_owned(),
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} ({})", self.instance_pointer, self.message, self.keyword_pointer)
    }
}

impl std::error::Error for SchemaError {}

/// One report in the making.
pub(super) struct Report<'s> {
    schemas: &'s Schemas,
    errors_max: usize,
    errors: Vec<SchemaError>,
    unions_left: u8,
}

impl<'s> Report<'s> {
    pub(super) const fn new(schemas: &'s Schemas, errors_max: usize) -> Self {
        Self { schemas, errors_max, errors: Vec::new(), unions_left: REPORT_UNIONS_MAX }
    }

    pub(super) fn run(mut self, slot_name: &str, node: InstanceNode<'_>) -> Vec<SchemaError> {
        self.collect(slot_name, node, "");
        if self.errors.is_empty() {
            // The budget went into one union: say at least that much.
            self.errors.push(SchemaError::plain());
        }
        self.errors
    }

    fn is_full(&self) -> bool {
        self.errors.len() >= self.errors_max
    }

    fn collect(&mut self, slot_name: &str, node: InstanceNode<'_>, prefix: &str) {
        let created_max = self.errors_max.saturating_mul(REPORT_CREATED_PER_ERROR).clamp(64, 4096);
        let budget = Budget::new(u32::try_from(created_max).unwrap_or(u32::MAX), REPORT_VISITS_MAX);
        for error in self.schemas.raw_errors(slot_name, node, &budget) {
            if self.is_full() {
                return;
            }
            if is_sound(&error, &budget) {
                self.add(&error, (node, prefix), &budget);
            }
        }
    }

    /// Adds one error of the instance `within.0`, which stands at the pointer `within.1`.
    fn add(&mut self, error: &ValidationError<'_>, within: (InstanceNode<'_>, &str), budget: &Budget) {
        let (root, prefix) = within;
        let inside = without_first_token(error.instance_path().as_str());
        let node = root.at_pointer(inside).unwrap_or(root);
        let (keyword_pointer, keyword) = self.keyword(error);
        let instance_pointer = format!("{prefix}{inside}");
        let is_union = matches!(
            error.kind(),
            ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. }
        );
        let mut message = message(error.kind(), &keyword, node);
        if is_union && let Some(told) = self.union(&keyword_pointer, node, &instance_pointer) {
            if told.is_empty() {
                return;
            }
            message = told;
        } else if self.only_branch(error, within, budget) {
            return;
        }
        self.errors.push(SchemaError { instance_pointer, keyword_pointer, keyword, message });
    }

    /// Adds the errors of the only branch whose type the value has, such as the object of an object or `null`.
    fn only_branch(
        &mut self,
        error: &ValidationError<'_>,
        within: (InstanceNode<'_>, &str),
        budget: &Budget,
    ) -> bool {
        let Some(branch) = only_branch(error).filter(|_| self.unions_left > 0) else { return false };
        let before = self.errors.len();
        self.unions_left = self.unions_left.saturating_sub(1);
        for error in branch {
            if !self.is_full() && is_sound(error, budget) {
                self.add(error, within, budget);
            }
        }
        self.unions_left = self.unions_left.saturating_add(1);
        self.errors.len() > before
    }

    /// What is to be said about a failed union with a discriminator; "" when its branch's own errors were added.
    fn union(&mut self, keyword_pointer: &str, node: InstanceNode<'_>, prefix: &str) -> Option<String> {
        let (schema, _) = keyword_pointer.rsplit_once('/')?;
        let discriminator = self.schemas.discriminator(schema)?;
        match discriminator.choose(node) {
            Choice::Branch(branch) if self.unions_left > 0 => {
                let before = self.errors.len();
                self.unions_left = self.unions_left.saturating_sub(1);
                self.collect(&super::lower::entry_name(branch.0), node, prefix);
                self.unions_left = self.unions_left.saturating_add(1);
                (self.errors.len() > before).then(String::new)
            }
            Choice::Branch(_) => None,
            Choice::None { property, value: Some(value) } => Some(format!(
                "matches no schema: `{}` is {}, which selects none of them",
                cut(property),
                quoted(value)
            )),
            Choice::None { property, value: None } => Some(format!(
                "matches no schema, and has no `{}` that would tell which one is meant",
                cut(property)
            )),
        }
    }

    /// The keyword's pointer in the description, and its name there.
    fn keyword(&self, error: &ValidationError<'_>) -> (String, Cow<'static, str>) {
        let path = error.schema_path().as_str();
        let inside = path.strip_prefix("/$defs/s").unwrap_or(path);
        let (position, rest) = inside.split_once('/').unwrap_or((inside, ""));
        let entry = position.parse().map_or("", |position| self.schemas.entry_pointer(position));
        if rest.is_empty() {
            return (entry.to_owned(), Cow::Borrowed("false"));
        }
        let (parent, last) = rest.rsplit_once('/').map_or(("", rest), |(parent, last)| (parent, last));
        let shown = match last {
            CONTENT => "contentEncoding",
            BACKTRACKING => "pattern",
            _ => last.strip_prefix(PRIVATE).unwrap_or(last),
        };
        let separator = if parent.is_empty() { "" } else { "/" };
        let pointer = self.schemas.described(entry, &format!("{parent}{separator}{shown}"));
        let name = if matches!(error.kind(), ValidationErrorKind::FalseSchema) {
            "false"
        } else {
            pointer.rsplit('/').next().unwrap_or_default()
        };
        let name = Cow::Owned(name.to_owned());
        (pointer, name)
    }
}

/// Instead of the value an error carries its own number; one about a match that could not be finished carries the value.
fn is_sound(error: &ValidationError<'_>, budget: &Budget) -> bool {
    let unfinished = matches!(
        error.kind(),
        ValidationErrorKind::BacktrackLimitExceeded { .. } | ValidationErrorKind::RegexEngineFailure { .. }
    );
    let number = error.instance().as_u64().and_then(|number| u32::try_from(number).ok());
    unfinished || number.is_some_and(|number| budget.is_sound(number))
}

/// The errors of the only branch that does not refuse the value for its type.
fn only_branch<'e>(error: &'e ValidationError<'_>) -> Option<&'e [ValidationError<'static>]> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        error.kind()
    else {
        return None;
    };
    let of_other_type = |one: &ValidationError<'_>| {
        matches!(one.kind(), ValidationErrorKind::Type { .. }) && one.instance_path() == error.instance_path()
    };
    let mut fitting = context.iter().filter(|branch| !branch.iter().any(of_other_type));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

/// Without the slot's name.
fn without_first_token(pointer: &str) -> &str {
    let rest = pointer.strip_prefix('/').unwrap_or(pointer);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text))
}

/// A value, shortened.
fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

/// What kind of value was found, with the value itself where it is short.
fn found(node: InstanceNode<'_>) -> String {
    match node.kind() {
        InstanceKind::Null => "null".to_owned(),
        InstanceKind::Boolean => node.as_bool().unwrap_or_default().to_string(),
        InstanceKind::Number => cut(node.number_text().unwrap_or_default()),
        InstanceKind::String => "a string".to_owned(),
        InstanceKind::Binary => "binary content".to_owned(),
        InstanceKind::Array => "an array".to_owned(),
        InstanceKind::Object => "an object".to_owned(),
    }
}

fn names(unexpected: &[String]) -> String {
    let shown: Vec<String> = unexpected.iter().take(NAMES_SHOWN_MAX).map(|name| quoted(name)).collect();
    let more = if unexpected.len() > NAMES_SHOWN_MAX { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is the validator's own and may grow")]
fn message(kind: &ValidationErrorKind, keyword: &str, node: InstanceNode<'_>) -> String {
    use ValidationErrorKind as Is;
    match kind {
        Is::Custom { message, .. } => custom_message(keyword, message, node),
        Is::Type { kind } => format!("is {}, not {}", found(node), types(kind)),
        Is::Required { property } => format!("lacks the member {}", shown(property)),
        Is::AdditionalProperties { unexpected } | Is::UnevaluatedProperties { unexpected } => {
            format!("has members that are not allowed: {}", names(unexpected))
        }
        Is::AdditionalItems { limit } => format!("has more than {limit} items"),
        Is::UnevaluatedItems { .. } => "has items that are not allowed".to_owned(),
        Is::AnyOf { .. } | Is::OneOfNotValid { .. } => "matches none of the schemas".to_owned(),
        Is::OneOfMultipleValid { .. } => "matches more than one of the schemas".to_owned(),
        Is::Constant { expected_value } => format!("is not {}", shown(expected_value)),
        Is::Enum { options } => format!("is none of {}", shown(options)),
        Is::Contains => "has no item, or not as many, of the kind that must be there".to_owned(),
        Is::FalseSchema => "is not allowed here".to_owned(),
        Is::Format { format } => format!("does not have the format {}", quoted(format)),
        Is::MaxItems { limit } => format!("has more than {limit} items"),
        Is::MinItems { limit } => format!("has fewer than {limit} items"),
        Is::MaxProperties { limit } => format!("has more than {limit} members"),
        Is::MinProperties { limit } => format!("has fewer than {limit} members"),
        Is::MaxLength { limit } => format!("is longer than {limit} {}", unit(node)),
        Is::MinLength { limit } => format!("is shorter than {limit} {}", unit(node)),
        Is::Not { .. } => "matches a schema that it must not match".to_owned(),
        Is::Pattern { pattern } => format!("does not match the pattern {}", quoted(pattern)),
        Is::PropertyNames { error } => {
            format!("has a member whose name is not allowed: {}", property_name(error))
        }
        Is::UniqueItems => "has items that are equal".to_owned(),
        Is::BacktrackLimitExceeded { .. } | Is::RegexEngineFailure { .. } => {
            "could not be matched with its pattern within bounds".to_owned()
        }
        _ => "does not match its schema".to_owned(),
    }
}

fn unit(node: InstanceNode<'_>) -> &'static str {
    if node.kind() == InstanceKind::Binary { "octets" } else { "characters" }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is the validator's own and may grow")]
fn property_name(error: &ValidationError<'_>) -> &'static str {
    match error.kind() {
        ValidationErrorKind::Pattern { .. } => "it does not match the pattern",
        ValidationErrorKind::MaxLength { .. } => "it is too long",
        ValidationErrorKind::MinLength { .. } => "it is too short",
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            "it is none of those listed"
        }
        _ => "it does not match its schema",
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| one.to_string()).collect();
            names.join(" or ")
        }
    }
}

/// Messages of our own keywords; `value` is the keyword's value.
fn custom_message(keyword: &str, value: &str, node: InstanceNode<'_>) -> String {
    let value = cut(value);
    match keyword {
        "minimum" => format!("{} is less than {value}", found(node)),
        "exclusiveMinimum" => format!("{} is not more than {value}", found(node)),
        "maximum" => format!("{} is more than {value}", found(node)),
        "exclusiveMaximum" => format!("{} is not less than {value}", found(node)),
        "multipleOf" => format!("{} is not a multiple of {value}", found(node)),
        "const" => "is not the value that is expected".to_owned(),
        "enum" => "is none of the values that are expected".to_owned(),
        "format" => format!("{} does not have the format \"{value}\"", found(node)),
        "type" => format!("is {}, not an integer", found(node)),
        "pattern" => format!("does not match the pattern \"{value}\""),
        _ => "is not encoded as it must be".to_owned(),
    }
}
