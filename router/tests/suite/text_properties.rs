//! Properties of the text readers: agreement with `serde_json`, and no panic on damaged text.

use brrtrouter::description::text::{Format, Source, TextOptions, parse};
use brrtrouter::description::{NodeRef, Tree};
use proptest::prelude::*;
use serde_json::Value;

fn read(text: &str, format: Format, lenient: bool) -> Option<Tree> {
    let options = TextOptions { format: Some(format), lenient, ..TextOptions::default() };
    let (tree, diagnostics) = parse(&Source::new("text", text), &options);
    assert!(tree.is_some() || diagnostics.has_errors(), "refused without an error");
    assert!(!diagnostics.to_string().is_empty() || diagnostics.is_empty());
    tree
}

/// What holds for every tree: places lie in the text, values in their parents, pointers lead back.
fn consistent(text: &str, value: NodeRef<'_>, with_aliases: bool) {
    let span = value.span();
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= text.len(), "{start}..{end} of {}", text.len());
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{start}..{end} cuts a character");
    for (child, name) in value
        .items()
        .map(|item| (item, None))
        .chain(value.members_with_spans().map(|(name, place, member)| (member, Some((name, place)))))
    {
        assert_eq!(child.parent().map(|parent| parent.id()), Some(value.id()));
        let inner = child.span();
        let inside = span.start <= inner.start && inner.end <= span.end;
        assert!(inside || with_aliases, "{inner:?} is not in {span:?} of {text:?}");
        if let Some((name, place)) = name {
            assert_eq!(value.get(name).map(|found| found.id()), Some(child.id()));
            assert_eq!(child.key().as_deref(), Some(name));
            assert!(place.end as usize <= text.len());
        }
        let root = value.tree().root();
        assert_eq!(root.at_pointer(&child.pointer()).map(|found| found.id()), Some(child.id()));
        consistent(text, child, with_aliases);
    }
}

/// Every value's place covers exactly its own text.
fn covered(text: &str, value: NodeRef<'_>) {
    let span = value.span();
    let own = &text[span.start as usize..span.end as usize];
    assert_eq!(serde_json::from_str::<Value>(own).ok(), Some(value.to_json()), "{own}");
    for (name, place, member) in value.members_with_spans() {
        let own = &text[place.start as usize..place.end as usize];
        assert_eq!(serde_json::from_str::<String>(own).ok().as_deref(), Some(name));
        covered(text, member);
    }
    for item in value.items() {
        covered(text, item);
    }
}

fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 128, 24, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..24).prop_map(Value::from),
            prop::collection::btree_map("[a-z~/]{0,3}", inner, 0..24)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const SEEDS: &[&str] = &[
    r#"{"openapi": "3.1.2", "a": [1, -2.5e+10, true, null, "x\u00e9\ud83d\ude00\n"], "b": {"c": {}, "d": []}}"#,
    "openapi: 3.1.2\ninfo:\n  title: 'it''s'\n  version: \"1\\n\"  # why\npaths:\n  /a: &a\n    get: {responses: {200: {description: no}}}\n  /b: *a\n",
    "- &x [a, b: c, {d: e}]\n- *x\n- |\n  text\n   more\n\n- >-\n  folded\n  lines\n- ? k\n  : v\n- !!str 12\n- é: \"\\u00e9\"\n",
    "%YAML 1.2\n---\na:\n- 1\n- 0x1F\n-\n  - ~\n<<: b\na: c\n...\n",
    "a: [1,\n  2, # x\n  'y' , \"z\" ]\nb: {\"k\":v, l : m, n}\nc: !foo d\n? [e]\n: f\n? \n: g\n",
];

/// Pieces that tend to upset scanners.
const PIECES: &[&str] = &[
    "\n", " ", "  ", "\t", "- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "!",
    "!!str ", "!<", "%", "|", ">", "|2-\n", "---", "...", "--- ", "#", " #", "\r", "\r\n", "\u{FEFF}", "é",
    "\u{85}", "\u{2028}", "\0", "\u{1}", "<<: *a", "\\", "\\u", "\\ud800", "@", "`", "~", "1e", "0x", "/*",
];

fn damaged() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..4_usize, prop::sample::select(PIECES)),
        0..12,
    );
    (prop::sample::select(SEEDS), edits).prop_map(|(seed, edits)| {
        let mut chars: Vec<char> = seed.chars().collect();
        for (index, removed, piece) in edits {
            let at = index.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn json_reads_as_serde_json_does(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("JSON text");
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let tree = read(&text, Format::Json, false).expect("a tree");
        prop_assert_eq!(&tree.root().to_json(), &expected);
        let again: Value = serde_json::from_str(&tree.root().to_json_text()).expect("JSON");
        prop_assert_eq!(&again, &expected);
        consistent(&text, tree.root(), false);
        covered(&text, tree.root());
    }

    #[test]
    fn json_is_yaml(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("JSON text");
        // YAML has no byte order mark inside a document.
        prop_assume!(!text.contains('\u{FEFF}'));
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let tree = read(&text, Format::Yaml, false).expect("a tree");
        prop_assert_eq!(&tree.root().to_json(), &expected);
        covered(&text, tree.root());
    }

    #[test]
    fn damaged_text_never_panics(text in damaged(), lenient: bool) {
        for format in [Format::Json, Format::Yaml] {
            if let Some(tree) = read(&text, format, lenient) {
                consistent(text.strip_prefix('\u{FEFF}').unwrap_or(&text), tree.root(), text.contains('*'));
            }
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(source) = Source::from_bytes("bytes", &bytes) {
            drop(parse(&source, &TextOptions::default()));
        }
    }

    #[test]
    fn verdicts_agree_with_serde_json(text in r#"[\[\]{},:"\\ 0-9eE.+tfnu-]{0,24}"#) {
        let theirs = serde_json::from_str::<Value>(&text).ok();
        let has_duplicates = text.matches("\":").count() > 1;
        let ours = read(&text, Format::Json, true).map(|tree| tree.root().to_json());
        // Numbers beyond a double are theirs to refuse.
        let beyond = text.contains(['e', 'E']) && theirs.is_none();
        prop_assert!(ours == theirs || beyond || has_duplicates, "{:?} {:?}", ours, theirs);
    }
}
