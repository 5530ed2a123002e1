//! Properties with an explicit `style`, `explode` or `allowReserved`: RFC 6570 forms (ENC-008 to ENC-010).
//!
//! Takes: the raw pairs of a form. Gives: the values of those properties, decoded exactly as query parameters of the same
//! `style` and `explode` are, which is how the Encoding Object defines them. In `multipart/form-data` nothing
//! is percent-encoded: its text is encoded first, delimiters left alone, so that one decoder serves both. Never panics.

use super::ContentError;
use super::error::FieldRule;
use crate::schema::instance::Instance;
use crate::serve::parameter::{
    ParameterInput, ParameterLocation, ParameterOptions, ParameterPlan, ParameterPlans, decode_unvalidated,
};

/// The styled properties of one form.
#[derive(Clone, Debug, Default)]
pub(super) struct StyledPlan {
    plans: ParameterPlans,
}

impl StyledPlan {
    pub(super) fn new(list: Vec<ParameterPlan>) -> Self {
        Self { plans: ParameterPlans::new(list, ParameterOptions::default()) }
    }

    /// Whether a styled property takes the fields of this (decoded) name.
    pub(super) fn claims(&self, name: &str) -> bool {
        self.plans.claims_query_key(name)
    }

    /// Adds the members that the pairs describe to the open object.
    pub(super) fn write(&self, instance: &mut Instance, pairs: &str) -> Result<(), ContentError> {
        let captures: &[(&str, &str); 0] = &[];
        let input = ParameterInput { captures, query: Some(pairs), fields: &[] };
        let values = decode_unvalidated(&self.plans, &input).map_err(|errors| {
            let name = errors.iter().next().map_or("", |error| &error.name);
            ContentError::field(name, FieldRule::Style)
        })?;
        for plan in self.plans.as_slice() {
            if let Some(value) = values.get(&self.plans, ParameterLocation::Query, plan.name()) {
                instance.member_name(plan.name());
                instance.copy(value);
            }
        }
        Ok(())
    }
}

/// Appends a pair whose text is not percent-encoded, so that decoding gives it back and delimiters of styles stay.
pub(super) fn push_verbatim(pairs: &mut String, name: &str, value: &str) {
    push_pair(pairs, |pairs| {
        push_escaped(pairs, name, "%&+=");
        pairs.push('=');
        push_escaped(pairs, value, "%&+");
    });
}

/// Appends a pair as it is.
pub(super) fn push_raw(pairs: &mut String, pair: &str) {
    push_pair(pairs, |pairs| pairs.push_str(pair));
}

fn push_pair(pairs: &mut String, push: impl FnOnce(&mut String)) {
    if !pairs.is_empty() {
        pairs.push('&');
    }
    push(pairs);
}

fn push_escaped(to: &mut String, text: &str, special: &str) {
    for c in text.chars() {
        match c {
            '%' if special.contains(c) => to.push_str("%25"),
            '&' if special.contains(c) => to.push_str("%26"),
            '+' if special.contains(c) => to.push_str("%2B"),
            '=' if special.contains(c) => to.push_str("%3D"),
            _ => to.push(c),
        }
    }
}
