//! What is sent for one operation.
//!
//! Takes: an operation, and where it is served. Gives: a request with what must be there, one with everything, one for each further media type, some
//! with the description's own examples, and the negative ones. What cannot be made is told with the reason. Never panics.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Reason;
use super::bodies::{self, Content};
use super::credentials::{self, Carrier, Credentials};
use super::instances::Instances;
use super::mutations::{self, Negative};
use super::operations::{Media, Operation, Parameter};
use super::parameters;
use super::requests::{Draft, curl};
use super::values::Written;
use crate::protocol::Loaded;

/// Requests with examples of the description, for one operation.
const EXAMPLES_MAX: usize = 6;

/// What is to be sent for one operation.
#[derive(Debug, Default)]
pub struct Plan<'d> {
    /// The operation's name.
    pub name: String,
    /// Requests that must be served, each with its media type.
    pub positive: Vec<(Draft<'d>, Option<Media<'d>>)>,
    /// Requests that must be refused.
    pub negative: Vec<Negative<'d>>,
}

/// Where an operation is served.
#[derive(Debug, Clone)]
pub struct Place {
    /// The operation's name there.
    pub name: String,
    /// The template with the base path.
    pub path: String,
}

/// Makes the requests of operations.
#[derive(Debug)]
pub struct Planner<'d> {
    /// Where values come from.
    pub instances: Instances<'d>,
    /// Why something was not made.
    pub skipped: BTreeSet<Reason>,
}

impl<'d> Planner<'d> {
    /// Everything that is to be sent for `operation`; what is not is added to `skipped`.
    pub fn plan(&mut self, operation: &Operation<'d>, loaded: &Loaded) -> Plan<'d> {
        let mut plan = Plan::default();
        let drafts = served(operation, loaded).and_then(|place| self.drafts(operation, place, &mut plan));
        match drafts {
            Ok(credentials) => {
                // Parameters are spoilt where all of them are sent, and content where all of it is.
                let last = plan.positive.iter().take(2).next_back().cloned();
                if let Some((draft, media)) = last {
                    let required = credentials.required;
                    plan.negative =
                        mutations::all(&mut self.instances, operation, &draft, media.as_ref(), required);
                }
            }
            Err(reason) => {
                self.skipped.insert(reason);
            }
        }
        plan
    }

    /// The requests that must be served.
    ///
    /// # Errors
    /// Why there is none.
    pub fn drafts(
        &mut self,
        operation: &Operation<'d>,
        Place { name, path }: Place,
        plan: &mut Plan<'d>,
    ) -> Result<Credentials, Reason> {
        plan.name = name;
        let description = self.instances.description;
        let credentials = credentials::of(description, operation)?;
        let mut parameters = operation.parameters.clone()?;
        parameters.retain(|parameter| !carries(&credentials, parameter));
        let base = Draft {
            method: operation.method.clone(),
            path,
            servers: operation.servers.clone(),
            parameters: Vec::new(),
            content: None,
            sent: credentials.applied.clone(),
            known: credentials.applied.clone(),
        };
        let least = self.values(&parameters, false)?;
        let all = self.values(&parameters, true)?;
        let body_required = operation.body.as_ref().is_some_and(|body| body.required);
        let contents = self.contents(operation, body_required)?;
        let first = contents.first().cloned();
        let draft = |parameters: &Vec<_>, content: Option<&(Content, Media<'d>)>| {
            let (content, media) =
                content.cloned().map_or((None, None), |(content, media)| (Some(content), Some(media)));
            (Draft { parameters: parameters.clone(), content, ..base.clone() }, media)
        };
        plan.positive.push(draft(&least, first.as_ref().filter(|_| body_required)));
        plan.positive.push(draft(&all, first.as_ref()));
        plan.positive.extend(contents.iter().skip(1).map(|content| draft(&least, Some(content))));
        let told = self.told(&parameters, &least);
        plan.positive.extend(told.iter().map(|parameters| draft(parameters, first.as_ref())));
        let mut seen = BTreeSet::new();
        plan.positive.retain(|(draft, _)| match draft.exchange() {
            Ok(exchange) => seen.insert(curl(&exchange.request)),
            Err(reason) => {
                self.skipped.insert(reason);
                false
            }
        });
        Ok(credentials)
    }

    /// A value for each parameter; without `all` for those that must be there.
    fn values(
        &mut self,
        parameters: &[Parameter<'d>],
        all: bool,
    ) -> Result<Vec<(Parameter<'d>, Value)>, Reason> {
        let mut list = Vec::new();
        for parameter in parameters {
            let needed = parameter.required || parameter.location == "path";
            if !needed && !all {
                continue;
            }
            let value = if is_framing(parameter) { Err(FRAMING.to_owned()) } else { self.value(parameter) };
            match value {
                Ok(value) => list.push((parameter.clone(), value)),
                Err(reason) if needed => return Err(format!("parameter: {reason}")),
                Err(reason) => {
                    self.skipped.insert(format!("optional parameter: {reason}"));
                }
            }
        }
        Ok(list)
    }

    fn value(&mut self, parameter: &Parameter<'d>) -> Result<Value, Reason> {
        let Some(schema) = &parameter.schema else {
            return Err("no schema".to_owned());
        };
        let written = match parameter.media_type {
            Some("application/x-www-form-urlencoded") => Written::Parameter,
            Some(_) => Written::Json,
            None => Written::Parameter,
        };
        let value = self.instances.valid(schema, written, true)?;
        match parameters::write(parameter, &value) {
            Ok(_) => Ok(value),
            // A description's own value may need no encoding where ours does.
            Err(reason) => {
                let told = self.instances.examples(&parameter.node, schema);
                let writable = |value: &Value| parameters::write(parameter, value).is_ok();
                told.into_iter().find(writable).ok_or(reason)
            }
        }
    }

    /// One content for each media type, and one for each example of the first.
    fn contents(
        &mut self,
        operation: &Operation<'d>,
        required: bool,
    ) -> Result<Vec<(Content, Media<'d>)>, Reason> {
        let mut list = Vec::new();
        let mut first_reason = None;
        let Some(body) = &operation.body else { return Ok(list) };
        for media in &body.media {
            match self.content(media) {
                Ok(contents) => list.extend(contents.into_iter().map(|content| (content, media.clone()))),
                Err(reason) => {
                    self.skipped.insert(reason.clone());
                    first_reason = first_reason.or(Some(reason));
                }
            }
        }
        match first_reason {
            Some(reason) if list.is_empty() && required => Err(reason),
            _ => Ok(list),
        }
    }

    fn content(&mut self, media: &Media<'d>) -> Result<Vec<Content>, Reason> {
        let description = self.instances.description;
        let (kind, content_type) = bodies::kind(media.range)?;
        let written = kind.written();
        let Some(schema) = &media.schema else {
            let octets = match kind {
                bodies::Kind::Json => b"{\"any\": [1]}".to_vec(),
                bodies::Kind::Form => b"any=1".to_vec(),
                bodies::Kind::Xml => b"<any/>".to_vec(),
                bodies::Kind::Multipart => return Err("multipart content without a schema".to_owned()),
                bodies::Kind::Text | bodies::Kind::Octets => b"generated".to_vec(),
            };
            return Ok(vec![Content { kind, content_type, octets, value: None }]);
        };
        let mut values = vec![self.instances.valid(schema, written, true)?];
        values.extend(self.instances.valid(schema, written, false).ok());
        let mut told = self.instances.examples(&media.node, schema);
        told.extend(self.instances.told(schema));
        told.retain(|value| self.instances.stands(schema, value, written));
        told.truncate(EXAMPLES_MAX);
        values.extend(told);
        let mut contents: Vec<Content> = Vec::new();
        let mut why = None;
        for value in &values {
            match bodies::write(description, media, value) {
                Ok(content) => contents.push(content),
                Err(reason) => why = why.or(Some(reason)),
            }
        }
        match why {
            Some(reason) if contents.is_empty() => Err(reason),
            _ => Ok(contents),
        }
    }

    /// The values with examples and defaults of the description in their places, one set per example.
    fn told(
        &mut self,
        parameters: &[Parameter<'d>],
        least: &[(Parameter<'d>, Value)],
    ) -> Vec<Vec<(Parameter<'d>, Value)>> {
        let mut sets: Vec<Vec<(Parameter<'d>, Value)>> = Vec::new();
        for parameter in parameters {
            let Some(schema) = &parameter.schema else { continue };
            let mut told = self.instances.examples(&parameter.node, schema);
            told.extend(self.instances.told(schema));
            if parameter.media_type.is_none() {
                told.retain(|value| self.instances.stands(schema, value, Written::Parameter));
            }
            told.retain(|value| parameters::write(parameter, value).is_ok());
            let count = told.len().min(EXAMPLES_MAX).max(sets.len());
            sets.resize(count, least.to_vec());
            for (set, value) in sets.iter_mut().zip(told) {
                set.retain(|(known, _)| known.name != parameter.name || known.location != parameter.location);
                set.push((parameter.clone(), value));
            }
        }
        sets
    }
}

/// The operation's name and path as they are served.
fn served(operation: &Operation<'_>, loaded: &Loaded) -> Result<Place, Reason> {
    let template = operation.template;
    let mut candidates: Vec<_> = loaded
        .operations
        .iter()
        .filter(|served| served.method == operation.method && served.path.ends_with(template))
        .filter(|served| operation.id().is_none_or(|id| served.name == id))
        .collect();
    candidates.sort_by_key(|served| served.path.len());
    let found = candidates.first().ok_or_else(|| "operation that is not served under its name".to_owned())?;
    Ok(Place { name: found.name.clone(), path: found.path.clone() })
}

/// Why a field that HTTP itself writes is left alone.
const FRAMING: &str = "field that the message's framing writes";

/// Whether HTTP itself writes the field: another value than the right one breaks the message.
fn is_framing(parameter: &Parameter<'_>) -> bool {
    let names =
        ["host", "content-length", "transfer-encoding", "content-encoding", "connection", "expect", "te"];
    parameter.location == "header" && names.contains(&parameter.name.to_ascii_lowercase().as_str())
}

/// Whether a credential stands where the parameter would.
fn carries(credentials: &Credentials, parameter: &Parameter<'_>) -> bool {
    credentials.applied.iter().any(|applied| match &applied.carrier {
        Carrier::Header(name, _) => {
            parameter.location == "header" && name.eq_ignore_ascii_case(parameter.name)
        }
        Carrier::Query(name, _) => parameter.location == "query" && name == parameter.name,
        Carrier::Cookie(name, _) => parameter.location == "cookie" && name == parameter.name,
    })
}
