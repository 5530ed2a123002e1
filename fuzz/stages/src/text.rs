//! The texts of descriptions: JSON against `serde_json`, and for JSON and YAML a tree whose places lie in the text.
//!
//! The first octet chooses the notation and leniency, the rest is the text.

use brrtrouter::description::NodeRef;
use brrtrouter::description::text::{Format, Source, TextLimits, TextOptions, parse};
use serde_json::Value;

fn options(choice: u8) -> TextOptions {
    let format = match choice & 3 {
        0 => None,
        1 => Some(Format::Json),
        _ => Some(Format::Yaml),
    };
    let small = TextLimits {
        depth_max: 4,
        nodes_max: 12,
        alias_nodes_max: 6,
        findings_max: 3,
        ..TextLimits::default()
    };
    let limits = if choice & 8 == 0 { TextLimits::default() } else { small };
    TextOptions { format, lenient: choice & 4 != 0, limits }
}

pub(crate) fn run(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    let options = options(*choice);
    let Ok(source) = Source::from_bytes("text", text) else { return };
    let (tree, diagnostics) = parse(&source, &options);
    assert!(tree.is_some() || diagnostics.has_errors(), "refused without an error");
    assert!(!diagnostics.to_string().is_empty() || diagnostics.is_empty());
    let theirs = serde_json::from_str::<Value>(source.text());
    if let Some(tree) = &tree {
        assert!(tree.len() <= options.limits.nodes_max as usize);
        // An alias's value has the place of the anchor's text.
        consistent(source.text(), tree.root(), source.text().contains('*'));
        reread(tree.root());
    }
    if options.format == Some(Format::Json) && options.limits == TextLimits::default() {
        let accepted = tree.filter(|_| !diagnostics.has_errors());
        match (accepted, theirs) {
            (Some(tree), Ok(value)) => assert_eq!(tree.root().to_json(), value),
            (Some(_), Err(error)) => assert!(error.to_string().contains("number out of range"), "{error}"),
            (None, Ok(_)) => assert!(is_ours_alone(&diagnostics.to_string()), "{diagnostics}"),
            (None, Err(_)) => {}
        }
    }
}

/// Refusals of texts that are JSON: duplicate names and what is beyond the bounds.
fn is_ours_alone(diagnostics: &str) -> bool {
    ["twice", "deep", "many"].iter().any(|word| diagnostics.contains(word))
}

/// The value is written as JSON that reads as the same value.
fn reread(root: NodeRef<'_>) {
    let text = root.to_json_text();
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        assert_eq!(root.to_json(), value, "{text}");
    } else {
        assert!(text.contains(['e', 'E']) || text.len() > 300, "{text}");
    }
}

/// Places lie in the text, values in their parents, pointers lead back.
fn consistent(text: &str, value: NodeRef<'_>, with_aliases: bool) {
    let span = value.span();
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= text.len(), "{start}..{end} of {}", text.len());
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{start}..{end} cuts a character");
    let members = value.members_with_spans().map(|(name, place, member)| (member, Some((name, place))));
    for (child, name) in value.items().map(|item| (item, None)).chain(members) {
        assert_eq!(child.parent().map(|parent| parent.id()), Some(value.id()));
        let inner = child.span();
        let inside = span.start <= inner.start && inner.end <= span.end;
        assert!(inside || with_aliases, "{inner:?} is not in {span:?}");
        if let Some((name, place)) = name {
            assert_eq!(value.get(name).map(|found| found.id()), Some(child.id()));
            assert_eq!(child.key().as_deref(), Some(name));
            assert!(place.start <= place.end && place.end as usize <= text.len());
        }
        let found = value.tree().root().at_pointer(&child.pointer());
        assert_eq!(found.map(|found| found.id()), Some(child.id()));
        consistent(text, child, with_aliases);
    }
}
