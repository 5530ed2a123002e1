//! Parameters with `content`: decoded for their location, then parsed with their media type (PAR-021).
//!
//! Takes: raw text. Gives: a value of the instance. JSON is bounded as any JSON text; a form becomes an
//! object; `text/plain` is converted as styled text is (BOD-010); other text stays a string. A cookie
//! is taken as it is (OAS Appendix D), except that JSON which starts with `%` is percent-decoded: no JSON
//! text starts so. Never panics.

use super::convert::ScalarTypes;
use super::error::{Fault, ParameterRule};
use super::pairs;
use super::percent::Coding;
use super::plan::{ContentKind, ParameterPlan};
use super::read::Reader;
use super::structure::ObjectStructure;
use crate::description::ParameterLocation;
use crate::schema::instance::{InstanceId, JsonLimits, parse_json};

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
        ContentKind::Opaque => reader.scalar(raw, ScalarTypes::STRING),
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
    Ok(reader.instance.copy(parsed.root()))
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
