//! Responses that are right are read, and each rule that a response can break is noticed.

use super::*;

const DATE: &str = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

fn parse_all(text: &str) -> Result<Option<(Response, usize)>, Malformed> {
    parse(text.as_bytes(), Asked::default(), false)
}

#[test]
fn responses_are_read() {
    let check = |text: &str, body: &str, framing: Framing, rest: usize| {
        let (response, taken) = parse_all(text).expect(text).expect(text);
        assert_eq!(String::from_utf8_lossy(&response.body), body, "{text}");
        assert_eq!((response.framing, text.len() - taken), (framing, rest), "{text}");
    };
    check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP", "abc", Framing::Length, 4);
    check("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "", Framing::Length, 0);
    check("HTTP/1.0 404 Not Found\r\ncontent-length:1 \r\n\r\nx", "x", Framing::Length, 0);
    check("HTTP/1.1 204 No Content\r\n\r\nHTTP", "", Framing::None, 4);
    check("HTTP/1.1 100 Continue\r\n\r\n", "", Framing::None, 0);
    check("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", Framing::None, 0);
    check(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n0A\r\n0123456789\r\n0\r\nT: x\r\n\r\n!",
        "ab0123456789",
        Framing::Chunked,
        1,
    );
}

#[test]
fn the_method_and_the_end_decide() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    let (response, taken) =
        parse(head.as_bytes(), Asked { head: true }, false).expect("read").expect("whole");
    assert_eq!((response.body.len(), taken), (0, head.len()));
    let close = b"HTTP/1.1 200 OK\r\n\r\nabc";
    assert_eq!(parse(close, Asked::default(), false), Ok(None));
    let (response, _) = parse(close, Asked::default(), true).expect("read").expect("whole");
    assert_eq!((response.body.as_slice(), response.framing), (b"abc".as_slice(), Framing::Close));
}

#[test]
fn every_part_of_a_response_needs_more() {
    let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    for end in 0..whole.len() {
        assert_eq!(parse_all(&whole[..end]), Ok(None), "{end}");
        assert!(parse(&whole.as_bytes()[..end], Asked::default(), true).is_err(), "{end}");
    }
    assert!(parse_all(whole).expect("read").is_some());
}

#[test]
fn broken_responses_are_noticed() {
    for (text, mention) in [
        ("HTTP/1.1 200\r\n\r\n", "no status line"),
        ("HTTP/1.1  200 OK\r\n\r\n", "no status line"),
        ("HTTP/2 200 OK\r\n\r\n", "no status line"),
        ("http/1.1 200 OK\r\n\r\n", "no status line"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "no status line"),
        ("HTTP/1.1 2x0 OK\r\n\r\n", "no status line"),
        ("HTTP/1.1 099 Hm\r\n\r\n", "status code 99"),
        ("HTTP/1.1 600 Hm\r\n\r\n", "status code 600"),
        ("HTTP/1.1 200 O\x07K\r\n\r\n", "no status line"),
        ("HTTP/1.1 200 OK\n\r\n", "bare LF"),
        ("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "bare CR"),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "no token"),
        ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", "no token"),
        ("HTTP/1.1 200 OK\r\nA\r\n\r\n", "without a colon"),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "folded"),
        ("HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n", "control character"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "both"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "several"),
        ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "`+1`"),
        ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "``"),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "in a 204"),
        ("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "in a 204"),
        ("HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", "in a 100"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "nobody asked"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n", "chunk size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "chunk size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "longer than its size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT : x\r\n\r\n", "no token"),
    ] {
        let malformed = parse_all(text).expect_err(text);
        assert!(malformed.what.contains(mention), "{text}: {malformed}");
        assert!(malformed.rfc.starts_with("RFC "), "{malformed}");
    }
}

#[test]
fn a_line_without_end_is_noticed() {
    let text = format!("HTTP/1.1 200 {}", "a".repeat(LINE_BYTES_MAX));
    assert!(parse_all(&text).expect_err("endless").what.contains("no end"));
}

#[test]
fn fields_that_every_response_needs() {
    let check = |status: &str, fields: &str, clock: bool, mention: Option<&str>| {
        let text = format!("HTTP/1.1 {status} Reason\r\n{fields}Content-Length: 0\r\n\r\n");
        let (response, _) = parse_all(&text).expect(&text).expect(&text);
        let found = response.check_fields(clock);
        match mention {
            None => assert_eq!(found, Ok(()), "{text}"),
            Some(mention) => assert!(found.expect_err(&text).what.contains(mention), "{text}"),
        }
    };
    check("200", DATE, true, None);
    check("200", "", true, Some("no Date"));
    check("404", "", true, Some("no Date"));
    check("500", "", true, None);
    check("200", "", false, None);
    check("200", "Date: yesterday\r\n", false, Some("no IMF-fixdate"));
    check("200", "Date: Sunday, 06-Nov-94 08:49:37 GMT\r\n", true, Some("no IMF-fixdate"));
    check("200", &DATE.repeat(2), true, Some("several Date"));
    check("405", DATE, true, Some("no Allow"));
    check("405", &format!("{DATE}Allow: \r\n"), true, None);
    check("401", DATE, true, Some("no WWW-Authenticate"));
}
