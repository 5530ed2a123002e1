//! What the program tells people to try works as it says.

use pet_store::demo::TRIES;

use crate::shop::{ask, open};

#[test]
fn the_curl_lines_do_what_they_say() {
    let api = open();
    for request in &TRIES {
        let line = format!("{} {}", request.method, request.target);
        let mut asked = ask(&api, &line, request.fields, None);
        if let Some(content) = request.content {
            asked = asked.bytes(content);
        }
        let answer = asked.send();
        assert_eq!(answer.status(), request.status, "{}: {}", request.shows, answer.text());
    }
}

/// The arguments of a line as a shell gives them to `curl`: enough of its grammar for these lines.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quoted, mut chars) = (false, line.chars());
    while let Some(one) = chars.next() {
        match one {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            '\\' if !quoted => words.last_mut().unwrap().extend(chars.next()),
            _ => words.last_mut().unwrap().push(one),
        }
    }
    words
}

#[test]
fn the_curl_lines_say_what_is_tried() {
    for request in &TRIES {
        let words = words(&request.at("127.0.0.1:8080").to_string());
        assert_eq!(words[..2], ["curl", "-sg"]);
        assert_eq!(*words.last().unwrap(), format!("http://127.0.0.1:8080{}", request.target));
        let after = |option: &str| -> Vec<&str> {
            words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1].as_str()).collect()
        };
        let fields: Vec<String> =
            request.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(after("-H"), fields);
        assert_eq!(after("-d"), Vec::from_iter(request.content));
        // `curl` sends GET without content and POST with it; anything else is said.
        let by_itself = if request.content.is_some() { "POST" } else { "GET" };
        assert_eq!(after("-X").first().copied().unwrap_or(by_itself), request.method.as_str());
    }
}
