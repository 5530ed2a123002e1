//! What holds of the framing for any octets: that it does not matter how they arrive, that it agrees with a plain reading of RFC 9112, that whatever is accepted
//! means the same when it is written anew, and that a body gives no more than came. These stand for a fuzz target, which could not reach what is private.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::chunked::{ChunkFault, ChunkStep, Chunked};
use super::exchange::{Parts, head};
use super::fault::FramingFault;
use super::framing::{BodyFraming, Framing};
use super::head::{FieldLines, Version};
use super::options::ServerOptions;
use super::scan::{HeadPlace, Scan};
use crate::limits::http::EMPTY_LINES_BYTES_MAX;

/// Bounds that short inputs reach.
fn narrow() -> ServerOptions {
    ServerOptions { target_bytes_max: 12, header_bytes_max: 90, fields_max: 4, ..ServerOptions::default() }
}

fn options() -> impl Strategy<Value = ServerOptions> {
    prop_oneof![Just(ServerOptions::default()), Just(narrow())]
}

/// Pieces that heads are made and broken of.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\r",
    b"\n",
    b" ",
    b"\t",
    b":",
    b",",
    b"\0",
    b"\x7f",
    b"\xe9",
    b"(",
    b"GET",
    b"/",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"0",
    b"5",
    b"chunked",
    b"a: b\r\n",
    b"Host: a\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// A field line that may stand in a request.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z!#-]{1,8}:[ \t]{0,2}[!-~\u{e9} ]{0,8}[ \t]{0,2}",
        select(vec![
            "Content-Length: 3",
            "content-length:0",
            "Connection: close",
            "Connection: keep-alive, x"
        ])
        .prop_map(str::to_owned),
        select(vec!["Transfer-Encoding: chunked", "Expect: 100-continue", "Host: b"]).prop_map(str::to_owned),
    ]
}

/// A head, mostly one that is accepted, with what follows it.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = (
        select(vec!["", "\r\n"]),
        select(vec!["GET", "POST", "M-SEARCH", "CONNECT", "OPTIONS"]),
        select(vec!["/", "/a?b=c", "*", "http://a/b", "/\u{e9}", "/a b"]),
        select(vec!["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.7", "HTTP/2.0"]),
    );
    let rest = (vec(field(), 0..4), vec(any::<u8>(), 0..8));
    (line, rest).prop_map(|((empty, method, target, version), (fields, body))| {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let head = format!("{empty}{method} {target} {version}\r\nHost: a\r\n{fields}\r\n");
        [head.as_bytes(), &body].concat()
    })
}

/// A message in which a few places are something else.
fn broken(whole: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<prop::sample::Index>(), 0_usize..3, select(PIECES)), 0..3);
    (whole, edits).prop_map(|(mut octets, edits)| {
        for (place, removed, piece) in edits {
            let from = place.index(octets.len() + 1);
            let to = (from + removed).min(octets.len());
            octets.splice(from..to, piece.iter().copied());
        }
        octets
    })
}

/// Where octets are cut, in order.
fn cuts(places: &[prop::sample::Index], length: usize) -> Vec<usize> {
    let mut cuts: Vec<usize> = places.iter().map(|place| place.index(length + 1)).collect();
    cuts.push(length);
    cuts.sort_unstable();
    cuts
}

/// What is known of a request once its head has come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meaning {
    method: String,
    target: String,
    version: Version,
    fields: Vec<(String, Vec<u8>)>,
    framing: Framing,
}

/// A head as a connection reads it, whose octets come up to each of the cuts in turn.
fn read(
    octets: &[u8],
    cuts: &[usize],
    options: &ServerOptions,
) -> Result<Option<(HeadPlace, Meaning)>, FramingFault> {
    let mut scan = Scan::default();
    for cut in cuts {
        let came = &octets[..*cut];
        if let Some(place) = scan.advance(came, options)? {
            return meaning(came, &place, options).map(|meaning| Some((place, meaning)));
        }
    }
    Ok(None)
}

fn meaning(octets: &[u8], place: &HeadPlace, options: &ServerOptions) -> Result<Meaning, FramingFault> {
    let mut fields = FieldLines::new();
    let parts = Parts::read(octets, place, options, &mut fields)?;
    let framing = Framing::of(&parts.line, parts.fields)?;
    head(&parts)?;
    Ok(Meaning {
        method: parts.line.method.to_string(),
        target: parts.line.target.to_owned(),
        version: parts.line.version,
        fields: parts.fields.iter().map(|line| (line.name.to_owned(), line.value.to_vec())).collect(),
        framing,
    })
}

impl Meaning {
    fn written(&self) -> Vec<u8> {
        let version = if self.version == Version::Http11 { "HTTP/1.1" } else { "HTTP/1.0" };
        let mut octets = format!("{} {} {version}\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.fields {
            octets.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        octets.extend(b"\r\n");
        octets
    }

    fn values(&self, name: &str) -> Vec<&[u8]> {
        let named = self.fields.iter().filter(|field| field.0.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice()).collect()
    }
}

/// Request line and field lines by a plain reading of RFC 9112 §2.2, §3 and §5; nothing where they break it, or have not come whole.
fn plainly_read(octets: &[u8]) -> Option<(Vec<&[u8]>, Vec<(&[u8], &[u8])>, usize)> {
    let start = octets.chunks(2).take_while(|line| *line == b"\r\n").count() * 2;
    let length = octets[start..].windows(4).position(|end| end == b"\r\n\r\n")?;
    let head = &octets[start..start + length];
    let is_bare = |at: usize| match head[at] {
        b'\r' => head.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || head[at - 1] != b'\r',
        _ => false,
    };
    if start > EMPTY_LINES_BYTES_MAX || (0..head.len()).any(is_bare) {
        return None;
    }
    let mut lines = head.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let line: Vec<&[u8]> = lines.next()?.split(|octet| *octet == b' ').collect();
    let fields: Option<Vec<_>> = lines.map(plain_field).collect();
    (line.len() == 3 && is_plain_token(line[0]) && line[1].iter().all(u8::is_ascii_graphic)).then_some((
        line,
        fields?,
        start + length + 4,
    ))
}

fn plain_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|octet| *octet == b':')?;
    let value = &line[colon + 1..];
    let is_text = value.iter().all(|octet| *octet == b'\t' || (*octet >= b' ' && *octet != 0x7f));
    (is_plain_token(&line[..colon]) && is_text).then(|| (&line[..colon], value.trim_ascii()))
}

fn is_plain_token(text: &[u8]) -> bool {
    let is_tchar = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet);
    !text.is_empty() && text.iter().all(is_tchar)
}

/// A chunked body as a connection reads it: its data and how many octets it took; `None` where it has not come whole.
fn decode(sent: &[u8], cuts: &[usize]) -> Result<Option<(Vec<u8>, usize)>, ChunkFault> {
    let (mut decoder, mut data, mut from) = (Chunked::new(), Vec::new(), 0);
    for to in cuts {
        loop {
            match decoder.step(&sent[from..*to])? {
                ChunkStep::Framing(count) => from += count,
                ChunkStep::Data(_) if from == *to => break,
                ChunkStep::Data(most) => {
                    let count = usize::try_from(most).unwrap_or(usize::MAX).min(to - from);
                    data.extend_from_slice(&sent[from..from + count]);
                    decoder.took(count as u64);
                    from += count;
                }
                ChunkStep::More => break,
                ChunkStep::End => return Ok(Some((data, from))),
            }
            assert!(from <= *to, "no more is used than came");
        }
    }
    Ok(None)
}

/// The same by a plain reading of RFC 9112 §7.1.
fn plainly_decoded(sent: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut data, mut at) = (Vec::new(), 0);
    let line = |at: usize| {
        let end = at + sent.get(at..)?.windows(2).position(|end| end == b"\r\n")?;
        let line = &sent[at..end];
        line.iter().all(|octet| *octet == b'\t' || !octet.is_ascii_control()).then_some((line, end + 2))
    };
    loop {
        let (text, behind) = line(at)?;
        let digits = text.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
        let extension = text[digits..].trim_ascii_start();
        if !(text.len() == digits || extension.starts_with(b";")) {
            return None;
        }
        let size = u64::from_str_radix(std::str::from_utf8(&text[..digits]).ok()?, 16).ok()?;
        at = behind;
        if size == 0 {
            break;
        }
        let end = at.checked_add(usize::try_from(size).ok()?)?;
        data.extend_from_slice(sent.get(at..end)?);
        sent[end..].starts_with(b"\r\n").then_some(())?;
        at = end + 2;
    }
    loop {
        let (text, behind) = line(at)?;
        at = behind;
        if text.is_empty() {
            return Some((data, at));
        }
        plain_field(text)?;
    }
}

/// A chunked body, with extensions and trailers, and the data in it.
fn chunks() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let extension = select(vec!["", ";a", ";a=b", " ;a=\"b c\"", ";\t"]);
    let chunk = (vec(any::<u8>(), 1..20), select(vec!["", "0", "000"]), extension);
    let trailer = select(vec!["", "a: b\r\n", "X-Sum:\r\nb:c\r\n"]);
    (vec(chunk, 0..5), trailer).prop_map(|(chunks, trailer)| {
        let (mut sent, mut data) = (Vec::new(), Vec::new());
        for (octets, zeros, extension) in chunks {
            sent.extend(format!("{zeros}{:x}{extension}\r\n", octets.len()).bytes());
            sent.extend([&octets[..], b"\r\n"].concat());
            data.extend(octets);
        }
        sent.extend(format!("0\r\n{trailer}\r\n").bytes());
        (sent, data)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// How a head arrives changes neither whether it is accepted nor what it means. (Of several faults another one may be seen first.)
    #[test]
    fn heads_mean_the_same_however_they_arrive(
        octets in broken(message()),
        places: Vec<prop::sample::Index>,
        options in options(),
    ) {
        let whole = read(&octets, &[octets.len()], &options);
        let one_by_one: Vec<usize> = (0..=octets.len()).collect();
        for cuts in [cuts(&places, octets.len()), one_by_one] {
            let came = read(&octets, &cuts, &options);
            prop_assert_eq!(came.as_ref().ok(), whole.as_ref().ok(), "{} cut at {:?}: {:?} and {:?}", octets.escape_ascii(), cuts, came, whole);
        }
    }

    /// What is accepted is what a plain reading finds, and all that it finds is accepted unless a rule of framing forbids it.
    #[test]
    fn heads_are_what_a_plain_reading_finds(octets in broken(message())) {
        let found = read(&octets, &[octets.len()], &ServerOptions::default());
        let plain = plainly_read(&octets);
        match (&found, &plain) {
            (Ok(Some((place, meaning))), Some((line, fields, end))) => {
                prop_assert_eq!(place.end, *end);
                prop_assert_eq!(&[meaning.method.as_bytes(), meaning.target.as_bytes()][..], &line[..2]);
                let read: Vec<_> = meaning.fields.iter().map(|(name, value)| (name.as_bytes(), &value[..])).collect();
                prop_assert_eq!(&read, fields);
            }
            (Ok(Some(_)), None) => prop_assert!(false, "{} is accepted", octets.escape_ascii()),
            (Err(FramingFault::RequestLine | FramingFault::LineEnd | FramingFault::FieldLine), Some((line, ..))) => {
                let is_version = matches!(line[2], [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0'..=b'9']);
                prop_assert!(!is_version, "{} is refused: {:?}", octets.escape_ascii(), found);
            }
            (Ok(None) | Err(_), _) => {}
        }
    }

    /// A body has one end that nobody can see elsewhere, and a head that is written anew means the same.
    #[test]
    fn what_is_accepted_means_the_same_when_it_is_written(octets in broken(message())) {
        let options = ServerOptions::default();
        if let Ok(Some((place, meaning))) = read(&octets, &[octets.len()], &options) {
            prop_assert!(place.start <= place.fields && place.fields <= place.end && place.end <= octets.len());
            let (lengths, codings) = (meaning.values("content-length"), meaning.values("transfer-encoding"));
            match meaning.framing.body {
                BodyFraming::Chunked => {
                    prop_assert!(lengths.is_empty() && meaning.version == Version::Http11);
                    prop_assert!(codings.len() == 1 && codings[0].eq_ignore_ascii_case(b"chunked"), "{:?}", codings);
                }
                BodyFraming::Length(length) => {
                    prop_assert!(codings.is_empty() && lengths.len() <= 1);
                    let told = lengths.first().map_or("0", |text| std::str::from_utf8(text).unwrap());
                    prop_assert!(told.bytes().all(|octet| octet.is_ascii_digit()), "{}", told);
                    prop_assert_eq!(told.parse(), Ok(length));
                }
            }
            let written = meaning.written();
            let again = read(&written, &[written.len()], &options);
            prop_assert_eq!(again.map(|read| read.map(|(place, meaning)| (place.end, meaning))), Ok(Some((written.len(), meaning))));
        }
    }

    /// A chunked body is its data however it is cut into chunks and however those arrive; what lies behind it stays, and no part of it is taken for the whole.
    #[test]
    fn chunks_are_their_data(
        (mut sent, data) in chunks(),
        behind: Vec<u8>,
        places: Vec<prop::sample::Index>,
        end: prop::sample::Index,
    ) {
        let length = sent.len();
        let part = end.index(length);
        prop_assert_eq!(decode(&sent[..part], &cuts(&places, part)), Ok(None), "{} octets of {}", part, sent.escape_ascii());
        sent.extend(behind);
        prop_assert_eq!(decode(&sent, &cuts(&places, sent.len())), Ok(Some((data, length))), "{}", sent.escape_ascii());
    }

    /// Broken or not, a body is what a plain reading finds, however it arrives.
    #[test]
    fn broken_chunks_are_seen(octets in broken(chunks().prop_map(|(sent, _)| sent)), places: Vec<prop::sample::Index>) {
        let whole = decode(&octets, &[octets.len()]);
        prop_assert_eq!(whole.clone().ok().flatten(), plainly_decoded(&octets), "{}", octets.escape_ascii());
        prop_assert_eq!(decode(&octets, &cuts(&places, octets.len())), whole, "{}", octets.escape_ascii());
    }

    /// Octets of no meaning at all.
    #[test]
    fn any_octets_have_a_verdict(octets: Vec<u8>, places: Vec<prop::sample::Index>, options in options()) {
        let cuts = cuts(&places, octets.len());
        prop_assert_eq!(read(&octets, &cuts, &options).ok(), read(&octets, &[octets.len()], &options).ok());
        prop_assert_eq!(decode(&octets, &cuts), decode(&octets, &[octets.len()]));
    }
}
