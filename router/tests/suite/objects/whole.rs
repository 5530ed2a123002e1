//! What holds for every Object: phases, depth, mends, the text above the JSON Schema.

use brrtrouter::description::{Severity, check_strictly};

use super::{check, load, rows, told};

/// What ties Objects together is a warning for readers and an error for builders.
#[test]
fn compiling_is_stricter() {
    for (members, expected) in [
        ("paths: {'/p/{id}': {get: {}}}", "error PTH-006 /paths/~1p~1{id}"),
        ("paths: {}\nsecurity: [{s: []}]", "error SEC-002 /security/0/s"),
        ("paths: {/a/../b: {}}", "error PTH-026 /paths/~1a~1..~1b"),
        ("components: {links: {l: {operationId: a}}}", "error CBK-009 /components/links/l/operationId"),
        (
            "components: {responses: {r: {$ref: 'https://example.com/r.json#/r'}}}",
            "error REF-001 /components/responses/r/$ref",
        ),
    ] {
        let description = load("3.1.2", members).unwrap_or_else(|found| panic!("{members}: {found}"));
        assert!(description.diagnostics().iter().all(|one| one.severity != Severity::Error), "{members}");
        assert_eq!(told(&check_strictly(&description)), [expected], "{members}");
    }
}

/// Objects nested as deep as a text may be cost no call depth.
#[test]
fn nesting_is_walked_without_recursion() {
    let deep =
        |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    let schema = deep("{not: ", "}", 100).replacen("{not: }", "{not: {}}", 1);
    let members = format!("components: {{schemas: {{a: {schema}}}}}");
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    let handle = thread.spawn(move || drop(load("3.1.2", &members))).expect("a thread");
    handle.join().expect("no overflow");
}

/// A mend that guesses what was meant.
#[test]
fn mends_guess() {
    for (members, guess) in [
        ("Paths: {}\npaths: {}", "did you mean `paths`?"),
        ("paths: {/a: {get: {operationID: a}}}", "did you mean `operationId`?"),
        ("paths: {/a: {get: {tag: a}}}", "did you mean `tags`?"),
        ("paths: {a: {}}", "did you mean `/a`?"),
        ("paths: {/a: {get: {responses: {2xx: {description: d}}}}}", "did you mean `2XX`?"),
    ] {
        let found = load("3.1.2", members).expect_err("a misspelt field");
        assert!(found.to_string().contains(guess), "{members}: {found}");
    }
}

/// Where the published JSON Schema of the specification and its text disagree, the text wins (DOC-023). The other
/// way round, what only the text forbids, stands in the rulings of `documents.rs`.
#[test]
fn the_text_wins() {
    rows(
        "3.1.2",
        &[
            // The JSON Schema wants strings; the text allows any constant.
            (
                "paths: {/a: {get: {operationId: a, parameters: [{name: b, in: query, schema: {}}]}}}\ncomponents: {links: {l: {operationId: a, parameters: {b: 1}}}}",
                &[],
            ),
            // The JSON Schema wants a Path Item; the text allows any extension.
            ("components: {callbacks: {c: {x-a: please}}}", &[]),
            // The JSON Schema refuses fields of another type of scheme; the text gives them no meaning.
            (
                "components: {securitySchemes: {s: {type: mutualTLS, scheme: basic}}}",
                &["warning SEC-001 /components/securitySchemes/s/scheme"],
            ),
            // The JSON Schema knows the OAS dialect alone; the text allows others.
            ("jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema'\npaths: {}", &[]),
            // The JSON Schema does not look; the text forbids.
            ("paths: {}\ntags: [{name: a}, {name: a}]", &["error DOC-019 /tags/1/name"]),
        ],
    );
    // The text has no such field, but the specification's own documents do.
    check("3.2.0", "components: {mediaTypes: {m: {description: d}}}", &[]);
}
