//! YAML text against yaml-test-suite.

use brrtrouter::description::text::{Format, Source, TextOptions, parse};
use brrtrouter::description::{Diagnostics, Kind, NodeRef, Tree};

use crate::corpora::{corpus, files};

fn read(text: &str) -> (Option<Tree>, Diagnostics) {
    let options = TextOptions { format: Some(Format::Yaml), ..TextOptions::default() };
    parse(&Source::new("test.yaml", text), &options)
}

/// One case of yaml-test-suite.
struct Case {
    id: String,
    text: String,
    /// The documents of the stream as JSON; `None` where the suite gives no JSON.
    json: Option<Vec<serde_json::Value>>,
    fails: bool,
}

/// The suite makes blanks and line ends visible.
fn raw(visible: &str) -> String {
    let mut text = visible.replace('␣', " ").replace('↵', "").replace('←', "\r").replace('⇔', "\u{FEFF}");
    while text.contains("—»") {
        text = text.replace("—»", "»");
    }
    text = text.replace('»', "\t");
    if let Some(start) = text.strip_suffix("∎\n") {
        text = start.to_owned();
    }
    text
}

/// The cases of one file; a case without events of its own (`tree`) means what the one above it means.
fn cases(id: &str, root: NodeRef<'_>) -> Vec<Case> {
    let mut inherited = std::collections::BTreeMap::<String, String>::new();
    let mut cases = Vec::new();
    for (index, item) in root.items().enumerate() {
        if item.get("tree").is_some() {
            inherited.clear();
        }
        // `json: null` says that there is none.
        for (name, value) in item.members().filter(|(_, value)| value.kind() != Kind::Null) {
            let text = value.as_str().map_or_else(|| value.to_json_text(), str::to_owned);
            inherited.insert(name.to_owned(), text);
        }
        let fails = item.get("fail").is_some();
        let json = inherited.get("json").filter(|_| !fails).map(|json| {
            let documents = serde_json::Deserializer::from_str(json).into_iter();
            documents.collect::<Result<_, _>>().expect("JSON in the suite")
        });
        let text = raw(&inherited["yaml"]);
        cases.push(Case { id: format!("{id}-{index}"), text, json, fails });
    }
    cases
}

/// Cases whose outcome differs from the suite's, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("2XXW-0", "DOC-012: the tag !!set"),
    ("565N-0", "DOC-012: the tag !!binary"),
    ("6CK3-0", "DOC-012: local tags"),
    ("7FWL-0", "DOC-012: a local tag"),
    ("C4HZ-0", "DOC-012: tags of an application"),
    ("CC74-0", "DOC-012: a tag of an application"),
    ("CUP7-0", "DOC-012: a local tag"),
    ("J7PZ-0", "DOC-012: the tag !!omap"),
    ("M5C3-0", "DOC-012: a local tag"),
    ("P76L-0", "DOC-012: a tag of an application"),
    ("UGM3-0", "DOC-012: a tag of an application"),
    ("Z67P-0", "DOC-012: a local tag"),
    ("Z9M4-0", "DOC-012: tags of an application"),
    ("ZYU8-2", "a malformed %YAML line is refused, as YAML 1.2 §6.8.1 allows"),
];

/// What is wrong with our outcome of a case; `None`: it is as the suite says. Streams of several
/// documents must be refused; where the suite gives no JSON, any outcome but a panic is right.
fn complaint(case: &Case) -> Option<String> {
    let (tree, diagnostics) = read(&case.text);
    let value = tree.filter(|_| !diagnostics.has_errors()).map(|tree| tree.root().to_json());
    match (value, case.json.as_deref()) {
        (Some(value), _) if case.fails => Some(format!("{value}, but the suite refuses it")),
        (Some(value), Some([expected])) if value == *expected => None,
        (Some(value), Some(expected)) => Some(format!("{value} instead of {expected:?}")),
        (None, Some([_])) => Some(format!("refused:\n{diagnostics}")),
        (_, None) | (None, Some(_)) => None,
    }
}

#[test]
fn yaml_test_suite() {
    let Some(folder) = corpus("yaml-test-suite/src") else { return };
    let (mut failures, mut differing) = (Vec::new(), Vec::new());
    let (mut count, mut equal) = (0, 0);
    for path in files(&folder, &["yaml"]) {
        let id = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let (tree, diagnostics) = read(&std::fs::read_to_string(&path).expect("a readable file"));
        let tree = tree.unwrap_or_else(|| panic!("{id}: {diagnostics}"));
        for case in cases(id, tree.root()) {
            count += 1;
            equal += usize::from(!case.fails && case.json.as_ref().is_some_and(|json| json.len() == 1));
            let Some(complaint) = complaint(&case) else { continue };
            if EXCEPTIONS.iter().any(|(id, _)| *id == case.id) {
                differing.push(case.id);
            } else {
                failures.push(format!("{}: {complaint}\n{}", case.id, case.text));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert_eq!(differing, EXCEPTIONS.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "stale exceptions");
    assert_eq!((count, equal), (406, 258), "the suite's size: cases, and those with one JSON value");
}

#[test]
fn no_document_of_the_corpora_panics() {
    let Some(folder) = corpus("") else { return };
    let mut trees = 0;
    for path in files(&folder, &["yaml", "yml", "json"]) {
        let bytes = std::fs::read(&path).expect("a readable file");
        // The largest are the oracle's.
        let formats = if bytes.len() < 256 * 1024 { &[None, Some(Format::Yaml)][..] } else { &[] };
        for format in formats.iter().copied() {
            let options = TextOptions { format, ..TextOptions::default() };
            let Ok(source) = Source::from_bytes(path.display().to_string(), &bytes) else { continue };
            let (tree, diagnostics) = parse(&source, &options);
            assert!(tree.is_some() || diagnostics.has_errors(), "{}", path.display());
            trees += usize::from(tree.is_some());
        }
    }
    assert!(trees > 1000, "{trees} trees");
}

#[test]
fn scalars_keys_and_tags() {
    for (text, expected) in [
        (
            "a: no\nb: on\nc: 1_000\nd: 12:30:45\ne: 2020-01-01",
            r#"{"a":"no","b":"on","c":"1_000","d":"12:30:45","e":"2020-01-01"}"#,
        ),
        (
            "200: a\nnull: b\ntrue: c\n1.0: d\n0x1F: e\n~: f\nno: g",
            r#"{"200":"a","null":"b","true":"c","1.0":"d","0x1F":"e","~":"f","no":"g"}"#,
        ),
        ("- null\n- ~\n-\n- Null\n- 'null'", r#"[null,null,null,null,"null"]"#),
        (
            "- 0o14\n- 0x1F\n- +1\n- 007\n- 18446744073709551616\n- 1.\n- .5",
            "[12,31,1,7,18446744073709551616,1.0,0.5]",
        ),
        (
            "- !!str 12\n- !!int '12'\n- !!float 1\n- !!bool 'true'\n- !!null ''\n- ! 12",
            r#"["12",12,1,true,null,"12"]"#,
        ),
        ("- !!seq [a]\n- !!map {a: b}\n- !<tag:yaml.org,2002:str> 1\n- !!str", r#"[["a"],{"a":"b"},"1",""]"#),
        (
            "a: &x {b: [1, {c: d}]}\ne: *x\nf: [*x, *x]",
            r#"{"a":{"b":[1,{"c":"d"}]},"e":{"b":[1,{"c":"d"}]},"f":[{"b":[1,{"c":"d"}]},{"b":[1,{"c":"d"}]}]}"#,
        ),
        ("a: &x 1\n&y b: *x\n*y : *y", r#"{"a":1,"b":1}"#),
        ("a: &x 1\nb: &x 2\nc: *x", r#"{"a":1,"b":2,"c":2}"#),
        ("? a\n: 1\n? b", r#"{"a":1,"b":null}"#),
        ("\"\": 1", r#"{"":1}"#),
        ("--- a\n...\n", "\"a\""),
        ("'<<': 1", r#"{"<<":1}"#),
    ] {
        let (tree, diagnostics) = read(text);
        let tree = tree.unwrap_or_else(|| panic!("{text}: {diagnostics}"));
        let duplicate = text.contains("*y : *y");
        assert_eq!(diagnostics.has_errors(), duplicate, "{text}\n{diagnostics}");
        let json = tree.root().to_json_text();
        if !duplicate {
            assert_eq!(json, expected, "{text}");
        }
    }
}

#[test]
fn what_json_cannot_say_is_diagnosed() {
    for (text, code, place, pointer, what) in [
        ("a: !foo b", "DOC-012", (1, 4), "/a", "the tag \"!foo\""),
        ("a: !!binary b", "DOC-012", (1, 4), "/a", "\"!!binary\""),
        ("a: !!set {b}", "DOC-012", (1, 4), "/a", "\"!!set\""),
        ("a: !!int b", "DOC-012", (1, 4), "/a", "\"b\" is not of the type"),
        ("a: !!map [b]", "DOC-012", (1, 4), "/a", "\"a sequence\" is not of the type"),
        ("!!int 1: a", "DOC-012", (1, 1), "", "the key carries the tag \"!!int\""),
        ("? [a, b]\n: c", "DOC-012", (1, 3), "", "not a scalar"),
        ("a: &x [b]\n*x : c", "DOC-012", (2, 1), "", "not a scalar"),
        ("a:\n  : b", "DOC-012", (2, 3), "/a", "a key is missing"),
        ("a: [.inf]", "DOC-011", (1, 5), "/a/0", "\".inf\" has no JSON form"),
        ("a: -.INF", "DOC-011", (1, 4), "/a", "no JSON form"),
        ("a: .nan", "DOC-011", (1, 4), "/a", "no JSON form"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "DOC-011", (3, 3), "/c", "merge key"),
        ("--- a\n--- b", "DOC-012", (2, 1), "", "second YAML document"),
        ("a: 1\nb: 2\na: 3", "DOC-010", (3, 1), "", "\"a\" occurs twice"),
        ("{a: 1, \"a\": 3}", "DOC-010", (1, 8), "", "\"a\" occurs twice"),
        ("a: *x", "DOC-011", (1, 4), "/a", "no anchor"),
        ("a: &x [*x]", "DOC-012", (1, 8), "/a/0", "part of"),
        ("a:\n\t- b", "DOC-011", (2, 2), "/a", "tab"),
        ("a: b: c", "DOC-011", (1, 5), "", "colon"),
        ("a: @b", "DOC-011", (1, 4), "/a", "cannot begin"),
        ("a: 'b", "DOC-011", (1, 4), "/a", "not closed"),
        ("a:\n  b: 1\n c: 2", "DOC-011", (3, 2), "", "mapping above"),
        ("é: [ü\nö: 1", "DOC-011", (2, 2), "/é/0", "a colon stands on a later line"),
        ("%YAML 1.1\n---\na: b", "DOC-011", (1, 1), "", "YAML 1.1"),
    ] {
        let (_, diagnostics) = read(text);
        let found = diagnostics.iter().next().unwrap_or_else(|| panic!("{text}: nothing found"));
        let there = (found.place.line, found.place.column);
        assert_eq!(
            (found.code.as_str(), there, &*found.place.pointer),
            (code, place, pointer),
            "{text}\n{diagnostics}"
        );
        assert!(found.what.contains(what) && !found.mend.is_empty(), "{text}\n{diagnostics}");
    }
}

#[test]
fn aliases_do_not_repeat_findings() {
    for text in [
        "a: &x .inf\nb: [*x, *x]",
        "a: &x !foo b\nc: *x",
        "a: &x {b: !foo c}\nd: *x",
        "a: &x {b: 1, b: 2}\nd: *x",
    ] {
        let (tree, diagnostics) = read(text);
        assert_eq!(diagnostics.len(), 1, "{text}\n{diagnostics}");
        assert!(tree.is_some());
    }
}

/// Places count bytes in the tree, also after characters of several bytes.
#[test]
fn spans_cover_what_is_written() {
    let text =
        "é: ü # ö\nlist:\n- 'a''b' # 'c'\n- \"d\\\"\" \n- {e : f, g: [h]} # i\nlast: |\n  ö\n\nempty:\n";
    let (tree, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let tree = tree.expect("a tree");
    for (pointer, expected) in [
        ("/é", "ü"),
        ("/list", "- 'a''b' # 'c'\n- \"d\\\"\" \n- {e : f, g: [h]}"),
        ("/list/0", "'a''b'"),
        ("/list/1", "\"d\\\"\""),
        ("/list/2", "{e : f, g: [h]}"),
        ("/list/2/e", "f"),
        ("/list/2/g", "[h]"),
        ("/last", "ö\n\n"),
        ("/empty", ""),
    ] {
        let span = tree.root().at_pointer(pointer).unwrap_or_else(|| panic!("{pointer}")).span();
        assert_eq!(&text[span.start as usize..span.end as usize], expected, "{pointer}");
    }
    let name =
        tree.root().get("list").and_then(|list| list.items().nth(2)).and_then(|item| item.name_span("g"));
    let name = name.expect("a name");
    assert_eq!(&text[name.start as usize..name.end as usize], "g");
}

/// DOC-013: the two forms of one document say the same.
/// The scanner counts the bytes of a directive where it should count characters.
#[test]
fn places_behind_a_directive_of_any_characters() {
    let text = "%\u{e9}\u{e9} \u{20ac}\n---\na: [1]\n";
    let (tree, _) = read(text);
    let tree = tree.expect("a tree");
    let (root, list) = (tree.root().span(), tree.root().get("a").expect("a member").span());
    assert_eq!(&text[root.start as usize..root.end as usize], "a: [1]");
    assert_eq!(&text[list.start as usize..list.end as usize], "[1]");
}

#[test]
fn twins_are_equal() {
    /// The YAML form says more, in fact.
    const UNEQUAL: &[&str] = &["tictactoe"];
    let Some(folder) = corpus("oai-learn-examples") else { return };
    let (mut equal, mut unequal) = (0, Vec::new());
    for json in files(&folder, &["json"]) {
        let values = [json.clone(), json.with_extension("yaml")].map(|path| {
            let text = std::fs::read(&path).expect("a readable file");
            let source = Source::from_bytes(path.display().to_string(), &text).expect("UTF-8");
            let (tree, diagnostics) = parse(&source, &TextOptions::default());
            assert!(diagnostics.is_empty(), "{diagnostics}");
            tree.expect("a tree").root().to_json()
        });
        if values[0] == values[1] {
            equal += 1;
        } else {
            unequal.push(json.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned());
        }
    }
    assert_eq!((equal, unequal), (9, UNEQUAL.iter().map(|name| (*name).to_owned()).collect()));
}

/// The oracle's reader was independent of ours; it took the last of duplicate names.
#[test]
fn the_oracle_agrees() {
    let Some(path) = corpus("oracle.json") else { return };
    let oracle = std::fs::read_to_string(&path).expect("a readable file");
    let (oracle, _) = parse(&Source::new("oracle.json", oracle), &TextOptions::default());
    let oracle = oracle.expect("JSON");
    let options = TextOptions { lenient: true, ..TextOptions::default() };
    for verdict in oracle.root().items() {
        let field = |name: &str| verdict.get(name).and_then(NodeRef::as_str).unwrap_or_default();
        let Some(path) = corpus(field("file")) else { continue };
        let source = Source::from_bytes(field("file"), &std::fs::read(path).expect("a file")).expect("UTF-8");
        let (tree, diagnostics) = parse(&source, &options);
        let ours = if diagnostics.has_errors() { "error" } else { "ok" };
        assert_eq!(
            ours,
            if field("parse") == "ok" { "ok" } else { "error" },
            "{}\n{diagnostics}",
            field("file")
        );
        let version = tree.and_then(|tree| tree.root().get("openapi")?.as_str().map(str::to_owned));
        assert_eq!(version.unwrap_or_default(), field("openapi"), "{}", field("file"));
    }
}
