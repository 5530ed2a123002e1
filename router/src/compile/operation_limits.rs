//! What one operation says of its bounds: `x-limits`, or `x-brrtrouter-limits`, which wins.
//!
//! Takes: an operation of the description. Gives: its own bounds, which stand in place of those of [`ApiOptions`](super::ApiOptions), and diagnostics for
//! all that is wrong with the extension. Never panics.

use std::time::Duration;

use super::diagnose::error;
use super::operation::Declared;
use crate::description::{Description, Diagnostics, Kind, Location, NodeRef};

/// The bounds that an operation states; `None` leaves what holds for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OperationLimits {
    pub(super) body_bytes: Option<u64>,
    pub(super) request_time: Option<Duration>,
}

const EXTENSION: &str = "DOC-017";

/// What the extension may be.
const FORMS: (&str, &str) = (
    "a malformed extension is never ignored",
    "write an object with some of `bodyBytes` and `requestSeconds`, whole numbers from 1 on",
);

/// Reads the extension.
pub(super) fn of_operation(
    declared: &Declared<'_>,
    description: &Description,
    diagnostics: &mut Diagnostics,
) -> OperationLimits {
    let mut limits = OperationLimits::default();
    let names = ["x-brrtrouter-limits", "x-limits"];
    let Some(name) = names.into_iter().find(|name| declared.view.extension(name).is_some()) else {
        return limits;
    };
    let Some(at) = description.child(declared.view.at(), name) else { return limits };
    let mut refuse = |at: Location, what: String| {
        diagnostics.push(error(description, EXTENSION, at, what, FORMS));
    };
    if description.at(at).kind() != Kind::Object {
        refuse(at, format!("`{name}` is a value of type {}", description.at(at).kind().name()));
        return limits;
    }
    for (member, value) in description.at(at).members() {
        let place = description.child(at, member).unwrap_or(at);
        let number = positive(value);
        match member {
            "bodyBytes" if number.is_some() => limits.body_bytes = number,
            "requestSeconds" if number.is_some() => limits.request_time = number.map(Duration::from_secs),
            "bodyBytes" | "requestSeconds" => {
                refuse(place, format!("`{member}` of `{name}` is no whole number from 1 on"));
            }
            _ => refuse(place, format!("`{name}` has no member `{member}`")),
        }
    }
    limits
}

fn positive(value: NodeRef<'_>) -> Option<u64> {
    value.as_number().and_then(|number| number.parse().ok()).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use http::StatusCode;

    use crate::{Api, Description, Diagnostics, Handlers, Response};

    fn build(limits: &str) -> Result<Api, Diagnostics> {
        let text = format!(
            "openapi: 3.1.2\ninfo: {{ title: T, version: '1' }}\npaths:\n  /a:\n    post:\n      operationId: a\n{limits}\
             \x20     requestBody: {{ content: {{ application/json: {{}}, text/plain: {{}}, image/png: {{}} }} }}\n\
             \x20     responses: {{ '204': {{ description: done }} }}\n"
        );
        let description = Description::from_text("t.yaml", &text)?;
        let handlers = Handlers::new().on("a", |cx| {
            assert!(cx.deadline().is_none_or(|deadline| deadline > Instant::now() + Duration::from_secs(60)));
            let deadline = cx.deadline().map_or("no", |_| "a");
            Ok(Response::no_content().with_field("X-Deadline", deadline))
        });
        Api::builder(&description).handlers(handlers).build()
    }

    #[test]
    fn an_operation_may_take_less_or_more_than_others() {
        let cases = [
            ("", 1024 * 1024, "no"),
            ("      x-limits: { bodyBytes: 10 }\n", 10, "no"),
            ("      x-limits: { bodyBytes: 3000000, requestSeconds: 90 }\n", 3_000_000, "a"),
            ("      x-limits: { bodyBytes: 10 }\n      x-brrtrouter-limits: { bodyBytes: 20 }\n", 20, "no"),
        ];
        for (limits, bytes_max, deadline) in cases {
            let api = build(limits).unwrap();
            for (size, status) in [(bytes_max, 204), (bytes_max + 1, 413)] {
                let post = |kind: &str| api.test().post("/a").content(kind, vec![b' '; size]).send();
                assert_eq!(post("text/plain").status(), status, "{limits} {size}");
                assert_eq!(post("image/png").status(), status, "{limits} {size}");
                // Spaces alone are no JSON.
                let malformed = if status == 204 { StatusCode::BAD_REQUEST.as_u16() } else { 413 };
                assert_eq!(post("application/json").status(), malformed, "{limits} {size}");
            }
            let served = api.test().post("/a").content("text/plain", "a").send();
            assert_eq!(served.field("X-Deadline"), Some(deadline), "{limits}");
        }
    }

    #[test]
    fn malformed_limits_are_told() {
        let cases = [
            ("      x-limits: 10\n", "`x-limits` is a value of type"),
            ("      x-limits: { bodyBytes: 0 }\n", "`bodyBytes` of `x-limits` is no whole number"),
            ("      x-limits: { bodyBytes: 1.5 }\n", "`bodyBytes` of `x-limits` is no whole number"),
            ("      x-limits: { requestSeconds: soon }\n", "`requestSeconds` of `x-limits`"),
            ("      x-limits: { bodybytes: 1 }\n", "`x-limits` has no member `bodybytes`"),
            ("      x-brrtrouter-limits: []\n", "`x-brrtrouter-limits` is a value of type"),
        ];
        for (limits, says) in cases {
            let told = build(limits).unwrap_err().to_string();
            assert!(told.contains(says) && told.contains("DOC-017"), "{limits}: {told}");
        }
    }
}
