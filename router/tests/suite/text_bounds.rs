//! Hostile text: nesting, alias bombs, brackets without end. Memory and stack are measured.

use std::time::{Duration, Instant};

use brrtrouter::description::text::{Source, TextLimits, TextOptions, parse};
use brrtrouter::description::{Diagnostics, Tree};

/// The stack of a `may` coroutine, which is far smaller than that of the threads descriptions load on.
const STACK_BYTES: usize = 256 * 1024;
/// The bound for alias bombs, and for anything else of a few megabytes.
const HEAP_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Generous: debug builds on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Parses on a small stack, counting memory beyond the text itself.
fn measured(name: &'static str, text: String, options: TextOptions) -> (Option<Tree>, Diagnostics) {
    let parsed = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let source = Source::new(name, text);
        let mut outcome = None;
        let started = Instant::now();
        let memory = allocation_counter::measure(|| outcome = Some(parse(&source, &options)));
        (outcome.expect("an outcome"), memory.bytes_max, started.elapsed())
    });
    let (outcome, bytes, time) = parsed.expect("a thread").join().expect("no panic");
    println!("{name}: {bytes} bytes, {time:?}");
    assert!(bytes < HEAP_BYTES_MAX, "{name}: {bytes} bytes");
    assert!(time < TIME_MAX, "{name}: {time:?}");
    outcome
}

/// Text that must be refused with an error that says `expected`.
#[track_caller]
fn refused(name: &'static str, text: String, expected: &str) {
    let (tree, diagnostics) = measured(name, text, TextOptions::default());
    assert!(tree.is_none(), "{name}: read to its end");
    let said = diagnostics.to_string();
    let start = said.chars().take(1000).collect::<String>();
    assert!(said.contains(expected), "{name}: {start}");
}

#[test]
fn nesting_is_bounded() {
    const MANY: usize = 100_000;
    let stairs = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
    let objects = "{\"a\":".repeat(MANY);
    let chain = (1..300).fold("a0: &a0 [x]\n".to_owned(), |text, index| {
        format!("{text}a{index}: &a{index} [*a{}]\n", index - 1)
    });
    for (name, text, expected) in [
        ("arrays.json", "[".repeat(MANY), "nested deeper"),
        ("objects.json", objects.clone(), "nested deeper"),
        ("arrays.yaml", format!("a: {}", "[".repeat(MANY)), "nested deeper"),
        ("item-arrays.yaml", format!("- {}", "[".repeat(MANY)), "nested deeper"),
        ("closed.yaml", format!("- {}{}", "[".repeat(MANY), "]".repeat(MANY)), "nested deeper"),
        ("two-hundred.yaml", format!("- {}{}", "[".repeat(200), "]".repeat(200)), "nested deeper"),
        ("flow-maps.yaml", format!("- {objects}"), "nested deeper"),
        ("few-flow-maps.yaml", format!("x: {}1{}", "{a: ".repeat(200), "}".repeat(200)), "nested deeper"),
        ("dashes.yaml", "- ".repeat(MANY), "nested deeper"),
        ("questions.yaml", "? ".repeat(MANY), "nested deeper"),
        ("flow-questions.yaml", format!("[{}", "? ".repeat(MANY)), "YAML 1.2"),
        ("stairs.yaml", stairs, "nested deeper"),
        ("alias-chain.yaml", chain, "nested deeper"),
    ] {
        refused(name, text, expected);
    }
}

/// What recurses over a tree fits the smallest stack at the greatest depth.
#[test]
fn the_deepest_tree_fits_a_small_stack() {
    let depth = TextLimits::default().depth_max as usize;
    let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for text in [arrays, objects] {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            let (tree, diagnostics) =
                parse(&Source::new("deep.json", text.as_str()), &TextOptions::default());
            assert!(diagnostics.is_empty(), "{diagnostics}");
            let tree = tree.expect("a tree");
            let json = tree.root().to_json();
            assert_eq!(tree.root().to_json_text(), text);
            assert_eq!(json.to_string(), text);
        });
        thread.expect("a thread").join().expect("no panic");
    }
}

#[test]
fn alias_bombs_fail_fast() {
    let laughs = |width: usize, levels: usize| {
        let mut text = "a0: &a0 [lol]\n".to_owned();
        for level in 1..levels {
            let items = vec![format!("*a{}", level - 1); width].join(", ");
            text += &format!("a{level}: &a{level} [{items}]\n");
        }
        text
    };
    let long = "x".repeat(1024 * 1024);
    let strings = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 1000].join(", "));
    let objects = format!("a: &a {{b: {long}}}\nc: [{}]\n", vec!["*a"; 1000].join(", "));
    let keys = format!("a: &a {}\nb:\n{}", "x".repeat(500), "- {*a : 1}\n".repeat(50_000));
    let wide = format!("a: &a [{}]\nb: [{}]\n", vec!["1"; 2000].join(", "), vec!["*a"; 100].join(", "));
    for (name, text, expected) in [
        ("laughs.yaml", laughs(9, 10), "alias_ratio_max"),
        ("two.yaml", laughs(2, 60), "alias_ratio_max"),
        ("strings.yaml", strings, "alias_bytes_max"),
        ("objects.yaml", objects, "alias_bytes_max"),
        ("keys.yaml", keys, "alias_bytes_max"),
        ("wide.yaml", wide, "alias_ratio_max"),
        ("itself.yaml", "a: &a [*a]".to_owned(), "that it is part of"),
    ] {
        refused(name, text, expected);
    }
}

#[test]
fn brackets_without_end_are_bounded() {
    const MANY: usize = 1_000_000;
    for (name, text, expected) in [
        ("items.yaml", format!("- [{}", "a,".repeat(MANY)), "too large"),
        ("closed-items.yaml", format!("- [{}]", "a,".repeat(MANY)), "too large"),
        ("nested-items.yaml", format!("- {}{}", "[".repeat(120), "a,".repeat(MANY)), "too large"),
        ("pairs.yaml", format!("- {{{}", "a: b,".repeat(MANY)), "too large"),
        ("quoted.yaml", format!("a: '{}'", "b, ".repeat(MANY)), "too large"),
        ("duplicates.json", format!("{{{}\"a\":1}}", "\"a\":1,".repeat(MANY)), "more than 100 findings"),
        ("tags.yaml", format!("a: [{}]", "!a b, ".repeat(10_000)), "more than 100 findings"),
    ] {
        refused(name, text, expected);
    }
}

#[test]
fn limits_are_the_callers() {
    let limits = TextLimits { document_bytes_max: 20, depth_max: 2, nodes_max: 3, ..TextLimits::default() };
    let options = TextOptions { limits, ..TextOptions::default() };
    for (text, expected) in [
        ("[[1]]", None),
        ("[1,2]", None),
        ("[1,2,3]", Some("3 values")),
        ("[[[]]]", Some("2 levels")),
        ("- - - a", Some("2 levels")),
        ("- 1\n- 2\n- 3", Some("3 values")),
        ("\"123456789012345678901\"", Some("23 bytes")),
    ] {
        let (tree, diagnostics) = parse(&Source::new("text", text), &options);
        match expected {
            None => assert!(tree.is_some() && diagnostics.is_empty(), "{text}: {diagnostics}"),
            Some(expected) => {
                assert!(
                    tree.is_none() && diagnostics.to_string().contains(expected),
                    "{text}: {diagnostics}"
                );
            }
        }
    }
}

#[test]
fn wide_objects_are_read_and_searched_fast() {
    const MEMBERS: usize = 100_000;
    let json = (0..MEMBERS).map(|index| format!("\"k{index}\":[{index}]")).collect::<Vec<_>>().join(",");
    let yaml = (0..MEMBERS).map(|index| format!("k{index}: [{index}]\n")).collect::<String>();
    for (name, text) in [("wide.json", format!("{{{json}}}")), ("wide.yaml", yaml)] {
        let (tree, diagnostics) = measured(name, text, TextOptions::default());
        assert!(diagnostics.is_empty(), "{diagnostics}");
        let tree = tree.expect("a tree");
        let started = Instant::now();
        for (index, (key, value)) in tree.root().members().enumerate() {
            assert_eq!(key, format!("k{index}"));
            assert_eq!(tree.root().get(key).map(|found| found.id()), Some(value.id()));
            assert_eq!(value.pointer(), format!("/{key}"));
            assert_eq!(
                tree.root().at_pointer(&format!("/{key}/0")).map(|item| item.pointer()),
                Some(format!("/{key}/0"))
            );
        }
        assert!(tree.root().get("k100000").is_none());
        assert!(started.elapsed() < TIME_MAX, "{:?}", started.elapsed());
    }
}
