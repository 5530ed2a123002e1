//! Info, Contact and License Objects.

use brrtrouter::description::Description;

use super::told;

#[test]
fn findings() {
    for (info, expected) in [
        ("{}", vec!["error DOC-006 /info"]),
        ("{title: 1, version: '1'}", vec!["error DOC-006 /info/title"]),
        ("{title: t, version: '1', summary: s, description: d, termsOfService: /terms}", vec![]),
        ("{title: t, version: '1', termsOfService: 'a b'}", vec!["error DOC-007 /info/termsOfService"]),
        ("{title: t, version: '1', contact: {email: nobody}}", vec!["error DOC-007 /info/contact/email"]),
        ("{title: t, version: '1', contact: {email: a.b@c.example, url: 'https://c.example'}}", vec![]),
        ("{title: t, version: '1', license: {}}", vec!["error DOC-007 /info/license"]),
        (
            "{title: t, version: '1', license: {name: n, identifier: i, url: /u}}",
            vec!["error DOC-008 /info/license/url"],
        ),
        ("{title: t, version: '1', titel: t}", vec!["error DOC-015 /info/titel"]),
    ] {
        let text = format!("openapi: 3.1.2\ninfo: {info}\npaths: {{}}\n");
        let result = Description::from_text("api.yaml", &text);
        let found = result.as_ref().map_or_else(told, |description| told(description.diagnostics()));
        assert_eq!(found, expected, "{info}");
    }
    let missing = Description::from_text("api.yaml", "paths: {}\n").expect_err("nothing is there");
    assert_eq!(told(&missing), ["error DOC-001 "]);
}
