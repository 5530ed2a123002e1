//! Problems as the description declares errors: objects whose members are named by the case (HTTP-014).

use std::collections::BTreeMap;

use brrtrouter::{ApiBuilder, Problem, Response};
use serde_json::{Map, Value, json};

use super::NotOffered;
use crate::protocol::Options;

/// The builder, with the form of errors that was asked for.
pub fn of<'d>(builder: ApiBuilder<'d>, asked: &Options) -> Result<ApiBuilder<'d>, NotOffered> {
    let Some(members) = asked.problem_members.clone() else { return Ok(builder) };
    if let Some(unknown) = members.values().find(|member| !MEMBERS.contains(&member.as_str())) {
        return Err(NotOffered::new(format!("the problem's member `{unknown}`")));
    }
    Ok(builder.problems_as(move |problem, _, _| Some(Response::json(&told(problem, &members)))))
}

const MEMBERS: [&str; 4] = ["type", "title", "status", "detail"];

fn told(problem: &Problem, members: &BTreeMap<String, String>) -> Value {
    let value = |member: &str| match member {
        "type" => json!(problem.type_uri()),
        "title" => json!(problem.title()),
        "status" => json!(problem.status().as_u16()),
        _ => json!(problem.detail()),
    };
    members.iter().map(|(name, member)| (name.clone(), value(member))).collect::<Map<_, _>>().into()
}
