//! Decoding: the parameters of one request, all of them, and every error about them.
//!
//! Takes: [`ParameterPlans`] and the parts of a request head. Gives: [`ParameterValues`] or all errors.
//! One pass over the query string, whatever the number of parameters; their order does not matter
//! (SER-025). Primitive parameters take no heap. Never panics.

use super::content;
use super::error::{Fault, ParameterErrors, ParameterRule};
use super::input::ParameterInput;
use super::keys::{Claim, KeyTable};
use super::pairs;
use super::percent::{Coding, Malformed, Scratch};
use super::plan::{ParameterPlan, ParameterPlans, RepeatedKeys, Source, UnknownKeys};
use super::read::{RawPair, Reader};
use super::structure::{Form, ObjectStructure};
use super::style::{Styled, deep_object, delimited, form, label, matrix, simple};
use super::values::ParameterValues;
use crate::description::{ParameterLocation, Style};
use crate::limits;
use crate::schema::Schemas;
use crate::schema::instance::InstanceId;
use crate::serve::head::FieldLine;
use smallvec::SmallVec;
use std::borrow::Cow;

/// How many claimed pairs lie inline.
const INLINE_CLAIMS: usize = 16;

/// A pair that the plan at `plan` claims.
#[derive(Clone, Copy, Debug)]
struct Claimed<'r> {
    plan: u16,
    /// The position among all pairs: sorting keeps the order received.
    order: u16,
    pair: RawPair<'r>,
    /// Whether the value is text.
    is_text: bool,
}

type Claims<'r> = SmallVec<[Claimed<'r>; INLINE_CLAIMS]>;

/// Decodes every parameter and judges it against its schema.
///
/// # Errors
/// Every rule that a parameter breaks, up to [`limits::parameter::ERRORS_MAX`]. A parameter that could not be
/// decoded is not judged.
pub fn decode(
    plans: &ParameterPlans,
    input: &ParameterInput<'_>,
    schemas: &Schemas,
) -> Result<ParameterValues, ParameterErrors> {
    let mut values = ParameterValues::default();
    decode_into(plans, input, schemas, &mut values)?;
    Ok(values)
}

/// [`decode`] into values that lie where they will stay: they are too large to be passed on for nothing. They are empty before.
pub(crate) fn decode_into(
    plans: &ParameterPlans,
    input: &ParameterInput<'_>,
    schemas: &Schemas,
    values: &mut ParameterValues,
) -> Result<(), ParameterErrors> {
    if plans.is_idle() {
        return Ok(());
    }
    let mut errors = Decoding::run(plans, input, values);
    for (position, plan) in plans.list.iter().enumerate() {
        let (Some(slot), Some(value)) = (plan.slot, values.at(position)) else { continue };
        if errors.room() > 0 && !schemas.is_valid(slot, value) {
            errors.push_schema_errors(plan, schemas.errors(slot, value, errors.room()));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Decodes without judging against schemas: for fuzzers and tools that have none.
///
/// # Errors
/// As [`decode`], without [`ParameterRule::Schema`].
pub fn decode_unvalidated(
    plans: &ParameterPlans,
    input: &ParameterInput<'_>,
) -> Result<ParameterValues, ParameterErrors> {
    let mut values = ParameterValues::default();
    let errors = Decoding::run(plans, input, &mut values);
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

struct Decoding<'a, 'r> {
    plans: &'a ParameterPlans,
    input: &'a ParameterInput<'r>,
    values: &'a mut ParameterValues,
    /// How the pieces of the query string travel.
    query_coding: Coding,
    scratch: Scratch,
    errors: ParameterErrors,
}

impl<'a, 'r> Decoding<'a, 'r> {
    fn run(
        plans: &'a ParameterPlans,
        input: &'a ParameterInput<'r>,
        values: &'a mut ParameterValues,
    ) -> ParameterErrors {
        let query_coding = Coding::of_query(input.query.unwrap_or_default());
        let (scratch, errors) = (Scratch::default(), ParameterErrors::default());
        let mut decoding = Self { plans, input, values, query_coding, scratch, errors };
        decoding.decode_all();
        decoding.errors
    }

    fn decode_all(&mut self) {
        let mut unknown = ParameterErrors::default();
        let (mut query, mut cookies) = (Claims::new(), Claims::new());
        self.claim_query(&mut query, &mut unknown);
        self.claim_cookies(&mut cookies);
        for (position, plan) in (0_u16..).zip(&self.plans.list) {
            let outcome = match plan.location {
                ParameterLocation::Path => self.path(plan),
                ParameterLocation::Query => self.claimed(plan, &query, position),
                ParameterLocation::QueryString => self.whole_query(plan),
                ParameterLocation::Header => self.header(plan),
                ParameterLocation::Cookie => self.claimed(plan, &cookies, position),
            };
            let outcome = outcome.and_then(|id| self.absent(plan, id));
            let id = outcome.unwrap_or_else(|fault| {
                self.errors.push_fault(plan.location, &plan.name, &fault);
                None
            });
            self.values.ids.push(id);
        }
        self.errors.extend(unknown);
    }

    /// What stands for an absent parameter: its default where asked for, else nothing (PAR-007).
    fn absent(&mut self, plan: &ParameterPlan, id: Option<InstanceId>) -> Result<Option<InstanceId>, Fault> {
        match (id, &plan.default) {
            (Some(id), _) => Ok(Some(id)),
            (None, _) if plan.required => Err(ParameterRule::Missing.into()),
            (None, Some(default)) if self.plans.options.fill_defaults => {
                Ok(Some(self.values.instance.copy_json(default)))
            }
            (None, _) => Ok(None),
        }
    }

    fn reader(&mut self, coding: Coding) -> Reader<'_> {
        Reader { instance: &mut self.values.instance, scratch: &mut self.scratch, coding }
    }

    /// A parameter whose text stands alone: in the path or in a header.
    fn alone(&mut self, plan: &ParameterPlan, raw: &str) -> Result<Option<InstanceId>, Fault> {
        if raw.len() > limits::parameter::BYTES_MAX {
            return Err(ParameterRule::Limit.into());
        }
        let mut reader = self.reader(plan.coding());
        let (style, explode) = match &plan.source {
            Source::Content(kind) => {
                return content::decode(&mut reader, plan, kind, raw).map(Some);
            }
            Source::Styled { style, explode } => (*style, *explode),
        };
        let styled = Styled { name: &plan.name, explode, form: plan.structure.form() };
        let id = match style {
            Style::Matrix => matrix::decode(&mut reader, styled, raw),
            Style::Label => label::decode(&mut reader, styled, raw),
            Style::Simple
            | Style::Form
            | Style::SpaceDelimited
            | Style::PipeDelimited
            | Style::DeepObject
            | Style::Cookie => simple::decode(&mut reader, styled, raw),
        };
        id.map(Some)
    }

    fn path(&mut self, plan: &ParameterPlan) -> Result<Option<InstanceId>, Fault> {
        match self.input.captures.capture(&plan.name) {
            Some(raw) => self.alone(plan, raw),
            None => Ok(None),
        }
    }

    /// The lines of a field are one value with `, ` between them (RFC 9110 §5.2).
    fn header(&mut self, plan: &ParameterPlan) -> Result<Option<InstanceId>, Fault> {
        let mut lines = self.input.fields.iter().filter(|line| line.is_named(&plan.name));
        let Some(first) = lines.next() else { return Ok(None) };
        let text = |line: &FieldLine<'r>| line.text().ok_or(ParameterRule::Encoding);
        let mut value = Cow::Borrowed(text(first)?);
        for line in lines {
            let more = text(line)?;
            let joined = value.to_mut();
            if joined.len().saturating_add(more.len()) > limits::parameter::BYTES_MAX {
                return Err(ParameterRule::Limit.into());
            }
            joined.push_str(", ");
            joined.push_str(more);
        }
        self.alone(plan, &value)
    }

    fn whole_query(&mut self, plan: &ParameterPlan) -> Result<Option<InstanceId>, Fault> {
        match self.input.query {
            Some(query) if !query.is_empty() => self.alone(plan, query),
            Some(_) | None => Ok(None),
        }
    }

    /// A parameter of the query string or of cookies, from the pairs that it claims.
    fn claimed(
        &mut self,
        plan: &ParameterPlan,
        claims: &Claims<'r>,
        position: u16,
    ) -> Result<Option<InstanceId>, Fault> {
        let start = claims.partition_point(|claim| claim.plan < position);
        let end = claims.partition_point(|claim| claim.plan <= position);
        let own = claims.get(start..end).unwrap_or_default();
        let own = chosen(plan, own, self.plans.options.repeated_query_keys);
        let Some(first) = own.first() else { return Ok(None) };
        if own.iter().any(|claim| !claim.is_text) {
            return Err(ParameterRule::Encoding.into());
        }
        if plan.allow_empty && own.len() == 1 && first.pair.1.is_empty() {
            return Ok(None);
        }
        let is_query = plan.location == ParameterLocation::Query;
        let mut reader = self.reader(if is_query { self.query_coding } else { plan.coding() });
        let pairs = own.iter().map(|claim| claim.pair);
        let (style, explode) = match &plan.source {
            Source::Content(kind) => {
                let raw = form::only_value(pairs)?;
                return content::decode(&mut reader, plan, kind, raw).map(Some);
            }
            Source::Styled { style, explode } => (*style, *explode),
        };
        let repeated = own.len() > 1 && explode && is_query;
        let form = if repeated { plan.structure.repeated_form() } else { plan.structure.form() };
        let styled = Styled { name: &plan.name, explode, form };
        let id = match (style, form) {
            (Style::SpaceDelimited, _) => {
                delimited::decode(&mut reader, styled, delimited::Delimiter::Space, pairs)
            }
            (Style::PipeDelimited, _) => {
                delimited::decode(&mut reader, styled, delimited::Delimiter::Pipe, pairs)
            }
            (Style::DeepObject, Form::Object(object)) => {
                deep_object::decode(&mut reader, &plan.name, object, pairs)
            }
            (Style::DeepObject, _) => {
                deep_object::decode(&mut reader, &plan.name, &ObjectStructure::default(), pairs)
            }
            (Style::Cookie, Form::Object(object)) if explode => {
                reader.object(without_repeats(own)?.map(Ok), object)
            }
            (Style::Form, Form::Object(object)) if explode && plan.location == ParameterLocation::Cookie => {
                reader.object(without_repeats(own)?.map(Ok), object)
            }
            (Style::Form | Style::Cookie | Style::Matrix | Style::Label | Style::Simple, _) => {
                form::decode(&mut reader, styled, pairs)
            }
        };
        id.map(Some)
    }

    /// One pass over the query string.
    fn claim_query(&mut self, claims: &mut Claims<'r>, unknown: &mut ParameterErrors) {
        let rejects = self.plans.options.unknown_query_keys == UnknownKeys::Reject && !self.plans.whole_query;
        let table = &self.plans.query;
        let Some(query) = self.input.query.filter(|_| rejects || !table.is_empty()) else { return };
        if query.len() > limits::parameter::BYTES_MAX {
            self.errors.push_fault(ParameterLocation::Query, "", &ParameterRule::Limit.into());
            return;
        }
        for (order, pair) in (0_u16..).zip(pairs::query(query)) {
            if usize::from(order) >= limits::parameter::PAIRS_MAX {
                unknown.push_fault(ParameterLocation::Query, "", &ParameterRule::Limit.into());
                break;
            }
            let claim = self.scratch.decode(pair.0, self.query_coding).map(|key| table.claim(key));
            match claim {
                Ok(Claim::Plan(plan)) => claims.push(Claimed { plan, order, pair, is_text: true }),
                Ok(Claim::Unknown) if rejects => {
                    unknown.push_fault(ParameterLocation::Query, pair.0, &ParameterRule::Unknown.into());
                }
                Ok(Claim::Unknown | Claim::Known) => {}
                Err(Malformed) => {
                    unknown.push_fault(ParameterLocation::Query, pair.0, &ParameterRule::Encoding.into());
                }
            }
        }
        claims.sort_unstable_by_key(|claim| (claim.plan, claim.order));
    }

    /// One pass over the Cookie fields. A name that we cannot read is somebody else's.
    fn claim_cookies(&mut self, claims: &mut Claims<'r>) {
        let table: &KeyTable = &self.plans.cookies;
        if table.is_empty() {
            return;
        }
        let lines = self.input.fields.iter().filter(|line| line.is_named("cookie"));
        let all = lines.flat_map(|line| pairs::cookies(line.value));
        for (order, (name, value)) in (0_u16..).zip(all.take(limits::parameter::PAIRS_MAX)) {
            // A name of style `cookie` is verbatim, one of style `form` may be percent-encoded (SER-026).
            let decoded = self.scratch.decode(name, Coding::Percent);
            let encoding_holds = decoded.is_ok();
            let claim = table.claim_by_name(name).unwrap_or_else(|| table.claim(decoded.unwrap_or(name)));
            if let Claim::Plan(plan) = claim
                && (encoding_holds || self.plans.is_verbatim(plan))
            {
                let pair = (name, value.unwrap_or_default());
                claims.push(Claimed { plan, order, pair, is_text: value.is_some() });
            }
        }
        claims.sort_unstable_by_key(|claim| (claim.plan, claim.order));
    }
}

/// The claims that count where a key came more than once and the parameter takes one (PAR-023). Of
/// cookies with one name the first counts (HTTP-015): the user agent sends the nearest path first.
fn chosen<'c, 'r>(plan: &ParameterPlan, own: &'c [Claimed<'r>], policy: RepeatedKeys) -> &'c [Claimed<'r>] {
    let (explode, deep) = match plan.source {
        Source::Styled { style, explode } => (explode, style == Style::DeepObject),
        Source::Content(_) => (false, false),
    };
    let takes_several = deep
        || (explode && (plan.structure.array.is_some() && plan.location == ParameterLocation::Query))
        || (explode && !matches!(plan.structure.form(), Form::Scalar(_)));
    let policy = if plan.location == ParameterLocation::Cookie { RepeatedKeys::First } else { policy };
    match policy {
        RepeatedKeys::First if !takes_several => own.get(..1).unwrap_or(own),
        RepeatedKeys::Last if !takes_several => own.last().map_or(own, std::slice::from_ref),
        RepeatedKeys::Reject | RepeatedKeys::First | RepeatedKeys::Last => own,
    }
}

/// The first pair of each name.
fn without_repeats<'c, 'r>(
    own: &'c [Claimed<'r>],
) -> Result<impl Iterator<Item = RawPair<'r>> + use<'c, 'r>, Fault> {
    if own.len() > limits::parameter::MEMBERS_MAX {
        return Err(ParameterRule::Limit.into());
    }
    Ok(own.iter().enumerate().filter_map(|(position, claim)| {
        let earlier = own.get(..position).unwrap_or_default();
        let repeated = earlier.iter().any(|other| other.pair.0 == claim.pair.0);
        (!repeated).then_some(claim.pair)
    }))
}
