//! What the pool cannot run is refused when the `Api` is built.

use super::diagnose::error;
use super::operation::Declared;
use crate::description::{Description, Diagnostics};
use crate::serve::content::{ContentPlan, reads_stream};

/// Content that the handler pulls from its connection cannot be pulled from another thread (BOD-008).
pub(super) fn refuse_streams(
    declared: &Declared<'_>,
    content: &ContentPlan,
    description: &Description,
    diagnostics: &mut Diagnostics,
) {
    let declared_content = declared.view.request_body().map(|body| body.content()).unwrap_or_default();
    for plan in content.media_types().iter().filter(|plan| reads_stream(plan)) {
        let entry = declared_content.iter().find(|(key, _)| *key == plan.key());
        diagnostics.push(error(
            description,
            "BOD-008",
            entry.map_or(declared.view.at(), |(_, media_type)| media_type.at()),
            format!("`{}` runs on the pool, and its content `{}` is a stream", declared.name, plan.key()),
            (
                "the pool gets a request whose content was read; a stream stays with its connection",
                "register the handler with `Handlers::on`, or give the media type a `schema`, so that its octets are read first",
            ),
        ));
    }
}
