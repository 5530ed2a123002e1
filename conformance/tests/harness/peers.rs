//! Other workers: what they do not offer, how they fail, and the page that puts them beside ours.

use super::{Corpus, PROGRAM, Ran, all_rows_known};

/// A worker that accepts every description and shows nothing more.
const FEW: &str = r#"while read -r line; do
  case "$line" in
    *hello*) echo '{"hello":{"protocol":1,"name":"few","version":"0","offers":[]}}' ;;
    *load*right*) echo '{"loaded":{"id":"doc-005-right","ok":true}}' ;;
    *load*wrong*) echo '{"loaded":{"id":"doc-005-wrong","ok":true}}' ;;
    *) echo '{"unsupported":{"id":"doc-005-right/0","reason":"no exchanges"}}' ;;
  esac
done
"#;

const CASES: &str = r#"
cases:
  - id: doc-005-right
    ids: [DOC-005]
    title: accepted
    polarity: positive
    description: {openapi: 3.1.2, info: {title: right, version: "1"}, paths: {}}
  - id: doc-005-wrong
    ids: [DOC-005]
    title: refused
    polarity: negative
    text: "wrong"
    load: {ok: false}
"#;

fn corpus() -> Corpus {
    let corpus = Corpus::new(&[("cases/a.yaml", CASES), ("expectations.yaml", &all_rows_known())]);
    std::fs::write(corpus.root.join("few.sh"), FEW).expect("a file");
    corpus
}

fn few(corpus: &Corpus) -> String {
    format!("sh {}", corpus.root.join("few.sh").display())
}

fn peers(corpus: &Corpus, all: &[String]) -> Ran {
    let output = std::process::Command::new(PROGRAM)
        .arg("peers")
        .arg(corpus.root.join("corpus"))
        .args(all.iter().flat_map(|peer| ["--peer", peer]))
        .args(["--seconds", "3", "--jobs", "1", "--report-dir"])
        .arg(corpus.reports())
        .output()
        .expect("the program starts");
    Ran { output, reports: corpus.reports() }
}

#[test]
fn what_a_worker_does_not_offer_is_skipped() {
    let corpus = corpus();
    let ran = corpus.run_with(&few(&corpus), &[]);
    let skip = "unexpected skip: doc-005-wrong: right as far as it shows; it does not show whether a wrong description is refused";
    ran.exits(1).says(skip);
    let report = ran.report();
    assert_eq!(super::keys(&report, "/levels/L1"), [1, 0, 1, 1, 2]);
}

#[test]
fn peers_stand_side_by_side_with_rulings() {
    let corpus = corpus();
    let twin = format!("twin={PROGRAM} adapter");
    let gullible = format!("gullible={PROGRAM} adapter --fault accept");
    let broken = format!("broken={PROGRAM} adapter --fault garbage");
    let ran = peers(&corpus, &[twin, gullible, broken, format!("few={}", few(&corpus))]);
    ran.exits(0).says("2 disagreements");
    let page = std::fs::read_to_string(corpus.reports().join("peers.md")).expect("a page");
    for text in [
        "| area | brrtrouter | twin | gullible | broken | few |",
        "| DOC | 2/2 | 2/2 | 1/2 | 0/2 | 1/1 (+1) |",
        "  - gullible: load: accepted, and should be refused",
        "  - broken: answer outside the protocol",
        "  - **Ruling:** ",
        "- 1: right as far as it shows; it does not show whether a wrong description is refused",
    ] {
        assert!(page.contains(text), "`{text}` is not in:\n{page}");
    }
    assert!(!page.contains("- twin:") && !page.contains("- few:"), "{page}");
}

#[test]
fn a_worker_that_does_not_greet_is_4_with_its_command() {
    let corpus = corpus();
    for (command, why) in [
        ("false", "`false`: death of the worker"),
        ("cat", "`cat`: answer outside the protocol"),
        ("/no/such/worker", "cannot start /no/such/worker"),
    ] {
        corpus.run_with(command, &[]).exits(4).says(why);
        peers(&corpus, &[format!("peer={command}")]).exits(4).says(why);
    }
    peers(&corpus, &["no command".to_owned()]).exits(2).says("write NAME=COMMAND");
}

#[test]
fn a_worker_that_hangs_or_dies_fails_its_cases_alone() {
    let corpus = corpus();
    for (fault, why) in
        [("hang", "hang: no answer within 3s"), ("exit", "death of the worker"), ("panic", "panic")]
    {
        let ran = peers(&corpus, &[format!("peer={PROGRAM} adapter --fault {fault}")]);
        ran.exits(0).says("2 disagreements");
        let page = std::fs::read_to_string(corpus.reports().join("peers.md")).expect("a page");
        assert!(page.contains(&format!("  - peer: {why}")), "{page}");
    }
}
