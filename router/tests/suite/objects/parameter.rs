//! Parameter Objects, alone and in their lists.

use super::check;

/// Rows of parameters, each alone under `components/parameters/p`.
#[track_caller]
fn each(version: &str, table: &[(&str, &[&str])]) {
    for (parameter, expected) in table {
        let expected: Vec<String> = expected
            .iter()
            .map(|told| {
                told.split_once(" /").map_or_else(
                    || format!("{told} /components/parameters/p"),
                    |(told, below)| format!("{told} /components/parameters/p/{below}"),
                )
            })
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(version, &format!("components: {{parameters: {{p: {{name: n, {parameter}}}}}}}"), &expected);
    }
}

#[test]
fn findings_of_3_1() {
    each(
        "3.1.2",
        &[
            ("in: query, schema: {}", &[]),
            ("in: body, schema: {}", &["error PAR-004 /in"]),
            ("schema: {}", &["error PAR-004"]),
            ("in: query", &["error PAR-004"]),
            ("in: query, schema: {}, content: {a/b: {}}", &["error PAR-004 /content"]),
            ("in: query, content: {}", &["error PAR-005 /content"]),
            ("in: query, content: {a/b: {}, c/d: {}}", &["error PAR-005 /content"]),
            ("in: query, content: {a/b: {}}, explode: true", &["error PAR-004 /explode"]),
            ("in: path, schema: {}", &["error PAR-006"]),
            ("in: path, required: false, schema: {}", &["error PAR-006"]),
            ("in: path, content: {a/b: {}}", &["warning PAR-006"]),
            ("in: query, allowEmptyValue: true, schema: {}", &["lint PAR-012 /allowEmptyValue"]),
            ("in: header, allowEmptyValue: false, schema: {}", &["error PAR-012 /allowEmptyValue"]),
            ("in: query, schema: {}, example: 1, examples: {}", &["error PAR-014 /examples"]),
            ("in: path, required: true, style: deepObject, schema: {}", &["error PAR-015 /style"]),
            ("in: query, style: matrix, schema: {}", &["error PAR-015 /style"]),
            ("in: query, style: spaceDelimited, schema: {type: string}", &["error PAR-015 /style"]),
            ("in: query, style: spaceDelimited, schema: {type: [array, string]}", &[]),
            ("in: query, style: deepObject, schema: {type: array}", &["error PAR-015 /style"]),
            ("in: query, style: nothing, schema: {}", &["error PAR-004 /style"]),
            ("in: cookie, style: cookie, schema: {}", &["error PAR-015 /style"]),
            (
                "in: query, style: pipeDelimited, explode: true, schema: {type: array}",
                &["warning SER-011 /explode"],
            ),
            (
                "in: query, style: deepObject, explode: false, schema: {type: object}",
                &["lint SER-013 /explode"],
            ),
            ("in: cookie, schema: {type: array}", &["lint SER-016"]),
            ("in: cookie, explode: false, schema: {type: array}", &[]),
            ("in: query, allowReserved: true, schema: {}", &[]),
            ("in: path, required: true, allowReserved: true, schema: {}", &["error SER-021 /allowReserved"]),
            ("in: querystring, content: {a/b: {}}", &["error PAR-019 /in"]),
        ],
    );
}

#[test]
fn findings_of_3_2() {
    each(
        "3.2.0",
        &[
            ("in: querystring, content: {a/b: {}}", &[]),
            ("in: querystring, schema: {}", &["error PAR-019 /schema"]),
            (
                "in: querystring, content: {a/b: {}}, style: form",
                &["error PAR-004 /style", "error PAR-019 /style"],
            ),
            ("in: cookie, style: cookie, schema: {type: array}", &[]),
            ("in: cookie, style: cookie, allowReserved: true, schema: {}", &["error SER-021 /allowReserved"]),
            ("in: path, required: true, allowReserved: true, schema: {}", &[]),
            ("in: query, style: deepObject, explode: false, schema: {type: object}", &[]),
        ],
    );
    for (name, location, code) in [("a b", "header", "PAR-009"), ("a{b}", "path", "PTH-007")] {
        let members = format!(
            "components: {{parameters: {{p: {{name: '{name}', in: {location}, required: true, schema: {{}}}}}}}}"
        );
        check("3.2.0", &members, &[&format!("error {code} /components/parameters/p/name")]);
        check("3.1.2", &members, &[&format!("warning {code} /components/parameters/p/name")]);
    }
    let cookie = "components: {parameters: {p: {name: Cookie, in: header, schema: {}}}}";
    check("3.1.2", cookie, &["warning PAR-010 /components/parameters/p/name"]);
    for name in ["Accept", "content-type", "AUTHORIZATION"] {
        let members =
            format!("components: {{parameters: {{p: {{name: {name}, in: header, schema: {{}}}}}}}}");
        check("3.1.2", &members, &["lint PAR-008 /components/parameters/p/name"]);
    }
}

#[test]
fn findings_in_lists() {
    let list = |item: &str, operation: &str| {
        format!("paths: {{/a: {{parameters: [{item}], get: {{parameters: [{operation}]}}}}}}")
    };
    let a = "{name: a, in: query, schema: {}}";
    let header = |name: &str| format!("{{name: {name}, in: header, schema: {{}}}}");
    let whole = "{name: q, in: querystring, content: {a/b: {}}}";
    let referred = "{$ref: '#/components/parameters/a'}";
    let components = format!("\ncomponents: {{parameters: {{a: {a}}}}}");
    for (version, item, operation, expected) in [
        ("3.1.2", a.to_owned(), a.to_owned(), vec![]),
        ("3.1.2", format!("{a}, {a}"), String::new(), vec!["error PAR-001 /paths/~1a/parameters/1"]),
        (
            "3.1.2",
            String::new(),
            format!("{a}, {referred}"),
            vec!["error PAR-001 /paths/~1a/get/parameters/1"],
        ),
        (
            "3.1.2",
            format!("{}, {}", header("x"), header("X")),
            String::new(),
            vec!["error PAR-001 /paths/~1a/parameters/1"],
        ),
        ("3.2.0", whole.to_owned(), String::new(), vec![]),
        ("3.2.0", whole.to_owned(), a.to_owned(), vec!["error PAR-019 /paths/~1a/parameters/0"]),
        ("3.2.0", format!("{whole}, {a}"), String::new(), vec!["error PAR-019 /paths/~1a/parameters/0"]),
        ("3.2.0", whole.to_owned(), whole.to_owned(), vec![]),
        (
            "3.2.0",
            whole.to_owned(),
            "{name: r, in: querystring, content: {a/b: {}}}".to_owned(),
            vec!["error PAR-019 /paths/~1a/get/parameters/0"],
        ),
    ] {
        check(version, &(list(&item, &operation) + &components), &expected);
    }
}

/// Lists are looked through once, not once for each of their items.
#[test]
fn long_lists_of_parameters_take_their_time_once() {
    let named = |prefix: &str| {
        let one = |number| format!("{{name: {prefix}{number}, in: query, schema: {{type: string}}}}");
        (0..4_000).map(one).collect::<Vec<_>>().join(", ")
    };
    let start = std::time::Instant::now();
    let members = format!(
        "paths: {{/x: {{parameters: [{}], get: {{parameters: [{}], responses: {{'204': {{description: d}}}}}}}}}}",
        named("a"),
        named("b")
    );
    check("3.1.2", &members, &[]);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
