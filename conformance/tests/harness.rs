//! The runner against small corpora with planted outcomes: exit codes and reports.
//!
//! Each corpus is written to a folder of its own below the target directory. Workers are this program's own adapter with a planted fault, so nothing
//! here depends on what the library can do; `reports`, `live` and `command_line` ask for a little of it.

#[path = "harness/command_line.rs"]
mod command_line;
#[path = "harness/generated.rs"]
mod generated;
#[path = "harness/live.rs"]
mod live;
#[path = "harness/peers.rs"]
mod peers;
#[path = "harness/reports.rs"]
mod reports;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

const PROGRAM: &str = env!("CARGO_BIN_EXE_conformance");

/// The program, without what the surroundings would tell it.
fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_remove("BRRTROUTER_CORPORA").env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// A corpus in a folder of its own.
struct Corpus {
    root: PathBuf,
}

impl Corpus {
    fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        let corpus = Self { root };
        for (name, text) in files {
            let path = corpus.root.join("corpus").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        corpus
    }

    fn run(&self, fault: &str, more: &[&str]) -> Ran {
        self.run_with(&format!("{PROGRAM} adapter --fault {fault}"), more)
    }

    fn run_with(&self, adapter: &str, more: &[&str]) -> Ran {
        self.ask(&[&["--adapter", adapter], more].concat())
    }

    /// With our own worker.
    fn run_ours(&self, more: &[&str]) -> Ran {
        self.ask(more)
    }

    fn ask(&self, more: &[&str]) -> Ran {
        let mut command = program();
        command.arg(self.root.join("corpus")).args(["--jobs", "2", "--seconds", "3"]).args(more);
        if !more.contains(&"--report-dir") {
            command.arg("--report-dir").arg(self.reports());
        }
        let output = command.output().expect("the program starts");
        Ran { output, reports: self.reports() }
    }

    fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        // A folder that stays behind below the target directory hurts nobody.
        if let Err(error) = std::fs::remove_dir_all(&self.root) {
            eprintln!("{}: {error}", self.root.display());
        }
    }
}

struct Ran {
    output: Output,
    reports: PathBuf,
}

impl Ran {
    #[track_caller]
    fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.text());
        self
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "`{text}` is not in:\n{}", self.text());
        self
    }

    fn text(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }

    fn report(&self) -> Value {
        let text = std::fs::read_to_string(self.reports.join("report.json")).expect("a report");
        serde_json::from_str(&text).expect("JSON")
    }

    fn page(&self) -> String {
        std::fs::read_to_string(self.reports.join("gap-analysis.md")).expect("a page")
    }
}

/// A case whose description the accepting worker accepts (or refuses, or panics at, by a word in it).
fn case(id: &str, word: &str, more: &str) -> String {
    format!(
        "id: {id}\nids: [DOC-005]\ntitle: planted\npolarity: positive\ndescription: {{x-word: {word}}}\n{more}"
    )
}

/// Entries for every MUST row, so that a planted corpus is accounted for.
fn all_rows_known() -> String {
    let catalogue = conformance::catalogue::Catalogue::builtin().expect("the catalogue");
    catalogue
        .rows()
        .iter()
        .filter(|row| row.must_be_accounted_for())
        .map(|row| format!("- {{id: {}, state: not-yet, reason: planted, since: now}}\n", row.id))
        .collect()
}

fn keys(report: &Value, pointer: &str) -> [u64; 5] {
    ["passed", "failed", "skipped", "applicable", "total"]
        .map(|key| report.pointer(&format!("{pointer}/{key}")).and_then(Value::as_u64).expect(key))
}

#[test]
fn all_as_expected_is_0() {
    let known = all_rows_known();
    let gap = "- {id: DOC-005, case: doc-005-gap, reason: a planted gap, since: now}\n";
    let corpus = Corpus::new(&[
        ("cases/doc/good.yaml", &case("doc-005-good", "fine", "")),
        ("cases/doc/gap.yaml", &case("doc-005-gap", "REFUSE", "")),
        ("expectations.yaml", &format!("{known}{gap}")),
    ]);
    let ran = corpus.run("accept", &[]);
    ran.exits(0);
    let report = ran.report();
    assert_eq!(keys(&report, "/levels/L1"), [1, 1, 0, 2, 2]);
    assert_eq!(keys(&report, "/profiles/OAS-3.1-extended"), [1, 1, 0, 2, 2]);
    assert_eq!(report.pointer("/profiles/OAS-3.1-extended/verdict"), Some(&Value::from("fail")));
    assert_eq!(keys(&report, "/suites/json-schema-test-suite"), [0; 5]);
    assert_eq!(report.pointer("/suites/json-schema-test-suite/run"), Some(&Value::from(false)));
    assert_eq!(report.pointer("/catalogue/rows/DOC-005"), Some(&Value::from("known gap")));
    assert!(ran.page().contains("a planted gap"));
    // The same run again gives the same page, and --check agrees; a changed page is stale.
    let page = ran.page();
    corpus.run("accept", &["--check"]).exits(0);
    std::fs::write(corpus.reports().join("gap-analysis.md"), format!("{page}x")).expect("written");
    corpus.run("accept", &["--check"]).exits(1).says("stale");
}

#[test]
fn what_is_not_expected_is_1() {
    let known = all_rows_known();
    let check = |files: &[(&str, &str)], entries: &str, mention: &str| {
        let expectations = format!("{known}{entries}");
        let mut all = files.to_vec();
        all.push(("expectations.yaml", &expectations));
        Corpus::new(&all).run("accept", &[]).exits(1).says(mention);
    };
    let good = case("doc-005-good", "fine", "");
    let bad = case("doc-005-bad", "REFUSE", "");
    let skipped = case("doc-005-skip", "fine", "exchanges: [{request: {target: /}, expect: {status: 200}}]");
    check(&[("cases/a.yaml", &bad)], "", "unexpected failure: doc-005-bad");
    check(&[("cases/a.yaml", &skipped)], "", "unexpected skip: doc-005-skip");
    let entry = "- {id: DOC-005, case: doc-005-good, reason: x, since: y}";
    check(&[("cases/a.yaml", &good)], entry, "unexpected pass: doc-005-good");
    let entry = "- {id: DOC-005, case: doc-005-gone, reason: x, since: y}";
    check(&[("cases/a.yaml", &good)], entry, "there is no case doc-005-gone");
    let entry = "- {id: DOC-004, case: doc-005-bad, reason: x, since: y}";
    check(&[("cases/a.yaml", &bad)], entry, "does not name the row DOC-004");
    let entry = "- {id: DOC-005, reason: x, since: y}";
    check(&[("cases/a.yaml", &good)], entry, "DOC-005 has its cases now");
    let entry = "- {id: DOC-004, state: one-sided, reason: x, since: y}";
    check(&[("cases/a.yaml", &good)], entry, "DOC-004 has no case at all");
}

#[test]
fn a_must_row_without_cases_or_entry_is_1() {
    let known =
        all_rows_known().replace("- {id: PTH-001, state: not-yet, reason: planted, since: now}\n", "");
    let corpus =
        Corpus::new(&[("cases/a.yaml", &case("doc-005-good", "fine", "")), ("expectations.yaml", &known)]);
    let ran = corpus.run("accept", &[]);
    ran.exits(1).says("unaccounted rows: PTH-001");
    assert_eq!(ran.report().pointer("/catalogue/must_3_1/unaccounted"), Some(&Value::from(1)));
}

#[test]
fn a_worker_that_ends_is_the_verdict_of_its_case() {
    for (fault, word) in [
        ("panic", "panic: asked to panic"),
        ("hang", "hang: no answer within 3s"),
        ("overflow", "stack overflow"),
        ("memory", "out of memory"),
        ("garbage", "answer outside the protocol"),
        ("exit", "death of the worker"),
    ] {
        let known = all_rows_known();
        let text = case("doc-005-x", "fine", "limits: {memory_mib: 256}\n");
        let corpus = Corpus::new(&[("cases/a.yaml", &text), ("expectations.yaml", &known)]);
        let ran = corpus.run(fault, &[]);
        ran.exits(1).says("unexpected failure: doc-005-x").says(word);
    }
}

#[test]
fn after_a_panic_the_next_case_gets_a_new_worker() {
    let known = all_rows_known();
    let texts = [
        case("doc-005-a", "PANIC", ""),
        case("doc-005-b", "fine", ""),
        case("doc-005-c", "PANIC", ""),
        case("doc-005-d", "fine", ""),
    ];
    let [a, b, c, d] = &texts;
    let corpus = Corpus::new(&[
        ("cases/a.yaml", a),
        ("cases/b.yaml", b),
        ("cases/c.yaml", c),
        ("cases/d.yaml", d),
        ("expectations.yaml", &known),
    ]);
    let ran = corpus.run("accept", &[]);
    ran.exits(1).says("unexpected failure: doc-005-a").says("unexpected failure: doc-005-c");
    assert_eq!(keys(&ran.report(), "/levels/L1"), [2, 2, 0, 4, 4]);
    let faults: Vec<_> = ran.report()["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .map(|case| case["fault"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(faults, [Some("panic".to_owned()), None, Some("panic".to_owned()), None]);
}

#[test]
fn a_case_that_cannot_be_read_is_3_with_its_place() {
    for (text, mention) in [
        ("id: doc-005-x\ntitle: x\nsurprise: 1\n", "cases/a.yaml:3"),
        ("id: [\n", "cases/a.yaml:"),
        ("id: doc-005-x\ntitle: x\nids: [DOC-999]\npolarity: positive\ntext: x\n", "DOC-999"),
    ] {
        Corpus::new(&[("cases/a.yaml", text)]).run("accept", &[]).exits(3).says(mention).says("mend");
    }
    let twice = case("doc-005-x", "fine", "");
    Corpus::new(&[("cases/a.yaml", &twice), ("cases/b.yaml", &twice)])
        .run("accept", &[])
        .exits(3)
        .says("cases/b.yaml:1")
        .says("is taken: cases/a.yaml:1");
    let good = case("doc-005-x", "fine", "");
    Corpus::new(&[("cases/a.yaml", &good), ("expectations.yaml", "- {id: DOC-005}\n")])
        .run("accept", &[])
        .exits(3)
        .says("expectations.yaml:1");
}

#[test]
fn usage_is_2_and_a_worker_that_cannot_start_is_4() {
    let corpus = Corpus::new(&[("cases/a.yaml", &case("doc-005-x", "fine", ""))]);
    corpus.run("accept", &["--no-such-switch"]).exits(2);
    corpus
        .run("accept", &["--external", "/no/such/folder"])
        .exits(2)
        .says("/no/such/folder is no folder: name the folder that holds the suites");
    let output = program().arg("/no/such/corpus").output().expect("the program starts");
    Ran { output, reports: corpus.reports() }
        .exits(3)
        .says("/no/such/corpus is no folder: name the folder of a corpus, such as `specs-corpus/`");
    corpus.run("accept", &["--only", "no-such-case"]).exits(2).says("no-such-case");
    let output = program()
        .arg(corpus.root.join("corpus"))
        .args(["--adapter", "/no/such/worker", "--report-dir"])
        .arg(corpus.reports())
        .output()
        .expect("the program starts");
    Ran { output, reports: corpus.reports() }.exits(4).says("/no/such/worker");
}

#[test]
fn documents_are_accepted_or_refused_as_their_folder_says() {
    let head = "openapi: 3.1.2\npaths:\n  /a: {get: {}, put: {}}\nx-word: ";
    let corpus = Corpus::new(&[
        ("documents/valid/good.yaml", &format!("{head}fine")),
        ("documents/invalid/good.yaml", &format!("{head}fine")),
        ("documents/data.json", "{\"not\": \"a description\"}"),
    ]);
    // Our adapter proper reads files; the planted one accepts whatever it is given.
    let ran = corpus.run("accept", &[]);
    ran.exits(1).says("unexpected failure: documents/invalid/good.yaml: accepted, and should be refused");
    let report = ran.report();
    assert_eq!(keys(&report, "/documents"), [1, 1, 0, 2, 2]);
    assert_eq!(report.pointer("/documents/list/1/operations"), Some(&Value::from(2)));
}

#[test]
fn absent_suites_are_not_run_and_never_passes() {
    let corpus = Corpus::new(&[
        ("cases/a.yaml", &case("doc-005-x", "fine", "")),
        ("expectations.yaml", &all_rows_known()),
    ]);
    let external = corpus.root.join("external");
    let folder = external.join("json-parsing/test_parsing");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("n_open.json"), "[").expect("a file");
    let ran = corpus.run("accept", &["--external", &external.to_string_lossy()]);
    // The planted worker parses nothing, so the one suite that is there is skipped, and that is not expected.
    ran.exits(1).says("there is no yaml-test-suite");
    let report = ran.report();
    assert_eq!(keys(&report, "/suites/yaml-test-suite"), [0; 5]);
    assert_eq!(report.pointer("/suites/yaml-test-suite/run"), Some(&Value::from(false)));
    assert_eq!(report.pointer("/suites/json-parsing/run"), Some(&Value::from(true)));
    assert!(!ran.page().contains("json-parsing"), "external suites do not enter the page");
    assert!(corpus.reports().join("external.md").is_file());
}

/// One right row or scenario of each kind, one that differs, and one that cannot be asked.
const TINY_SUITES: [(&str, &str); 4] = [
    (
        "uritemplate-test/tiny.json",
        r#"{"Tiny": {"variables": {"a": "1", "l": ["x", "y"]}, "testcases":
            [["X{.l*}", "X.x.y"], ["{?a}", "?a=2"], ["{+a}", "1"], ["{a", false]]}}"#,
    ),
    (
        "prism-harness/cases.json",
        r#"[
        {"id": "good", "area": "routing", "mode": "mock", "spec": "openapi: 3.1.0\npaths:\n  /a/{b}: {get: {responses: {200: {}}}}",
         "request": {"method": "GET", "url": "http://localhost:1/a/b"}, "expect": {"status": 200}},
        {"id": "bad", "area": "routing", "mode": "mock", "spec": "openapi: 3.1.0\npaths: {/a: {get: {}}}",
         "request": {"method": "PUT", "url": "http://localhost:1/a"}, "expect": {"status": 404}},
        {"id": "proxy", "area": "proxy", "mode": "proxy", "spec": "",
         "request": {"method": "GET", "url": "http://localhost:1/a"}, "expect": {"status": 200}}]"#,
    ),
    ("oai-learn-examples/twin.json", r#"{"a": 1}"#),
    ("oai-learn-examples/twin.yaml", "a: 2\n"),
];

#[test]
fn rows_that_cannot_be_asked_are_left_out_and_others_judged() {
    let corpus = Corpus::new(&[
        (
            "cases/a.yaml",
            "id: doc-005-a\nids: [DOC-005]\ntitle: x\npolarity: negative\ntext: \"x\"\nload: {ok: false}\n",
        ),
        ("expectations.yaml", &all_rows_known()),
    ]);
    let external = corpus.root.join("external");
    for (name, text) in TINY_SUITES {
        let path = external.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let ran = corpus.run_with(&format!("{PROGRAM} adapter"), &["--external", &external.to_string_lossy()]);
    ran.exits(1).says("failed prism-harness: bad status is 405").says("at `/a` the JSON says 1, the YAML 2");
    let report = ran.report();
    // `X{.l*}` is right both ways, `{?a}` wrong both ways, the other two have no way back.
    assert_eq!(keys(&report, "/suites/uritemplate-test"), [2, 2, 2, 4, 6]);
    assert_eq!(keys(&report, "/suites/prism-harness"), [1, 1, 1, 2, 3]);
    assert_eq!(keys(&report, "/suites/oai-learn-examples"), [0, 1, 0, 1, 1]);
    let page = std::fs::read_to_string(corpus.reports().join("external.md")).expect("a page");
    assert!(page.contains("Left out (1): a proxy in front of another server."), "{page}");
    assert!(!ran.text().contains("skipped prism-harness"), "what is left out on purpose is no regression");
}

#[test]
fn the_protocol_is_spoken_as_published() {
    let question = r#"{"hello":{"protocol":1}}"#;
    let mut child = Command::new(PROGRAM)
        .arg("adapter")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the adapter starts");
    let lines = [
        question,
        r#"{"parse":{"id":"p","text":"{\"a\": [1]}","format":"json"}}"#,
        r#"{"load":{"id":"l","text":"openapi: 3.1.2","options":{}}}"#,
        r#"{"encode":{"id":"e","parameter":{}}}"#,
        r#"{"validate":{"id":"v","schema":{"type":"string"},"instances":["x",1]}}"#,
        r#"{"resolve":{"id":"r","documents":[{"uri":"https://e.com/a","document":{"b":1}}],"steps":["https://e.com/a#/b"]}}"#,
        "not a question",
    ];
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, (lines.join("\n") + "\n").as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/worker-protocol.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for line in lines.iter().take(6) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert!(
            validator.is_valid(&line),
            "{line}: {:?}",
            validator.iter_errors(&line).map(|e| e.to_string()).collect::<Vec<_>>()
        );
    }
    let answers: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), lines.len());
    for answer in &answers {
        assert!(validator.is_valid(answer), "{answer}");
    }
    assert_eq!(answers[1].pointer("/parsed/value/a/0"), Some(&Value::from(1)));
    assert_eq!(answers[5].pointer("/resolved/steps/0/target"), Some(&Value::from(1)));
    assert_eq!(answers[6].pointer("/unsupported/id"), Some(&Value::from("")));
}
