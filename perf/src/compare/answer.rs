//! Whether an answer has come as a whole. Takes what came so far; looks at no more than its status code and its length.

use crate::fault::Fault;

const HEAD_END: &[u8] = b"\r\n\r\n";
const LENGTH: &[u8] = b"content-length:";

/// # Errors
/// An answer that is no success, or whose length is not told by `Content-Length`, or that is longer than it says.
pub fn is_whole(octets: &[u8]) -> Result<bool, Fault> {
    let Some(head_bytes) = find(octets, HEAD_END) else { return Ok(false) };
    let wrong = |what: &str| Fault::new(format!("{what}: {}", octets.escape_ascii()));
    if !octets.starts_with(b"HTTP/1.1 2") {
        return Err(wrong("an answer is no success"));
    }
    let head = octets.get(..head_bytes).unwrap_or_default();
    let content = length(head).ok_or_else(|| wrong("an answer has no Content-Length"))?;
    let whole = head_bytes.saturating_add(HEAD_END.len()).saturating_add(content);
    if octets.len() > whole {
        return Err(wrong("an answer is longer than it says"));
    }
    Ok(octets.len() == whole)
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|window| window == wanted)
}

fn length(head: &[u8]) -> Option<usize> {
    let lines = head.split(|octet| *octet == b'\n');
    let value = lines.filter_map(|line| line.split_at_checked(LENGTH.len()));
    let value = value.filter(|(name, _)| name.eq_ignore_ascii_case(LENGTH)).map(|(_, value)| value).next();
    std::str::from_utf8(value?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_whole_by_their_length() {
        let whole = b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 3\r\n\r\nabc";
        for at in 0..whole.len() {
            assert!(!is_whole(&whole[..at]).expect("no fault"), "{at}");
        }
        assert!(is_whole(whole).expect("no fault"));
        assert!(is_whole(b"HTTP/1.1 204 X\r\nContent-Length:0\r\n\r\n").expect("no fault"));
    }

    #[test]
    fn what_is_no_such_answer_is_told() {
        let refused = |octets: &[u8]| is_whole(octets).expect_err("a fault").to_string();
        assert!(refused(b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n").contains("no success"));
        assert!(
            refused(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").contains("no Content-Length")
        );
        assert!(refused(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab").contains("longer"));
    }
}
