//! What one operation says of CORS: `x-cors`, or `x-brrtrouter-cors`, which wins.

use std::sync::Arc;

use super::{ANY_WITH_CREDENTIALS, Draft, EXTENSION, POLICY, is_name, joined};
use crate::compile::diagnose::error;
use crate::compile::operation::Declared;
use crate::description::{Description, Diagnostics, Kind, Location, NodeRef};
use crate::serve::cors::{AllowedHeaders, Grant};

/// What pages of other origins may do with an operation; `None` for nothing. What is wrong with the extension is told even
/// where there is no policy.
pub(in crate::compile) fn of_operation(
    declared: &Declared<'_>,
    draft: Option<&Draft>,
    description: &Description,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<Grant>> {
    let inherited = draft.map(|draft| Arc::clone(draft.grant()));
    let names = ["x-brrtrouter-cors", "x-cors"];
    let Some(name) = names.into_iter().find(|name| declared.view.extension(name).is_some()) else {
        return inherited;
    };
    let at = description.child(declared.view.at(), name)?;
    let node = description.at(at);
    if node.as_bool() == Some(false) {
        return None;
    }
    if node.as_str() == Some("inherit") {
        return inherited;
    }
    let mut reading = Reading { name, description, diagnostics };
    if node.kind() != Kind::Object {
        reading.refuse(at, format!("`{name}` is {}", written(node)));
        return inherited;
    }
    let base = inherited.as_deref().cloned().unwrap_or_default();
    let grant = reading.members(at, base);
    if grant.credentials && draft.is_some_and(Draft::lets_any_in) {
        let what = format!("`{name}` allows credentials, and the CORS policy lets any origin in");
        diagnostics.push(error(description, POLICY, at, what, ANY_WITH_CREDENTIALS));
    }
    draft.map(|_| Arc::new(grant))
}

/// What the extension may be.
const FORMS: (&str, &str) = (
    "a malformed extension is never ignored",
    "write `false`, `inherit`, or an object with some of `credentials` (boolean), `maxAge` (seconds), `exposeHeaders` and `allowHeaders` (arrays of field names)",
);

/// Where origins belong.
const ORIGINS: (&str, &str) = (
    "origins differ by environment and come from the program's configuration, never from the description",
    "take them out, and give them to `CorsPolicy`",
);

fn written(node: NodeRef<'_>) -> String {
    match node.as_str() {
        Some(text) => format!("`{text}`"),
        None => format!("a value of type {}", node.kind().name()),
    }
}

struct Reading<'r> {
    name: &'static str,
    description: &'r Description,
    diagnostics: &'r mut Diagnostics,
}

impl Reading<'_> {
    fn refuse(&mut self, at: Location, what: String) {
        self.diagnostics.push(error(self.description, EXTENSION, at, what, FORMS));
    }

    fn members(&mut self, at: Location, mut grant: Grant) -> Grant {
        let description = self.description;
        let credentials = description.at(at).get("credentials").and_then(NodeRef::as_bool);
        grant.credentials = credentials.unwrap_or(grant.credentials);
        for (name, value) in description.at(at).members() {
            let place = description.child(at, name).unwrap_or(at);
            match name {
                "credentials" if credentials.is_some() => {}
                "maxAge" => match value.as_number().and_then(|number| number.parse::<u32>().ok()) {
                    Some(seconds) => grant.max_age = Some(seconds.to_string().into()),
                    None => self.refuse(place, self.is(name, value)),
                },
                "exposeHeaders" => grant.exposed = self.names(place, value, grant.credentials),
                "allowHeaders" => {
                    let listed = self.names(place, value, grant.credentials);
                    grant.headers = listed.map_or(AllowedHeaders::Safelisted, AllowedHeaders::Listed);
                }
                "origins" => self.diagnostics.push(error(
                    description,
                    EXTENSION,
                    place,
                    format!("`{}` names origins", self.name),
                    ORIGINS,
                )),
                "credentials" => self.refuse(place, self.is(name, value)),
                _ => self.refuse(place, format!("`{}` has no member `{name}`", self.name)),
            }
        }
        grant
    }

    fn is(&self, member: &str, value: NodeRef<'_>) -> String {
        format!(
            "`{member}` of `{}` is {}",
            self.name,
            value.as_number().map_or_else(|| written(value), |number| format!("`{number}`"))
        )
    }

    fn names(&mut self, at: Location, value: NodeRef<'_>, credentials: bool) -> Option<Arc<str>> {
        if value.kind() != Kind::Array {
            self.refuse(at, format!("a list of field names of `{}` is {}", self.name, written(value)));
            return None;
        }
        let mut names = Vec::new();
        for item in value.items() {
            match item.as_str().filter(|name| is_name(name, credentials)) {
                Some(name) => names.push(name.to_owned()),
                None => self.refuse(at, format!("a field name of `{}` is {}", self.name, written(item))),
            }
        }
        joined(&names)
    }
}
