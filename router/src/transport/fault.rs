//! Why the framing of a request was refused: a variant for each rule, each with its problem in one place.
//!
//! After any of these nothing more is read as a request: where the next one starts is not known (RFC 9112 §2.2, §6.3).

use crate::serve::{HeadError, Problem, ProblemKind};

/// A breach of RFC 9112, or of a bound on what is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FramingFault {
    /// The request line is no `method SP request-target SP HTTP-version` (RFC 9112 §3).
    RequestLine,
    /// The method is longer than any that is known.
    MethodTooLong,
    /// The target passes its bound.
    TargetTooLong,
    /// The target has a form or an octet that it must not have (RFC 9112 §3.2).
    Target,
    /// `CONNECT`: this server is no proxy (RFC 9110 §9.3.6).
    Connect,
    /// The major version is another than 1 (RFC 9110 §15.6.6).
    Version,
    /// A line ends in a bare LF, or a CR stands alone (RFC 9112 §2.2).
    LineEnd,
    /// A field line has no valid name, a space before its colon, a folded value or a control octet (RFC 9112 §5).
    FieldLine,
    /// The header section passes its bound in octets or lines.
    HeaderTooLarge,
    /// No, several or malformed `Host` (RFC 9112 §3.2).
    Host,
    /// `Content-Length` is no number, is repeated, or stands beside `Transfer-Encoding` (RFC 9112 §6.1, §6.3).
    Length,
    /// `Transfer-Encoding` does not end in `chunked`, names it twice, or came with HTTP/1.0 (RFC 9112 §6.1, §7).
    TransferEncoding,
    /// A transfer coding that is not known (RFC 9112 §6.1).
    TransferCoding,
    /// The body needs a length that was not told (RFC 9110 §15.5.12).
    LengthRequired,
    /// An expectation that is not known (RFC 9110 §10.1.1).
    Expectation,
    /// The connection ended within the head (RFC 9112 §8).
    Incomplete,
    /// The head did not arrive in time.
    TimedOut,
}

impl From<HeadError> for FramingFault {
    fn from(fault: HeadError) -> Self {
        match fault {
            HeadError::TargetForm | HeadError::TargetOctet => Self::Target,
            HeadError::TargetTooLong => Self::TargetTooLong,
        }
    }
}

impl From<FramingFault> for Problem {
    fn from(fault: FramingFault) -> Self {
        use FramingFault as Fault;
        let (kind, detail) = match fault {
            Fault::RequestLine => (ProblemKind::InvalidFraming, "the request line is malformed"),
            Fault::MethodTooLong => (ProblemKind::UnknownMethod, "the method is too long to be one"),
            Fault::TargetTooLong => (ProblemKind::TargetTooLong, "the request target passes its bound"),
            Fault::Target => (ProblemKind::InvalidTarget, "the request target has no form of RFC 9112 §3.2"),
            Fault::Connect => (ProblemKind::UnknownMethod, "this server makes no tunnels"),
            Fault::Version => (ProblemKind::VersionUnsupported, "this server speaks HTTP/1.1"),
            Fault::LineEnd => (ProblemKind::InvalidFraming, "a line does not end in CR LF"),
            Fault::FieldLine => (ProblemKind::InvalidFraming, "a field line is malformed"),
            Fault::HeaderTooLarge => (ProblemKind::HeaderTooLarge, "the header section passes its bound"),
            Fault::Host => (ProblemKind::InvalidFraming, "there must be one valid Host field"),
            Fault::Length => {
                (ProblemKind::InvalidFraming, "Content-Length is not one number that stands alone")
            }
            Fault::TransferEncoding => {
                (ProblemKind::InvalidFraming, "Transfer-Encoding is not `chunked` alone in HTTP/1.1")
            }
            Fault::TransferCoding => {
                (ProblemKind::TransferCodingUnsupported, "chunked is the one transfer coding that is known")
            }
            Fault::LengthRequired => (ProblemKind::LengthRequired, "HTTP/1.0 tells a body by Content-Length"),
            Fault::Expectation => {
                (ProblemKind::ExpectationFailed, "100-continue is the one expectation known")
            }
            Fault::Incomplete => (ProblemKind::InvalidFraming, "the connection ended within the head"),
            Fault::TimedOut => {
                (ProblemKind::RequestTimeout, "the head of the request did not arrive in time")
            }
        };
        Self::of(kind).with_detail(detail)
    }
}
