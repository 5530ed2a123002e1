//! `contentEncoding`: octets that text embeds (BOD-012, JSON Schema Validation §8.3, RFC 4648).
//!
//! Takes: the value of the keyword and a string. Gives: the octets. It has nothing to do with the field
//! `Content-Encoding`. Never panics.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// An encoding of octets as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentEncoding {
    /// RFC 4648 §4, padded.
    Base64,
    /// RFC 4648 §5, padded or not.
    Base64Url,
    /// RFC 4648 §8, in either case.
    Base16,
}

/// The text is not in the encoding that its schema names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentEncodingError;

impl fmt::Display for ContentEncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not in its content encoding")
    }
}

impl std::error::Error for ContentEncodingError {}

const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new());
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl ContentEncoding {
    /// The encoding of a `contentEncoding` keyword; `None` for one that is not decoded here.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let named = [("base64", Self::Base64), ("base64url", Self::Base64Url), ("base16", Self::Base16)];
        named.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, encoding)| encoding)
    }

    /// The octets that `text` embeds.
    ///
    /// ```
    /// use brrtrouter::content::ContentEncoding;
    ///
    /// assert_eq!(ContentEncoding::Base64Url.decode("_-8"), Ok(vec![0xFF, 0xEF]));
    /// assert!(ContentEncoding::Base64.decode("_-8=").is_err());
    /// ```
    ///
    /// # Errors
    /// [`ContentEncodingError`] where the text holds anything else, white space too.
    pub fn decode(self, text: &str) -> Result<Vec<u8>, ContentEncodingError> {
        match self {
            Self::Base64 => BASE64.decode(text).map_err(|_| ContentEncodingError),
            Self::Base64Url => BASE64_URL.decode(text).map_err(|_| ContentEncodingError),
            Self::Base16 => decode_base16(text).ok_or(ContentEncodingError),
        }
    }
}

fn decode_base16(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let cases: &[(&str, &str, Option<&[u8]>)] = &[
            ("base64", "", Some(b"")),
            ("base64", "AP8=", Some(&[0, 0xFF])),
            ("Base64", "+/8=", Some(&[0xFB, 0xFF])),
            ("base64", "AP8", None),
            ("base64", "AP9=", None),
            ("base64", "-_8=", None),
            ("base64", "AP 8=", None),
            ("base64url", "-_8", Some(&[0xFB, 0xFF])),
            ("base64url", "-_8=", Some(&[0xFB, 0xFF])),
            ("base64url", "+/8", None),
            ("base16", "00fF", Some(&[0, 0xFF])),
            ("base16", "0", None),
            ("base16", "0g", None),
            ("base16", "\u{e9}", None),
        ];
        for (name, text, expected) in cases {
            let found = ContentEncoding::from_name(name).unwrap().decode(text);
            assert_eq!(found.ok().as_deref(), *expected, "{name} {text:?}");
        }
        assert_eq!(ContentEncoding::from_name("quoted-printable"), None);
    }
}
