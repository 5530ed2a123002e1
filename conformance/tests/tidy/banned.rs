//! Words that the library has no use for: globals, locks, clocks, the environment, output (JSF AV 22, 24, 25, 207), and in
//! the serve phase text and tables that allocate (206).
//!
//! Looks at tokens, not at what they resolve to: a word behind an alias or a macro of another crate is not seen, nor is what a
//! called function does. Lints (`disallowed_methods`, `disallowed_types`) look at what resolves; this looks at what is written.

use std::collections::BTreeMap;

use syn::Item;
use syn::visit::Visit;

use crate::source::{File, Finding, files, none, told};
use crate::syntax::{Module, modules};
use crate::tokens::{find, tokens};

/// What must not stand in a folder, and what to do instead.
struct Ban {
    folder: &'static str,
    words: &'static [&'static str],
    mend: &'static str,
    /// Files that may, each with the reason.
    but: &'static [(&'static str, &'static str)],
}

const LIBRARY: &str = "router/src";
const SERVE: &str = "router/src/serve";

const BANS: [Ban; 6] = [
    Ban {
        folder: LIBRARY,
        words: &[
            "static mut",
            "thread_local !",
            "lazy_static !",
            "LazyLock",
            "OnceCell",
            "OnceLock",
            "AtomicBool",
            "AtomicUsize",
            "AtomicU64",
        ],
        mend: "pass state explicitly (JSF AV 207)",
        but: &[
            (
                "router/src/description/text/source.rs",
                "a source's own line starts, found when a place is first told",
            ),
            ("router/src/transport/counts.rs", "counts of one server, passed explicitly"),
            ("router/src/transport/server.rs", "what one server's threads share, passed explicitly"),
            ("router/src/transport/peer.rs", "deadlines that the ticker looks at"),
            ("router/src/transport/table.rs", "how many connections one server has"),
            ("router/src/transport/ticker.rs", "the moment of the last tick, of one server"),
            (
                "router/src/serve/service/readiness.rs",
                "the one thing that changes while serving, shared by its handle",
            ),
            ("router/src/serve/service/request_id.rs", "the count of the service that gives the ids"),
            ("router/src/serve/service/access_log.rs", "the count by which successes are sampled"),
            ("router/src/metrics/book.rs", "the count of failed reloads, in what services and servers share"),
            ("router/src/metrics/failure.rs", "counts of one operation"),
            ("router/src/metrics/operation.rs", "counts of one operation"),
            ("router/src/metrics/status.rs", "counts of one operation"),
        ],
    },
    Ban {
        folder: LIBRARY,
        words: &["Mutex", "RwLock", "RefCell", "Condvar"],
        mend: "an `Api` is immutable: no lock is held across a wait, and none is needed",
        but: &[
            (
                "router/src/metrics/book.rs",
                "held while a service is built and while series are told, never for a request",
            ),
            ("router/src/transport/runtime.rs", "`may` has one configuration for the process"),
            ("router/src/transport/server.rs", "replaced `Api`s wait for a thread that drops them"),
            ("router/src/transport/table.rs", "connections come and go on every worker"),
            ("router/src/transport/parking.rs", "runners on every worker take from it"),
            ("router/src/transport/coroutine.rs", "coroutines end on every worker"),
        ],
    },
    Ban {
        folder: LIBRARY,
        words: &[
            "env : :",
            "process : :",
            "Instant : : now",
            "SystemTime : : now",
            "thread : : spawn",
            "thread : : sleep",
        ],
        mend: "take the configuration, or the `Clock`, as an argument (JSF AV 22, 24, 25)",
        but: &[
            ("router/src/serve/clock.rs", "the one clock that is read"),
            ("router/src/transport/capacity.rs", "asks the system for its bounds when the server starts"),
            ("router/src/transport/ticker.rs", "the date of answers"),
        ],
    },
    Ban {
        folder: LIBRARY,
        words: &[
            "println ! (",
            "eprintln ! (",
            "print ! (",
            "eprint ! (",
            "dbg ! (",
            "todo ! (",
            "unimplemented ! (",
            "unsafe",
            "transmute",
        ],
        mend: "the library prints nothing, ends nothing and leaves nothing open",
        but: &[],
    },
    Ban {
        folder: SERVE,
        words: &["HashMap", "HashSet", "std : : fs", "TcpStream", "TcpListener"],
        mend: "sort at build time and search, or keep it out of the serve phase",
        but: &[
            ("router/src/serve/route/determinise.rs", "builds the automaton"),
            ("router/src/serve/route/leaf.rs", "builds the leaves"),
        ],
    },
    Ban {
        folder: SERVE,
        words: &["format ! (", "to_string (", "String : : from (", "concat ( )"],
        mend: "write into a buffer that is there, or say it where errors and problems are rendered",
        but: &[
            ("router/src/serve/content/compile.rs", "build"),
            ("router/src/serve/content/encode.rs", "writes content for those who send requests"),
            ("router/src/serve/content/error.rs", "renders errors"),
            ("router/src/serve/content/read.rs", "renders errors"),
            (
                "router/src/serve/content/xml/decode.rs",
                "names an element of a namespace that the description does not know",
            ),
            ("router/src/serve/context.rs", "renders errors"),
            ("router/src/serve/executor.rs", "renders a refusal"),
            ("router/src/serve/parameter/compile.rs", "build"),
            ("router/src/serve/parameter/error.rs", "renders errors"),
            ("router/src/serve/response/cookie.rs", "writes the cookie of a handler"),
            ("router/src/serve/service/own_path.rs", "build: the tag of a text that never changes"),
            ("router/src/serve/security/challenge.rs", "build: challenges are written once"),
            ("router/src/serve/test_client.rs", "sends requests in tests"),
        ],
    },
];

/// How the names of error enums end.
const ERRORS: [&str; 5] = ["Error", "Fault", "Refusal", "Rule", "Violation"];
/// Strings of errors that are places.
const NOT_PROSE: [(&str, &str); 5] = [
    ("ResponseViolation::WriteOnlyMembers", "JSON pointers, for the log alone"),
    ("ServiceError::Declared", "a path and a template, when a service is built"),
    ("ServiceError::Path", "a path, when a service is built"),
    ("ServiceError::RequestIdField", "a field name, when a service is built"),
    ("ServiceError::Repeated", "a path, when a service is built"),
];

fn breaches(bans: &[Ban], modules: &[Module<'_>], texts: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in modules {
        let all = tokens(texts[module.path]);
        for ban in bans {
            let below = module.path.strip_prefix(ban.folder).is_some_and(|rest| rest.starts_with('/'));
            if !below || ban.but.iter().any(|(path, _)| *path == module.path) {
                continue;
            }
            // A word that the text has not, the tokens have not either.
            let may_have = |word: &&&str| word.split(' ').all(|part| texts[module.path].contains(part));
            for word in ban.words.iter().filter(may_have) {
                let says = format!("`{}`", word.replace(' ', ""));
                let found = find(&all, word).into_iter();
                findings.extend(found.map(|line| Finding::new(module.path, line, says.clone(), ban.mend)));
            }
        }
    }
    findings
}

/// Exceptions whose file is gone or has none of the words any more.
fn stale(bans: &[Ban], modules: &[Module<'_>], texts: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ban in bans {
        for (path, _) in ban.but {
            let module = modules.iter().find(|module| module.path == *path);
            let words = module.map(|module| {
                let all = tokens(texts[module.path]);
                ban.words.iter().map(|word| find(&all, word).len()).sum::<usize>()
            });
            if words.unwrap_or_default() == 0 {
                findings.push(Finding::new(path, 0, "has no banned word any more", "take it out of BANS"));
            }
        }
    }
    findings
}

/// Enums of errors in the serve phase tell what happened by their variants, not in prose.
fn prose_in_errors(modules: &[Module<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in modules.iter().filter(|module| module.path.starts_with(SERVE)) {
        let enums = module.syntax.items.iter().filter_map(|item| match item {
            Item::Enum(item) => Some(item),
            _ => None,
        });
        findings.extend(enums.flat_map(|item| prose_in(module.path, item)));
    }
    findings
}

fn prose_in(path: &str, item: &syn::ItemEnum) -> Vec<Finding> {
    let name = item.ident.to_string();
    if !ERRORS.iter().any(|ending| name.ends_with(ending)) {
        return Vec::new();
    }
    let with_string = item.variants.iter().filter(|variant| holds_string(&variant.fields));
    let place =
        |variant: &syn::Variant| (format!("{name}::{}", variant.ident), variant.ident.span().start().line);
    let is_prose = |(place, _): &(String, usize)| !NOT_PROSE.iter().any(|(listed, _)| listed == place);
    let finding = |(place, line): (String, usize)| {
        Finding::new(path, line, format!("`{place}` holds a String"), "say it by a variant, or by numbers")
    };
    with_string.map(place).filter(is_prose).map(finding).collect()
}

fn holds_string(fields: &syn::Fields) -> bool {
    fields.iter().any(|field| {
        let mut idents = crate::world::Idents::default();
        idents.visit_type(&field.ty);
        idents.0.contains("String")
    })
}

fn texts(files: &[File]) -> BTreeMap<&str, &str> {
    files.iter().map(|file| (&*file.path, &*file.text)).collect()
}

#[test]
fn banned_words_do_not_occur() {
    let library = files(&[LIBRARY], &[".rs"]);
    let modules = modules(&library);
    let texts = texts(&library);
    let mut findings = breaches(&BANS, &modules, &texts);
    findings.extend(stale(&BANS, &modules, &texts));
    findings.extend(prose_in_errors(&modules));
    none(&findings);
}

#[test]
fn planted_words_are_found() {
    const HERE: &str = "router/src/serve/a.rs";
    let check = |text: &str, expected: &[(&str, &str)]| {
        let files = [File::new(HERE, text)];
        let modules = modules(&files);
        let mut findings = breaches(&BANS, &modules, &texts(&files));
        findings.extend(prose_in_errors(&modules));
        told(&findings, expected);
    };
    let at = "router/src/serve/a.rs:1";
    check("static mut A: u8 = 0;", &[(at, "staticmut")]);
    check("thread_local! { static A: u8 = 0; }", &[(at, "thread_local!")]);
    check("fn a() { std::env::var(\"A\"); }", &[(at, "env::")]);
    check("fn a() { let _ = std::time::Instant::now(); }", &[(at, "Instant::now")]);
    check("struct A(std::sync::Mutex<u8>);", &[(at, "Mutex")]);
    check("fn a() { println!(\"a\"); }", &[(at, "println!(")]);
    check("fn a() -> String { format!(\"{}\", 1.to_string()) }", &[(at, "format!("), (at, "to_string(")]);
    check("struct A(std::collections::HashMap<u8, u8>);", &[(at, "HashMap")]);
    check("enum AError { B(Option<String>) } enum A { B(String) }", &[(at, "`AError::B` holds")]);
    check(
        "// Mutex\n/// `format!(`\nfn a() { b(\"unsafe\"); } #[cfg(test)] mod tests { use std::env::var; }",
        &[],
    );
    let stale = stale(&BANS, &[], &BTreeMap::new());
    let listed: usize = BANS.iter().map(|ban| ban.but.len()).sum();
    assert_eq!(stale.len(), listed, "every exception of a file that is gone is told");
}
