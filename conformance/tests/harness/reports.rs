//! Every form of the report is read by a parser of its format, and none of them shows a credential.

use std::collections::BTreeSet;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::{Corpus, Ran, all_rows_known, program};

/// Credentials that stand in the planted corpus: accepted, refused, in a cookie, and as a key of the query.
const SECRETS: [&str; 4] = ["s3cret-accepted", "wr0ng-guess", "c00kie-value", "qu3ry-key"];

const SECURED: &str = r##"
ids: [SEC-001]
description:
  openapi: 3.1.2
  info: {title: t, version: "1"}
  components:
    securitySchemes: {key: {type: apiKey, in: header, name: X-Door}}
    schemas: {Unmet: {type: string}}
  security: [{key: []}]
  paths:
    /a: {get: {operationId: a, parameters: [{name: q, in: query, schema: {type: string}}], responses: {"200": {description: fine}}}}
    /b/c: {get: {operationId: bc, responses: {"200": {description: fine}}}}
options: {credentials: [{scheme: key, key: s3cret-accepted}]}
cases:
  - id: sec-001-good
    title: The <right> key & "no other"
    polarity: positive
    exchanges:
      - request: {target: "/a?q=s3cret-accepted&token=qu3ry-key", headers: {X-Door: s3cret-accepted, Cookie: id=c00kie-value}}
        expect: {status: 200, operation: a}
  - id: sec-001-bad
    title: A planted failure
    polarity: negative
    exchanges:
      - request: {target: /a, headers: {X-Door: s3cret-accepted}}
        expect: {status: 200}
      - request: {target: /a, headers: {X-Door: wr0ng-guess}}
        expect: {status: 299}
  - id: sec-001-gap
    title: A planted gap
    polarity: negative
    exchanges: [{request: {target: /b/c}, expect: {status: 298}}]
"##;

const INVALID: &str = "openapi: 3.1.2\ninfo: {title: t}\npaths:\n  /x: {}\n";
const VALID: &str = "openapi: 3.1.2\ninfo: {title: t, version: '1'}\npaths:\n  /x: {get: {responses: {'200': {description: d}}}}\n";

fn corpus() -> Corpus {
    let gap = "- {id: SEC-001, case: sec-001-gap, reason: a planted gap, since: now}\n";
    let known =
        all_rows_known().replace("- {id: SEC-001, state: not-yet, reason: planted, since: now}\n", "");
    Corpus::new(&[
        ("cases/sec/keys.yaml", SECURED),
        ("documents/invalid/no version.yaml", INVALID),
        ("documents/valid/ok.yaml", VALID),
        ("expectations.yaml", &format!("{known}{gap}")),
    ])
}

fn read(ran: &Ran, name: &str) -> String {
    std::fs::read_to_string(ran.reports.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(ran: &Ran, name: &str) -> Value {
    serde_json::from_str(&read(ran, name)).expect(name)
}

/// The start tags of well-formed XML, each with its attributes.
fn tags(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    let mut tags = Vec::new();
    let mut open = 0_i32;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                open += 1;
                tags.push(named(&tag));
            }
            Event::Empty(tag) => tags.push(named(&tag)),
            Event::End(_) => open -= 1,
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
    assert_eq!(open, 0, "every element is closed");
    tags
}

fn named(tag: &quick_xml::events::BytesStart<'_>) -> (String, String) {
    let attributes: Vec<String> = tag
        .attributes()
        .map(|one| {
            let one = one.expect("an attribute, once");
            format!("{}={}", one.key.as_ref(), one.value)
        })
        .collect();
    (tag.name().as_ref().to_owned(), attributes.join(" "))
}

fn count(tags: &[(String, String)], name: &str) -> usize {
    tags.iter().filter(|(tag, _)| tag == name).count()
}

#[test]
fn report_json_keeps_to_its_schema() {
    let corpus = corpus();
    let ran = corpus.run_ours(&[]);
    ran.exits(1).says("unexpected failure: sec-001-bad");
    let schema: Value = serde_json::from_str(conformance::report::REPORT_SCHEMA).expect("JSON");
    let validator = jsonschema::draft202012::options().build(&schema).expect("a schema");
    let report = json(&ran, "report.json");
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for pointer in [
        "/cases/0/verdict",
        "/levels/L7/passed",
        "/documents/list/0/diagnostics/0/code",
        "/known_gaps/0/reason",
    ] {
        let mut broken = report.clone();
        *broken.pointer_mut(pointer).expect(pointer) = Value::Null;
        assert!(!validator.is_valid(&broken), "the schema must look at {pointer}");
    }
}

#[test]
fn no_form_shows_a_credential() {
    let corpus = corpus();
    let summary = corpus.root.join("summary.md");
    let output = program()
        .arg(corpus.root.join("corpus"))
        .arg("--report-dir")
        .arg(corpus.reports())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("the program starts");
    let ran = Ran { output, reports: corpus.reports() };
    ran.exits(1);
    let mut texts = vec![ran.text(), std::fs::read_to_string(summary).expect("a summary")];
    let files: Vec<_> = std::fs::read_dir(corpus.reports())
        .expect("reports")
        .map(|entry| entry.expect("entry").path())
        .collect();
    texts.extend(
        files.iter().filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).expect("text")),
    );
    assert!(texts.len() >= 10, "{files:?}");
    for text in texts {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(read(&ran, "report.html").contains("X-Door: [redacted]"));
}

#[test]
fn the_page_is_well_formed_and_fetches_nothing() {
    let corpus = corpus();
    let ran = corpus.run_ours(&[]);
    let page = read(&ran, "report.html");
    let tags = tags(&page);
    assert_eq!(count(&tags, "script"), 1);
    for (tag, attributes) in &tags {
        assert!(!["link", "img", "iframe", "base", "a", "object"].contains(&tag.as_str()), "{tag}");
        assert!(!attributes.contains("src=") && !attributes.contains("href="), "{tag} {attributes}");
        assert!(!attributes.contains("://"), "{tag} {attributes}");
    }
    for part in ["url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(part), "{part}");
    }
    for part in [
        "default-src 'none'",
        "id=\"search\"",
        "@media print",
        "prefers-color-scheme: dark",
        "sec-001-good",
        "The &lt;right&gt; key",
        "a planted gap",
        "To reproduce",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

/// What the script searches: each element of class `item`, its verdict and its text.
#[derive(Debug)]
struct Item {
    verdict: String,
    text: String,
}

fn items(page: &str) -> Vec<Item> {
    let mut reader = Reader::from_str(page);
    let mut items: Vec<Item> = Vec::new();
    // The depth at which the item that is open was opened; an item holds no other.
    let (mut depth, mut open) = (0_u32, None);
    loop {
        let event = reader.read_event().expect("well-formed");
        if let Event::Start(tag) = &event {
            depth += 1;
            let attributes = named(tag).1;
            if attributes.starts_with("class=item") {
                assert_eq!(open, None, "an item within an item");
                open = Some(depth);
                let verdict = attributes.strip_prefix("class=item data-verdict=").unwrap_or_default();
                items.push(Item { verdict: verdict.to_owned(), text: String::new() });
            }
        } else if let Event::End(_) = &event {
            open = open.filter(|opened| *opened < depth);
            depth -= 1;
        } else if let (Event::Text(text), Some(_), Some(item)) = (&event, open, items.last_mut()) {
            item.text.push_str(&text.to_lowercase());
        } else if let Event::Eof = &event {
            return items;
        }
    }
}

/// What the script leaves of the cases: items that hold every word, whatever its case, and have the verdict.
fn found<'c>(items: &[Item], search: &str, verdict: &str, cases: &[&'c str]) -> Vec<&'c str> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let fits = |item: &&Item| {
        words.iter().all(|word| item.text.contains(word.as_str())) && ["", &*item.verdict].contains(&verdict)
    };
    let texts: Vec<&str> = items.iter().filter(fits).map(|item| item.text.as_str()).collect();
    // A case's own item holds how it was asked, other items only speak of it.
    let is_shown =
        |case: &&&str| texts.iter().any(|text| text.contains(*case) && text.contains("load the description"));
    cases.iter().filter(is_shown).copied().collect()
}

#[test]
fn the_search_finds_cases_by_all_that_is_known_of_them() {
    let corpus = corpus();
    let page = read(&corpus.run_ours(&[]), "report.html");
    let items = items(&page);
    const CASES: [&str; 3] = ["sec-001-good", "sec-001-bad", "sec-001-gap"];
    let [good, bad, gap] = CASES;
    for (search, verdict, expected) in [
        ("", "", &CASES[..]),
        ("SEC-001", "", &CASES),
        ("sec-001-good", "", &[good]),
        ("PLANTED sec-001", "", &[bad, gap]),
        ("planted failure", "", &[bad]),
        ("negative 299", "", &[bad]),
        ("keys.yaml", "passed", &[good]),
        ("keys.yaml", "failed", &[bad]),
        ("", "known gap", &[gap]),
        ("", "skipped", &[]),
        ("x-door: [redacted]", "", &[good, bad]),
        ("get /b/c", "", &[gap]),
        ("s3cret-accepted", "", &[]),
        ("no such words", "", &[]),
    ] {
        assert_eq!(found(&items, search, verdict, &CASES), expected, "`{search}` {verdict}");
    }
    let words: BTreeSet<&str> = items.iter().map(|item| item.verdict.as_str()).collect();
    for verdict in &words {
        assert!(page.contains(&format!("<option>{verdict}</option>")), "`{verdict}` can be chosen");
    }
    let regressions = items.iter().filter(|item| item.text.starts_with("unexpected failure: sec-001-bad"));
    assert!(regressions.map(|item| item.verdict.as_str()).eq(["failed"]));
}

#[test]
fn the_script_finds_what_it_asks_the_page_for() {
    let corpus = corpus();
    let page = read(&corpus.run_ours(&[]), "report.html");
    let (markup, script) = page.split_once("<script>").expect("a script");
    let asked = |call: &str| -> Vec<String> {
        let parts = script.split(call).skip(1);
        parts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let ids = asked("getElementById(\"");
    assert_eq!(ids, ["search", "verdict", "count"]);
    ids.iter().for_each(|id| assert!(markup.contains(&format!("id=\"{id}\"")), "{id}"));
    let selectors = asked("querySelectorAll(\"");
    assert_eq!(selectors, [".item", ".counts", "section:not(.counts)"]);
    for part in ["class=\"item\"", "<section class=\"counts\">", "<section><h2>", "data-verdict=\"passed\""] {
        assert!(markup.contains(part), "{part}");
    }
}

#[test]
fn junit_is_read_by_a_parser() {
    let corpus = corpus();
    let text = read(&corpus.run_ours(&[]), "junit.xml");
    let found = tags(&text);
    assert_eq!([count(&found, "testcase"), count(&found, "failure"), count(&found, "skipped")], [5, 1, 1]);
    assert!(found[0].0 == "testsuites" && found[0].1.contains("tests=5"), "{:?}", found[0]);
    assert!(text.contains("known gap, counted as failed: a planted gap"), "{text}");
    let strict = tags(&read(&corpus.run_ours(&["--strict"]), "junit.xml"));
    assert_eq!([count(&strict, "failure"), count(&strict, "skipped")], [2, 0]);
}

#[test]
fn sarif_has_what_code_scanning_asks_for() {
    let log = json(&corpus().run_ours(&[]), "diagnostics.sarif");
    assert_eq!(log["version"], "2.1.0");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(log["runs"][0]["tool"]["driver"]["name"].is_string());
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), rules.len(), "rules are unique");
    assert!(rules.iter().all(|rule| rule["shortDescription"]["text"].is_string()));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(!uri.contains(' ') && !uri.starts_with('/'), "{uri}");
        assert!(place["region"].is_null() || place["region"]["startLine"].as_u64() >= Some(1));
    }
    let planted = results.iter().find(|result| result["ruleId"] == "DOC-006").expect("no version");
    assert_eq!(
        planted["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "documents/invalid/no%20version.yaml"
    );
    assert_eq!(planted["suppressions"][0]["kind"], "external");
}

#[test]
fn events_badge_and_summary_are_read() {
    let corpus = corpus();
    let ran = corpus.run_ours(&[]);
    let events: Vec<Value> =
        read(&ran, "events.ndjson").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["begin", "case", "case", "case", "document", "document", "end"]);
    assert_eq!(events[6]["regressed"], true);
    let badge = json(&ran, "badge.json");
    assert_eq!(
        (badge["schemaVersion"].clone(), badge["color"].clone()),
        (Value::from(1), Value::from("red"))
    );
    let svg = tags(&read(&ran, "badge.svg"));
    assert_eq!((svg[0].0.as_str(), count(&svg, "text")), ("svg", 2));
}

#[test]
fn only_the_forms_that_are_wanted_are_written() {
    let corpus = corpus();
    corpus.run_ours(&["--format", "junit,badge"]).exits(1);
    let names: BTreeSet<String> = std::fs::read_dir(corpus.reports())
        .expect("reports")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names.iter().map(String::as_str).collect::<Vec<_>>(),
        ["badge.json", "badge.svg", "failures", "junit.xml"]
    );
}

#[test]
fn a_failure_leaves_a_minimal_reproduction() {
    let corpus = corpus();
    let ran = corpus.run_ours(&[]);
    ran.says("to reproduce sec-001-bad (cases/sec/keys.yaml:21)")
        .says("curl -i -H 'X-Door: [redacted]' --path-as-is 'http://localhost:8080/a'")
        .says("--replay");
    let file = corpus.reports().join("failures/sec-001-bad.json");
    let small = std::fs::read_to_string(&file).expect("a case file");
    assert!(!small.contains("/b/c") && !small.contains("Unmet"), "{small}");
    assert!(small.contains("wr0ng-guess") && !small.contains("\"status\": 200"), "{small}");
    replayed(&corpus, &file).exits(1).says("\"target\": \"/a\"").says("wr0ng-guess").says("expected 299");
    replayed(&corpus, Path::new("sec-001-good")).exits(0).says("s3cret-accepted").says("passed");
}

fn replayed(corpus: &Corpus, what: &Path) -> Ran {
    corpus.run_ours(&["--replay", &what.to_string_lossy()])
}
