//! The wire suite: octets sent over sockets, and what must come back, by RFC 9110 and RFC 9112.
//!
//! Takes: case files (`specs-corpus/wire/*.yaml`) and the address of any server that serves `specs-corpus/wire/description.yaml`.
//! Gives: a verdict for each case, with what was sent, what was expected by which section, and what came. In the order of a
//! run: `format` and `read` (cases), `octets` (what is sent, and how it is shown), `server` (ours, in a child process),
//! `connection` and `response` (a client that forgives nothing), `play` and `judge` (one case), `suite` (all of them),
//! `report`. The client shares no code with the library, so that a fault in one cannot hide in the other. Never panics.

pub mod connection;
pub mod format;
pub mod judge;
pub mod octets;
pub mod play;
pub mod read;
pub mod report;
pub mod response;
pub mod server;
pub mod suite;
