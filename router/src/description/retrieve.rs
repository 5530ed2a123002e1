//! Where documents come from that nobody handed in: files below a root directory, or a retriever of the
//! user's own, which alone may use a network (REF-010, REF-027).
//!
//! Takes: an absolute URI. Gives: bytes, and the URI they really came from. Assumes that a retriever keeps to
//! the limits it is given; they are checked again. Never panics.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::{Code, Uri};

/// Gets a document that a reference names. Network access exists only where a user implements this; wrap it
/// in an [`AllowList`].
pub trait Retrieve {
    /// The document at `uri`.
    ///
    /// # Errors
    /// [`RetrieveError`]; it becomes a diagnostic at the reference that named the document.
    fn retrieve(&self, uri: &Uri, limits: &RetrieveLimits) -> Result<Retrieved, RetrieveError>;
}

/// What a retriever must keep to.
#[derive(Clone, Copy, Debug)]
pub struct RetrieveLimits {
    /// The longest document, in bytes.
    pub bytes_max: u64,
    /// The longest time that one document may take.
    pub time_max: Duration,
}

/// A document as it was retrieved.
#[derive(Clone, Debug)]
pub struct Retrieved {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it was found after redirects; this becomes the retrieval URI (RFC 3986 §5.1.3).
    pub uri: Uri,
}

/// Why a document could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetrieveError {
    /// Nobody retrieves such URIs: no retriever was given, or none for this scheme (REF-010).
    NotOffered,
    /// The URI's scheme is not allowed (REF-027).
    SchemeRefused {
        /// The scheme.
        scheme: String,
    },
    /// The URI's host is not allowed (REF-027).
    HostRefused {
        /// The host.
        host: String,
    },
    /// The file lies outside the root directory (REF-027).
    OutsideRoot {
        /// The root directory.
        root: PathBuf,
    },
    /// A redirect led to a URI that is not allowed (REF-010).
    RedirectRefused {
        /// Where it led.
        uri: Uri,
    },
    /// The document is longer than allowed (REF-010).
    TooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The description consists of too many documents (REF-010).
    TooMany {
        /// The limit.
        documents_max: usize,
    },
    /// All documents together are too long (REF-010).
    TotalTooLong {
        /// The limit.
        total_bytes_max: u64,
    },
    /// Too many documents lie between this one and the entry document (REF-010).
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
    /// Retrieving took too long (REF-010).
    TimedOut {
        /// The limit.
        time_max: Duration,
    },
    /// It is not there, or reading it failed.
    Failed {
        /// What the file system or the network said.
        reason: String,
    },
}

impl RetrieveError {
    /// The rule that stopped the retrieval.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code::new(match self {
            Self::SchemeRefused { .. } | Self::HostRefused { .. } | Self::OutsideRoot { .. } => "REF-027",
            Self::NotOffered
            | Self::RedirectRefused { .. }
            | Self::TooLong { .. }
            | Self::TooMany { .. }
            | Self::TotalTooLong { .. }
            | Self::TooDeep { .. }
            | Self::TimedOut { .. } => "REF-010",
            Self::Failed { .. } => "REF-001",
        })
    }

    /// How it may be mended.
    #[must_use]
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::NotOffered => {
                "hand the document to the loader with its retrieval URI, or give the loader a retriever"
            }
            Self::SchemeRefused { .. } | Self::HostRefused { .. } | Self::RedirectRefused { .. } => {
                "allow it in the `AllowList`, or hand the document to the loader with its retrieval URI"
            }
            Self::OutsideRoot { .. } => {
                "move the file below the root directory, or set `Loader::root_directory` to one that holds both"
            }
            Self::TooLong { .. } => "split the document, or raise `document_bytes_max`",
            Self::TooMany { .. } | Self::TotalTooLong { .. } | Self::TooDeep { .. } => {
                "load fewer documents, or raise the limit in `LoadLimits`"
            }
            Self::TimedOut { .. } => "raise `retrieval_time_max`, or hand the document to the loader",
            Self::Failed { .. } => "correct the reference, or put the document where it points",
        }
    }
}

impl fmt::Display for RetrieveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str("documents are not retrieved from there"),
            Self::SchemeRefused { scheme } => write!(f, "the scheme `{scheme}` is not allowed"),
            Self::HostRefused { host } => write!(f, "the host `{host}` is not allowed"),
            Self::OutsideRoot { root } => {
                write!(f, "the file lies outside the root directory `{}`", root.display())
            }
            Self::RedirectRefused { uri } => write!(f, "it redirects to `{uri}`, which is not allowed"),
            Self::TooLong { bytes_max } => write!(f, "it is longer than {bytes_max} bytes"),
            Self::TooMany { documents_max } => {
                write!(f, "the description has {documents_max} documents already")
            }
            Self::TotalTooLong { total_bytes_max } => {
                write!(f, "all documents together would be longer than {total_bytes_max} bytes")
            }
            Self::TooDeep { depth_max } => {
                write!(f, "{depth_max} documents lie between it and the entry document already")
            }
            Self::TimedOut { time_max } => write!(f, "it did not arrive within {time_max:?}"),
            Self::Failed { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for RetrieveError {}

/// The absolute path of a file or directory that exists, as it was named. A URI loses its `..` by its text alone (RFC 3986 §5.2.4), which
/// behind a symbolic link leads elsewhere than the file system does: a path with `..` is told by its real name.
pub(crate) fn absolute_path(path: &Path) -> std::io::Result<PathBuf> {
    let climbs = path.components().any(|component| component == Component::ParentDir);
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(file)) if climbs => Ok(parent.canonicalize()?.join(file)),
        _ if climbs => path.canonicalize(),
        _ => std::path::absolute(path),
    }
}

/// Reads `file:` URIs below a directory; symbolic links are followed before the check.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The directory as it was named, made absolute.
    named: PathBuf,
    /// The directory that the name really means.
    real: PathBuf,
}

impl Files {
    /// Files below `root`, which must exist.
    pub(crate) fn below(root: &Path) -> Result<Self, RetrieveError> {
        let failed =
            |error: std::io::Error| RetrieveError::Failed { reason: format!("{}: {error}", root.display()) };
        let named = absolute_path(root).map_err(failed)?;
        let real = root.canonicalize().map_err(failed)?;
        Ok(Self { named, real })
    }
}

impl Retrieve for Files {
    fn retrieve(&self, uri: &Uri, limits: &RetrieveLimits) -> Result<Retrieved, RetrieveError> {
        let path = uri.to_path().ok_or(RetrieveError::NotOffered)?;
        let failed = |error: std::io::Error| RetrieveError::Failed { reason: error.to_string() };
        let outside = || RetrieveError::OutsideRoot { root: self.named.clone() };
        // Outside the root not even a file's absence is told, so the path is judged before it is touched.
        if !path.starts_with(&self.named) && !path.starts_with(&self.real) {
            return Err(outside());
        }
        let path = path.canonicalize().map_err(failed)?;
        if !path.starts_with(&self.real) {
            return Err(outside());
        }
        let file = File::open(&path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(RetrieveError::Failed { reason: "it is not a regular file".to_owned() });
        }
        let mut bytes = Vec::new();
        file.take(limits.bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.bytes_max {
            return Err(RetrieveError::TooLong { bytes_max: limits.bytes_max });
        }
        Ok(Retrieved { bytes, uri: uri.clone() })
    }
}

/// Lets a retriever see only URIs of named schemes and hosts (REF-010, REF-027).
///
/// Nothing is allowed at first. Hosts that are literal addresses of private, link-local or loopback networks
/// must be named like any other; what a host name stands for is for the retriever to check.
#[derive(Clone, Debug)]
pub struct AllowList<R> {
    retriever: R,
    schemes: BTreeSet<String>,
    hosts: BTreeSet<String>,
    any_host: bool,
}

impl<R: Retrieve> AllowList<R> {
    /// Allows nothing yet.
    #[must_use]
    pub const fn new(retriever: R) -> Self {
        Self { retriever, schemes: BTreeSet::new(), hosts: BTreeSet::new(), any_host: false }
    }

    /// Allows a scheme, such as `https`.
    #[must_use]
    pub fn scheme(mut self, scheme: &str) -> Self {
        self.schemes.insert(scheme.to_ascii_lowercase());
        self
    }

    /// Allows a host, by its name or address, exactly.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.hosts.insert(host.to_ascii_lowercase());
        self
    }

    /// Allows every host, except literal addresses that are not public.
    #[must_use]
    pub const fn any_public_host(mut self) -> Self {
        self.any_host = true;
        self
    }

    fn check(&self, uri: &Uri) -> Result<(), RetrieveError> {
        if !self.schemes.contains(uri.scheme()) {
            return Err(RetrieveError::SchemeRefused { scheme: uri.scheme().to_owned() });
        }
        let host = uri.host().unwrap_or_default();
        if self.hosts.contains(&host) || (self.any_host && is_public(&host)) {
            return Ok(());
        }
        Err(RetrieveError::HostRefused { host })
    }
}

impl<R: Retrieve> Retrieve for AllowList<R> {
    fn retrieve(&self, uri: &Uri, limits: &RetrieveLimits) -> Result<Retrieved, RetrieveError> {
        self.check(uri)?;
        let retrieved = self.retriever.retrieve(uri, limits)?;
        let redirected = retrieved.uri != *uri;
        if redirected && (self.check(&retrieved.uri).is_err() || retrieved.uri.scheme() != uri.scheme()) {
            return Err(RetrieveError::RedirectRefused { uri: retrieved.uri });
        }
        Ok(retrieved)
    }
}

/// Whether a host is a name that may be public, or a literal address of the public network.
fn is_public(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            let shared = matches!(address.octets(), [100, 64..=127, ..]);
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_multicast()
                || address.is_documentation()
                || shared)
        }
        Ok(IpAddr::V6(address)) => {
            let mapped = address.to_ipv4_mapped().map(|address| is_public(&address.to_string()));
            mapped.unwrap_or_else(|| {
                !(address.is_loopback()
                    || address.is_unspecified()
                    || address.is_multicast()
                    || address.is_unique_local()
                    || address.is_unicast_link_local())
            })
        }
        // `localhost` and its kin (RFC 6761 §6.3), and names without a dot, stay inside.
        Err(_) => bare.contains('.') && bare != "localhost" && !bare.ends_with(".localhost"),
    }
}
