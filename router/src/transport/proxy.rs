//! Whose word a server takes for where a request came from: networks of addresses, or whoever comes by the Unix socket.
//!
//! Takes: text such as `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1` or `unix:`. Gives: a [`TrustedProxy`]. Never panics.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// A proxy, or a network of them, that is believed.
///
/// ```
/// use brrtrouter::{ServerOptions, TrustedProxy};
///
/// let trusted_proxies = vec!["10.0.0.0/8".parse()?, "::1".parse()?];
/// let options = ServerOptions { trusted_proxies, ..ServerOptions::default() };
/// assert!("10.0.0.1/8".parse::<TrustedProxy>().is_err(), "has more bits than its prefix");
/// # Ok::<(), brrtrouter::TrustedProxyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxy(Who);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Network { address: IpAddr, prefix_bits: u32 },
    UnixSocket,
}

/// A text that tells no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxyError {
    text: Box<str>,
}

impl fmt::Display for TrustedProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` tells no proxies: write an IP address (`192.0.2.1`), a network whose address has no bits beyond its prefix (`10.0.0.0/8`, \
             `2001:db8::/32`), or `unix:` for whoever comes by a Unix socket",
            self.text
        )
    }
}

impl std::error::Error for TrustedProxyError {}

impl TrustedProxy {
    /// Whether this is the peer of a connection; a Unix socket has none.
    pub(super) fn is_peer(&self, peer: Option<SocketAddr>) -> bool {
        match peer {
            Some(peer) => self.has(peer.ip()),
            None => self.0 == Who::UnixSocket,
        }
    }

    /// Whether an address is one of these. IPv4 within IPv6 is IPv4.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        match &self.0 {
            Who::Network { address: network, prefix_bits } => {
                let address = address.to_canonical();
                address.is_ipv4() == network.is_ipv4()
                    && masked(address, *prefix_bits) == masked(*network, *prefix_bits)
            }
            Who::UnixSocket => false,
        }
    }
}

/// The first bits of an address, in the lowest bits of a number.
fn masked(address: IpAddr, prefix_bits: u32) -> u128 {
    let (bits, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    };
    bits.checked_shr(width.saturating_sub(prefix_bits)).unwrap_or(0)
}

impl FromStr for TrustedProxy {
    type Err = TrustedProxyError;

    fn from_str(text: &str) -> Result<Self, TrustedProxyError> {
        if text == "unix:" {
            return Ok(Self(Who::UnixSocket));
        }
        network(text).map(Self).ok_or_else(|| TrustedProxyError { text: text.into() })
    }
}

fn network(text: &str) -> Option<Who> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { u32::BITS } else { u128::BITS };
    let prefix_bits = match prefix {
        Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
        None => width,
    };
    let beyond = width.checked_sub(prefix_bits)?;
    let bits = masked(address, width);
    let is_whole = bits.checked_shr(beyond).unwrap_or(0).checked_shl(beyond).unwrap_or(0) == bits;
    // An IPv4 address in the form of IPv6 would never be met.
    (is_whole && address == address.to_canonical()).then_some(Who::Network { address, prefix_bits })
}

impl TryFrom<&str> for TrustedProxy {
    type Error = TrustedProxyError;

    fn try_from(text: &str) -> Result<Self, TrustedProxyError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::a00:1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.9", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1/128", "::1", true),
            ("unix:", "127.0.0.1", false),
        ];
        for (network, address, expected) in cases {
            let proxy: TrustedProxy = network.parse().unwrap();
            assert_eq!(proxy.has(address.parse().unwrap()), expected, "{address} in {network}");
        }
        assert!(TrustedProxy(Who::UnixSocket).is_peer(None));
        assert!(!"0.0.0.0/0".parse::<TrustedProxy>().unwrap().is_peer(None));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "::1/127",
            "::/129",
            "10.0.0.0/+8",
            "10.0.0/8",
            "a.example",
            "::ffff:10.0.0.0/104",
            "10.0.0.0/8/8",
            "unix:/run/a.sock",
        ] {
            assert!(text.parse::<TrustedProxy>().is_err(), "{text}");
        }
    }
}
