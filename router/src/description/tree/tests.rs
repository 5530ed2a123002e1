//! Tests of the tree and its builder.

use super::*;

fn span(start: u32, end: u32) -> Span {
    Span { start, end }
}

/// `{"a": [1, "x"], "b/c": {"~": null}, "d": true}`, with made-up places.
fn sample() -> Tree {
    let mut builder = TreeBuilder::new();
    let root = builder.open_object(span(0, 1));
    builder.member_name("a", span(1, 2));
    let a = builder.open_array(span(3, 4));
    builder.number("1", span(4, 5));
    builder.string("x", span(6, 9));
    builder.close(a, 10);
    builder.member_name("b/c", span(11, 16));
    let b = builder.open_object(span(17, 18));
    builder.member_name("~", span(18, 21));
    builder.null(span(22, 26));
    builder.close(b, 27);
    builder.member_name("d", span(28, 31));
    builder.boolean(true, span(32, 36));
    builder.close(root, 37);
    builder.finish()
}

#[test]
fn values_are_reached_both_ways() {
    let tree = sample();
    assert_eq!(tree.root().to_json_text(), r#"{"a":[1,"x"],"b/c":{"~":null},"d":true}"#);
    assert_eq!(tree.root().span(), span(0, 37));
    for (pointer, kind) in [
        ("", Kind::Object),
        ("/a", Kind::Array),
        ("/a/0", Kind::Number),
        ("/a/1", Kind::String),
        ("/b~1c", Kind::Object),
        ("/b~1c/~0", Kind::Null),
        ("/d", Kind::Boolean),
    ] {
        let value = tree.root().at_pointer(pointer).expect(pointer);
        assert_eq!((value.kind(), value.pointer().as_str()), (kind, pointer));
    }
    for pointer in ["a", "/", "/a/2", "/a/00", "/a/-", "/a/+0", "/b~c", "/b~2c", "/d/0", "/a/0/0"] {
        assert!(tree.root().at_pointer(pointer).is_none(), "{pointer}");
    }
    let d = tree.root().get("d").expect("a member");
    assert_eq!((d.key().as_deref(), d.key_span()), (Some("d"), Some(span(28, 31))));
    assert_eq!(tree.root().name_span("b/c"), Some(span(11, 16)));
    assert_eq!(
        (tree.root().key(), tree.root().key_span(), tree.root().parent().is_none()),
        (None, None, true)
    );
}

#[test]
fn ids_of_other_trees_read_as_null() {
    let tree = Tree::new();
    let value = tree.at(sample().root().get("d").expect("a member").id());
    assert_eq!((value.kind(), value.span(), value.pointer()), (Kind::Null, Span::default(), String::new()));
    assert!(value.parent().is_none() && value.key().is_none() && value.as_bool().is_none());
}

#[test]
fn copies_keep_places() {
    let tree = sample();
    let mut builder = TreeBuilder::new();
    let root = builder.open_object(span(0, 1));
    builder.copy_members(tree.root());
    builder.member_name("copy", span(40, 41));
    builder.copy(tree.root());
    builder.close(root, 50);
    let copied = builder.finish();
    let original = tree.root();
    for copy in [copied.root(), copied.root().get("copy").expect("a member")] {
        for pointer in ["/a", "/a/1", "/b~1c/~0", "/d"] {
            let copy = copy.at_pointer(pointer).expect(pointer);
            let original = original.at_pointer(pointer).expect(pointer);
            assert_eq!((copy.to_json_text(), copy.span()), (original.to_json_text(), original.span()));
            assert_eq!(copy.key_span(), original.key_span());
        }
    }
}

#[test]
fn repeated_values_share_their_text() {
    let mut builder = TreeBuilder::new();
    let root = builder.open_array(span(0, 1));
    let long = builder.open_array(span(1, 2));
    builder.string(&"x".repeat(1000), span(2, 3));
    builder.close(long, 4);
    for _ in 0..100 {
        builder.repeat(long);
    }
    builder.close(root, 5);
    assert_eq!(builder.text_bytes(), 101_000);
    let tree = builder.finish();
    assert_eq!(tree.text.len(), 1000);
    assert_eq!(
        tree.root()
            .items()
            .filter(|item| item.items().next().and_then(NodeRef::as_str) == Some(&"x".repeat(1000)))
            .count(),
        101
    );
}

#[test]
fn forgotten_members_are_gone() {
    for count in [3, 40] {
        let mut builder = TreeBuilder::new();
        let root = builder.open_object(Span::default());
        for round in 0..3 {
            for index in 0..count {
                let name = format!("k{index}");
                assert_eq!(builder.duplicate_of(&name).is_some(), round > 0, "{name}");
                builder.forget_member(&name);
                builder.member_name(&name, Span::default());
                builder.number(&round.to_string(), Span::default());
            }
        }
        builder.close(root, 1);
        let tree = builder.finish();
        assert_eq!(tree.root().len(), count);
        assert!(tree.root().members().all(|(name, value)| {
            value.as_number() == Some("2")
                && value.key().as_deref() == Some(name)
                && tree.root().get(name).is_some()
        }));
    }
}

#[test]
fn unbalanced_calls_do_no_harm() {
    let mut builder = TreeBuilder::new();
    let root = builder.open_object(span(0, 1));
    builder.member_name("a", span(1, 2));
    builder.open_array(span(2, 3));
    builder.null(span(3, 4));
    builder.close(NodeId(99), 7);
    builder.close(root, 9);
    builder.close(root, 10);
    assert_eq!(builder.depth(), 0);
    let tree = builder.finish();
    assert_eq!((tree.root().to_json_text().as_str(), tree.root().span()), (r#"{"a":[null]}"#, span(0, 9)));

    let mut open = TreeBuilder::new();
    open.open_array(span(0, 1));
    open.open_array(span(1, 2));
    assert_eq!((open.open_pointer().as_str(), open.depth()), ("/0/0", 2));
    assert_eq!(open.finish().root().to_json_text(), "[[]]");
}

/// Depth costs heap alone: building, copying, and dropping.
#[test]
fn deep_trees_do_not_recurse() {
    const DEPTH: u32 = 200_000;
    let mut builder = TreeBuilder::new();
    for depth in 0..DEPTH {
        builder.open_array(span(depth, depth));
    }
    let tree = builder.finish();
    let mut copy = TreeBuilder::new();
    copy.copy(tree.root());
    assert_eq!(copy.finish().len(), tree.len());
}

#[test]
fn numbers_beyond_a_double_stay_finite() {
    for (text, expected) in [
        ("1e400", serde_json::json!(f64::MAX)),
        ("-1e400", serde_json::json!(f64::MIN)),
        ("18446744073709551616", serde_json::json!(18_446_744_073_709_551_616.0)),
        ("18446744073709551615", serde_json::json!(u64::MAX)),
        ("1.50", serde_json::json!(1.5)),
        ("-0", serde_json::json!(-0.0)),
    ] {
        let mut builder = TreeBuilder::new();
        builder.number(text, Span::default());
        let tree = builder.finish();
        assert_eq!((tree.root().to_json(), tree.root().to_json_text().as_str()), (expected, text));
    }
}
