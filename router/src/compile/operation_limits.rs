//! What one operation says of its bounds: `x-limits`, or `x-brrtrouter-limits`, which wins.
//!
//! Takes: an operation of the description. Gives: its own bounds, which stand in place of those of [`ApiOptions`](super::ApiOptions), and diagnostics for
//! all that is wrong with the extension. Never panics.

use std::time::Duration;

use super::diagnose::error;
use super::operation::Declared;
use crate::description::{Description, Diagnostic, Diagnostics, Kind, Location, NodeRef, Severity};
use crate::limits::json::TEXT_BYTES_MAX;
use crate::serve::content::{ContentPlan, reads_text};

/// The bounds that an operation states; `None` leaves what holds for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OperationLimits {
    pub(super) body_bytes: Option<u64>,
    /// Where that is said.
    body_bytes_at: Option<Location>,
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
            "bodyBytes" if number.is_some() => {
                (limits.body_bytes, limits.body_bytes_at) = (number, Some(place));
            }
            "requestSeconds" if number.is_some() => limits.request_time = number.map(Duration::from_secs),
            "bodyBytes" | "requestSeconds" => {
                refuse(place, format!("`{member}` of `{name}` is no whole number from 1 on"));
            }
            _ => refuse(place, format!("`{name}` has no member `{member}`")),
        }
    }
    limits
}

impl OperationLimits {
    /// Warns where content is let in that is longer than any JSON or XML text that is read; as octets or as a stream it may be as long.
    pub(super) fn hold_against(
        &self,
        plan: &ContentPlan,
        description: &Description,
        diagnostics: &mut Diagnostics,
    ) {
        let (Some(bytes), Some(at)) = (self.body_bytes, self.body_bytes_at) else { return };
        let Some(text) = plan.media_types().iter().find(|entry| reads_text(entry)) else { return };
        if bytes > u64::from(TEXT_BYTES_MAX) {
            let what = format!(
                "`bodyBytes` is {bytes}, and content `{}` is one text of at most {TEXT_BYTES_MAX} bytes: a longer one is refused with 413",
                text.key()
            );
            let found = error(description, EXTENSION, at, what, TEXT);
            diagnostics.push(Diagnostic { severity: Severity::Warning, ..found });
        }
    }
}

/// What bounds a text, and what has no such bound.
const TEXT: (&str, &str) = (
    "places in a JSON or XML text are counted in 31 bits, whatever is configured (`limits::json::TEXT_BYTES_MAX`)",
    "write 2147483647 or less, or let a handler read longer content as a stream, by `Handlers::on_stream`",
);

fn positive(value: NodeRef<'_>) -> Option<u64> {
    value.as_number().and_then(|number| number.parse().ok()).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::{Api, Description, Diagnostics, Handlers, Response};

    fn build(limits: &str) -> Result<Api, Diagnostics> {
        let text = format!(
            "openapi: 3.1.2\ninfo: {{ title: T, version: '1' }}\npaths:\n  /a:\n    post:\n      operationId: a\n{limits}\
             \x20     requestBody: {{ content: {{ application/json: {{}}, text/plain: {{}}, image/png: {{}},\n\
             \x20       application/x-www-form-urlencoded: {{ schema: {{ properties: {{ a: {{}} }} }}, encoding: {{ a: {{ contentType: application/json }} }} }} }} }}\n\
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
            // Spaces alone are no JSON.
            for (size, status) in [(bytes_max, 400), (bytes_max + 1, 413)] {
                let answer = api.test().post("/a").content("application/json", vec![b' '; size]).send();
                assert_eq!(answer.status(), status, "{limits} {size}");
            }
            for (size, status) in [(bytes_max, 204), (bytes_max + 1, 413)] {
                let post = |kind: &str| api.test().post("/a").content(kind, vec![b' '; size]).send();
                assert_eq!(post("text/plain").status(), status, "{limits} {size}");
                assert_eq!(post("image/png").status(), status, "{limits} {size}");
            }
            let served = api.test().post("/a").content("text/plain", "a").send();
            assert_eq!(served.field("X-Deadline"), Some(deadline), "{limits}");
        }
    }

    /// The text of JSON may be as long as the operation lets its content be, though the bound of texts is less for all others.
    #[test]
    fn texts_may_be_as_long_as_the_content_of_their_operation() {
        const MIB: usize = 1024 * 1024;
        let text = |bytes: usize| [b"\"", &*vec![b'a'; bytes - 2], b"\""].concat();
        let api = build("      x-limits: { bodyBytes: 18874368 }\n").unwrap();
        for (bytes, status) in [(17 * MIB, 204), (18 * MIB, 204), (18 * MIB + 1, 413)] {
            let answer = api.test().post("/a").content("application/json", text(bytes)).send();
            assert_eq!(answer.status(), status, "{bytes}: {}", answer.text());
            let form = [b"a=", &*text(bytes - 2)].concat();
            let answer = api.test().post("/a").content("application/x-www-form-urlencoded", form).send();
            assert_eq!(answer.status(), status, "{bytes} of a form: {}", answer.text());
        }
    }

    #[test]
    fn a_bound_that_no_text_can_reach_is_told() {
        for (bytes, warnings) in [(2_147_483_647_u64, 0), (2_147_483_648, 1)] {
            let api = build(&format!("      x-limits: {{ bodyBytes: {bytes} }}\n")).unwrap();
            let told = api.diagnostics().to_string();
            let parts = [
                "warning[DOC-017]: `bodyBytes` is 2147483648",
                "application/json",
                "t.yaml:7:30",
                "= mend: write 2147483647",
            ];
            assert_eq!(
                parts.iter().filter(|part| told.contains(**part)).count(),
                parts.len() * warnings,
                "{told}"
            );
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
