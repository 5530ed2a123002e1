//! Security Scheme, OAuth Flow and Security Requirement Objects.

use super::{check, rows};

#[test]
fn findings() {
    let scheme = |scheme: &str| format!("components: {{securitySchemes: {{s: {scheme}}}}}");
    let at = "/components/securitySchemes/s";
    for (version, text, expected) in [
        ("3.1.2", "{type: magic}", vec![format!("error SEC-001 {at}/type")]),
        ("3.1.2", "{}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: apiKey}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: apiKey, name: k, in: body}", vec![format!("error SEC-001 {at}/in")]),
        (
            "3.1.2",
            "{type: apiKey, name: k, in: header, scheme: s}",
            vec![format!("warning SEC-001 {at}/scheme")],
        ),
        ("3.1.2", "{type: http}", vec![format!("error SEC-001 {at}")]),
        ("3.1.2", "{type: http, scheme: Bearer, bearerFormat: JWT}", vec![]),
        ("3.1.2", "{type: http, scheme: own}", vec![format!("lint SEC-010 {at}/scheme")]),
        ("3.1.2", "{type: http, scheme: 'a b'}", vec![format!("error SEC-010 {at}/scheme")]),
        ("3.1.2", "{type: mutualTLS}", vec![]),
        ("3.1.2", "{type: openIdConnect}", vec![format!("error SEC-001 {at}")]),
        (
            "3.1.2",
            "{type: openIdConnect, openIdConnectUrl: 'a b'}",
            vec![format!("error SEC-014 {at}/openIdConnectUrl")],
        ),
        ("3.1.2", "{type: oauth2}", vec![format!("error SEC-001 {at}")]),
        (
            "3.1.2",
            "{type: oauth2, flows: {implicit: {}}}",
            vec![format!("error SEC-015 {at}/flows/implicit")],
        ),
        ("3.1.2", "{type: oauth2, flows: {password: {tokenUrl: /t, scopes: {}}}}", vec![]),
        (
            "3.1.2",
            "{type: oauth2, flows: {deviceAuthorization: {tokenUrl: /t, deviceAuthorizationUrl: /d, scopes: {}}}}",
            vec![format!("error DOC-015 {at}/flows/deviceAuthorization")],
        ),
        (
            "3.2.0",
            "{type: oauth2, oauth2MetadataUrl: /m, flows: {deviceAuthorization: {tokenUrl: /t, deviceAuthorizationUrl: /d, scopes: {}}}}",
            vec![],
        ),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(version, &scheme(text), &expected);
    }
    rows(
        "3.1.2",
        &[
            ("paths: {}\nsecurity: [{}]", &[]),
            ("paths: {}\nsecurity: [[]]", &["error SEC-002 /security/0"]),
            (
                "paths: {}\nsecurity: [{s: read}]",
                &["error SEC-002 /security/0/s", "warning SEC-002 /security/0/s"],
            ),
            ("paths: {}\nsecurity: [{s: []}]", &["warning SEC-002 /security/0/s"]),
            ("security: [{s: [role]}]\ncomponents: {securitySchemes: {s: {type: mutualTLS}}}", &[]),
        ],
    );
}
