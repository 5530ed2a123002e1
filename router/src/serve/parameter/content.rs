//! Parameters with `content`: decoded for their location, then parsed with their media type (PAR-021).
//!
//! Takes: raw text. Gives: a value of the instance. JSON is bounded as any JSON text; a form becomes an
//! object; `text/plain` is converted as styled text is (BOD-010); other text stays a string. A cookie
//! is taken as it is (OAS Appendix D), except that JSON which starts with `%` is percent-decoded: no JSON
//! text starts so. A header is taken as it is without exception (SER-019). Never panics.

use super::convert::ScalarTypes;
use super::error::{Fault, ParameterRule, Step};
use super::percent::Coding;
use super::plan::{ContentKind, ParameterPlan};
use super::read::Reader;
use crate::description::ParameterLocation;
use crate::schema::instance::{InstanceId, JsonLimits, parse_json};
use crate::serve::content::{ContentError, FieldRule, MediaTypePlan, decode_form};

pub(super) fn decode(
    reader: &mut Reader<'_>,
    plan: &ParameterPlan,
    kind: &ContentKind,
    raw: &str,
) -> Result<InstanceId, Fault> {
    match kind {
        ContentKind::Json => json(reader, plan.location, raw),
        ContentKind::Form(form_plan) => form(reader, (plan, form_plan), raw),
        ContentKind::Text => reader.scalar(raw, plan.structure.scalar),
        ContentKind::Opaque => reader.scalar(raw, ScalarTypes::STRING),
    }
}

fn json(reader: &mut Reader<'_>, location: ParameterLocation, raw: &str) -> Result<InstanceId, Fault> {
    let encoded = raw.starts_with('%') && reader.coding == Coding::Verbatim;
    let coding =
        if encoded && location == ParameterLocation::Cookie { Coding::Percent } else { reader.coding };
    let text = reader.scratch.decode(raw, coding)?;
    let parsed = parse_json(text.as_bytes(), &JsonLimits::default())
        .map_err(|error| if error.rule.is_limit() { ParameterRule::Limit } else { ParameterRule::Content })?;
    Ok(reader.instance.copy(parsed.root()))
}

/// A form inside one parameter is itself encoded for the parameter's place; the query string as a whole
/// is a form as it stands (PAR-020).
fn form(
    reader: &mut Reader<'_>,
    (plan, form): (&ParameterPlan, &MediaTypePlan),
    raw: &str,
) -> Result<InstanceId, Fault> {
    let text = match plan.location {
        ParameterLocation::QueryString => raw,
        ParameterLocation::Path
        | ParameterLocation::Query
        | ParameterLocation::Header
        | ParameterLocation::Cookie => reader.scratch.decode(raw, reader.coding)?,
    };
    let decoded = decode_form(form, text).map_err(fault_of)?;
    Ok(reader.instance.copy(decoded.root()))
}

/// What a form's fault is for the parameter.
fn fault_of(error: ContentError) -> Fault {
    if let ContentError::Form { rule, .. } = error {
        let rule = if rule.is_limit() { ParameterRule::Limit } else { ParameterRule::Encoding };
        return rule.into();
    }
    if let ContentError::Field { name, rule } = error {
        let repeated = rule == FieldRule::Repeated;
        let rule = if repeated { ParameterRule::Repeated } else { ParameterRule::Content };
        return Fault { rule, step: Step::Member(name) };
    }
    ParameterRule::Content.into()
}
