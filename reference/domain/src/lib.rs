//! The rules of a payer-to-payer exchange: what may follow what, who matches whom, which consent holds, when to try again.
//! Refuses to know clocks, networks, stores and chance: time and randomness arrive as parameters.

#[macro_use]
mod by_text;
#[macro_use]
mod vocabulary;
#[macro_use]
mod text;

pub mod audit;
pub mod bulk;
pub mod charge;
pub mod consent;
pub mod control;
pub mod deadlines;
pub mod export;
pub mod failure;
pub mod flags;
pub mod fulfilment;
pub mod health;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod masked;
pub mod member_match;
pub mod message;
pub mod notice;
pub mod operator;
pub mod phase;
pub mod ports;
pub mod record;
pub mod registration;
pub mod resilience;
pub mod routing;
pub mod snapshot;
pub mod synthetic;
pub mod trace;
pub mod workflow;

pub use text::UnfitText;
pub use vocabulary::UnknownWord;

/// A point in time. Nothing in this crate reads a clock to get one.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
