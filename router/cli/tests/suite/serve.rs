//! `brrtrouter serve`, over its socket.

use std::fs;
use std::time::{Duration, Instant};

use crate::command::{SHOP, run, serve, serve_as};

const CREDENTIALS: &str =
    "key: { keys: [{ key: s3cret, name: ada }] }\ntoken: { tokens: [{ token: t0ken, scopes: [admin] }] }\n";

#[test]
fn what_is_served_is_told() {
    let files = [("shop.yaml", SHOP), ("credentials.yaml", CREDENTIALS)];
    let served = serve("told", &files, &["shop.yaml", "--echo", "--credentials", "credentials.yaml"]);
    let lines: Vec<&str> = served.out.lines().collect();
    assert_eq!(
        lines[0],
        "shop.yaml: 3 operations, answered by echoes, which are not held against the description"
    );
    assert_eq!(lines[2], "GET  /open   look   handler  open");
    assert_eq!(lines[3], "GET  /keyed  enter  handler  key");
    assert_eq!(lines[4], "GET  /roled  rule   handler  token(admin)");
    assert!(!served.err().contains("nobody in"), "{}", served.err());
    assert_eq!(served.get("/keyed", "").0, 401);
    let (status, answer) = served.get("/keyed", "X-Key: s3cret\r\n");
    assert_eq!(status, 200);
    assert!(answer.contains(r#""operation":"enter""#) && answer.contains("X-Request-Id: "), "{answer}");
    assert_eq!(served.get("/health", "").0, 200);
    let metrics = served.get("/metrics", "").1;
    let counted = r#"http_requests_total{operation="enter",route="/keyed",method="GET",status="401"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(served.get("/openapi.yaml", "").1.contains("title: Shop"));
    assert_eq!(served.stop(), 0);
}

#[test]
fn without_credentials_nobody_is_let_in() {
    let served = serve("nobody", &[("shop.yaml", SHOP)], &["shop.yaml", "--mock", "--api-key", "key=s3cret"]);
    assert!(served.out.contains("rule   handler  token(admin) [refused: no credentials]"), "{}", served.out);
    assert!(served.err().contains("warning: 1 operation lets nobody in"), "{}", served.err());
    assert_eq!(served.get("/roled", "").0, 401);
    assert_eq!(served.get("/roled", "Authorization: Bearer anything\r\n").0, 503, "nobody can check it");
    assert_eq!(served.get("/keyed", "X-Key: s3cret\r\n").0, 204);
    let (status, answer) = served.get("/open", "");
    assert!(status == 200 && answer.ends_with("\r\n\r\nhello"), "{answer}");
}

#[test]
fn quiet_is_quiet() {
    let served = serve("quiet", &[("shop.yaml", SHOP)], &["shop.yaml", "--quiet"]);
    assert_eq!(served.out, "");
    assert!(!served.err().contains("warning"), "{}", served.err());
}

#[test]
fn pages_of_named_origins_may_read() {
    let origin = "https://app.example.com";
    let served = serve("cors", &[("shop.yaml", SHOP)], &["shop.yaml", "--cors-origin", origin]);
    let read = |from: &str| served.get("/open", &format!("Origin: {from}\r\n")).1;
    assert!(read(origin).contains("Access-Control-Allow-Origin: https://app.example.com\r\n"));
    assert!(!read("https://else.example").contains("Access-Control-Allow-Origin"));
}

#[test]
fn a_configuration_says_the_rest_and_flags_win() {
    let socket = std::env::temp_dir().join(format!("brrtrouter-cli-{}.sock", std::process::id()));
    let config = format!(
        "listen: ['127.0.0.1:0', 'unix:{}']\ncors: {{ origins: ['https://a.example'] }}\ncontent: {{ bytesMax: 5 }}\n",
        socket.display()
    );
    let files = [("shop.yaml", SHOP), ("config.yaml", &config)];
    let served = serve_as(
        "config",
        &files,
        &["shop.yaml", "--config", "config.yaml", "--cors-origin", "https://b.example"],
    );
    for origin in ["https://a.example", "https://b.example"] {
        let answer = served.get("/open", &format!("Origin: {origin}\r\n")).1;
        assert!(answer.contains(&format!("Access-Control-Allow-Origin: {origin}\r\n")), "{answer}");
    }
    assert!(socket.exists());
    assert_eq!(served.stop(), 0);
    assert!(!socket.exists());
}

#[test]
fn a_taken_port_is_told() {
    let served = serve("taken", &[("shop.yaml", SHOP)], &["shop.yaml"]);
    let done = run("taken-too", &[("shop.yaml", SHOP)], &["serve", "shop.yaml", "--listen", &served.address]);
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("is taken") && done.err.contains("= mend: choose another address"),
        "{}",
        done.err
    );
}

#[test]
fn a_changed_description_is_served_anew_and_a_broken_one_is_not() {
    let served = serve("watched", &[("shop.yaml", SHOP)], &["shop.yaml", "--watch"]);
    let file = served.folder.join("shop.yaml");
    let eventually = |says: &str| {
        let until = Instant::now() + Duration::from_secs(20);
        while !served.get("/open", "").1.ends_with(says) {
            assert!(Instant::now() < until, "{says}: {}", served.err());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    eventually("hello");
    fs::write(&file, SHOP.replace("hello", "once")).unwrap();
    eventually("once");
    // As editors save: a new file takes the place of the old one.
    fs::write(served.folder.join("new"), SHOP.replace("hello", "renamed")).unwrap();
    fs::rename(served.folder.join("new"), &file).unwrap();
    eventually("renamed");
    fs::write(&file, "openapi: [").unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !served.err().contains("the description as it was is still served") {
        assert!(Instant::now() < until, "{}", served.err());
        std::thread::sleep(Duration::from_millis(20));
    }
    eventually("renamed");
    fs::write(&file, SHOP.replace("hello", "mended")).unwrap();
    eventually("mended");
}

/// Twice in one object, with the flag or the configuration: the last is taken, also after a reload.
#[test]
fn names_that_occur_twice_are_taken_where_asked() {
    let twice = SHOP.replace("example: hello }", "example: hello, example: again }");
    let files = [("shop.yaml", &*twice), ("config.yaml", "description: { lenient: true }\n")];
    for arguments in [&["serve", "shop.yaml"][..], &["check", "shop.yaml"]] {
        let done = run("twice", &files, arguments);
        assert_eq!(done.code, 1, "{}", done.err);
        for part in [
            "error[DOC-010]",
            "the name \"example\" occurs twice",
            "first defined here",
            "; --lenient takes the last",
        ] {
            assert!(done.err.contains(part), "`{part}`: {}", done.err);
        }
    }
    let done = run("twice", &files, &["check", "shop.yaml", "--lenient"]);
    assert_eq!((done.code, done.out.matches("warning[DOC-010]").count()), (0, 1), "{}", done.out);

    let lenient = [("flag", &["--lenient"][..]), ("config", &["--config", "config.yaml"])];
    for (name, arguments) in lenient {
        let served =
            serve(&format!("twice-{name}"), &files, &[&["shop.yaml", "--watch"], arguments].concat());
        assert!(served.err().contains("warning[DOC-010]"), "{}", served.err());
        assert!(!served.err().contains("--lenient"), "{}", served.err());
        assert!(served.get("/open", "").1.ends_with("again"));
        fs::write(served.folder.join("shop.yaml"), twice.replace("again", "anew")).unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while !served.get("/open", "").1.ends_with("anew") {
            assert!(Instant::now() < until, "{}", served.err());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Each wrong use is told in one message with its mend, and no secret with it.
#[test]
fn wrong_uses_are_told() {
    let files = [
        ("shop.yaml", SHOP),
        ("no-yaml.yaml", "key: [s3cret\n"),
        ("no-credentials.yaml", "key: { keys: [{ kee: s3cret }] }\n"),
        ("unknown.yaml", "lock: { keys: [{ key: s3cret }] }\n"),
        ("config.yaml", "server: { idleSeconds: 5 }\n"),
        ("other-kind.yaml", "token: { keys: [{ key: s3cret }] }\n"),
    ];
    let cases: &[(&[&str], &[&str])] = &[
        (&["serve"], &["DESCRIPTION"]),
        (&["serve", "shop.yaml", "--mock", "--echo"], &["cannot be used with"]),
        (&["serve", "shop.yaml", "--quiet", "--verbose"], &["cannot be used with"]),
        (&["serve", "shop.yaml", "--listen", "8080"], &["is no address to listen on", "127.0.0.1:8080"]),
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
        (
            &["serve", "shop.yaml", "--config", "absent.yaml"],
            &["the configuration cannot be read", "--> absent.yaml"],
        ),
        (
            &["serve", "shop.yaml", "--config", "config.yaml"],
            &["is `server.idleSecondsMax` meant?", "--> config.yaml:1:11", "= mend:"],
        ),
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

/// The command as it is built by default.
#[test]
#[cfg(not(feature = "tls"))]
fn tls_that_was_not_built_is_told() {
    let files = [("shop.yaml", SHOP), ("tls.yaml", "tls: { key: key.pem }\n")];
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["--tls-certificate", "chain.pem", "--tls-key", "key.pem"],
            &["without the feature `tls`", "--> --tls-…", "= mend: build the command with `--features tls`"],
        ),
        (
            &["--config", "tls.yaml"],
            &["`tls.key` means nothing here", "--> tls.yaml:1:8", "`cargo build --features tls`"],
        ),
    ];
    for (arguments, parts) in cases {
        let done = run("no-tls", &files, &[&["serve", "shop.yaml"], *arguments].concat());
        assert_eq!(done.code, 2, "{arguments:?}: {}", done.err);
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

#[test]
fn requests_are_logged_as_asked() {
    let log = |name: &str, format: &str| {
        let served = serve(name, &[("shop.yaml", SHOP)], &["shop.yaml", "--quiet", "--log", format]);
        assert_eq!(served.get("/open?secret=1", "").0, 200);
        let folder = served.folder.clone();
        assert_eq!(served.stop(), 0);
        fs::read_to_string(folder.join("stderr")).unwrap()
    };
    assert_eq!(log("log-off", "off"), "");
    let human = log("log-human", "human");
    assert!(human.contains(" INFO brrtrouter::access: ") && human.contains(r#"path="/open""#), "{human}");
    let json = log("log-json", "json");
    let events = json.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let access: Vec<_> = events.filter(|event| event["target"] == "brrtrouter::access").collect();
    assert_eq!(access.len(), 1, "{json}");
    assert_eq!((&access[0]["operation"], &access[0]["status"]), (&"look".into(), &200.into()), "{json}");
    assert!(!json.contains("secret"), "{json}");
}
