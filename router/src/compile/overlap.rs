//! The lint about templates of which neither is more concrete than the other (PTH-004).
//!
//! `/{entity}/me` and `/books/{id}` both match `/books/me`. Our rule is stated (the earlier literal wins), but a reader of the
//! description cannot know it, so every such pair is named.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::operation::Declared;
use crate::description::{Code, Description, Diagnostic, Diagnostics, Part, PathTemplate, Segment, Severity};
use crate::limits::{OVERLAP_FORMS_COMPARED_MAX, OVERLAP_PAIRS_SHOWN_MAX};

/// A template, and the number of its place in the description.
type Numbered<'t> = (usize, &'t Declared<'t>, PathTemplate);

/// For each segment whether it is a literal: templates of one form cannot be ambiguous among themselves.
type Form = Vec<bool>;

pub(super) fn lint(declared: &[Declared<'_>], description: &Description, diagnostics: &mut Diagnostics) {
    let forms = by_form(declared);
    let pairs =
        forms.iter().enumerate().flat_map(|(at, one)| forms.iter().take(at).map(move |other| (one, other)));
    let crossing = pairs.filter(|((one, _), (other, _))| cross(one, other)).take(OVERLAP_FORMS_COMPARED_MAX);
    let ambiguous = crossing.flat_map(|(one, other)| ambiguous(one, other)).take(OVERLAP_PAIRS_SHOWN_MAX);
    for (one, other) in ambiguous {
        let (earlier, later) = if one.0 < other.0 { (one.1, other.1) } else { (other.1, one.1) };
        diagnostics.push(finding(earlier, later, description));
    }
}

fn by_form<'t>(declared: &'t [Declared<'t>]) -> BTreeMap<Form, Vec<Numbered<'t>>> {
    let mut forms: BTreeMap<Form, Vec<Numbered<'t>>> = BTreeMap::new();
    let mut last = None;
    for (number, operation) in declared.iter().enumerate() {
        // The operations of one Path Item stand together.
        if last.replace(operation.template) == Some(operation.template) {
            continue;
        }
        let Ok(template) = PathTemplate::parse(operation.template) else { continue };
        let form = template.segments.iter().map(is_literal).collect();
        forms.entry(form).or_default().push((number, operation, template));
    }
    forms
}

/// Whether each form has a literal where the other has an expression.
fn cross(one: &Form, other: &Form) -> bool {
    let ahead = |a: &Form, b: &Form| a.iter().zip(b).any(|(a, b)| *a && !*b);
    one.len() == other.len() && ahead(one, other) && ahead(other, one)
}

/// The pairs that some path matches: those with the same literals where both forms have them.
fn ambiguous<'f, 't>(
    (form, templates): (&'f Form, &'f Vec<Numbered<'t>>),
    (other_form, others): (&'f Form, &'f Vec<Numbered<'t>>),
) -> impl Iterator<Item = (&'f Numbered<'t>, &'f Numbered<'t>)> {
    let common = move |template: &'f PathTemplate| -> Vec<&'f Segment> {
        let both = form.iter().zip(other_form).map(|(one, other)| *one && *other);
        template.segments.iter().zip(both).filter(|(_, both)| *both).map(|(segment, _)| segment).collect()
    };
    let mut by_common: HashMap<Vec<&Segment>, Vec<&Numbered<'t>>> = HashMap::new();
    for template in templates {
        by_common.entry(common(&template.2)).or_default().push(template);
    }
    others.iter().flat_map(move |other| {
        let same = by_common.get(&common(&other.2)).cloned().unwrap_or_default();
        same.into_iter().map(move |template| (template, other))
    })
}

fn is_literal(segment: &Segment) -> bool {
    segment.parts.iter().all(|part| matches!(part, Part::Literal(_)))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::operation::{self, Declared};
    use super::{ambiguous, by_form, cross, is_literal};
    use crate::description::{Description, OpenApi, PathTemplate};

    /// The definition, word for word: some path matches both, and each has a literal where the other has an expression.
    fn by_definition(one: &str, other: &str) -> bool {
        let (one, other) = (PathTemplate::parse(one).unwrap(), PathTemplate::parse(other).unwrap());
        let pairs: Vec<_> = one.segments.iter().zip(&other.segments).collect();
        one.segments.len() == other.segments.len()
            && pairs.iter().all(|(a, b)| a == b || !(is_literal(a) && is_literal(b)))
            && pairs.iter().any(|(a, b)| is_literal(a) && !is_literal(b))
            && pairs.iter().any(|(a, b)| !is_literal(a) && is_literal(b))
    }

    fn pairs_found<'t>(declared: &'t [Declared<'t>]) -> BTreeSet<[&'t str; 2]> {
        let forms = by_form(declared);
        let forms: Vec<_> = forms.iter().collect();
        let pairs = forms
            .iter()
            .enumerate()
            .flat_map(|(at, one)| forms[..at].iter().map(move |other| (*one, *other)));
        let crossing = pairs.filter(|((one, _), (other, _))| cross(one, other));
        let ambiguous = crossing.flat_map(|(one, other)| ambiguous(one, other));
        ambiguous.map(|(a, b)| [a.1.template.min(b.1.template), a.1.template.max(b.1.template)]).collect()
    }

    #[test]
    fn every_ambiguous_pair_is_found_and_no_other() {
        let segments = ["a", "b", "{x}", "c-{x}"];
        let mut templates: Vec<String> = segments.iter().map(|one| format!("/{one}")).collect();
        let longer = |all: &[String]| -> Vec<String> {
            all.iter()
                .flat_map(|start| {
                    segments.map(|one| format!("{start}/{}", one.replace('x', &format!("x{}", start.len()))))
                })
                .collect()
        };
        let two = longer(&templates);
        templates.extend(longer(&two));
        templates.extend(two);
        let items = templates.iter().map(|template| format!("\"{template}\": {{\"get\": {{}}}}"));
        let paths = items.collect::<Vec<_>>().join(",");
        let text = format!(
            "{{\"openapi\": \"3.1.2\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{{paths}}}}}"
        );
        let description = Description::from_text("t.json", &text).unwrap();
        let openapi = OpenApi::new(&description);
        let declared = operation::declared(&openapi);
        let found = pairs_found(&declared);
        let mut expected = BTreeSet::new();
        for one in &templates {
            let others = templates.iter().filter(|other| one < *other && by_definition(one, other));
            expected.extend(others.map(|other| [one.as_str(), other.as_str()]));
        }
        assert!(!expected.is_empty());
        assert_eq!(found, expected);
    }
}
