//! Where documents may come from, and the bounds on getting them (REF-009, REF-010, REF-027).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brrtrouter::description::{
    AllowList, Description, Diagnostics, LoadLimits, Loader, Retrieve, RetrieveError, RetrieveLimits,
    Retrieved, Uri,
};

/// An entry document whose only schema refers to `reference`.
fn entry(reference: &str) -> String {
    format!(
        r#"{{"openapi": "3.1.2", "info": {{"title": "t", "version": "1"}},
            "components": {{"schemas": {{"A": {{"$ref": "{reference}"}}}}}}}}"#
    )
}

fn codes(result: &Result<Description, Diagnostics>) -> Vec<&'static str> {
    let diagnostics = match result {
        Ok(description) => description.diagnostics(),
        Err(diagnostics) => diagnostics,
    };
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.as_str())
        .filter(|code| code.starts_with("REF"))
        .collect()
}

/// A network that is not there: every URI has a schema that refers to the next; remembers what was asked for.
#[derive(Default)]
struct Chain {
    asked: RefCell<Vec<String>>,
    redirect: Option<&'static str>,
    padding: usize,
    last: Option<usize>,
}

impl Retrieve for &Chain {
    fn retrieve(&self, uri: &Uri, limits: &RetrieveLimits) -> Result<Retrieved, RetrieveError> {
        assert!(limits.time_max > Duration::ZERO);
        self.asked.borrow_mut().push(uri.to_string());
        let number: usize = uri.as_str().rsplit('/').next().unwrap().parse().unwrap_or(0);
        let next = if self.last == Some(number) { "#".to_owned() } else { (number + 1).to_string() };
        let text =
            format!(r#"{{"items": {{"$ref": "{next}"}}, "$comment": "{}"}}"#, "x".repeat(self.padding));
        let uri = self.redirect.map_or_else(|| uri.clone(), |uri| Uri::parse(uri).unwrap());
        Ok(Retrieved { bytes: text.into_bytes(), uri })
    }
}

fn load(chain: &Chain, limits: LoadLimits) -> Result<Description, Diagnostics> {
    let text = entry("https://example.com/0");
    Loader::new().limits(limits).document("api.json", text).retriever(chain).load("api.json")
}

#[test]
fn nothing_is_retrieved_unless_a_retriever_is_given() {
    let result = Loader::new().document("api.json", entry("https://example.com/0")).load("api.json");
    assert_eq!(codes(&result), ["REF-010"]);
    let chain = Chain { last: Some(0), ..Chain::default() };
    assert_eq!(codes(&load(&chain, LoadLimits::DEFAULT)), [""; 0]);
    assert_eq!(*chain.asked.borrow(), ["https://example.com/0"]);
    // A document that was handed in is not asked for.
    let result = Loader::new()
        .document("https://example.com/api", entry("0"))
        .document("https://example.com/0", "{}")
        .retriever(&chain)
        .load("https://example.com/api");
    assert_eq!(codes(&result), [""; 0]);
    assert_eq!(chain.asked.borrow().len(), 1);
}

#[test]
fn count_depth_and_length_are_bounded() {
    let check = |limits: LoadLimits, padding: usize, asked_max: usize| {
        let chain = Chain { padding, ..Chain::default() };
        let result = load(&chain, limits);
        assert_eq!(codes(&result), ["REF-010"], "{limits:?}");
        assert_eq!(chain.asked.borrow().len(), asked_max, "{limits:?}");
    };
    let default = LoadLimits::DEFAULT;
    check(LoadLimits { documents_max: 5, ..default }, 0, 4);
    check(LoadLimits { depth_max: 7, ..default }, 0, 7);
    check(LoadLimits { document_bytes_max: 500, ..default }, 1000, 1);
    check(LoadLimits { total_bytes_max: 5_000, ..default }, 1000, 5);
    check(default, 0, default.depth_max);
}

#[test]
fn the_allow_list_judges_before_and_after() {
    let check = |reference: &str, redirect: Option<&'static str>, expected: &[&str], asked: usize| {
        let chain = Chain { redirect, last: Some(0), ..Chain::default() };
        let allowed = AllowList::new(&chain).scheme("https").host("good.example").host("10.0.0.1");
        let loader = Loader::new().document("api.json", entry(reference)).retriever(allowed);
        assert_eq!(codes(&loader.load("api.json")), expected, "{reference}");
        assert_eq!(chain.asked.borrow().len(), asked, "{reference}");
    };
    check("https://good.example/0", None, &[], 1);
    check("https://GOOD.example:443/0", None, &[], 1);
    check("https://10.0.0.1/0", None, &[], 1);
    check("http://good.example/0", None, &["REF-027"], 0);
    check("https://bad.example/0", None, &["REF-027"], 0);
    check("https://good.example.bad.example/0", None, &["REF-027"], 0);
    check("https://good.example@bad.example/0", None, &["REF-027"], 0);
    check("file:///etc/passwd", None, &["REF-027"], 0);
    check("https://good.example/0", Some("https://bad.example/0"), &["REF-010"], 1);
    check("https://good.example/0", Some("http://good.example/0"), &["REF-010"], 1);
    check("https://good.example/0", Some("https://good.example/moved/0"), &[], 1);
}

#[test]
fn addresses_that_are_not_public_must_be_named() {
    let check = |host: &str, allowed: bool| {
        let chain = Chain { last: Some(0), ..Chain::default() };
        let list = AllowList::new(&chain).scheme("https").any_public_host();
        let loader = Loader::new().document("api.json", entry(&format!("https://{host}/0"))).retriever(list);
        let expected: &[&str] = if allowed { &[] } else { &["REF-027"] };
        assert_eq!(codes(&loader.load("api.json")), expected, "{host}");
    };
    for host in ["example.com", "93.184.215.14", "[2606:4700::1111]"] {
        check(host, true);
    }
    for host in [
        "localhost",
        "api.localhost",
        "intranet",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ] {
        check(host, false);
    }
}

/// A directory that goes away with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("brrtrouter-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        for (file, text) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self(path)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn files_stay_below_the_root() {
    let secret = r#"{"type": "string"}"#;
    let check = |reference: &str, root: Option<&str>, expected: &[&str]| {
        let directory = Directory::new(
            "root",
            &[("api/openapi.json", &entry(reference)), ("api/sub/a.json", secret), ("b.json", secret)],
        );
        #[cfg(unix)]
        std::os::unix::fs::symlink(directory.path("b.json"), directory.path("api/link.json")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(directory.path("api"), directory.path("api/sub/back")).unwrap();
        let mut loader = Loader::new();
        if let Some(root) = root {
            loader = loader.root_directory(directory.path(root));
        }
        let result = loader.load_path(directory.path("api/openapi.json"));
        assert_eq!(codes(&result), expected, "{reference}: {:?}", result.err());
    };
    check("sub/a.json", None, &[]);
    check("./sub/../sub/a.json", None, &[]);
    check("sub/none.json", None, &["REF-001"]);
    check("sub", None, &["REF-001"]);
    check("../b.json", None, &["REF-027"]);
    check("../none.json", None, &["REF-027"]);
    check("%2e%2e/b.json", None, &["REF-027"]);
    check("sub/%2E%2e/../b.json", None, &["REF-027"]);
    check("..%2Fb.json", None, &["REF-027"]);
    check("file:///etc/passwd", None, &["REF-027"]);
    check("file://host/etc/passwd", None, &["REF-001"]);
    check("../b.json", Some(""), &[]);
    check("sub/a.json", Some(""), &[]);
    check("sub/a.json", Some("api/sub"), &["REF-027"]);
    #[cfg(unix)]
    check("link.json", None, &["REF-027"]);
    #[cfg(unix)]
    check("link.json", Some("."), &[]);
    #[cfg(unix)]
    check("sub/back/sub/a.json", None, &[]);
}

/// A `..` behind a symbolic link: the file system's way counts, not the text's.
#[cfg(unix)]
#[test]
fn paths_that_climb_out_of_a_link() {
    let files = [
        ("real/api/openapi.json", entry("sub/a.json")),
        ("real/api/sub/a.json", "{}".to_owned()),
        ("real/other/a.json", "{}".to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, &**text));
    let directory = Directory::new("climb", &files);
    std::os::unix::fs::symlink(directory.path("real"), directory.path("link")).unwrap();
    std::os::unix::fs::symlink(directory.path("real/other"), directory.path("far")).unwrap();
    for path in [
        "link/api/openapi.json",
        "link/other/../api/openapi.json",
        "real/other/../../link/api/openapi.json",
        "far/../api/openapi.json",
        "link/api/sub/../../api/openapi.json",
    ] {
        let description = Description::from_path(directory.path(path));
        assert_eq!(description.map(|description| description.documents().count()).ok(), Some(2), "{path}");
    }
    let rooted = Loader::new().root_directory(directory.path("far/.."));
    assert!(rooted.load_path(directory.path("far/../api/openapi.json")).is_ok());
}

#[test]
fn files_are_called_as_the_user_would() {
    let directory =
        Directory::new("names", &[("openapi.json", &entry("sub/a.json#/x")), ("sub/a.json", "{}")]);
    let diagnostics = Description::from_path(directory.path("openapi.json")).unwrap_err();
    let place = &diagnostics.iter().next().unwrap().place;
    assert_eq!(Path::new(&*place.document), directory.path("openapi.json"));
    let text = entry("sub/a.json");
    std::fs::write(directory.path("openapi.json"), text).unwrap();
    let description = Description::from_path(directory.path("openapi.json")).unwrap();
    let names: Vec<_> = description.documents().map(|(_, document)| PathBuf::from(document.name())).collect();
    assert_eq!(names, [directory.path("openapi.json"), directory.path("sub/a.json")]);
}

#[test]
fn files_with_another_root() {
    let entry = r#"{"openapi": "3.1.2", "info": {"title": "t", "version": "1"}, "paths": {
        "/a": {"$ref": "path.json"}, "/b": {"parameters": [{"$ref": "bag.json#/limit"}]}}}"#;
    let directory = Directory::new(
        "roots",
        &[
            ("openapi.json", entry),
            ("path.json", r#"{"get": {"responses": {"200": {"$ref": "bag.json#/ok"}}}}"#),
            (
                "bag.json",
                r#"{"limit": {"name": "l", "in": "query", "schema": {"$anchor": "limit"}}, "ok": {"description": ""}}"#,
            ),
        ],
    );
    let description = Description::from_path(directory.path("openapi.json")).unwrap();
    let kinds: Vec<_> = description
        .documents()
        .map(|(id, _)| description.kind(description.root(id)).map(|kind| kind.name()))
        .collect();
    assert_eq!(kinds, [Some("OpenAPI Object"), Some("Path Item Object"), None]);
    let path = directory.path("openapi.json");
    let base = Uri::from_path(&path).unwrap();
    assert!(description.resolve_uri(base.as_str(), "bag.json#limit").is_ok());
}

#[test]
fn an_entry_document_that_is_not_there() {
    for result in [
        Loader::new().load("api.json"),
        Description::from_path("/nonexistent/api.json"),
        Loader::new().load("http://["),
    ] {
        let diagnostics = result.unwrap_err();
        assert_eq!(diagnostics.len(), 1, "{diagnostics}");
        assert!(diagnostics.to_string().contains("cannot be loaded"), "{diagnostics}");
    }
}

#[test]
fn meta_schemas_are_at_hand() {
    for uri in [
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2020-12/meta/applicator",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-04/schema#",
    ] {
        let result = Loader::new().document("api.json", entry(uri)).load("api.json");
        assert_eq!(codes(&result), [""; 0], "{uri}");
        assert!(result.unwrap().documents().len() > 1, "{uri}");
    }
    let result = Loader::new().document("api.json", entry("https://json-schema.org/none")).load("api.json");
    assert_eq!(codes(&result), ["REF-010"]);
}
