//! Takes credentials out of what reports show.
//!
//! Takes: a case, and exchanges. Gives: texts in which every credential that the case knows of, or that a request carries where
//! credentials stand (Authorization, cookies, fields and query keys that a scheme or their own name gives away), reads
//! `[redacted]`. Rather too much is hidden than too little. Never panics.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{Case, Origin};
use crate::protocol::{Credential, Fields};
use crate::source::Source;

/// What stands for a credential.
pub const REDACTED: &str = "[redacted]";

/// A shorter text would be found everywhere.
const SECRET_BYTES_MIN: usize = 4;

/// Parts of names that give a credential away.
const TELLING: [&str; 8] =
    ["authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "signature"];

/// Knows the credentials of one case.
#[derive(Debug, Default, Clone)]
pub struct Redactor {
    secrets: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Redactor {
    /// What `case` itself tells of.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let mut redactor = Self { names: names_of_schemes(case), ..Self::default() };
        redactor.credentials(case.options.credentials.as_deref());
        for exchange in &case.exchanges {
            let ask = exchange.question(String::new(), "");
            redactor.credentials(ask.credentials.as_deref());
            redactor.request(&ask.request.target, &ask.request.headers);
            redactor.fields(&ask.response.map(|response| response.headers).unwrap_or_default());
        }
        redactor
    }

    fn credentials(&mut self, credentials: Option<&[Credential]>) {
        for credential in credentials.unwrap_or_default() {
            for secret in [&credential.key, &credential.password, &credential.token].into_iter().flatten() {
                self.secret(secret);
            }
        }
    }

    fn request(&mut self, target: &str, headers: &Fields) {
        self.fields(headers);
        let query = target.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if self.tells(name) {
                self.secret(value);
            }
        }
    }

    fn fields(&mut self, headers: &Fields) {
        for (name, value) in headers {
            if self.tells(name) {
                self.value(value.trim());
            }
        }
    }

    /// A field's value as a whole, its words, and the values of its pairs.
    fn value(&mut self, value: &str) {
        self.secret(value);
        value.split([' ', ';', ',']).for_each(|part| self.secret(part));
        for (_, value) in value.split(';').filter_map(|pair| pair.split_once('=')) {
            self.secret(value.trim().trim_matches('"'));
        }
        self.basic(value);
    }

    /// The password of Basic credentials, which a handler may echo.
    fn basic(&mut self, value: &str) {
        use base64::Engine as _;
        let Some((_, encoded)) = value.split_once(' ') else { return };
        let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(encoded.trim()) else { return };
        if let Some((_, password)) = String::from_utf8_lossy(&bytes).split_once(':') {
            self.secret(password);
        }
    }

    fn secret(&mut self, secret: &str) {
        let scheme = ["basic", "bearer", "digest"].contains(&secret.to_ascii_lowercase().as_str());
        if secret.len() >= SECRET_BYTES_MIN && !scheme {
            self.secrets.insert(secret.to_owned());
        }
    }

    fn tells(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase().replace('_', "-");
        self.names.contains(&name) || TELLING.iter().any(|part| name.contains(part))
    }

    /// Field lines to be shown.
    #[must_use]
    pub fn lines(&self, headers: &Fields) -> String {
        let line = |(name, value): &(String, String)| match self.tells(name) {
            true => format!("{name}: {REDACTED}\n"),
            false => format!("{name}: {}\n", self.text(value)),
        };
        headers.iter().map(line).collect()
    }

    /// A request target to be shown.
    #[must_use]
    pub fn target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return self.text(target) };
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if self.tells(name) => format!("{name}={REDACTED}"),
            _ => self.text(pair),
        };
        let pairs: Vec<String> = query.split('&').map(pair).collect();
        format!("{}?{}", self.text(path), pairs.join("&"))
    }

    /// Any text to be shown; longer secrets go first, so that none is left in part.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut secrets: Vec<&String> =
            self.secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED))
    }
}

/// The names under which apiKey schemes of the case's description travel, in lower case.
fn names_of_schemes(case: &Case) -> BTreeSet<String> {
    let texts: Vec<&str> = match &case.origin {
        Origin::Value(text) | Origin::Text(text, _) => vec![text],
        Origin::Documents(documents, _) => documents
            .iter()
            .filter_map(|document| {
                document.document.as_deref().map(|raw| raw.get()).or(document.text.as_deref())
            })
            .collect(),
        Origin::Base64(..) | Origin::File(_) | Origin::None => Vec::new(),
    };
    texts.into_iter().filter(|text| text.contains("apiKey")).flat_map(names_in).collect()
}

fn names_in(text: &str) -> Vec<String> {
    let Ok(source) = Source::parse(text) else { return Vec::new() };
    let Ok(root) = serde_json::from_str::<Value>(&source.json) else { return Vec::new() };
    let mut names = Vec::new();
    let mut open = vec![&root];
    while let Some(value) = open.pop() {
        if value.get("type").and_then(Value::as_str) == Some("apiKey") {
            let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
            names.push(name.to_ascii_lowercase().replace('_', "-"));
        }
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &str)]) -> Fields {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn credentials_are_hidden_wherever_they_come_back() {
        let mut redactor = Redactor::default();
        redactor.names.insert("x-door".to_owned());
        let headers = fields(&[
            ("Authorization", "Bearer tok-123456"),
            ("X-Door", "open sesame"),
            ("Cookie", "session=abcdef; n=1"),
            ("Accept", "text/plain"),
        ]);
        redactor.request("/a?api_key=k3y-value&b=1", &headers);
        redactor.request("/", &fields(&[("Authorization", "Basic YWRhOnB3ZC1vZi1hZGE=")]));
        let shown = redactor.lines(&headers) + &redactor.target("/a?api_key=k3y-value&b=1");
        for secret in ["tok-123456", "sesame", "abcdef", "k3y-value"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
            assert!(!redactor.text(&format!("<{secret}>")).contains(secret), "{secret}");
        }
        assert!(!redactor.text("it is pwd-of-ada").contains("pwd-of-ada"));
        assert!(shown.contains("Accept: text/plain") && shown.contains("b=1"), "{shown}");
    }

    #[test]
    fn names_come_from_schemes() {
        assert_eq!(
            names_in("components: {securitySchemes: {k: {type: apiKey, in: query, name: My_Key}}}"),
            ["my-key"]
        );
    }
}
