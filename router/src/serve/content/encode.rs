//! Forms, encoded: the inverse of [`form`](super::form) and [`multipart_form`](super::multipart_form), for test clients and mocks.
//!
//! Takes: names, text and files. Gives: the octets of a body and its media type. Never panics.

use memchr::memmem;

/// Writes `application/x-www-form-urlencoded` (WHATWG URL §5.2).
///
/// ```
/// use brrtrouter::content::FormWriter;
///
/// let body = FormWriter::new().field("name", "a b+c").field("tag", "é").finish();
/// assert_eq!(body, "name=a+b%2Bc&tag=%C3%A9");
/// ```
#[derive(Clone, Debug, Default)]
pub struct FormWriter {
    text: String,
}

impl FormWriter {
    /// The media type of what is written.
    pub const MEDIA_TYPE: &'static str = "application/x-www-form-urlencoded";

    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field; a name may come several times (ENC-004).
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        push_form_encoded(&mut self.text, name);
        self.text.push('=');
        push_form_encoded(&mut self.text, value);
        self
    }

    /// The body.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

fn push_form_encoded(to: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => to.push('+'),
            b'*' | b'-' | b'.' | b'_' => to.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => to.push(char::from(byte)),
            _ => to.push_str(percent_encoding::percent_encode_byte(byte)),
        }
    }
}

/// Writes `multipart/form-data` (RFC 7578).
///
/// ```
/// use brrtrouter::content::MultipartWriter;
///
/// let (media_type, body) = MultipartWriter::new()
///     .field("id", "7")
///     .file("photo", "rex.png", "image/png", b"\x89PNG")
///     .finish();
/// assert!(media_type.starts_with("multipart/form-data; boundary="));
/// assert!(body.starts_with(b"--"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct MultipartWriter {
    /// Field lines and content of each part.
    parts: Vec<(String, Vec<u8>)>,
}

impl MultipartWriter {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field without a media type.
    #[must_use]
    pub fn field(self, name: &str, value: &str) -> Self {
        let lines = format!("Content-Disposition: form-data; name={}\r\n", quoted(name));
        self.part(lines, value.as_bytes())
    }

    /// Adds a field of a media type, such as JSON.
    #[must_use]
    pub fn typed_field(self, name: &str, media_type: &str, value: &[u8]) -> Self {
        let lines = format!(
            "Content-Disposition: form-data; name={}\r\nContent-Type: {}\r\n",
            quoted(name),
            one_line(media_type)
        );
        self.part(lines, value)
    }

    /// Adds a file; a name may come several times (ENC-013).
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, media_type: &str, octets: &[u8]) -> Self {
        let lines = format!(
            "Content-Disposition: form-data; name={}; filename={}\r\nContent-Type: {}\r\n",
            quoted(name),
            quoted(file_name),
            one_line(media_type)
        );
        self.part(lines, octets)
    }

    fn part(mut self, lines: String, content: &[u8]) -> Self {
        self.parts.push((lines, content.to_vec()));
        self
    }

    /// The media type with its boundary, and the body. The boundary occurs in no part.
    #[must_use]
    pub fn finish(self) -> (String, Vec<u8>) {
        let mut number = 0_u32;
        let mut boundary = format!("part-{number:08x}");
        while self.parts.iter().any(|(_, content)| memmem::find(content, boundary.as_bytes()).is_some()) {
            number = number.wrapping_add(1);
            boundary = format!("part-{number:08x}");
        }
        let mut body = Vec::new();
        for (lines, content) in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{lines}\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

/// A quoted string; line ends, which no field value can hold, are percent-encoded as browsers do.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in one_line(text).chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

fn one_line(text: &str) -> String {
    text.replace('\r', "%0D").replace('\n', "%0A")
}
