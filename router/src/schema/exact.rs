//! Keywords about numbers, decided by the digits (SCH-023), and formats of numbers (SCH-013).
//!
//! Takes: private keywords that stand in for `minimum` and its like, `const`, `enum` and numeric `format`
//! in a compiled schema, with the number's text as the description has it. Gives: exact verdicts of any size and scale;
//! `multipleOf` for divisors of up to 19 significant digits. Never panics.

use super::instance::{Decimal, Instance, InstanceNode, is_written_as_integer};
use super::view::{ArenaJson, View, instance_of};
use jsonschema::{Keyword, ValidationError};
use std::cmp::Ordering;

/// What precedes the name of a keyword that stands in for another.
pub(super) const PRIVATE: &str = "x-brrtrouter-exact-";

type BoxedKeyword = Box<dyn for<'i> Keyword<'i, ArenaJson>>;

/// The keyword that `name` (without its prefix) stands for, with its value's text.
pub(super) fn compile(name: &str, text: &str) -> Option<BoxedKeyword> {
    Some(match name {
        "const" => Box::new(Judge::Const(instance_of(text)?)),
        "enum" => Box::new(Judge::Enum(Enumeration::new(&instance_of(text)?))),
        "format" => Box::new(Judge::Format(NumberFormat::from_name(text)?)),
        // Draft 4 knows an integer by how it is written.
        "type" => Box::new(Judge::WrittenInteger(text == "integer-or-other")),
        name => Box::new(Limit::compile(name, text)?),
    })
}

/// The names that [`compile`] knows.
pub(super) const NAMES: [&str; 9] = [
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "const",
    "enum",
    "format",
    "type",
];

#[derive(Clone, Copy, Debug)]
enum Relation {
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
    MultipleOf,
}

/// A number's relation to a limit.
pub(super) struct Limit {
    relation: Relation,
    text: Box<str>,
    /// The limit, when it is an integer that fits: most are, and so are most instances.
    integer: Option<i64>,
}

impl Limit {
    /// The keyword called `name`, where it is one about a number's size.
    pub(super) fn compile(name: &str, text: &str) -> Option<Self> {
        let relation = match name {
            "minimum" => Relation::AtLeast,
            "exclusiveMinimum" => Relation::MoreThan,
            "maximum" => Relation::AtMost,
            "exclusiveMaximum" => Relation::LessThan,
            "multipleOf" => Relation::MultipleOf,
            _ => return None,
        };
        Some(Self { relation, text: text.into(), integer: Decimal::parse(text).to_i64() })
    }

    pub(super) fn holds(&self, number: &str) -> bool {
        if let (Some(limit), Ok(number)) = (self.integer, number.parse::<i64>()) {
            return match self.relation {
                Relation::MultipleOf => number.checked_rem(limit).is_none_or(|rest| rest == 0),
                Relation::AtLeast | Relation::MoreThan | Relation::AtMost | Relation::LessThan => {
                    self.orders(number.cmp(&limit))
                }
            };
        }
        let (number, limit) = (Decimal::parse(number), Decimal::parse(&self.text));
        match self.relation {
            Relation::MultipleOf => number.is_multiple_of(&limit).unwrap_or(true),
            Relation::AtLeast | Relation::MoreThan | Relation::AtMost | Relation::LessThan => {
                self.orders(number.cmp(&limit))
            }
        }
    }

    const fn orders(&self, order: Ordering) -> bool {
        match self.relation {
            Relation::AtLeast => order.is_ge(),
            Relation::MoreThan => order.is_gt(),
            Relation::AtMost => order.is_le(),
            Relation::LessThan => order.is_lt(),
            Relation::MultipleOf => true,
        }
    }
}

impl<'i> Keyword<'i, ArenaJson> for Limit {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        verdict(Keyword::<ArenaJson>::is_valid(self, view), &self.text)
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        view.node().and_then(InstanceNode::number_text).is_none_or(|number| self.holds(number))
    }
}

/// The error, with the keyword's value for the message.
fn verdict<'i>(valid: bool, value: &str) -> Result<(), ValidationError<'i>> {
    if valid { Ok(()) } else { Err(ValidationError::custom(value)) }
}

/// The formats that OpenAPI defines for numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFormat {
    Int32,
    Int64,
    Float,
    Double,
}

impl NumberFormat {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "float" => Self::Float,
            "double" => Self::Double,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float => "float",
            Self::Double => "double",
        }
    }

    /// Integers fit their width exactly; binary formats hold any number within their range.
    pub(super) fn holds(self, number: &str) -> bool {
        match self {
            Self::Int32 => {
                Decimal::parse(number).to_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            Self::Int64 => Decimal::parse(number).to_i64().is_some(),
            Self::Float => number.parse::<f32>().is_ok_and(f32::is_finite),
            Self::Double => number.parse::<f64>().is_ok_and(f64::is_finite),
        }
    }
}

/// Keywords that compare with values or look at how a number is written.
enum Judge {
    Const(Instance),
    Enum(Enumeration),
    Format(NumberFormat),
    /// Draft 4 `integer`: no fraction, no exponent. Says whether other types are allowed beside it.
    WrittenInteger(bool),
}

impl<'i> Keyword<'i, ArenaJson> for Judge {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        let detail = if let Self::Format(format) = self { format.name() } else { "" };
        verdict(Keyword::<ArenaJson>::is_valid(self, view), detail)
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        let is_name =
            |expected: InstanceNode<'_>| expected.as_str().is_some() && expected.as_str() == view.name();
        let number = view.node().and_then(InstanceNode::number_text);
        match self {
            Self::Const(expected) => {
                view.node().map_or_else(|| is_name(expected.root()), |node| node == expected.root())
            }
            Self::Enum(options) => view.node().map_or_else(
                || view.name().is_some_and(|name| options.has_text(name)),
                |node| options.has(node),
            ),
            Self::Format(format) => number.is_none_or(|number| format.holds(number)),
            Self::WrittenInteger(others) => number.map_or(*others, is_written_as_integer),
        }
    }
}

/// The values of an `enum`, sorted so that a value is found in logarithmic time: a large body against a large list
/// must not cost their product.
struct Enumeration {
    /// In the order of their values.
    numbers: Box<[Box<str>]>,
    strings: Box<[Box<str>]>,
    /// One array of all the rest, which is compared one by one.
    others: Instance,
}

impl Enumeration {
    fn new(options: &Instance) -> Self {
        let root = options.root();
        let mut numbers: Vec<Box<str>> =
            root.items().filter_map(InstanceNode::number_text).map(Into::into).collect();
        numbers.sort_by(|one, other| Decimal::parse(one).cmp(&Decimal::parse(other)));
        let mut strings: Vec<Box<str>> =
            root.items().filter_map(InstanceNode::as_str).map(Into::into).collect();
        strings.sort();
        let mut others = Instance::new();
        others.open_array();
        for item in root.items().filter(|item| item.number_text().is_none() && item.as_str().is_none()) {
            others.copy(item);
        }
        others.close();
        Self { numbers: numbers.into(), strings: strings.into(), others }
    }

    fn has(&self, node: InstanceNode<'_>) -> bool {
        if let Some(text) = node.number_text() {
            let value = Decimal::parse(text);
            return self.numbers.binary_search_by(|own| Decimal::parse(own).cmp(&value)).is_ok();
        }
        node.as_str()
            .map_or_else(|| self.others.root().items().any(|own| own == node), |text| self.has_text(text))
    }

    fn has_text(&self, text: &str) -> bool {
        self.strings.binary_search_by(|own| (**own).cmp(text)).is_ok()
    }
}
