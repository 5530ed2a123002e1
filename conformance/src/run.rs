//! Runs one case: load, exchanges, probes, each compared with what is expected.
//!
//! Takes: a session with a worker and a case. Gives: the mismatches, or why the case was stopped. Never panics. Shares no lock.

#![deny(clippy::disallowed_types)]

use std::path::Path;

use crate::case::format::Document;
use crate::case::{Case, DecodeProbe, EncodeProbe, Origin, Probe};
use crate::check;
use crate::offer::Unseen;
use crate::outcome::Stop;
use crate::pool::Session;
use crate::protocol::{Decode, Encode, Load, Resolve, Validate};

/// Runs `case`, whose files are below `root`.
///
/// # Errors
/// How the worker ended, or that it does not offer what the case asks.
pub fn case(session: &mut Session<'_>, root: &Path, case: &Case) -> Result<Vec<String>, Stop> {
    session.begin(case.limits);
    let mut wrong = Vec::new();
    match parts(session, root, case, &mut wrong) {
        // What was found before the worker declined stands.
        Err(Stop::Unsupported(_)) if !wrong.is_empty() => Ok(wrong),
        Err(Stop::Fault(fault, detail)) if !wrong.is_empty() => {
            Err(Stop::Fault(fault, format!("{detail}; before that: {}", wrong.join("; "))))
        }
        Err(stop) => Err(stop),
        Ok(unseen) if wrong.is_empty() && !unseen.is_empty() => {
            let unseen: Vec<&str> = unseen.into_iter().collect();
            Err(Stop::Unsupported(format!(
                "right as far as it shows; it does not show {}",
                unseen.join(", ")
            )))
        }
        Ok(_) => Ok(wrong),
    }
}

/// Asks all; answers what the worker cannot show.
fn parts(
    session: &mut Session<'_>,
    root: &Path,
    case: &Case,
    wrong: &mut Vec<String>,
) -> Result<Unseen, Stop> {
    let mut unseen = Unseen::new();
    if let Some(load) = question(root, case) {
        let loaded = session.load(Box::new(load))?;
        let expected = session.offers().of_load(&case.load, loaded.ok, &mut unseen);
        wrong.extend(check::load(&expected, &loaded));
        if !loaded.ok {
            return Ok(unseen);
        }
    }
    for (index, exchange) in case.exchanges.iter().enumerate() {
        let ask = exchange.question(format!("{}/{index}", case.id), &case.id);
        let result = session.exchange(ask)?;
        let line = exchange.request_line();
        let expected = session.offers().of_exchange(&exchange.expect, &mut unseen);
        wrong.extend(check::exchange(&expected, &result).into_iter().map(|text| format!("{line}: {text}")));
    }
    for (index, probe) in case.probes.iter().enumerate() {
        wrong.extend(ask_probe(session, format!("{}/probe/{index}", case.id), probe)?);
    }
    Ok(unseen)
}

/// The question that loads the case's description.
fn question(root: &Path, case: &Case) -> Option<Load> {
    let mut load = Load {
        id: case.id.clone(),
        retrieval_uri: case.retrieval_uri.clone(),
        options: case.options.clone(),
        ..Load::default()
    };
    match &case.origin {
        Origin::None => return None,
        Origin::Value(json) => load.document = serde_json::value::RawValue::from_string(json.clone()).ok(),
        Origin::Text(text, format) => (load.text, load.format) = (Some(text.clone()), *format),
        Origin::Base64(bytes, format) => (load.text_base64, load.format) = (Some(bytes.clone()), *format),
        Origin::Documents(documents, entry) => {
            (load.documents, load.entry) = (Some(documents.clone()), entry.clone());
        }
        Origin::File(file) => load.path = Some(root.join(file).to_string_lossy().into_owned()),
    }
    Some(load)
}

fn ask_probe(session: &mut Session<'_>, id: String, probe: &Probe) -> Result<Vec<String>, Stop> {
    if let Some(validate) = &probe.validate {
        let ask = Validate {
            id,
            schema: validate.schema.clone(),
            instances: validate.instances.iter().map(|instance| instance.data.clone()).collect(),
            dialect: validate.dialect.clone(),
            format_assertion: validate.format_assertion,
            retrieval_uri: None,
            documents: validate.documents.iter().map(Document::to_protocol).collect(),
        };
        return session.validate(ask).map(|found| check::validated(validate, &found));
    }
    if let Some(decode) = &probe.decode {
        let DecodeProbe { parameter, raw, openapi, .. } = decode.clone();
        let ask = Decode { id, parameter, raw, openapi };
        return session.decode(ask).map(|found| check::decoded(decode, &found));
    }
    if let Some(encode) = &probe.encode {
        let EncodeProbe { parameter, value, openapi, .. } = encode.clone();
        let ask = Encode { id, parameter, value, openapi };
        return session.encode(ask).map(|found| check::encoded(encode, &found));
    }
    if let Some(parse) = &probe.parse {
        return session.parse(parse.question(id)).map(|found| check::parsed(parse, &found));
    }
    let Some(resolve) = &probe.resolve else { return Ok(Vec::new()) };
    let ask = Resolve {
        id,
        documents: resolve.documents.iter().map(Document::to_protocol).collect(),
        base_uri: resolve.base_uri.clone(),
        steps: resolve.steps.iter().map(|step| step.reference.clone()).collect(),
    };
    session.resolve(ask).map(|found| check::resolved(resolve, &found))
}
