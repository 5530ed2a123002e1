//! The lint about templates of which neither is more concrete than the other (PTH-004).
//!
//! `/{entity}/me` and `/books/{id}` both match `/books/me`. Our rule is stated (the earlier literal wins), but a reader of the
//! description cannot know it, so every such pair is named.

use std::borrow::Cow;
use std::collections::HashMap;

use super::operation::Declared;
use crate::description::{Code, Description, Diagnostic, Diagnostics, PathTemplate, Segment, Severity};
use crate::limits::OVERLAP_PAIRS_SHOWN_MAX;

type Templates<'t> = Vec<(&'t Declared<'t>, PathTemplate)>;

pub(super) fn lint(declared: &[Declared<'_>], description: &Description, diagnostics: &mut Diagnostics) {
    let mut by_length: HashMap<usize, Templates<'_>> = HashMap::new();
    for operation in declared {
        let Ok(template) = PathTemplate::parse(operation.template) else { continue };
        let group = by_length.entry(template.segments.len()).or_default();
        if group.last().is_none_or(|(last, _)| last.template != operation.template) {
            group.push((operation, template));
        }
    }
    let mut left = OVERLAP_PAIRS_SHOWN_MAX;
    for group in by_length.values() {
        for (at, (later, later_template)) in group.iter().enumerate() {
            for (earlier, _) in
                group.iter().take(at).filter(|(_, other)| ambiguous(other, later_template)).take(left)
            {
                left = left.saturating_sub(1);
                diagnostics.push(finding(earlier, later, description));
            }
        }
    }
}

/// Whether some path matches both, and each has a literal where the other has an expression.
fn ambiguous(a: &PathTemplate, b: &PathTemplate) -> bool {
    let (mut a_ahead, mut b_ahead) = (false, false);
    for (one, other) in a.segments.iter().zip(&b.segments) {
        match (is_literal(one), is_literal(other)) {
            (true, true) if one != other => return false,
            (true, false) => a_ahead = true,
            (false, true) => b_ahead = true,
            (true, true) | (false, false) => {}
        }
    }
    a_ahead && b_ahead
}

fn is_literal(segment: &Segment) -> bool {
    segment.parts.iter().all(|part| matches!(part, crate::description::Part::Literal(_)))
}

fn finding(earlier: &Declared<'_>, later: &Declared<'_>, description: &Description) -> Diagnostic {
    Diagnostic {
        code: Code::new("PTH-004"),
        severity: Severity::Lint,
        what: format!("`{}` and `{}` match some paths both", earlier.template, later.template),
        why: Cow::Borrowed(
            "the text leaves the choice open; here the template with the earlier literal segment wins",
        ),
        mend: Cow::Borrowed("make one of them differ by a literal in the same segment"),
        place: description.place(later.view.path_item().at()),
        related: vec![(
            Cow::Borrowed("the other template"),
            description.place(earlier.view.path_item().at()),
        )],
    }
}
