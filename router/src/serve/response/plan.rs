//! The responses of an operation, compiled: which description applies to which response.
//!
//! Takes: the Responses Object (OAS 3.1 §4.8.16). Gives: [`ResponsePlans`], in which the plan for a
//! status code is found, and the media type that a request prefers. Never panics.

use super::write_only::WriteOnlyPlan;
use crate::description::{self, Description, Diagnostics, StatusKey};
use crate::schema::{SchemaCompiler, SchemaOptions};
use crate::serve::RequestHead;
use crate::serve::content::{Accept, ContentPlan, MediaTypePlan};
use crate::serve::parameter::{ParameterOptions, ParameterPlan, ParameterPlans};

/// The responses of one operation.
#[derive(Debug, Default)]
pub struct ResponsePlans {
    /// In the order of the description; keys are unique.
    plans: Box<[(StatusKey, ResponsePlan)]>,
    /// Whether success has content to negotiate about.
    negotiates: bool,
    /// What is chosen for the values of Accept that most clients send: any type, or one that is declared.
    known: Box<[(Box<str>, Choice)]>,
}

/// The position of a media type among those of success; none where nothing need be chosen.
type Choice = Result<Option<usize>, NotAcceptable>;

/// What the description says of one response.
#[derive(Debug)]
pub(super) struct ResponsePlan {
    /// The headers, decoded as header parameters are: in style `simple`, names without case (RSP-010).
    pub(super) headers: ParameterPlans,
    /// `Set-Cookie` apart, since its lines are never joined (RSP-015).
    pub(super) set_cookie: ParameterPlans,
    pub(super) content: ContentPlan,
    pub(super) write_only: WriteOnlyPlan,
}

/// None of the media types that an operation answers with is acceptable (HTTP-008).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAcceptable;

impl ResponsePlans {
    /// Compiles the responses of one operation and asks `schemas` for the slots of their schemas.
    ///
    /// A key that is no media type matches nothing and is left out; the checks of the description warn of it.
    #[must_use]
    pub fn compile(
        description: &Description,
        responses: &[(StatusKey, description::Response<'_>)],
        (schemas, options): (&mut SchemaCompiler<'_>, &SchemaOptions),
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let plans = responses.iter().map(|(key, response)| {
            let headers = response.headers().into_iter();
            let headers = headers.filter_map(|(name, header)| {
                ParameterPlan::compile_header(description, name, header, schemas)
            });
            let (set_cookie, headers): (Vec<_>, Vec<_>) =
                headers.partition(|plan| plan.name().eq_ignore_ascii_case("set-cookie"));
            let content = response.content();
            let plan = ResponsePlan {
                headers: ParameterPlans::new(headers, ParameterOptions::default()),
                set_cookie: ParameterPlans::new(set_cookie, ParameterOptions::default()),
                write_only: WriteOnlyPlan::compile(description, &content, options),
                content: ContentPlan::compile_content(description, (false, content), schemas, diagnostics),
            };
            (*key, plan)
        });
        let plans = Self { plans: plans.collect(), ..Self::default() };
        let negotiates = plans.successes().any(ResponsePlan::has_content);
        Self { negotiates, ..plans }.known_choices()
    }

    /// Chooses for the texts that are likely, before any request.
    fn known_choices(mut self) -> Self {
        let likely = std::iter::once("*/*").chain(self.offered().map(MediaTypePlan::key));
        let chosen = likely.map(|text| (text.into(), self.choose(&Accept::parse([text]))));
        self.known = chosen.filter(|_| self.negotiates).collect();
        self
    }

    /// The responses that stand for success, whose media types are negotiated.
    fn successes(&self) -> impl Iterator<Item = &ResponsePlan> {
        let declared = self.plans.iter().any(|(key, _)| is_success(*key));
        let counts = move |key: StatusKey| if declared { is_success(key) } else { key == StatusKey::Default };
        self.plans.iter().filter(move |(key, _)| counts(*key)).map(|(_, plan)| plan)
    }

    /// [`Self::negotiate`] of a request; its Accept is read only where there is something to choose.
    pub(crate) fn negotiate_for(&self, head: &RequestHead<'_>) -> Result<Option<&str>, NotAcceptable> {
        if !self.negotiates {
            return Ok(None);
        }
        let mut lines = head.fields_named("accept");
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return self.negotiate(&Accept::of(head));
        };
        match self.known.iter().find(|(text, _)| text.as_bytes() == line.value) {
            Some((_, choice)) => choice.map(|chosen| self.key_of(chosen)),
            None => self.negotiate(&Accept::of(head)),
        }
    }

    fn key_of(&self, chosen: Option<usize>) -> Option<&str> {
        self.offered().nth(chosen?).map(MediaTypePlan::key)
    }

    fn offered(&self) -> impl Iterator<Item = &MediaTypePlan> {
        self.successes().flat_map(|plan| plan.content.media_types())
    }

    /// The plan that applies to `status`: an explicit code beats a range, a range beats `default`
    /// (RSP-003, RSP-004).
    pub(super) fn plan(&self, status: u16) -> Option<&ResponsePlan> {
        let applying = self.plans.iter().filter(|(key, _)| key.covers(status));
        applying.min_by_key(|(key, _)| rank(*key)).map(|(_, plan)| plan)
    }

    /// Whether the operation declares no responses at all.
    pub(super) const fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Whether the description says anything of responses with this status code.
    #[must_use]
    pub fn declares(&self, status: http::StatusCode) -> bool {
        self.plan(status.as_u16()).is_some()
    }

    /// Whether the description says what the content of responses with this status code looks like.
    pub(super) fn declares_content(&self, status: http::StatusCode) -> bool {
        self.plan(status.as_u16()).is_some_and(ResponsePlan::has_content)
    }

    /// The media type key of a successful response that the request prefers (HTTP-008): by weight, then
    /// by the order of the description. `None` where success may have no content or the request states no
    /// preference.
    ///
    /// Only what 2XX responses declare is negotiated; where there is none, `default` counts. Errors
    /// are sent whatever the request accepts.
    ///
    /// # Errors
    /// [`NotAcceptable`] when success has content and nothing of it is acceptable.
    pub fn negotiate(&self, accept: &Accept<'_>) -> Result<Option<&str>, NotAcceptable> {
        self.choose(accept).map(|chosen| self.key_of(chosen))
    }

    fn choose(&self, accept: &Accept<'_>) -> Choice {
        if accept.is_absent() || !self.negotiates {
            return Ok(None);
        }
        match accept.choose(self.offered().map(MediaTypePlan::media_type)) {
            Some(chosen) => Ok(Some(chosen)),
            // A success without content, such as 204, suits everybody.
            None if self.successes().any(|plan| !plan.has_content()) => Ok(None),
            None => Err(NotAcceptable),
        }
    }
}

impl ResponsePlan {
    /// Whether the response declares any content.
    pub(super) fn has_content(&self) -> bool {
        !self.content.media_types().is_empty()
    }
}

fn is_success(key: StatusKey) -> bool {
    match key {
        StatusKey::Code(code) => (200..300).contains(&code),
        StatusKey::Range(class) => class == 2,
        StatusKey::Default => false,
    }
}

const fn rank(key: StatusKey) -> u8 {
    match key {
        StatusKey::Code(_) => 0,
        StatusKey::Range(_) => 1,
        StatusKey::Default => 2,
    }
}
