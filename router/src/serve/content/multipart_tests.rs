//! What a multipart reader accepts and refuses, in pieces of every size.

use proptest::prelude::*;

use super::{Multipart, MultipartError, MultipartLimits, MultipartRule};
use crate::limits::content::{PART_HEAD_BYTES_MAX, PARTS_MAX};
use crate::serve::{BodyError, BodySource};

/// A body that arrives in pieces of the given sizes, over and over.
struct Pieces<'b> {
    rest: &'b [u8],
    sizes: &'b [usize],
    next: usize,
}

impl<'b> Pieces<'b> {
    fn new(rest: &'b [u8], sizes: &'b [usize]) -> Self {
        Self { rest, sizes, next: 0 }
    }
}

impl BodySource for Pieces<'_> {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let size = self.sizes[self.next % self.sizes.len()];
        self.next += 1;
        let count = size.min(buffer.len()).min(self.rest.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// The longest part that these tests allow.
const PART_BYTES: u64 = 1 << 20;

type Part = (Option<String>, u64, Vec<u8>);

fn read_all(body: &[u8], boundary: &str, sizes: &[usize], take: usize) -> Result<Vec<Part>, MultipartError> {
    let mut source = Pieces::new(body, sizes);
    let limits = MultipartLimits { part_bytes_max: PART_BYTES, ..MultipartLimits::default() };
    let mut reader = Multipart::new(&mut source, boundary, limits)?;
    let mut parts = Vec::new();
    let mut buffer = vec![0; take];
    while let Some(head) = reader.next_part()? {
        let place = reader.offset();
        let mut content = Vec::new();
        loop {
            let count = reader.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            content.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(reader.offset(), place + content.len() as u64);
        assert_eq!(&body[place as usize..place as usize + content.len()], content);
        parts.push((head.name().map(str::to_owned), place, content));
    }
    reader.finish()?;
    assert!(source.rest.is_empty(), "finish leaves the source empty");
    Ok(parts)
}

fn check(body: &str, boundary: &str, expected: Result<&[(Option<&str>, &str)], (MultipartRule, u64)>) {
    for (sizes, take) in [(&[usize::MAX][..], 4096), (&[1], 1), (&[2, 3], 5), (&[7, 1, 64], 4096)] {
        let found = read_all(body.as_bytes(), boundary, sizes, take);
        let found: Result<Vec<_>, _> = found.map(|parts| {
            let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
            parts.into_iter().map(|(name, _, content)| (name, text(content))).collect()
        });
        let expected = expected.map(|parts| {
            let owned =
                |(name, content): &(Option<&str>, &str)| (name.map(str::to_owned), (*content).to_owned());
            parts.iter().map(owned).collect::<Vec<_>>()
        });
        let expected = expected.map_err(|(rule, offset)| MultipartError::Content { rule, offset });
        assert_eq!(found, expected, "{body:?} by {boundary:?} in {sizes:?}");
    }
}

const NAME_A: &str = "Content-Disposition: form-data; name=a\r\n";

#[test]
fn accepted() {
    check("--b--", "b", Ok(&[]));
    check("--b--\r\n", "b", Ok(&[]));
    check("--b\r\n\r\nx\r\n--b--", "b", Ok(&[(None, "x")]));
    check(&format!("--b\r\n{NAME_A}\r\n\r\n--b--\r\n"), "b", Ok(&[(Some("a"), "")]));
    // The CRLF of the empty line may be the delimiter's own.
    check(&format!("--b\r\n{NAME_A}\r\n--b--\r\n"), "b", Ok(&[(Some("a"), "")]));
    check("--b\r\n\r\n--b\r\n\r\ny\r\n--b--", "b", Ok(&[(None, ""), (None, "y")]));
    // Preamble, epilogue and padding are passed over.
    check("pre\r\namble\r\n--b \t\r\n\r\nx\r\n--b--  \r\nepi\r\n--b\r\nlogue", "b", Ok(&[(None, "x")]));
    check("\r\n--b\r\n\r\nx\r\n--b--", "b", Ok(&[(None, "x")]));
    // What only looks like a delimiter is data.
    check(
        "--bb\r\n\r\n--b\r\n-\r\n\r\n--b\n--bb--\r\r\n\r\n--bb--",
        "bb",
        Ok(&[(None, "--b\r\n-\r\n\r\n--b\n--bb--\r\r\n")]),
    );
    check("--b\r\n\r\nx--b--\n--b\r--b\r\n--b--", "b", Ok(&[(None, "x--b--\n--b\r--b")]));
    check("--b\r\n\r\n\r\n\r\n\r\n--b--", "b", Ok(&[(None, "\r\n\r\n")]));
    let long = "b".repeat(70);
    check(&format!("--{long}\r\n\r\nx\r\n--{long}--"), &long, Ok(&[(None, "x")]));
    check("--a b\r\n\r\nx\r\n--a b--", "a b", Ok(&[(None, "x")]));
}

#[test]
fn refused() {
    use MultipartRule as R;
    check("--b--", "", Err((R::BoundaryMalformed, 0)));
    check("--b--", "b ", Err((R::BoundaryMalformed, 0)));
    check("--b--", "b\r\n", Err((R::BoundaryMalformed, 0)));
    check("--b--", &"b".repeat(71), Err((R::BoundaryMalformed, 0)));
    check("", "b", Err((R::DelimiterMissing, 0)));
    check("--", "b", Err((R::DelimiterMissing, 2)));
    check("x--b--", "b", Err((R::DelimiterMissing, 6)));
    check("\n--b--", "b", Err((R::DelimiterMissing, 6)));
    check("--bx\r\n\r\n\r\n--b--", "b", Err((R::DelimiterMalformed, 3)));
    check("--b\n\nx\r\n--b--", "b", Err((R::DelimiterMalformed, 3)));
    check("--b\r\n\r\nx\r\n--bx\r\n--b--", "b", Err((R::DelimiterMalformed, 13)));
    check("--b--x", "b", Err((R::DelimiterMalformed, 3)));
    check(&format!("--b{}\r\n", " ".repeat(65)), "b", Err((R::DelimiterMalformed, 3)));
    check("--b", "b", Err((R::FinalDelimiterMissing, 3)));
    check("--b\r", "b", Err((R::FinalDelimiterMissing, 3)));
    check("--b\r\n\r\nx", "b", Err((R::FinalDelimiterMissing, 8)));
    check("--b\r\n\r\nx\r\n--b\r\n", "b", Err((R::HeadUnfinished, 15)));
    check("--b\r\n\r\nx\n--b--", "b", Err((R::FinalDelimiterMissing, 14)));
    check("--b\r\nA: b", "b", Err((R::HeadUnfinished, 5)));
    check("--b\r\nA\r\n\r\nx\r\n--b--", "b", Err((R::FieldMalformed, 5)));
}

#[test]
fn hostile() {
    use MultipartRule as R;
    let error = |body: &[u8]| match read_all(body, "b", &[usize::MAX], 4096).unwrap_err() {
        MultipartError::Content { rule, .. } => rule,
        MultipartError::Body(error) => panic!("{error}"),
    };
    assert_eq!(error("--".repeat(5_000_000).as_bytes()), R::DelimiterMissing);
    assert_eq!(error("\r\n--".repeat(2_500_000).as_bytes()), R::DelimiterMissing);
    let many = "--b\r\n\r\nx\r\n".repeat(usize::try_from(PARTS_MAX).unwrap() + 1);
    assert_eq!(error(many.as_bytes()), R::PartsTooMany);
    let flood = format!("--b\r\n{}", "A: b\r\n".repeat(100_000));
    assert_eq!(error(flood.as_bytes()), R::HeadTooLong);
    let line = format!("--b\r\nA: {}", "x".repeat(PART_HEAD_BYTES_MAX));
    assert_eq!(error(line.as_bytes()), R::HeadTooLong);
    let long = format!("--b\r\n\r\n{}", "x".repeat(usize::try_from(PART_BYTES).unwrap() + 100));
    assert_eq!(error(long.as_bytes()), R::PartTooLong);
    let skipped = read_all(long.as_bytes(), "b", &[1000], 1).unwrap_err();
    assert_eq!(skipped, MultipartError::Content { rule: R::PartTooLong, offset: 7 });
}

#[test]
fn a_source_that_fails_is_reported() {
    struct Broken;
    impl BodySource for Broken {
        fn length(&self) -> Option<u64> {
            None
        }
        fn read(&mut self, _: &mut [u8]) -> Result<usize, BodyError> {
            Err(BodyError::TimedOut)
        }
    }
    let mut source = Broken;
    let mut reader = Multipart::new(&mut source, "b", MultipartLimits::default()).unwrap();
    assert_eq!(reader.next_part().unwrap_err(), MultipartError::Body(BodyError::TimedOut));
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("--b"),
        Just("\r\n--b"),
        Just("--b--"),
        Just("\r\n"),
        Just("\r"),
        Just("\n"),
        Just("-"),
        Just("b"),
        Just(" "),
        Just("A: b\r\n"),
        Just("\r\n\r\n"),
        Just("Content-Disposition: form-data; name=n\r\n"),
        Just("\r\n--b\r\n\r\n"),
        Just("\r\n--b--\r\n"),
    ];
    proptest::collection::vec(fragment, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_pieces_do_not_matter(
        body in fragments(),
        opened in any::<bool>(),
        sizes in proptest::collection::vec(1_usize..9, 1..6),
        take in 1_usize..9,
    ) {
        let body = if opened { format!("--b\r\n{body}") } else { body };
        let whole = read_all(body.as_bytes(), "b", &[usize::MAX], 4096);
        let pieces = read_all(body.as_bytes(), "b", &sizes, take);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn what_is_written_is_read(
        contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 0..6),
        sizes in proptest::collection::vec(1_usize..99, 1..4),
    ) {
        let mut body = Vec::new();
        for content in &contents {
            body.extend_from_slice(b"--q7Zp0-boundary\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--q7Zp0-boundary--\r\n");
        let parts = read_all(&body, "q7Zp0-boundary", &sizes, 4096).unwrap();
        prop_assert_eq!(parts.into_iter().map(|part| part.2).collect::<Vec<_>>(), contents);
    }
}
