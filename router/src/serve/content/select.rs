//! Selection: the head of a request -> how its content is read, or why it is refused (BOD-002 to BOD-006, HTTP-007, HTTP-009).
//!
//! Takes: a content plan and a request head; nothing of the body. Gives: a [`Selected`], or `None` where there is no
//! content. Allocates nothing; never panics.
//!
//! | Question | Answer |
//! |---|---|
//! | Is there content? | yes with `Transfer-Encoding`, with a `Content-Length` above 0, or with `Content-Length: 0` and a `Content-Type` where the operation has a request body; else no (RFC 9110 §8.6) |
//! | an operation without a request body | takes no content: 415, and no hint |
//! | QUERY | content is required wherever the operation describes some (HTTP-016) |
//! | empty content | read by its media type: no JSON text, but a text, form or file of length 0 |
//! | no `Content-Type` | taken for `application/octet-stream` (RFC 9110 §8.3), never guessed from the octets; 415 where that is not declared |
//! | several or malformed `Content-Type` | 415 |
//! | `Content-Encoding` | only `identity`; else 415 |
//! | `charset` | `utf-8` and `us-ascii`; for `text/*`, decoded XML apart, also `iso-8859-1`; else 415 |
//! | longer than allowed | 413 at once, when `Content-Length` says so |

use super::ContentError;
use super::error::ContentError as E;
use super::field_syntax::ListElements;
use super::media_type::MediaType;
use super::plan::{ContentPlan, MediaTypePlan};
use super::read::ContentLimits;
use crate::serve::RequestHead;

/// What the head says of the length of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// Neither `Content-Length` nor `Transfer-Encoding`.
    Nothing,
    /// So many octets.
    Length(u64),
    /// As many as come: the length shows at the end.
    Unknown,
}

impl Announced {
    /// Reads `Transfer-Encoding` and `Content-Length`; the transport has refused contradictions (HTTP-012).
    ///
    /// # Errors
    /// [`ContentError::LengthMalformed`].
    pub fn of(head: &RequestHead<'_>) -> Result<Self, ContentError> {
        if head.field("transfer-encoding").is_some() {
            return Ok(Self::Unknown);
        }
        let Some(line) = head.field("content-length") else { return Ok(Self::Nothing) };
        let digits = line.text().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|text| text.parse().ok()).map(Self::Length).ok_or(E::LengthMalformed)
    }
}

/// How octets are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// One JSON text (BOD-007).
    Json,
    /// `application/x-www-form-urlencoded` (ENC-001).
    Form,
    /// `multipart/*` (ENC-012).
    Multipart,
    /// One XML text, where a schema describes it (SCH-025).
    Xml,
    /// Text, converted by type (BOD-010).
    Text(Charset),
    /// Octets in memory that no schema is applied to, `maxLength` aside (BOD-014, BOD-015).
    Octets,
    /// Octets that the handler pulls itself (BOD-008).
    Stream,
}

/// The charsets that are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and US-ASCII as its part: also what is meant where nothing is said.
    #[default]
    Utf8,
    /// ISO-8859-1: each octet is the character of its number.
    Latin1,
}

impl Charset {
    fn of(media_type: &MediaType<'_>) -> Result<Self, ContentError> {
        let Some(name) = media_type.parameter("charset") else { return Ok(Self::Utf8) };
        let is_one_of = |words: &[&str]| words.iter().any(|word| name.is_ascii_word(word));
        if is_one_of(&["utf-8", "utf8", "us-ascii", "ascii"]) {
            Ok(Self::Utf8)
        } else if is_one_of(&["iso-8859-1", "latin1"]) {
            Ok(Self::Latin1)
        } else {
            Err(E::CharsetUnsupported)
        }
    }
}

/// The content of a request, not read yet: its media type, its plan and how it will be read.
#[derive(Clone, Copy, Debug)]
pub struct Selected<'p, 'r> {
    plan: &'p MediaTypePlan,
    media_type: MediaType<'r>,
    reading: Reading,
}

impl<'p, 'r> Selected<'p, 'r> {
    /// The entry of the `content` map that applies.
    #[must_use]
    pub const fn plan(&self) -> &'p MediaTypePlan {
        self.plan
    }

    /// The media type of the request's content.
    #[must_use]
    pub const fn media_type(&self) -> MediaType<'r> {
        self.media_type
    }

    /// How the octets are read.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// The most octets that are read: the operation's own limit or that for all, or `maxLength` of a binary schema where that is less (BOD-015).
    #[must_use]
    pub fn bytes_max(&self, limits: &ContentLimits) -> u64 {
        let bytes_max = self.plan.bytes_max().unwrap_or(limits.bytes_max);
        match self.reading {
            Reading::Octets | Reading::Stream => {
                self.plan.octets_max().map_or(bytes_max, |octets| octets.min(bytes_max))
            }
            Reading::Json | Reading::Xml | Reading::Form | Reading::Multipart | Reading::Text(_) => bytes_max,
        }
    }
}

/// Decides from the head alone what content the request has and how it is read.
///
/// # Errors
/// The first [`ContentError`] that the head shows: missing content, media type, coding or length.
pub fn select<'p, 'r>(
    plan: &'p ContentPlan,
    head: &RequestHead<'r>,
    limits: &ContentLimits,
) -> Result<Option<Selected<'p, 'r>>, ContentError> {
    let announced = Announced::of(head)?;
    let mut lines = head.fields_named("content-type");
    let line = lines.next();
    let present = match announced {
        Announced::Nothing => false,
        Announced::Length(0) => line.is_some() && !plan.media_types().is_empty(),
        Announced::Length(_) => true,
        Announced::Unknown => true,
    };
    if !present {
        // The content of QUERY is the query itself (HTTP-016).
        let is_query = head.method().as_str() == "QUERY" && !plan.media_types().is_empty();
        return if plan.required() || is_query { Err(E::Missing) } else { Ok(None) };
    }
    if lines.next().is_some() {
        return Err(E::MediaTypeRepeated);
    }
    check_coding(head)?;
    let selected = match line {
        Some(line) => select_text(plan, line.text().unwrap_or_default())?,
        None => select_media_type(plan, MediaType::OCTET_STREAM).map_err(|_| E::MediaTypeMissing)?,
    };
    let bytes_max = selected.bytes_max(limits);
    match announced {
        Announced::Length(length) if length > bytes_max => Err(E::TooLarge { bytes_max }),
        Announced::Length(_) | Announced::Unknown | Announced::Nothing => Ok(Some(selected)),
    }
}

/// Selects the plan for the text of a `Content-Type` field.
pub(crate) fn select_text<'p, 'r>(
    plan: &'p ContentPlan,
    text: &'r str,
) -> Result<Selected<'p, 'r>, ContentError> {
    if let Some((plan, media_type, reading)) = plan.known(text) {
        return Ok(Selected { plan, media_type, reading });
    }
    select_media_type(plan, MediaType::parse_concrete(text).map_err(E::MediaTypeMalformed)?)
}

/// Selects the plan for a media type; [`select`] does so for a whole head.
///
/// # Errors
/// [`ContentError::MediaTypeUndeclared`], [`ContentError::CharsetUnsupported`], or a fault of the boundary.
pub fn select_media_type<'p, 'r>(
    plan: &'p ContentPlan,
    media_type: MediaType<'r>,
) -> Result<Selected<'p, 'r>, ContentError> {
    let plan = plan.of(&media_type).ok_or(E::MediaTypeUndeclared)?;
    let reading = reading_of(plan, &media_type)?;
    Ok(Selected { plan, media_type, reading })
}

pub(super) fn reading_of(plan: &MediaTypePlan, media_type: &MediaType<'_>) -> Result<Reading, ContentError> {
    let is_xml = media_type.is_xml() && plan.value().xml.is_some();
    if media_type.is_json() || is_xml {
        return match Charset::of(media_type)? {
            Charset::Utf8 => Ok(if is_xml { Reading::Xml } else { Reading::Json }),
            Charset::Latin1 => Err(E::CharsetUnsupported),
        };
    }
    if media_type.is("application", "x-www-form-urlencoded") {
        return Ok(Reading::Form);
    }
    if media_type.type_name().eq_ignore_ascii_case("multipart") {
        super::multipart::check_boundary_of(media_type)?;
        return Ok(Reading::Multipart);
    }
    if media_type.type_name().eq_ignore_ascii_case("text") {
        return Charset::of(media_type).map(Reading::Text);
    }
    Ok(if plan.has_schema() { Reading::Octets } else { Reading::Stream })
}

/// Whether content of this entry may be left to the handler as a stream; of a range it depends on the request.
pub(crate) fn reads_stream(plan: &MediaTypePlan) -> bool {
    matches!(reading_of(plan, &plan.media_type()), Ok(Reading::Stream))
}

/// Whether content of this entry is one JSON or XML text, which has a bound of its own whatever is chosen.
pub(crate) fn reads_text(plan: &MediaTypePlan) -> bool {
    matches!(reading_of(plan, &plan.media_type()), Ok(Reading::Json | Reading::Xml))
}

/// Only `identity` is decoded so far (HTTP-009).
fn check_coding(head: &RequestHead<'_>) -> Result<(), ContentError> {
    let mut lines = head.fields_named("content-encoding");
    let plain = lines.all(|line| {
        let mut codings = ListElements::new(line.text().unwrap_or("?"));
        codings.all(|coding| coding.eq_ignore_ascii_case("identity"))
    });
    if plain { Ok(()) } else { Err(E::CodingUnsupported) }
}
