//! URIs of documents and schema resources, and how references resolve against them (RFC 3986 §5, §6).
//!
//! Takes: the text of URIs, URI references and file paths. Gives: absolute URIs without fragment, in a
//! normal form, so that two spellings of one identifier compare equal. Assumes nothing. Never panics.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fluent_uri::UriRef;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::limits::load::TEXT_SHOWN_CHARS_MAX as SHOWN;

/// What RFC 3986 does not let stand raw anywhere in a URI; `%` is looked at apart.
const ILLEGAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// What must be escaped when the bytes of a file path become the path of a URI.
const PATH: &AsciiSet = &ILLEGAL.add(b'%').add(b'?').add(b'#').add(b'[').add(b']');

/// The base of relative retrieval URIs, and so of documents that have none (RFC 3986 §5.1.4).
pub(crate) const DEFAULT_BASE: &str = "description:///";

/// An absolute URI without a fragment, normalised by case, percent-encoding, dot segments and default
/// port (RFC 3986 §6.2.2, §6.2.3); the identity of a document or of a schema resource.
///
/// ```
/// use brrtrouter::description::Uri;
///
/// let base = Uri::parse("HTTPS://Example.com:443/api/openapi.yaml")?;
/// assert_eq!(base.as_str(), "https://example.com/api/openapi.yaml");
/// let (target, fragment) = base.join("../schemas/pet.yaml#/Pet")?;
/// assert_eq!(target.as_str(), "https://example.com/schemas/pet.yaml");
/// assert_eq!(fragment, Some("/Pet"));
/// # Ok::<(), brrtrouter::description::UriError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uri(Arc<str>);

/// Why a text is no URI, or could not be resolved to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriError {
    /// The text breaks the grammar of RFC 3986 at byte `index`.
    Grammar {
        /// The text.
        text: String,
        /// The offending byte.
        index: usize,
    },
    /// A relative reference stands where an absolute URI is needed.
    Relative {
        /// The text.
        text: String,
    },
    /// A relative reference cannot be resolved against a base without hierarchy, such as `urn:` (RFC 3986 §5.2).
    OpaqueBase {
        /// The base.
        base: Uri,
        /// The reference.
        reference: String,
    },
    /// A file path that cannot be written as a URI: not UTF-8, or not absolute.
    Path {
        /// The path, as far as it can be shown.
        path: String,
    },
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grammar { text, index } => {
                write!(
                    f,
                    "`{text:.SHOWN$}` is not a URI reference: character at byte {index} is not allowed there"
                )
            }
            Self::Relative { text } => write!(f, "`{text:.SHOWN$}` is relative, an absolute URI is needed"),
            Self::OpaqueBase { base, reference } => {
                write!(
                    f,
                    "`{reference:.SHOWN$}` cannot be resolved against `{base:.SHOWN$}`, which has no hierarchical path"
                )
            }
            Self::Path { path } => write!(f, "`{path}` is not an absolute path in UTF-8"),
        }
    }
}

impl std::error::Error for UriError {}

impl Uri {
    /// An absolute URI; a fragment is cut off.
    ///
    /// # Errors
    /// [`UriError::Grammar`], or [`UriError::Relative`] when there is no scheme.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let (text, _) = split_fragment(text);
        let tidy = tidy(text);
        let reference = parse_reference(&tidy)?;
        let uri =
            fluent_uri::Uri::try_from(reference).map_err(|_| UriError::Relative { text: text.to_owned() })?;
        Ok(Self::normal(&uri.normalize().into_string()))
    }

    /// The `file:` URI of an absolute path (RFC 8089).
    ///
    /// # Errors
    /// [`UriError::Path`] when the path is relative or not UTF-8.
    pub fn from_path(path: &Path) -> Result<Self, UriError> {
        let failure = || UriError::Path { path: path.display().to_string() };
        let text = path.to_str().filter(|text| text.starts_with('/')).ok_or_else(failure)?;
        Self::parse(&format!("file://{}", utf8_percent_encode(text, PATH)))
    }

    /// The path of a `file:` URI without host; `None` for every other URI.
    #[must_use]
    pub fn to_path(&self) -> Option<PathBuf> {
        let path = self.0.strip_prefix("file://")?;
        let path = path.split('?').next().filter(|path| path.starts_with('/'))?;
        let path = percent_decode_str(path).decode_utf8().ok()?;
        (!path.contains('\0')).then(|| PathBuf::from(&*path))
    }

    /// Resolves a URI reference against this base (RFC 3986 §5.2); gives the absolute URI and the
    /// fragment as written, still percent-encoded.
    ///
    /// # Errors
    /// [`UriError::Grammar`] or [`UriError::OpaqueBase`].
    pub fn join<'r>(&self, reference: &'r str) -> Result<(Self, Option<&'r str>), UriError> {
        let (text, fragment) = split_fragment(reference);
        if fragment.is_some_and(|fragment| fragment.contains('#')) {
            let index = text.len().saturating_add(1);
            return Err(UriError::Grammar { text: reference.to_owned(), index });
        }
        if text.is_empty() {
            return Ok((self.clone(), fragment));
        }
        let tidy = tidy(text);
        let parsed = parse_reference(&tidy)?;
        let base = fluent_uri::Uri::parse(&*self.0)
            .map_err(|_| UriError::Relative { text: self.0.as_ref().to_owned() })?;
        let resolved = parsed
            .resolve_against(&base)
            .map_err(|_| UriError::OpaqueBase { base: self.clone(), reference: reference.to_owned() })?;
        Ok((Self::normal(&resolved.normalize().into_string()), fragment))
    }

    /// What `fluent-uri` leaves to the scheme.
    fn normal(text: &str) -> Self {
        let Some((scheme, rest)) = text.split_once(':') else { return Self(text.into()) };
        // RFC 8089 §2: no host and `localhost` mean the same machine.
        if scheme == "file" {
            let path = rest.strip_prefix("//localhost/").or_else(|| rest.strip_prefix("///"));
            let path = path.or_else(|| rest.strip_prefix('/').filter(|path| !path.starts_with('/')));
            return path.map_or_else(|| Self(text.into()), |path| Self(format!("file:///{path}").into()));
        }
        // RFC 3986 §6.2.3: an empty path after an authority equals `/`.
        if let Some(authority) = rest.strip_prefix("//").filter(|_| matches!(scheme, "http" | "https")) {
            let end = authority.find(['/', '?']).unwrap_or(authority.len());
            let (host, tail) = authority.split_at(end);
            if !tail.starts_with('/') {
                return Self(format!("{scheme}://{host}/{tail}").into());
            }
        }
        Self(text.into())
    }

    /// The URI's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a user would write it: without the default base that relative retrieval URIs are given.
    pub(crate) fn relative_to_default(&self) -> &str {
        self.0.strip_prefix(DEFAULT_BASE).filter(|text| !text.is_empty()).unwrap_or(&self.0)
    }

    /// The scheme, in lower case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The host, in lower case, without user information and port; `None` when there is no authority.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let uri = fluent_uri::Uri::parse(&*self.0).ok()?;
        uri.authority().map(|authority| authority.host().to_owned())
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for Uri {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Whether `reference` already has URI-reference form, or was only read leniently (spaces, braces and
/// non-ASCII characters are taken as if percent-encoded).
#[must_use]
pub(crate) fn has_reference_form(reference: &str) -> bool {
    UriRef::parse(reference).is_ok()
}

/// Everything before the first `#`, and everything after it.
fn split_fragment(text: &str) -> (&str, Option<&str>) {
    text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)))
}

/// Percent-encodes what may not stand raw in a URI, so that `my file.yaml` names the file it means.
fn tidy(text: &str) -> Cow<'_, str> {
    Cow::from(utf8_percent_encode(text, ILLEGAL))
}

fn parse_reference(text: &str) -> Result<UriRef<&str>, UriError> {
    UriRef::parse(text).map_err(|error| UriError::Grammar { text: text.to_owned(), index: error.index() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, reference: &str, expected: &str) {
        let base = Uri::parse(base).unwrap();
        let joined = base.join(reference).map(|(uri, fragment)| match fragment {
            Some(fragment) => format!("{uri}#{fragment}"),
            None => uri.to_string(),
        });
        assert_eq!(joined.as_deref().ok(), Some(expected), "{reference} against {base}: {joined:?}");
    }

    /// The examples of RFC 3986 §5.4.1 and §5.4.2, whose base is one and the same.
    #[test]
    fn references_resolve_as_the_rfc_shows() {
        let examples = [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
            ("http:g", "http:g"),
        ];
        for (reference, expected) in examples {
            check("http://a/b/c/d;p?q", reference, expected);
        }
    }

    #[test]
    fn file_names_are_understood_as_people_write_them() {
        let base = "file:///home/me/api/openapi.yaml";
        check(base, "pets.yaml#/Pet", "file:///home/me/api/pets.yaml#/Pet");
        check(base, "./my pets.yaml", "file:///home/me/api/my%20pets.yaml");
        check(base, "../common/é.yaml", "file:///home/me/common/%C3%A9.yaml");
        check(base, "/etc/passwd", "file:///etc/passwd");
        check(base, "#/paths/~1pets~1{id}", "file:///home/me/api/openapi.yaml#/paths/~1pets~1{id}");
        check("urn:example:a", "#b", "urn:example:a#b");
    }

    #[test]
    fn spellings_of_one_identifier_are_equal() {
        let same = [
            ("HTTP://EXAMPLE.com", "http://example.com/"),
            ("http://example.com:80/", "http://example.com/"),
            ("https://example.com:443?q", "https://example.com/?q"),
            ("http://example.com/%7efoo/%c3", "http://example.com/~foo/%C3"),
            ("http://example.com/a/../b#c", "http://example.com/b"),
            ("file:/a/b", "file:///a/b"),
            ("file://localhost/a/b", "file:///a/b"),
        ];
        for (written, normal) in same {
            assert_eq!(Uri::parse(written).unwrap().as_str(), normal, "{written}");
            assert_eq!(Uri::parse(normal).unwrap().as_str(), normal);
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for text in ["", "relative.yaml", "#fragment", "http://[", "1:x", "%zz:", "http://a/%4"] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
        let urn = Uri::parse("urn:example:a").unwrap();
        assert!(matches!(urn.join("b"), Err(UriError::OpaqueBase { .. })));
        assert!(matches!(urn.join("#a#b"), Err(UriError::Grammar { index: 1, .. })));
    }

    #[test]
    fn paths_survive_the_way_there_and_back() {
        for path in ["/", "/a/b.yaml", "/with space/é#?%25.yaml", "/[x]/{y}"] {
            let uri = Uri::from_path(Path::new(path)).unwrap();
            assert_eq!(uri.to_path().as_deref(), Some(Path::new(path)), "{uri}");
        }
        assert!(Uri::from_path(Path::new("relative")).is_err());
        for text in ["file://host/a", "https://host/a", "file:///a%00b", "urn:a"] {
            assert_eq!(Uri::parse(text).unwrap().to_path(), None, "{text}");
        }
        assert_eq!(Uri::parse("https://u:p@Example.com:8/a").unwrap().host().as_deref(), Some("example.com"));
    }
}
