//! The switches: what is selected, explained, compared, put together, and what is said about names that are unknown.

#[path = "wire.rs"]
mod wire;

use crate::{Corpus, Ran, all_rows_known, case, program};

fn corpus() -> Corpus {
    let gap = "- {id: DOC-005, case: doc-005-gap, reason: a planted gap, since: now}\n";
    let robust = case("robustness-one", "fine", "level: L0\n").replace("ids: [DOC-005]\n", "");
    Corpus::new(&[
        ("cases/doc/good.yaml", &case("doc-005-good", "fine", "")),
        ("cases/doc/gap.yaml", &case("doc-005-gap", "REFUSE", "")),
        ("cases/pth/other.yaml", &case("pth-003-other", "fine", "").replace("DOC-005", "PTH-003")),
        ("cases/robustness/one.yaml", &robust),
        ("documents/valid/one.yaml", "openapi: 3.1.2\nx-word: fine"),
        ("expectations.yaml", &format!("{}{gap}", all_rows_known())),
    ])
}

#[test]
fn what_is_selected_is_listed() {
    let corpus = corpus();
    for (switches, names, counts) in [
        (
            &[][..],
            &["doc-005-good", "pth-003-other", "robustness-one", "documents/valid/one.yaml"][..],
            "4 cases, 1 documents",
        ),
        (&["--level", "L1"], &["doc-005-good", "doc-005-gap"], "2 cases, 0 documents"),
        (&["--level", "l0,L4"], &["robustness-one", "pth-003-other"], "2 cases, 0 documents"),
        (&["--area", "pth"], &["pth-003-other"], "1 cases, 0 documents"),
        (&["--area", "robustness"], &["robustness-one"], "1 cases, 0 documents"),
        (
            &["--id", "PTH-003", "--id", "doc-005-gap"],
            &["pth-003-other", "doc-005-gap"],
            "2 cases, 0 documents",
        ),
        (&["--profile", "OAS-3.1-core"], &["pth-003-other"], "1 cases, 0 documents"),
        (&["--only", "one"], &["robustness-one", "documents/valid/one.yaml"], "1 cases, 1 documents"),
    ] {
        let ran = corpus.run("accept", &[&["--list"], switches].concat());
        ran.exits(0).says(counts);
        names.iter().for_each(|name| {
            ran.says(name);
        });
    }
}

#[test]
fn unknown_names_are_2_and_say_what_there_is() {
    let corpus = corpus();
    for (switches, mention) in [
        (["--level", "L9"], "there is no level `L9`; there are: L0 (robustness), L1 (documents)"),
        (["--area", "XYZ"], "there is no area `XYZ`; there are: DOC, "),
        (["--profile", "Fast"], "there are: OAS-3.1-core, OAS-3.1-extended"),
        (["--id", "PTH-9"], "rows of PTH: PTH-001, PTH-002"),
        (["--id", "doc-005-god"], "cases: doc-005-gap, doc-005-good"),
        (["--explain", "nothing"], "AREA-NUMBER with an area of: DOC, "),
        (["--replay", "doc-005-god"], "--replay takes a case file or a case id"),
        (["--replay", "PTH-003"], "`--explain PTH-003` prints its cases"),
        (["--shard", "3/2"], "a shard is I/N"),
        (["--format", "pdf"], "possible values: json"),
        (["--compare", "/no/such.json"], "/no/such.json"),
    ] {
        corpus.run("accept", &switches).exits(2).says(mention);
    }
    corpus.run("accept", &["--level", "L7", "--area", "PTH"]).exits(2).says("no case fits");
    program()
        .arg("--help")
        .output()
        .map(|output| Ran { output, reports: corpus.reports() })
        .expect("help")
        .exits(0)
        .says("Examples:");
}

/// Runs the program with nobody at the other end of either of its outputs; gives its exit code.
fn unread(configure: impl FnOnce(&mut std::process::Command)) -> Option<i32> {
    let pipe = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    let mut command = program();
    configure(command.stdout(pipe()).stderr(pipe()));
    command.status().expect("the program starts").code()
}

#[test]
fn a_reader_that_has_left_changes_no_exit_code() {
    let corpus = corpus();
    let folder = corpus.root.join("corpus");
    let broken = Corpus::new(&[("cases/doc/broken.yaml", "id: [")]);
    let worker = format!("{} adapter --fault accept", crate::PROGRAM);
    for (arguments, code) in [
        (vec!["--help"], 0),
        (vec!["--no-such-switch"], 2),
        (vec!["/no/such/corpus"], 3),
        (vec!["broken"], 3),
        (vec!["corpus", "--level", "L9"], 2),
        (vec!["corpus", "--list"], 0),
        (vec!["corpus", "--explain", "DOC-005"], 0),
        (vec!["corpus", "--adapter", "/no/such/worker"], 4),
        (vec!["corpus", "--strict", "--adapter", &worker], 1),
        (vec!["corpus", "--adapter", &worker], 0),
    ] {
        let ended = unread(|command| {
            command.arg("--report-dir").arg(corpus.reports());
            for argument in &arguments {
                match *argument {
                    "corpus" => command.arg(&folder),
                    "broken" => command.arg(broken.root.join("corpus")),
                    other => command.arg(other),
                };
            }
        });
        assert_eq!(ended, Some(code), "{arguments:?}");
    }
    assert!(corpus.reports().join("gap-analysis.md").is_file(), "what was to be written is written");
}

#[test]
fn no_progress_is_drawn_where_standard_error_is_no_terminal() {
    let corpus = corpus();
    let run = |ci: Option<&str>| {
        let mut command = program();
        command.env_remove("CI").envs(ci.map(|value| ("CI", value)));
        command.arg(corpus.root.join("corpus")).arg("--report-dir").arg(corpus.reports());
        command.arg("--adapter").arg(format!("{} adapter --fault accept", crate::PROGRAM));
        command.output().expect("the program starts").stderr
    };
    for ci in [None, Some("true")] {
        assert_eq!(String::from_utf8_lossy(&run(ci)), "", "{ci:?}");
    }
}

#[test]
fn rows_and_cases_are_explained() {
    let corpus = corpus();
    corpus
        .run("accept", &["--explain", "doc-005"])
        .exits(0)
        .says("DOC-005  SHOULD, kind L (loader and linter), derived")
        .says("An unknown minor")
        .says("positive doc-005-good (cases/doc/good.yaml:1)")
        .says("known gap since now: a planted gap");
    corpus
        .run("accept", &["--explain", "PTH-004"])
        .exits(0)
        .says("IMPL")
        .says("our choice")
        .says("earlier literal segment wins");
    corpus
        .run("accept", &["--explain", "DOC-001"])
        .exits(0)
        .says("no case")
        .says("known (NotYet, since now)");
    corpus.run("accept", &["--explain", "pth-003-other"]).exits(0).says("gives evidence for PTH-003 (MUST)");
}

#[test]
fn strict_makes_known_gaps_failures() {
    let corpus = corpus();
    corpus.run("accept", &["--strict"]).exits(1).says("a failure by --strict: doc-005-gap: a planted gap");
    corpus.run("accept", &["--strict", "--id", "doc-005-good"]).exits(0);
}

#[test]
fn fail_fast_stops_at_the_first() {
    let bad: Vec<(String, String)> = (0..20)
        .map(|n| (format!("cases/doc/{n:02}.yaml"), case(&format!("doc-005-bad-{n}"), "REFUSE", "")))
        .collect();
    let files: Vec<(&str, &str)> = bad.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let corpus = Corpus::new(&files);
    let ran = corpus.run("accept", &["--fail-fast"]);
    ran.exits(1);
    // Two workers may each have had one under way.
    assert!((1..=2).contains(&ran.report()["cases"].as_array().expect("cases").len()), "{}", ran.text());
}

#[test]
fn shards_put_together_are_the_whole() {
    let corpus = corpus();
    let whole = corpus.run("accept", &[]);
    whole.exits(0);
    let page = whole.page();
    let names = ["a", "b", "c"].map(|name| corpus.root.join(name).to_string_lossy().into_owned());
    for (index, name) in names.iter().enumerate() {
        let shard = format!("{}/3", index + 1);
        corpus.run("accept", &["--shard", &shard, "--report-dir", name]).exits(0);
    }
    let merge = |reports: &[&str]| {
        let into = corpus.root.join("merged");
        let output = program()
            .arg("merge")
            .args(reports)
            .arg("--corpus")
            .arg(corpus.root.join("corpus"))
            .arg("--report-dir")
            .arg(&into)
            .output()
            .expect("the program starts");
        Ran { output, reports: into }
    };
    let [a, b, c] = names.each_ref().map(String::as_str);
    let merged = merge(&[a, b, c]);
    merged.exits(0);
    assert_eq!(merged.page(), page);
    assert_eq!(merged.report(), whole.report());
    merge(&[a, b]).exits(2).says("give every shard");
    merge(&[a, a, b, c]).exits(2).says("is in another report too");
}

#[test]
fn an_earlier_report_is_compared_with() {
    let old = corpus();
    let report = old.run("accept", &[]).exits(0).reports.join("report.json");
    let changed = |good: &str, gap: &str| {
        let files = [
            ("cases/doc/good.yaml", case("doc-005-good", good, "")),
            ("cases/doc/gap.yaml", case("doc-005-gap", gap, "")),
            ("cases/doc/new.yaml", case("doc-005-new", "fine", "")),
        ];
        Corpus::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())))
    };
    let path = report.to_string_lossy();
    changed("REFUSE", "fine")
        .run("accept", &["--compare", &path])
        .exits(1)
        .says("new failures: 1: doc-005-good")
        .says("fixes: 1: doc-005-gap")
        .says("added: 1: doc-005-new")
        .says("flakes: 0");
    old.run("accept", &["--compare", &path]).exits(0).says("new failures: 0");
}

#[cfg(unix)]
#[test]
fn what_changes_again_is_a_flake() {
    use std::os::unix::fs::PermissionsExt as _;
    let corpus = corpus();
    corpus.run("accept", &["--report-dir", &corpus.root.join("old").to_string_lossy()]).exits(0);
    // A worker that panics the first time that it is started, and never again.
    let worker = corpus.root.join("worker.sh");
    let marker = corpus.root.join("started");
    let text = format!(
        "#!/bin/sh\nif mkdir '{}' 2>/dev/null; then exec '{}' adapter --fault panic; fi\nexec '{}' adapter --fault accept\n",
        marker.display(),
        crate::PROGRAM,
        crate::PROGRAM
    );
    std::fs::write(&worker, text).expect("written");
    std::fs::set_permissions(&worker, std::fs::Permissions::from_mode(0o755)).expect("executable");
    let old = corpus.root.join("old/report.json");
    corpus
        .run_ours(&[
            "--adapter",
            &worker.to_string_lossy(),
            "--id",
            "doc-005-good",
            "--compare",
            &old.to_string_lossy(),
        ])
        .exits(1)
        .says("flakes: 1")
        .says("new failures: 0");
}
