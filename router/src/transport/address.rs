//! What a server listens on: an Internet address and port, or the path of a Unix socket.
//!
//! Takes: text such as `127.0.0.1:8080`, `[::1]:0` or `unix:/run/pets.sock`. Gives: a [`ListenAddress`]. Names are resolved by nobody here: a
//! listener's address is a number, `localhost` being the one exception. Never panics.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// Where a server listens.
///
/// ```
/// use brrtrouter::ListenAddress;
///
/// let address: ListenAddress = "127.0.0.1:0".parse()?;
/// assert_eq!(address.to_string(), "127.0.0.1:0");
/// assert!("127.0.0.1".parse::<ListenAddress>().is_err());
/// # Ok::<(), brrtrouter::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// An address and a port; port 0 lets the system choose one.
    Tcp(SocketAddr),
    /// A Unix socket at this path, which the server creates and removes.
    Unix(PathBuf),
}

/// A text that is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    text: Box<str>,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no address to listen on: write an IP address and a port (`127.0.0.1:8080`, `[::]:8080`), or `unix:` and a path",
            self.text
        )
    }
}

impl std::error::Error for AddressError {}

impl FromStr for ListenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let refused = || AddressError { text: text.into() };
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err(refused()) } else { Ok(Self::Unix(path.into())) };
        }
        if let Some(port) = text.strip_prefix("localhost:") {
            let port = port.parse().map_err(|_| refused())?;
            return Ok(Self::Tcp((Ipv4Addr::LOCALHOST, port).into()));
        }
        text.parse().map(Self::Tcp).map_err(|_| refused())
    }
}

impl TryFrom<&str> for ListenAddress {
    type Error = AddressError;

    fn try_from(text: &str) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl TryFrom<String> for ListenAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_addresses_or_refused() {
        let cases = [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("[::1]:0", Some("[::1]:0")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            ("unix:/run/a.sock", Some("unix:/run/a.sock")),
            ("unix:", None),
            ("localhost", None),
            ("localhost:x", None),
            ("127.0.0.1:65536", None),
            (":8080", None),
            ("example.com:80", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = text.parse::<ListenAddress>().map(|address| address.to_string());
            assert_eq!(read.as_deref().ok(), expected, "{text}");
        }
    }
}
