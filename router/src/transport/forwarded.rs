//! Who asks, as proxies tell that the server trusts: `Forwarded` (RFC 7239), and `X-Forwarded-For` with `X-Forwarded-Proto`.
//!
//! Takes: the trusted proxies, field lines, a connection. Gives: the connection as handlers see it. What a proxy adds stands to the right, so addresses are
//! read from there, and the first that is no trusted proxy is the client: what stands to its left is the client's own word, and not even read. A proxy that writes
//! one kind of field may pass on the other as the client sent it; so where both kinds came they must tell the same, or neither is believed. What is malformed
//! is not believed either. Costs one look where nobody is trusted. Never panics.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use super::proxy::TrustedProxy;
use crate::description::token::is_token;
use crate::serve::{Connection, FieldLine};

/// What was told of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    client: Option<SocketAddr>,
    is_secure: Option<bool>,
}

/// What was told cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unbelievable;

/// The connection as those see it who believe the trusted proxies.
pub(super) fn seen_through<'c>(
    proxies: &[TrustedProxy],
    fields: &[FieldLine<'_>],
    connection: &'c Connection,
) -> Cow<'c, Connection> {
    if proxies.is_empty() || !proxies.iter().any(|proxy| proxy.is_peer(connection.peer)) {
        return Cow::Borrowed(connection);
    }
    match told(proxies, fields) {
        Ok(Told { client: None, is_secure: None }) => Cow::Borrowed(connection),
        Ok(told) => Cow::Owned(Connection {
            peer: told.client.or(connection.peer),
            forwarded_secure: told.is_secure,
            ..connection.clone()
        }),
        Err(Unbelievable) => {
            tracing::debug!(peer = ?connection.peer, "what a trusted proxy told of its client is malformed or contradicts itself");
            Cow::Borrowed(connection)
        }
    }
}

fn told(proxies: &[TrustedProxy], fields: &[FieldLine<'_>]) -> Result<Told, Unbelievable> {
    let forwarded = by_forwarded(proxies, fields)?;
    let other = by_other_fields(proxies, fields)?;
    match (forwarded, other) {
        (Some(told), None) | (None, Some(told)) => Ok(told),
        (None, None) => Ok(Told::default()),
        (Some(told), Some(other)) => {
            let address = |told: &Told| told.client.map(|client| client.ip());
            let is_same = address(&told) == address(&other)
                && (told.is_secure == other.is_secure || other.is_secure.is_none());
            if is_same { Ok(told) } else { Err(Unbelievable) }
        }
    }
}

/// The values of the fields of one name, the last line first.
fn lines<'f>(
    fields: &'f [FieldLine<'_>],
    name: &'f str,
) -> impl Iterator<Item = Result<&'f str, Unbelievable>> {
    fields.iter().rev().filter(move |line| line.is_named(name)).map(|line| line.text().ok_or(Unbelievable))
}

/// `Forwarded`: lines from the last to the first, and in each its elements in the same order.
fn by_forwarded(proxies: &[TrustedProxy], fields: &[FieldLine<'_>]) -> Result<Option<Told>, Unbelievable> {
    let mut last = None;
    for line in lines(fields, "forwarded") {
        for element in elements(line?)?.into_iter().rev() {
            let client = element.client;
            last = Some(element);
            if !client.is_some_and(|client| is_trusted(proxies, client)) {
                return Ok(last);
            }
        }
    }
    Ok(last)
}

/// `X-Forwarded-For` in the same order, and of `X-Forwarded-Proto` what the peer itself has written.
fn by_other_fields(proxies: &[TrustedProxy], fields: &[FieldLine<'_>]) -> Result<Option<Told>, Unbelievable> {
    let mut client = None;
    let mut addresses = lines(fields, "x-forwarded-for").flat_map(|line| {
        let (text, fault) = line.map_or((None, Some(Unbelievable)), |text| (Some(text), None));
        let texts = text.into_iter().flat_map(|text| text.rsplit(','));
        texts.map(Ok).chain(fault.map(Err))
    });
    for text in &mut addresses {
        let address = address(text?.trim_matches([' ', '\t'])).ok_or(Unbelievable)?;
        client = Some(address);
        if !is_trusted(proxies, address) {
            break;
        }
    }
    let proto = lines(fields, "x-forwarded-proto").next().transpose()?;
    let is_secure = match proto.and_then(|text| text.rsplit(',').next()) {
        Some(proto) => Some(is_secure(proto.trim_matches([' ', '\t'])).ok_or(Unbelievable)?),
        None => None,
    };
    Ok((client.is_some() || is_secure.is_some()).then_some(Told { client, is_secure }))
}

fn is_trusted(proxies: &[TrustedProxy], client: SocketAddr) -> bool {
    proxies.iter().any(|proxy| proxy.has(client.ip()))
}

fn is_secure(proto: &str) -> Option<bool> {
    if proto.eq_ignore_ascii_case("https") {
        return Some(true);
    }
    proto.eq_ignore_ascii_case("http").then_some(false)
}

/// An address with or without a port; IPv6 with brackets, or bare where there is no port.
fn address(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(SocketAddr::new(address.ip().to_canonical(), address.port()));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address: IpAddr = match bare {
        Some(bare) => IpAddr::V6(bare.parse().ok()?),
        None => text.parse().ok()?,
    };
    Some(SocketAddr::new(address.to_canonical(), 0))
}

/// `1#forwarded-element` (RFC 7239 §4). A line that is wrong anywhere is wrong: where a quoted string begins is not known otherwise.
fn elements(line: &str) -> Result<Vec<Told>, Unbelievable> {
    let (mut elements, mut rest) = (Vec::new(), line);
    loop {
        let (element, behind) = element(rest)?;
        elements.extend(element);
        if behind.is_empty() {
            return Ok(elements);
        }
        rest = behind.strip_prefix(',').ok_or(Unbelievable)?;
    }
}

/// `[ forwarded-pair ] *( ";" [ forwarded-pair ] )`, `None` where it tells nothing that is asked for, and what stands behind it.
fn element(text: &str) -> Result<(Option<Told>, &str), Unbelievable> {
    let (mut client, mut secure) = (None, None);
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with([';', ',']) {
            let (name, behind) =
                rest.split_once('=').filter(|(name, _)| is_token(name)).ok_or(Unbelievable)?;
            let (value, behind) = value(behind).ok_or(Unbelievable)?;
            // A name may stand once in an element.
            let is_again = if name.eq_ignore_ascii_case("for") {
                client.replace(node(&value)?).is_some()
            } else if name.eq_ignore_ascii_case("proto") {
                secure.replace(is_secure(&value).ok_or(Unbelievable)?).is_some()
            } else {
                false
            };
            if is_again {
                return Err(Unbelievable);
            }
            rest = behind.trim_start_matches([' ', '\t']);
        }
        match rest.strip_prefix(';') {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    let told = Told { client: client.flatten(), is_secure: secure };
    Ok(((client.is_some() || secure.is_some()).then_some(told), rest))
}

/// `token / quoted-string` and what stands behind it.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',', ' ', '\t']).unwrap_or(text.len());
        let (token, behind) = text.split_at_checked(end)?;
        // A port or an address of IPv6 must be quoted, and is not by many: there is no other way to read it.
        let is_node = token.bytes().all(|octet| octet.is_ascii_alphanumeric() || b":.[]_-".contains(&octet));
        return (!token.is_empty() && (is_token(token) || is_node)).then_some((Cow::Borrowed(token), behind));
    };
    let mut read = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((Cow::Owned(read), characters.as_str())),
            '\\' => read.push(characters.next()?),
            character => read.push(character),
        }
    }
}

/// `node = nodename [ ":" node-port ]` (RFC 7239 §6); who hides has no address.
fn node(text: &str) -> Result<Option<SocketAddr>, Unbelievable> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if name.ends_with(']') || !name.contains(':') => (name, Some(port)),
        Some(_) | None => (text, None),
    };
    let is_hidden = |text: &str| {
        let rest = text.strip_prefix('_').unwrap_or_default();
        !rest.is_empty() && rest.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"._-".contains(&octet))
    };
    let has_hidden_port = port.is_some_and(is_hidden);
    if name.eq_ignore_ascii_case("unknown") || is_hidden(name) {
        return Ok(None);
    }
    address(if has_hidden_port { name } else { text }).map(Some).ok_or(Unbelievable)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const PEER: &str = "10.0.0.1:80";

    /// The peer as handlers see it, and whether its connection was protected.
    fn seen(fields: &[(&str, &str)], peer: &str) -> (String, Option<bool>) {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let fields: Vec<FieldLine<'_>> =
            fields.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
        let connection = Connection { peer: peer.parse().ok(), ..Connection::default() };
        let seen = seen_through(&proxies, &fields, &connection);
        (seen.peer.unwrap().to_string(), seen.forwarded_secure)
    }

    #[test]
    fn forwarded_tells_the_right_most_client() {
        let cases = [
            ("for=192.0.2.1", "192.0.2.1:0", None),
            ("FOR=192.0.2.1;Proto=HTTPS;by=10.0.0.1", "192.0.2.1:0", Some(true)),
            ("for=192.0.2.1;proto=http", "192.0.2.1:0", Some(false)),
            ("for=\"192.0.2.1:4711\"", "192.0.2.1:4711", None),
            ("for=\"[2001:db8::1]:4711\"", "[2001:db8::1]:4711", None),
            ("for=\"[2001:db8::1]\"", "[2001:db8::1]:0", None),
            ("for=\"\\1\\92.0.2.1\"", "192.0.2.1:0", None),
            ("for=\"192.0.2.1:_hidden\"", "192.0.2.1:0", None),
            ("for=\"[::ffff:192.0.2.1]\"", "192.0.2.1:0", None),
            ("for=6.6.6.6, for=192.0.2.1", "192.0.2.1:0", None),
            ("for=192.0.2.1;proto=https, for=10.0.0.9;proto=http", "192.0.2.1:0", Some(true)),
            ("for=6.6.6.6, for=192.0.2.1, for=\"[fd00::1]\", for=10.0.0.9", "192.0.2.1:0", None),
            ("for=10.0.0.8, for=10.0.0.9", "10.0.0.8:0", None),
            ("for=192.0.2.1;host=\"a,b;c\"", "192.0.2.1:0", None),
            (", for=192.0.2.1 , ", "192.0.2.1:0", None),
            ("for=192.0.2.1;", "192.0.2.1:0", None),
            // Who hides is not looked behind, and keeps the scheme.
            ("for=6.6.6.6, for=unknown;proto=https", PEER, Some(true)),
            ("for=6.6.6.6, for=_SEVKISEK", PEER, None),
            ("for=6.6.6.6, proto=https", PEER, Some(true)),
            ("by=10.0.0.1", PEER, None),
            // Malformed.
            ("for", PEER, None),
            ("for=", PEER, None),
            ("for=_", PEER, None),
            ("for=a.example", PEER, None),
            ("for=\"192.0.2.1", PEER, None),
            ("for=\"192.0.2.1\"x", PEER, None),
            ("for=192.0.2.1;for=192.0.2.2", PEER, None),
            ("for=192.0.2.1;proto=ftp", PEER, None),
            ("for=192.0.2.1 proto=https", PEER, None),
            ("for =192.0.2.1", PEER, None),
            ("for=\"[2001:db8::1\"", PEER, None),
            ("for=\"[192.0.2.1]\"", PEER, None),
            ("for=\"192.0.2.1:99999\"", PEER, None),
        ];
        for (value, peer, secure) in cases {
            assert_eq!(seen(&[("Forwarded", value)], PEER), (peer.to_owned(), secure), "{value}");
        }
    }

    #[test]
    fn other_fields_tell_the_right_most_client() {
        let cases: &[(&[(&str, &str)], &str, Option<bool>)] = &[
            (&[("X-Forwarded-For", "192.0.2.1")], "192.0.2.1:0", None),
            (&[("x-forwarded-for", "6.6.6.6,192.0.2.1")], "192.0.2.1:0", None),
            (&[("X-Forwarded-For", "not an address, 192.0.2.1 , 10.0.0.9")], "192.0.2.1:0", None),
            (&[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "192.0.2.1")], "192.0.2.1:0", None),
            (&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "10.0.0.9")], "192.0.2.1:0", None),
            (&[("X-Forwarded-For", "2001:db8::1")], "[2001:db8::1]:0", None),
            (&[("X-Forwarded-For", "[2001:db8::1]:80")], "[2001:db8::1]:80", None),
            (
                &[("X-Forwarded-For", "192.0.2.1:80"), ("X-Forwarded-Proto", "https")],
                "192.0.2.1:80",
                Some(true),
            ),
            (&[("X-Forwarded-Proto", "HTTPS, http")], PEER, Some(false)),
            (&[("X-Forwarded-For", "192.0.2.1, unknown")], PEER, None),
            (&[("X-Forwarded-For", "192.0.2.1,")], PEER, None),
            (&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "yes")], PEER, None),
        ];
        for (fields, peer, secure) in cases {
            assert_eq!(seen(fields, PEER), ((*peer).to_owned(), *secure), "{fields:?}");
        }
    }

    #[test]
    fn both_kinds_must_tell_the_same() {
        let of = |forwarded, other, proto| {
            seen(&[("Forwarded", forwarded), ("X-Forwarded-For", other), ("X-Forwarded-Proto", proto)], PEER)
        };
        assert_eq!(
            of("for=192.0.2.1;proto=https", "192.0.2.1", "https"),
            ("192.0.2.1:0".to_owned(), Some(true))
        );
        assert_eq!(
            of("for=6.6.6.6;proto=https", "192.0.2.1", "https"),
            (PEER.to_owned(), None),
            "another client"
        );
        assert_eq!(
            of("for=192.0.2.1;proto=https", "192.0.2.1", "http"),
            (PEER.to_owned(), None),
            "another scheme"
        );
        assert_eq!(of("for=", "192.0.2.1", "http"), (PEER.to_owned(), None), "one is malformed");
    }

    #[test]
    fn others_are_not_believed() {
        let fields = [("Forwarded", "for=192.0.2.1;proto=https"), ("X-Forwarded-For", "192.0.2.1")];
        assert_eq!(seen(&fields, "203.0.113.5:9"), ("203.0.113.5:9".to_owned(), None));
        let connection = Connection { peer: PEER.parse().ok(), ..Connection::default() };
        let lines = [FieldLine::new("Forwarded", "for=192.0.2.1")];
        assert!(
            matches!(seen_through(&[], &lines, &connection), Cow::Borrowed(_)),
            "nobody is trusted by default"
        );
    }

    /// What clients may send, so that they are taken for somebody else.
    fn lie() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
        let names = vec!["Forwarded", "forwarded", "X-Forwarded-For", "X-Forwarded-Proto"];
        let pieces = vec![
            "for=", "6.6.6.6", "\"", "\\", ",", ";", " ", "proto=", "https", "http", "10.0.0.9", "[::1]",
            ":80", "unknown", "_x", "=",
        ];
        let texts = vec(select(pieces), 0..8).prop_map(|pieces| pieces.concat().into_bytes());
        (select(names), prop_oneof![texts, any::<Vec<u8>>()])
    }

    fn client() -> impl Strategy<Value = SocketAddr> {
        let outside = |address: &IpAddr| address.to_canonical() == *address && !is_one_of_ours(*address);
        any::<IpAddr>()
            .prop_filter("a client is no proxy", outside)
            .prop_map(|address| SocketAddr::new(address, 0))
    }

    fn ours() -> [TrustedProxy; 2] {
        ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    fn is_one_of_ours(address: IpAddr) -> bool {
        ours().iter().any(|proxy| proxy.has(address))
    }

    /// What proxies add for a client, with one kind of field or the other.
    fn added(client: SocketAddr, is_secure: bool, kind: bool) -> Vec<(&'static str, Vec<u8>)> {
        let (scheme, address) = (if is_secure { "https" } else { "http" }, client.ip());
        if kind {
            let node = if address.is_ipv6() { format!("\"[{address}]\"") } else { address.to_string() };
            return vec![("Forwarded", format!("for={node};proto={scheme}").into_bytes())];
        }
        vec![
            ("X-Forwarded-For", address.to_string().into_bytes()),
            ("X-Forwarded-Proto", scheme.as_bytes().to_vec()),
        ]
    }

    fn seen_with(fields: &[(&'static str, Vec<u8>)]) -> (Option<SocketAddr>, Option<bool>) {
        let lines: Vec<_> = fields.iter().map(|(name, value)| FieldLine { name, value }).collect();
        let connection = Connection { peer: PEER.parse().ok(), ..Connection::default() };
        let seen = seen_through(&ours(), &lines, &connection);
        (seen.peer, seen.forwarded_secure)
    }

    proptest! {
        /// Whatever a client sends, it is seen as who it is, or nothing is known but the proxy: never as somebody else.
        #[test]
        fn nobody_is_taken_for_somebody_else(
            lies in vec(lie(), 0..4),
            client in client(),
            is_secure: bool,
            kind: bool,
        ) {
            let told = added(client, is_secure, kind);
            prop_assert_eq!(seen_with(&told), (Some(client), Some(is_secure)));
            let of_one_kind = |name: &str| name.eq_ignore_ascii_case("forwarded") == kind;
            let same_kind: Vec<_> = lies.iter().filter(|(name, _)| of_one_kind(name)).cloned().collect();
            prop_assert_eq!(seen_with(&[same_kind, told.clone()].concat()), (Some(client), Some(is_secure)));
            let (peer, secure) = seen_with(&[lies, told].concat());
            let proxy = PEER.parse().ok();
            prop_assert!(
                (peer, secure) == (Some(client), Some(is_secure)) || (peer, secure) == (proxy, None),
                "{:?} {:?}", peer, secure
            );
        }

        /// Elements mean the same in one line and in several.
        #[test]
        fn lines_may_be_joined(clients in vec((any::<IpAddr>(), any::<bool>()), 1..4), kind: bool) {
            let lines = clients.iter().map(|(address, is_secure)| {
                added(SocketAddr::new(address.to_canonical(), 0), *is_secure, kind)[0].clone()
            });
            let lines: Vec<_> = lines.collect();
            let joined = lines.iter().map(|(_, value)| value.as_slice()).collect::<Vec<_>>().join(&b", "[..]);
            prop_assert_eq!(seen_with(&[(lines[0].0, joined)]), seen_with(&lines));
        }
    }
}
