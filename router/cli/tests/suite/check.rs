//! `brrtrouter check`: what it finds, and what it says of it.

use crate::command::{SHOP, run};

#[test]
fn a_good_description_is_said_to_be_good() {
    let done = run("good", &[("shop.yaml", SHOP)], &["check", "shop.yaml"]);
    assert_eq!((done.code, &*done.err), (0, ""));
    assert!(done.out.contains("shop.yaml: no errors"), "{}", done.out);
    let quiet = run("good-quiet", &[("shop.yaml", SHOP)], &["check", "--quiet", "shop.yaml"]);
    assert_eq!((quiet.code, &*quiet.out, &*quiet.err), (0, "", ""));
}

#[test]
fn faults_are_told_with_place_reason_and_mend() {
    let broken = SHOP
        .replace("responses: { '204': { description: in } }\n  /roled", "responses: { '204': {} }\n  /roled");
    let done = run("broken", &[("shop.yaml", &broken)], &["check", "shop.yaml"]);
    assert_eq!((done.code, &*done.out), (1, ""));
    for part in ["error[", "--> shop.yaml:12:", "= why:", "= mend:"] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}

#[test]
fn a_file_that_is_not_there_is_a_bad_description() {
    let done = run("absent", &[], &["check", "absent.yaml"]);
    assert_eq!(done.code, 1);
    assert!(done.err.contains("absent.yaml"), "{}", done.err);
}
