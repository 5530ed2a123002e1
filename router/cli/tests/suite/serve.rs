//! `brrtrouter serve`, up to its socket.

use crate::command::{SHOP, run};

const CREDENTIALS: &str =
    "key: { keys: [{ key: s3cret, name: ada }] }\ntoken: { tokens: [{ token: t0ken, scopes: [admin] }] }\n";

#[test]
fn what_is_served_is_told() {
    let files = [("shop.yaml", SHOP), ("credentials.yaml", CREDENTIALS)];
    let done = run("told", &files, &["serve", "shop.yaml", "--echo", "--credentials", "credentials.yaml"]);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(
        lines[0],
        "shop.yaml: 3 operations, answered by echoes, which are not held against the description"
    );
    assert_eq!(lines[2], "GET  /open   look   handler  open");
    assert_eq!(lines[3], "GET  /keyed  enter  handler  key");
    assert_eq!(lines[4], "GET  /roled  rule   handler  token(admin)");
    assert!(!done.err.contains("nobody in"), "{}", done.err);
}

#[test]
fn without_credentials_nobody_is_let_in() {
    let done =
        run("nobody", &[("shop.yaml", SHOP)], &["serve", "shop.yaml", "--mock", "--api-key", "key=s3cret"]);
    assert!(done.out.contains("rule   handler  token(admin) [refused: no credentials]"), "{}", done.out);
    assert!(done.err.contains("warning: 1 operation lets nobody in"), "{}", done.err);
}

#[test]
fn quiet_is_quiet() {
    let done = run("quiet", &[("shop.yaml", SHOP)], &["serve", "shop.yaml", "--quiet"]);
    assert_eq!(done.out, "");
    assert!(!done.err.contains("warning"), "{}", done.err);
}

/// Each wrong use is told in one message with its mend, and no secret with it.
#[test]
fn wrong_uses_are_told() {
    let files = [
        ("shop.yaml", SHOP),
        ("no-yaml.yaml", "key: [s3cret\n"),
        ("no-credentials.yaml", "key: { keys: [{ kee: s3cret }] }\n"),
        ("unknown.yaml", "lock: { keys: [{ key: s3cret }] }\n"),
        ("other-kind.yaml", "token: { keys: [{ key: s3cret }] }\n"),
    ];
    let cases: &[(&[&str], &[&str])] = &[
        (&["serve"], &["DESCRIPTION"]),
        (&["serve", "shop.yaml", "--mock", "--echo"], &["cannot be used with"]),
        (&["serve", "shop.yaml", "--quiet", "--verbose"], &["cannot be used with"]),
        (&["serve", "shop.yaml", "--listen", "8080"], &["it has no port", "127.0.0.1:8080"]),
        (&["serve", "shop.yaml", "--cors-origin", "https://a.example/"], &["without a slash"]),
        (&["serve", "shop.yaml", "--json-nesting-max", "65"], &["1..=64"]),
        (&["serve", "shop.yaml", "--body-bytes-max", "many"], &["invalid digit"]),
        (
            &["serve", "shop.yaml", "--api-key", "s3cret"],
            &["needs the name of its scheme", "--> --api-key", "SCHEME=KEY"],
        ),
        (
            &["serve", "shop.yaml", "--api-key", "lock=s3cret"],
            &["no security scheme `lock`; it has: key, token"],
        ),
        (&["serve", "shop.yaml", "--api-key", "token=s3cret"], &["not of the kind", "it takes tokens"]),
        (&["serve", "shop.yaml", "--credentials", "absent.yaml"], &["cannot be read", "--> absent.yaml"]),
        (&["serve", "shop.yaml", "--credentials", "no-yaml.yaml"], &["error[", "no-yaml.yaml:"]),
        (
            &["serve", "shop.yaml", "--credentials", "no-credentials.yaml"],
            &["unknown field `kee`", "= mend: give each"],
        ),
        (&["serve", "shop.yaml", "--credentials", "unknown.yaml"], &["`lock`", "--> unknown.yaml"]),
        (&["serve", "shop.yaml", "--credentials", "other-kind.yaml"], &["`token`", "it takes tokens"]),
    ];
    for (arguments, parts) in cases {
        let done = run("wrong", &files, arguments);
        assert_eq!((done.code, &*done.out), (2, ""), "{arguments:?}: {}", done.err);
        for part in *parts {
            assert!(done.err.contains(part), "{arguments:?} does not tell `{part}`: {}", done.err);
        }
    }
}

#[test]
fn a_bad_description_is_told_as_the_library_tells_it() {
    let done = run("bad", &[("shop.yaml", "openapi: 3.1.2\ninfo: {}\npaths: {}\n")], &["serve", "shop.yaml"]);
    assert_eq!((done.code, &*done.out), (1, ""));
    assert!(done.err.contains("error[") && done.err.contains("--> shop.yaml:2"), "{}", done.err);
}
