//! Takes credentials out of what reports show.
//!
//! Takes: a case, and exchanges. Gives: texts in which every credential that the case knows of, or that a request carries where
//! credentials stand (Authorization, cookies; fields, query keys, members of JSON and of forms that a scheme or their own name gives
//! away), reads `[redacted]`. Rather too much is hidden than too little. Never panics.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use crate::case::{Case, Origin};
use crate::protocol::{Credential, Document, Fields};
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
    /// What `case`, whose files are below `root`, tells of.
    #[must_use]
    pub fn of(root: &Path, case: &Case) -> Self {
        let mut redactor = Self { names: names_of_schemes(root, case), ..Self::default() };
        redactor.credentials(case.options.credentials.as_deref());
        for exchange in &case.exchanges {
            let ask = exchange.question(String::new(), "");
            redactor.credentials(ask.credentials.as_deref());
            redactor.request(&ask.request.target, &ask.request.headers);
            redactor.content(ask.request.body.as_deref().unwrap_or_default());
            if let Some(response) = &ask.response {
                redactor.fields(&response.headers);
                redactor.content(response.body.as_deref().unwrap_or_default());
            }
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
        self.pairs(target.split_once('?').map_or("", |(_, query)| query));
    }

    /// `name=value&...`, as it is written and decoded.
    fn pairs(&mut self, text: &str) {
        for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            if self.tells(name) {
                self.secret(value);
            }
        }
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if self.tells(&name) {
                self.secret(&value);
            }
        }
    }

    /// Content that may be JSON or a form.
    fn content(&mut self, text: &str) {
        let Ok(root) = serde_json::from_str::<Value>(text) else { return self.pairs(text) };
        for (name, value) in members(&root) {
            if self.tells(name)
                && let Some(secret) = value.as_str()
            {
                self.secret(secret);
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
        let name = plain(name);
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

/// The names under which apiKey schemes of the case's description travel, as [`plain`] makes them.
fn names_of_schemes(root: &Path, case: &Case) -> BTreeSet<String> {
    use base64::Engine as _;
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
    let octets: Vec<u8> = match &case.origin {
        Origin::Value(text) | Origin::Text(text, _) => return names_in(text),
        Origin::Documents(documents, _) => {
            let text =
                |one: &Document| one.document.as_deref().map(|raw| raw.get().to_owned()).or(one.text.clone());
            return documents.iter().filter_map(text).flat_map(|text| names_in(&text)).collect();
        }
        Origin::Base64(text, _) => decode(text),
        Origin::File(file) => std::fs::read(root.join(file)).unwrap_or_default(),
        Origin::None => Vec::new(),
    };
    names_in(&String::from_utf8_lossy(&octets))
}

fn names_in(text: &str) -> BTreeSet<String> {
    // Most descriptions have none, and some are very large.
    if !text.contains("apiKey") {
        return BTreeSet::new();
    }
    let Ok(source) = Source::parse(text) else { return BTreeSet::new() };
    let Ok(root) = serde_json::from_str::<Value>(&source.json) else { return BTreeSet::new() };
    let schemes =
        objects(&root).into_iter().filter(|one| one.get("type").and_then(Value::as_str) == Some("apiKey"));
    schemes.filter_map(|one| one.get("name")?.as_str().map(plain)).collect()
}

/// A name in lower case, with one kind of dash.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Every object in `root`.
fn objects(root: &Value) -> Vec<&Map<String, Value>> {
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => {
                found.push(map);
                open.extend(map.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn members(root: &Value) -> impl Iterator<Item = (&String, &Value)> {
    objects(root).into_iter().flatten()
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
        let text = "components: {securitySchemes: {k: {type: apiKey, in: query, name: My_Key}}}";
        assert_eq!(names_in(text).into_iter().collect::<Vec<_>>(), ["my-key"]);
    }

    #[test]
    fn contents_tell_by_their_members() {
        let mut redactor = Redactor::default();
        redactor.content(r#"{"user": {"password": "in-the-json"}, "name": "harmless"}"#);
        redactor.content("grant=x&client_secret=in+the%20form");
        let shown = redactor.text("in-the-json harmless in the form in+the%20form");
        assert_eq!(shown, "[redacted] harmless [redacted] [redacted]");
    }
}
