//! Parameters with `content`: decoded for their location, then parsed with their media type (PAR-021).
//!
//! Takes: raw text. Gives: a value of the instance. JSON is bounded as any JSON text; a form becomes an
//! object; `text/plain` is converted as styled text is (BOD-010); other text stays a string. A cookie
//! is taken as it is (OAS Appendix D), except that JSON which starts with `%` is percent-decoded: no JSON
//! text starts so. Never panics.

use super::error::{Fault, ParameterRule};
use super::pairs;
use super::percent::Coding;
use super::plan::{ContentKind, ParameterLocation, ParameterPlan};
use super::read::Reader;
use super::structure::ObjectStructure;
use crate::schema::instance::{Instance, InstanceId, InstanceKind, InstanceNode, JsonLimits, parse_json};

pub(super) fn decode(
    reader: &mut Reader<'_>,
    plan: &ParameterPlan,
    kind: ContentKind,
    raw: &str,
) -> Result<InstanceId, Fault> {
    match kind {
        ContentKind::Json => json(reader, raw),
        ContentKind::Form => form(reader, plan, raw),
        ContentKind::Text => reader.scalar(raw, plan.structure.scalar),
    }
}

fn json(reader: &mut Reader<'_>, raw: &str) -> Result<InstanceId, Fault> {
    let coding = if raw.starts_with('%') && reader.coding == Coding::Verbatim {
        Coding::Percent
    } else {
        reader.coding
    };
    let text = reader.scratch.decode(raw, coding)?;
    let parsed = parse_json(text.as_bytes(), &JsonLimits::default())
        .map_err(|error| if error.rule.is_limit() { ParameterRule::Limit } else { ParameterRule::Content })?;
    Ok(copy(parsed.root(), reader.instance))
}

/// Copies a value into the request's arena; recurses as deep as [`JsonLimits::nesting_max`] lets it.
fn copy(from: InstanceNode<'_>, to: &mut Instance) -> InstanceId {
    match from.kind() {
        InstanceKind::Null | InstanceKind::Binary => to.null(),
        InstanceKind::Boolean => to.boolean(from.as_bool().unwrap_or_default()),
        InstanceKind::Number => to.number(from.number_text().unwrap_or("0")),
        InstanceKind::String => to.string(from.as_str().unwrap_or_default()),
        InstanceKind::Array => {
            to.open_array();
            for item in from.items() {
                copy(item, to);
            }
            to.close()
        }
        InstanceKind::Object => {
            to.open_object();
            for (name, member) in from.members() {
                to.member_name(name);
                copy(member, to);
            }
            to.close()
        }
    }
}

/// A form inside one parameter is itself encoded for the parameter's place; the query string as a whole
/// is a form as it stands.
fn form(reader: &mut Reader<'_>, plan: &ParameterPlan, raw: &str) -> Result<InstanceId, Fault> {
    let unknown = ObjectStructure::default();
    let object = plan.structure.object.as_ref().unwrap_or(&unknown);
    if plan.location == ParameterLocation::QueryString {
        return reader.object(pairs::query(raw).map(Ok), object);
    }
    let text = reader.scratch.decode(raw, reader.coding)?.to_owned();
    reader.coding = Coding::FormPercent;
    reader.object(pairs::query(&text).map(Ok), object)
}
