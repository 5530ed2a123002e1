//! Reads responses as RFC 9112 writes them, and forgives nothing.
//!
//! Takes: the octets that came so far, what was asked and whether the server has closed. Gives: a response and how many octets it
//! took, or that more must come, or which rule it breaks. Never panics.

use std::fmt;

/// The longest response that a case may cause; a longer one is a fault of the server.
const RESPONSE_BYTES_MAX: usize = 64 << 20;
/// The longest line of a chunked body or of a head; no server of this description needs more.
const LINE_BYTES_MAX: usize = 64 << 10;

/// How the content was delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// The response has no content by its status code or method.
    None,
    /// By Content-Length.
    Length,
    /// By chunks.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Field lines in order.
    pub fields: Vec<(String, String)>,
    /// The content, without its framing.
    pub body: Vec<u8>,
    /// How it was delimited.
    pub framing: Framing,
}

/// The rule that a response breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub what: String,
    /// The section that says so.
    pub rfc: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.rfc)
    }
}

/// What is known of the request when its response is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// The method was HEAD.
    pub head: bool,
}

impl Response {
    /// Values of all field lines of this name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is = move |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
        self.fields.iter().filter(is).map(|(_, value)| value.as_str())
    }

    /// Whether it is an interim response.
    #[must_use]
    pub const fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// What RFC 9110 demands of the fields whatever was asked; `clock`: the server has one.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_fields(&self, clock: bool) -> Result<(), Malformed> {
        let dates: Vec<&str> = self.values("date").collect();
        match dates.as_slice() {
            [] if clock && (200..500).contains(&self.status) => {
                Err(wrong("a response of class 2xx to 4xx has no Date", "RFC 9110 §6.6.1"))
            }
            [] => Ok(()),
            [date] if is_imf_fixdate(date) => Ok(()),
            [date] => Err(wrong(format!("Date is `{date}`, which is no IMF-fixdate"), "RFC 9110 §5.6.7")),
            [..] => Err(wrong("several Date field lines", "RFC 9110 §5.3")),
        }?;
        if self.status == 405 && self.values("allow").next().is_none() {
            return Err(wrong("a 405 has no Allow", "RFC 9110 §15.5.6"));
        }
        if self.status == 401 && self.values("www-authenticate").next().is_none() {
            return Err(wrong("a 401 has no WWW-Authenticate", "RFC 9110 §15.5.2"));
        }
        Ok(())
    }
}

fn wrong(what: impl Into<String>, rfc: &'static str) -> Malformed {
    Malformed { what: what.into(), rfc }
}

/// Reads the response at the start of `octets`; `ended`: no more will come.
///
/// # Errors
/// The first rule that it breaks; being cut off is one.
pub fn parse(octets: &[u8], asked: Asked, ended: bool) -> Result<Option<(Response, usize)>, Malformed> {
    let mut cursor = Cursor { octets, at: 0 };
    let found = read(&mut cursor, asked, ended)?;
    match found {
        Some(response) => Ok(Some((response, cursor.at))),
        None if ended => Err(wrong("the connection ends inside the response", "RFC 9112 §8")),
        None if octets.len() > RESPONSE_BYTES_MAX => Err(wrong("the response has no end", "RFC 9112 §8")),
        None => Ok(None),
    }
}

fn read(cursor: &mut Cursor<'_>, asked: Asked, ended: bool) -> Result<Option<Response>, Malformed> {
    let Some(line) = cursor.line()? else { return Ok(None) };
    let status = status_line(line)?;
    let Some(fields) = fields(cursor)? else { return Ok(None) };
    let mut response = Response { status, fields, body: Vec::new(), framing: Framing::None };
    response.framing = framing(&response, asked)?;
    let body = match response.framing {
        Framing::None => Some(Vec::new()),
        Framing::Length => {
            let length = length(&response)?;
            cursor.take(length).map(<[u8]>::to_vec)
        }
        Framing::Chunked => chunks(cursor)?,
        Framing::Close => ended.then(|| cursor.rest().to_vec()),
    };
    Ok(body.map(|body| Response { body, ..response }))
}

struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next line without its end, if it is there as a whole.
    fn line(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let Some(end) = rest.iter().position(|octet| *octet == b'\n') else {
            let long = rest.len() > LINE_BYTES_MAX;
            return if long { Err(wrong("a line has no end", "RFC 9112 §2.1")) } else { Ok(None) };
        };
        let line = rest.get(..end).unwrap_or_default();
        let Some(line) = line.strip_suffix(b"\r") else {
            return Err(wrong("a line ends with a bare LF", "RFC 9112 §2.2"));
        };
        if line.contains(&b'\r') {
            return Err(wrong("a bare CR", "RFC 9112 §2.2"));
        }
        self.at += end + 1;
        Ok(Some(line))
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.octets.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn rest(&mut self) -> &'a [u8] {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        self.at = self.octets.len();
        rest
    }
}

/// The status code of `HTTP/1.1 200 OK`; the space before an empty reason phrase must be there.
fn status_line(line: &[u8]) -> Result<u16, Malformed> {
    let rfc = "RFC 9112 §4";
    let told = || wrong(format!("`{}` is no status line", super::octets::shown(line)), rfc);
    let rest = line.strip_prefix(b"HTTP/1.").ok_or_else(told)?;
    let [b'0' | b'1', b' ', a, b, c, b' ', reason @ ..] = rest else { return Err(told()) };
    if ![a, b, c].iter().all(|digit| digit.is_ascii_digit()) || !reason.iter().all(|octet| is_text(*octet)) {
        return Err(told());
    }
    let status = [a, b, c].iter().fold(0_u16, |status, digit| status * 10 + u16::from(**digit - b'0'));
    if (100..600).contains(&status) {
        Ok(status)
    } else {
        Err(wrong(format!("the status code {status}"), "RFC 9110 §15"))
    }
}

/// Tabs, spaces, visible characters and obs-text.
const fn is_text(octet: u8) -> bool {
    matches!(octet, b'\t' | b' '..=b'~' | 0x80..)
}

const fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Field lines up to the empty line.
fn fields(cursor: &mut Cursor<'_>) -> Result<Option<Vec<(String, String)>>, Malformed> {
    let mut fields = Vec::new();
    while let Some(line) = cursor.line()? {
        if line.is_empty() {
            return Ok(Some(fields));
        }
        fields.push(field(line)?);
    }
    Ok(None)
}

fn field(line: &[u8]) -> Result<(String, String), Malformed> {
    let told = |what: &str, rfc| wrong(format!("{what}: `{}`", super::octets::shown(line)), rfc);
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(told("a folded line", "RFC 9112 §5.2"));
    }
    let Some(colon) = line.iter().position(|octet| *octet == b':') else {
        return Err(told("a field line without a colon", "RFC 9112 §5"));
    };
    let (name, value) = line.split_at(colon);
    if name.is_empty() || !name.iter().all(|octet| is_token(*octet)) {
        return Err(told("a field name that is no token", "RFC 9110 §5.1"));
    }
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    if !value.iter().all(|octet| is_text(*octet)) {
        return Err(told("a field value with a control character", "RFC 9110 §5.5"));
    }
    Ok((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(value).into_owned()))
}

/// RFC 9112 §6.3, with what a server must not send.
fn framing(response: &Response, asked: Asked) -> Result<Framing, Malformed> {
    let has = |name| response.values(name).next().is_some();
    let (length, coding) = (has("content-length"), has("transfer-encoding"));
    if length && coding {
        return Err(wrong("both Content-Length and Transfer-Encoding", "RFC 9112 §6.2"));
    }
    if response.values("content-length").count() > 1 {
        return Err(wrong("several Content-Length field lines", "RFC 9110 §8.6"));
    }
    if response.is_interim() || response.status == 204 {
        return match (length, coding) {
            (true, _) => Err(wrong(format!("Content-Length in a {}", response.status), "RFC 9110 §8.6")),
            (_, true) => Err(wrong(format!("Transfer-Encoding in a {}", response.status), "RFC 9112 §6.1")),
            (false, false) => Ok(Framing::None),
        };
    }
    if length {
        self::length(response)?;
    }
    if coding && response.values("transfer-encoding").any(|value| !value.eq_ignore_ascii_case("chunked")) {
        return Err(wrong("a transfer coding that nobody asked for", "RFC 9112 §7.4"));
    }
    if asked.head || response.status == 304 {
        return Ok(Framing::None);
    }
    Ok(match (length, coding) {
        (true, _) => Framing::Length,
        (_, true) => Framing::Chunked,
        (false, false) => Framing::Close,
    })
}

fn length(response: &Response) -> Result<usize, Malformed> {
    let value = response.values("content-length").next().unwrap_or_default();
    let digits = !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit());
    let length = value.parse().ok().filter(|_| digits);
    length.ok_or_else(|| wrong(format!("Content-Length is `{value}`"), "RFC 9110 §8.6"))
}

/// Chunks and the trailer section; trailers are read and dropped.
fn chunks(cursor: &mut Cursor<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let mut body = Vec::new();
    while let Some(line) = cursor.line()? {
        let size = chunk_size(line)?;
        if size == 0 {
            return Ok(fields(cursor)?.map(|_| body));
        }
        let Some(data) = cursor.take(size) else { return Ok(None) };
        body.extend_from_slice(data);
        match cursor.take(2) {
            Some(b"\r\n") => {}
            Some(_) => return Err(wrong("a chunk is longer than its size", "RFC 9112 §7.1")),
            None => return Ok(None),
        }
    }
    Ok(None)
}

fn chunk_size(line: &[u8]) -> Result<usize, Malformed> {
    let end = line.iter().position(|octet| *octet == b';').unwrap_or(line.len());
    let digits = String::from_utf8_lossy(line.get(..end).unwrap_or_default()).into_owned();
    let are_digits = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_hexdigit());
    let size = usize::from_str_radix(&digits, 16).ok().filter(|_| are_digits);
    size.filter(|size| *size <= RESPONSE_BYTES_MAX)
        .ok_or_else(|| wrong(format!("the chunk size `{digits}`"), "RFC 9112 §7.1"))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn is_imf_fixdate(text: &str) -> bool {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|octet| octet.is_ascii_digit());
    let parts: Vec<&str> = text.split(' ').collect();
    let [day_name, day, month, year, time, "GMT"] = parts.as_slice() else { return false };
    let clock: Vec<&str> = time.split(':').collect();
    day_name.strip_suffix(',').is_some_and(|name| DAYS.contains(&name))
        && digits(day, 2)
        && MONTHS.contains(month)
        && digits(year, 4)
        && clock.len() == 3
        && clock.iter().all(|part| digits(part, 2))
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
