//! Values of the command line in place of generated ones.
//!
//! Takes: prepared requests. Gives: the same with the values that `--value` names, in parameters and in the first level of content.

use conformance::generate::{PreparedContent, PreparedRequest};
use serde_json::Value;

/// The values that concern one operation.
pub fn of<'v>(all: &'v [(String, String)], operation: &str) -> Vec<(&'v str, &'v str)> {
    let own = |(name, value): &'v (String, String)| match name.rsplit_once('.') {
        Some((named, name)) if named == operation => Some((name, value.as_str())),
        Some(_) => None,
        None => Some((name.as_str(), value.as_str())),
    };
    all.iter().filter_map(own).collect()
}

/// Puts `value` wherever the request has `name`.
pub fn put(request: &mut PreparedRequest, name: &str, value: &str) {
    let encoded = conformance::generate::encoded(value);
    for (_, text) in request.path.iter_mut().filter(|(known, _)| known == name) {
        text.clone_from(&encoded);
    }
    for (known, text) in &mut request.headers {
        if known.eq_ignore_ascii_case(name) {
            value.clone_into(text);
        }
    }
    for pairs in [&mut request.query, &mut request.cookies] {
        for pair in pairs.iter_mut() {
            *pair = with_pair(pair, name, &encoded);
        }
    }
    if let Some(content) = &mut request.content {
        put_content(content, name, value);
    }
}

/// The pairs with this value for every pair of this name.
fn with_pair(pairs: &str, name: &str, value: &str) -> String {
    let one = |pair: &str| match pair.split_once('=') {
        Some((known, _)) if known == name => format!("{name}={value}"),
        _ => pair.to_owned(),
    };
    pairs.split('&').map(one).collect::<Vec<_>>().join("&")
}

fn put_content(content: &mut PreparedContent, name: &str, value: &str) {
    if content.media_type.starts_with("application/x-www-form-urlencoded") {
        let text = String::from_utf8_lossy(&content.octets).into_owned();
        content.octets = with_pair(&text, name, &conformance::generate::encoded(value)).into_bytes();
        return;
    }
    let Some(member) = content.json.as_mut().and_then(|json| json.get_mut(name)) else { return };
    let text = || Value::from(value);
    *member =
        if member.is_string() { text() } else { serde_json::from_str(value).unwrap_or_else(|_| text()) };
    content.octets = content.json.as_ref().map(Value::to_string).unwrap_or_default().into_bytes();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(media_type: &str, octets: &[u8], json: Option<Value>) -> PreparedRequest {
        let content = PreparedContent { media_type: media_type.to_owned(), octets: octets.to_vec(), json };
        PreparedRequest {
            path: vec![("user".to_owned(), "x".to_owned())],
            query: vec!["user=x&other=user".to_owned()],
            headers: vec![("User".to_owned(), "x".to_owned())],
            cookies: vec!["user=x".to_owned()],
            content: Some(content),
        }
    }

    #[test]
    fn values_go_wherever_their_name_stands() {
        let mut form = request("application/x-www-form-urlencoded", b"user=x&password=y", None);
        put(&mut form, "user", "a b");
        assert_eq!(form.path[0].1, "a%20b");
        assert_eq!(form.headers[0].1, "a b");
        assert_eq!((&*form.query[0], &*form.cookies[0]), ("user=a%20b&other=user", "user=a%20b"));
        assert_eq!(form.content.expect("content").octets, b"user=a%20b&password=y");
        for (member, value, octets) in [
            (json!("x"), "7", &br#"{"user":"7"}"#[..]),
            (json!(1), "7", br#"{"user":7}"#),
            (json!(1), "no json", br#"{"user":"no json"}"#),
        ] {
            let mut json = request("application/json", b"", Some(json!({"user": member})));
            put(&mut json, "user", value);
            assert_eq!(json.content.expect("content").octets, octets);
        }
    }

    #[test]
    fn a_value_may_be_for_one_operation() {
        let all = [("logIn.user".to_owned(), "a".to_owned()), ("limit".to_owned(), "5".to_owned())];
        assert_eq!(of(&all, "logIn"), [("user", "a"), ("limit", "5")]);
        assert_eq!(of(&all, "listPets"), [("limit", "5")]);
    }
}
