//! Multipart content: the same parts, octets and faults, however the body is cut into pieces.

use arbitrary::{Arbitrary, Unstructured};
use brrtrouter::content::{Multipart, MultipartError, MultipartLimits};
use brrtrouter::{BodyError, BodySource};

/// How a body is cut and read; the rest of the input is the body.
#[derive(Arbitrary, Debug)]
struct Cut {
    /// The body's octets come in pieces of these lengths, again and again.
    pieces: [u8; 4],
    /// The reader asks for so many octets at a time.
    buffer: u8,
    boundary: Boundary,
    parts_max: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Boundary {
    Short,
    Dashes,
    Long,
}

impl Boundary {
    const fn text(self) -> &'static str {
        match self {
            Self::Short => "b",
            Self::Dashes => "--",
            Self::Long => "0123456789012345678901234567890123456789012345678901234567890123456789",
        }
    }
}

struct Pieces<'b> {
    rest: &'b [u8],
    lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl BodySource for Pieces<'_> {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let length = self.lengths.next().unwrap_or(1).min(self.rest.len()).min(buffer.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.rest = later;
        Ok(length)
    }
}

/// What a reader sees of a body.
#[derive(Debug, PartialEq)]
struct Seen {
    parts: Vec<(Vec<(String, String)>, Vec<u8>)>,
    end: Result<(), MultipartError>,
}

pub(crate) fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(cut) = Cut::arbitrary(&mut input) else { return };
    let body = input.take_rest();
    let whole = read(body, vec![usize::MAX], 64 * 1024, &cut);
    let lengths = cut.pieces.iter().map(|length| usize::from(*length).max(1)).collect();
    let pieces = read(body, lengths, usize::from(cut.buffer).max(1), &cut);
    assert_eq!(whole, pieces);
    assert_eq!(skip(body, &cut), (whole.parts.len(), whole.end));
    let octets: usize = whole.parts.iter().map(|(_, content)| content.len()).sum();
    assert!(octets <= body.len());
}

fn limits(cut: &Cut) -> MultipartLimits {
    MultipartLimits { parts_max: u32::from(cut.parts_max), part_bytes_max: u64::MAX }
}

fn read(body: &[u8], lengths: Vec<usize>, buffer: usize, cut: &Cut) -> Seen {
    let mut source = Pieces { rest: body, lengths: lengths.into_iter().cycle() };
    let mut parts = Vec::new();
    let end = read_parts(&mut source, buffer, cut, &mut parts);
    Seen { parts, end }
}

type Parts = Vec<(Vec<(String, String)>, Vec<u8>)>;

fn read_parts(
    source: &mut Pieces<'_>,
    buffer: usize,
    cut: &Cut,
    to: &mut Parts,
) -> Result<(), MultipartError> {
    let mut multipart = Multipart::new(source, cut.boundary.text(), limits(cut))?;
    let mut buffer = vec![0; buffer];
    while let Some(head) = multipart.next_part()? {
        let fields = head.fields().iter().map(|field| (field.name.clone(), field.value.clone())).collect();
        to.push((fields, Vec::new()));
        loop {
            let count = multipart.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            if let Some((_, content)) = to.last_mut() {
                content.extend_from_slice(&buffer[..count]);
            }
        }
    }
    multipart.finish()
}

/// How many parts there are for one who reads none of them.
fn skip(body: &[u8], cut: &Cut) -> (usize, Result<(), MultipartError>) {
    let mut source = Pieces { rest: body, lengths: vec![4096].into_iter().cycle() };
    let mut count = 0;
    let mut step = || -> Result<(), MultipartError> {
        let mut multipart = Multipart::new(&mut source, cut.boundary.text(), limits(cut))?;
        while multipart.next_part()?.is_some() {
            count += 1;
        }
        multipart.finish()
    };
    let end = step();
    (count, end)
}
