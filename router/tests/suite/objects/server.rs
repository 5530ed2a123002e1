//! Server and Server Variable Objects.

use super::rows;

#[test]
fn findings() {
    rows(
        "3.1.2",
        &[
            ("paths: {}\nservers: [{}]", &["error SRV-004 /servers/0"]),
            ("paths: {}\nservers: [{url: 'https://a/?b'}]", &["error SRV-004 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://a/#b'}]", &["error SRV-004 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://{a}/'}]", &["error SRV-006 /servers/0/url"]),
            ("paths: {}\nservers: [{url: 'https://{a', variables: {}}]", &["error SRV-011 /servers/0/url"]),
            ("paths: {}\nservers: [{url: '/a b'}]", &["warning SRV-011 /servers/0/url"]),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {}}}]",
                &["error SRV-006 /servers/0/variables/a"],
            ),
            (
                "paths: {}\nservers: [{url: '/', variables: {a: {default: x}}}]",
                &["lint SRV-006 /servers/0/variables/a"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {default: x, enum: []}}}]",
                &["error SRV-007 /servers/0/variables/a/enum"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}', variables: {a: {default: x, enum: [y]}}}]",
                &["error SRV-007 /servers/0/variables/a/enum"],
            ),
            (
                "paths: {}\nservers: [{url: '/{a}/{a}', variables: {a: {default: x, enum: [x]}}}]",
                &["warning SRV-008 /servers/0/url"],
            ),
            ("paths: {}\nservers: [{url: /, name: a}]", &["error DOC-015 /servers/0/name"]),
        ],
    );
    rows(
        "3.2.0",
        &[
            ("paths: {}\nservers: [{url: '/a b'}]", &["error SRV-011 /servers/0/url"]),
            (
                "paths: {}\nservers: [{url: '/{a}/{a}', variables: {a: {default: x}}}]",
                &["error SRV-008 /servers/0/url"],
            ),
            (
                "paths: {}\nservers: [{url: /, name: a}, {url: /b, name: a}]",
                &["error SRV-012 /servers/1/name"],
            ),
        ],
    );
}
