//! Multipart content, pulled part by part (RFC 2046 §5.1, RFC 7578, ENC-019).
//!
//! Takes: a body source and the boundary of its `Content-Type`. Gives: one [`PartHead`] after the other and
//! the octets of each part on demand. Memory is bounded by one buffer of
//! [`limits::content::MULTIPART_BUFFER_BYTES`], whatever the body holds. The outcome depends on the octets
//! alone, never on the pieces in which they arrive. Never panics.
//!
//! What is accepted: preamble and epilogue are passed over; spaces and tabs may follow a boundary on its
//! line; a part may be empty. What is refused: line ends other than CRLF around a boundary are data;
//! a boundary that goes on with other characters is malformed, since RFC 2046 calls the prefix
//! a delimiter; a missing closing boundary is an error, so that a cut body is never taken for a whole one.

use std::fmt;

use arrayvec::ArrayVec;
use memchr::memmem;

use super::media_type::MediaType;
use super::part_head::{PartHead, parse_part_head};
use crate::limits::content::{
    BOUNDARY_BYTES_MAX, BOUNDARY_PADDING_BYTES_MAX, MULTIPART_BUFFER_BYTES, PART_BYTES_MAX,
    PART_HEAD_BYTES_MAX, PARTS_MAX,
};
use crate::serve::{BodyError, BodySource};

/// The rule that multipart content breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MultipartRule {
    /// The media type has no `boundary` parameter.
    BoundaryMissing,
    /// The boundary is empty, longer than 70 characters, or holds one that RFC 2046 §5.1.1 does not allow.
    BoundaryMalformed,
    /// The body ends without the first boundary.
    DelimiterMissing,
    /// A boundary is followed by something else on its line.
    DelimiterMalformed,
    /// The body ends without the closing boundary.
    FinalDelimiterMissing,
    /// The body ends within the field lines of a part.
    HeadUnfinished,
    /// The field lines of a part are longer than allowed.
    HeadTooLong,
    /// A field line of a part is not `name: value`, or not UTF-8, or holds a control character.
    FieldMalformed,
    /// A part has more field lines than allowed.
    FieldsTooMany,
    /// A field that has one value is given twice.
    FieldRepeated,
    /// `Content-Disposition` is malformed.
    DispositionMalformed,
    /// A part's `Content-Type` is malformed.
    ContentTypeMalformed,
    /// More parts than allowed.
    PartsTooMany,
    /// A part is longer than allowed.
    PartTooLong,
}

impl MultipartRule {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::BoundaryMissing => "the media type has no boundary",
            Self::BoundaryMalformed => "the boundary is malformed",
            Self::DelimiterMissing => "the boundary does not occur in the body",
            Self::DelimiterMalformed => "a boundary is followed by something else",
            Self::FinalDelimiterMissing => "the closing boundary is missing",
            Self::HeadUnfinished => "the body ends within the field lines of a part",
            Self::HeadTooLong => "the field lines of a part are longer than allowed",
            Self::FieldMalformed => "a field line of a part is malformed",
            Self::FieldsTooMany => "a part has more field lines than allowed",
            Self::FieldRepeated => "a field of a part is given twice",
            Self::DispositionMalformed => "the Content-Disposition of a part is malformed",
            Self::ContentTypeMalformed => "the Content-Type of a part is malformed",
            Self::PartsTooMany => "there are more parts than allowed",
            Self::PartTooLong => "a part is longer than allowed",
        }
    }

    /// Whether a bound was broken rather than the grammar.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::HeadTooLong | Self::FieldsTooMany | Self::PartsTooMany | Self::PartTooLong)
    }
}

/// Why multipart content was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipartError {
    /// A rule is broken.
    Content {
        /// The rule.
        rule: MultipartRule,
        /// Where, in bytes from the start of the body: of the part's head or content, or of the boundary.
        offset: u64,
    },
    /// The body could not be read.
    Body(BodyError),
}

impl MultipartError {
    /// A broken rule at a place of the body.
    pub(super) const fn new(rule: MultipartRule, offset: u64) -> Self {
        Self::Content { rule, offset }
    }
}

impl From<BodyError> for MultipartError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl fmt::Display for MultipartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content { rule, offset } => write!(f, "{} (at byte {offset})", rule.message()),
            Self::Body(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MultipartError {}

/// The bounds of one multipart body; the whole is bounded by its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultipartLimits {
    /// The most parts.
    pub parts_max: u32,
    /// The most bytes of one part's content.
    pub part_bytes_max: u64,
}

impl Default for MultipartLimits {
    fn default() -> Self {
        Self { parts_max: PARTS_MAX, part_bytes_max: PART_BYTES_MAX }
    }
}

/// `CRLF -- boundary`.
type Delimiter = ArrayVec<u8, { BOUNDARY_BYTES_MAX + 4 }>;

/// Where the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Preamble,
    Content,
    Finished,
}

/// A multipart body, read part by part.
///
/// ```
/// use brrtrouter::BytesBody;
/// use brrtrouter::content::{Multipart, MultipartLimits};
///
/// let text = "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n";
/// let mut body = BytesBody::new(text.as_bytes());
/// let mut parts = Multipart::new(&mut body, "b", MultipartLimits::default())?;
/// while let Some(head) = parts.next_part()? {
///     assert_eq!(head.name(), Some("id"));
///     let mut octets = [0; 16];
///     assert_eq!(parts.read(&mut octets)?, 1);
/// }
/// # Ok::<(), brrtrouter::content::MultipartError>(())
/// ```
pub struct Multipart<'b> {
    source: &'b mut dyn BodySource,
    delimiter: Delimiter,
    finder: memmem::Finder<'static>,
    limits: MultipartLimits,
    state: State,
    buffer: Vec<u8>,
    /// What of the buffer is read from the source and not yet given out.
    start: usize,
    end: usize,
    source_ended: bool,
    /// The place of `start` in the body.
    offset: u64,
    /// Octets from `start` on that are known to be content.
    content: usize,
    /// The length of the delimiter that is known to follow the content; 0 while none is found.
    delimiter_found: usize,
    content_start: u64,
    parts: u32,
}

impl fmt::Debug for Multipart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart")
            .field("state", &self.state)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// The boundary of a multipart media type, with its escapes read.
///
/// # Errors
/// [`MultipartRule::BoundaryMissing`].
pub fn boundary_of<'t>(media_type: &MediaType<'t>) -> Result<std::borrow::Cow<'t, str>, MultipartError> {
    let value = media_type.parameter("boundary");
    value.map(|value| value.text()).ok_or(MultipartError::new(MultipartRule::BoundaryMissing, 0))
}

/// Whether a boundary is there and well formed, so that it is refused before the body is asked for.
pub(super) fn check_boundary_of(media_type: &MediaType<'_>) -> Result<(), MultipartError> {
    let boundary = boundary_of(media_type)?;
    if is_boundary(&boundary) {
        Ok(())
    } else {
        Err(MultipartError::new(MultipartRule::BoundaryMalformed, 0))
    }
}

fn is_boundary(text: &str) -> bool {
    let length = 1..=BOUNDARY_BYTES_MAX;
    length.contains(&text.len()) && !text.ends_with(' ') && text.bytes().all(is_boundary_byte)
}

impl<'b> Multipart<'b> {
    /// Starts reading; nothing is pulled yet.
    ///
    /// # Errors
    /// [`MultipartRule::BoundaryMalformed`].
    pub fn new(
        source: &'b mut dyn BodySource,
        boundary: &str,
        limits: MultipartLimits,
    ) -> Result<Self, MultipartError> {
        let malformed = MultipartError::new(MultipartRule::BoundaryMalformed, 0);
        if !is_boundary(boundary) {
            return Err(malformed);
        }
        let mut delimiter = Delimiter::new();
        let copied = delimiter.try_extend_from_slice(b"\r\n--");
        copied.and_then(|()| delimiter.try_extend_from_slice(boundary.as_bytes())).map_err(|_| malformed)?;
        Ok(Self {
            source,
            finder: memmem::Finder::new(&delimiter).into_owned(),
            delimiter,
            limits,
            state: State::Preamble,
            buffer: vec![0; MULTIPART_BUFFER_BYTES],
            start: 0,
            end: 0,
            source_ended: false,
            offset: 0,
            content: 0,
            delimiter_found: 0,
            content_start: 0,
            parts: 0,
        })
    }

    /// The head of the next part, passing over what is left of the current one; `None` behind the last.
    ///
    /// # Errors
    /// The first [`MultipartError`]; nothing may be read after one.
    pub fn next_part(&mut self) -> Result<Option<PartHead>, MultipartError> {
        match self.state {
            State::Preamble => self.skip_preamble()?,
            State::Content => while self.advance(usize::MAX)? > 0 {},
            State::Finished => return Ok(None),
        }
        self.consume(self.delimiter_found);
        self.delimiter_found = 0;
        if self.line_of_delimiter_closes()? {
            self.state = State::Finished;
            return Ok(None);
        }
        if self.parts >= self.limits.parts_max {
            return Err(MultipartError::new(MultipartRule::PartsTooMany, self.offset));
        }
        self.parts = self.parts.saturating_add(1);
        let head = self.read_head()?;
        self.state = State::Content;
        self.content_start = self.offset;
        // The CRLF of the empty line may already belong to the delimiter: a part without content.
        self.fill_to(self.dash_boundary().len())?;
        if self.window().starts_with(self.dash_boundary()) {
            self.delimiter_found = self.dash_boundary().len();
        }
        Ok(Some(head))
    }

    /// Reads content of the current part; 0 is its end.
    ///
    /// # Errors
    /// The first [`MultipartError`]; nothing may be read after one.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, MultipartError> {
        if self.state != State::Content || buffer.is_empty() {
            return Ok(0);
        }
        self.find_content()?;
        let count = self.content.min(buffer.len());
        if let (Some(from), Some(to)) = (self.window().get(..count), buffer.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.advance(count)
    }

    /// Where the next octet to be read stands, in bytes from the start of the body.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Passes over at most `count` octets of the current part and tells how many; 0 is its end.
    ///
    /// # Errors
    /// The first [`MultipartError`]; nothing may be read after one.
    pub fn advance(&mut self, count: usize) -> Result<usize, MultipartError> {
        if self.state != State::Content {
            return Ok(0);
        }
        self.find_content()?;
        let count = self.content.min(count);
        self.consume(count);
        self.content = self.content.saturating_sub(count);
        if self.offset.saturating_sub(self.content_start) > self.limits.part_bytes_max {
            return Err(MultipartError::new(MultipartRule::PartTooLong, self.content_start));
        }
        Ok(count)
    }

    /// Reads the epilogue to the end of the body, so that the source is left empty.
    ///
    /// # Errors
    /// A [`BodyError`] of the source.
    pub fn finish(&mut self) -> Result<(), MultipartError> {
        while self.next_part()?.is_some() {}
        self.consume(self.window().len());
        while self.fill()? {
            self.consume(self.window().len());
        }
        Ok(())
    }

    fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn dash_boundary(&self) -> &[u8] {
        self.delimiter.get(2..).unwrap_or_default()
    }

    fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
        self.offset = self.offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Reads once more from the source; `false` at its end.
    fn fill(&mut self) -> Result<bool, MultipartError> {
        if self.source_ended {
            return Ok(false);
        }
        if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = self.source.read(free)?.min(free.len());
        self.source_ended = count == 0;
        self.end = self.end.saturating_add(count);
        Ok(count > 0)
    }

    /// Reads until `count` octets are there or the source has ended.
    fn fill_to(&mut self, count: usize) -> Result<(), MultipartError> {
        while self.window().len() < count && self.fill()? {}
        Ok(())
    }

    /// Finds out how much of the buffer is content, reading as little as that takes.
    fn find_content(&mut self) -> Result<(), MultipartError> {
        while self.content == 0 && self.delimiter_found == 0 {
            // An octet is content when so much follows that no delimiter can start with it.
            let undecided = self.delimiter.len().saturating_sub(1);
            if let Some(at) = self.finder.find(self.window()) {
                self.content = at;
                self.delimiter_found = self.delimiter.len();
            } else if self.window().len() > undecided {
                self.content = self.window().len().saturating_sub(undecided);
            } else if !self.fill()? {
                let end = self.offset.saturating_add(u64::try_from(self.window().len()).unwrap_or(u64::MAX));
                return Err(MultipartError::new(MultipartRule::FinalDelimiterMissing, end));
            }
        }
        Ok(())
    }

    /// Stops before the first delimiter, which may be the very start of the body.
    fn skip_preamble(&mut self) -> Result<(), MultipartError> {
        self.fill_to(self.dash_boundary().len())?;
        if self.window().starts_with(self.dash_boundary()) {
            self.delimiter_found = self.dash_boundary().len();
            return Ok(());
        }
        loop {
            match self.find_content() {
                Ok(()) => {}
                Err(MultipartError::Content { offset, .. }) => {
                    return Err(MultipartError::new(MultipartRule::DelimiterMissing, offset));
                }
                Err(MultipartError::Body(error)) => return Err(error.into()),
            }
            if self.content == 0 {
                return Ok(());
            }
            self.consume(self.content);
            self.content = 0;
        }
    }

    /// Reads what follows a boundary on its line and tells whether it was the closing one.
    fn line_of_delimiter_closes(&mut self) -> Result<bool, MultipartError> {
        let malformed = MultipartError::new(MultipartRule::DelimiterMalformed, self.offset);
        self.fill_to(2)?;
        let closes = self.window().starts_with(b"--");
        if closes {
            self.consume(2);
        }
        self.fill_to(BOUNDARY_PADDING_BYTES_MAX.saturating_add(2))?;
        let is_padding = |byte: &u8| matches!(byte, b' ' | b'\t');
        let padding = self.window().iter().take_while(|byte| is_padding(byte)).count();
        let rest = self.window().get(padding..).unwrap_or_default();
        if padding > BOUNDARY_PADDING_BYTES_MAX {
            return Err(malformed);
        }
        if rest.starts_with(b"\r\n") {
            self.consume(padding.saturating_add(2));
            return Ok(closes);
        }
        match (closes, rest) {
            (true, []) => {
                self.consume(padding);
                Ok(true)
            }
            (false, [] | [b'\r']) => {
                Err(MultipartError::new(MultipartRule::FinalDelimiterMissing, self.offset))
            }
            _ => Err(malformed),
        }
    }

    fn read_head(&mut self) -> Result<PartHead, MultipartError> {
        let place = self.offset;
        let fail = |rule| MultipartError::new(rule, place);
        let mut searched = 0_usize;
        self.fill_to(2)?;
        let length = loop {
            if let Some(length) = end_of_head(self.window(), searched) {
                break length;
            }
            searched = self.window().len().saturating_sub(3);
            if self.window().len() > PART_HEAD_BYTES_MAX {
                return Err(fail(MultipartRule::HeadTooLong));
            }
            if !self.fill()? {
                return Err(fail(MultipartRule::HeadUnfinished));
            }
        };
        if length > PART_HEAD_BYTES_MAX {
            return Err(fail(MultipartRule::HeadTooLong));
        }
        let head = parse_part_head(self.window().get(..length).unwrap_or_default()).map_err(fail)?;
        self.consume(length);
        Ok(head)
    }
}

/// The length of the field lines with the empty line behind them; only looked for from `searched` on.
fn end_of_head(window: &[u8], searched: usize) -> Option<usize> {
    if window.starts_with(b"\r\n") {
        return Some(2);
    }
    let found = memmem::find(window.get(searched..)?, b"\r\n\r\n")?;
    Some(searched.saturating_add(found).saturating_add(4))
}

/// `bchars` of RFC 2046 §5.1.1.
const fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'\'' | b'(' | b')' | b'+' | b'_' | b',' | b'-' | b'.' | b'/' | b':' | b'=' | b'?' | b' '
        )
}
