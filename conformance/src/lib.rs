//! The OpenAPI conformance suite: cases as data, workers as child processes, a gap analysis.
//!
//! In the order of a run: `cli` (what to run), `catalogue` (what is asked), `source`, `case` and `corpus` (how cases are
//! found and read), `protocol`, `worker` and `pool` (how workers are spoken to), `adapter` (our worker), `run`, `documents`,
//! `generate` and `external` (what is asked of it), `check` and `outcome` (what came of it), `recording`, `redact` and `reproduce` (what
//! may be shown of it), `expectations`, `accounting` and `choices` (what was expected), `report`. `wire` is a suite of its own: octets over sockets.

pub mod accounting;
pub mod adapter;
pub mod case;
pub mod catalogue;
pub mod check;
pub mod choices;
pub mod cli;
pub mod corpus;
pub mod documents;
pub mod expectations;
pub mod external;
pub mod generate;
pub mod offer;
pub mod outcome;
pub mod peers;
pub mod planted;
pub mod pool;
pub mod protocol;
pub mod recording;
pub mod redact;
pub mod report;
pub mod reproduce;
pub mod run;
pub mod source;
pub mod wire;
pub mod worker;
