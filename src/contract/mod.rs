//! A consumer's expectations: read from a file, proved against schema versions, judged against what was seen.
//! Refuses to know servers, files and how heavy a finding weighs.

mod base64;
pub mod batch;
pub mod compare;
mod compile;
mod coverage;
mod datetime;
mod decimal;
mod declared;
mod generator;
mod interaction;
mod language;
mod masked;
mod matcher;
pub mod matching;
mod matrix;
mod message;
mod path;
mod pattern;
mod plain;
mod plan;
pub mod play;
mod promise;
mod prove;
mod read;
pub mod record;
mod rule;
mod states;
mod sunset;
mod terms;
mod untried;
mod verify;
mod versions;

pub use coverage::{Coverage, coverage, shown_edges, uncovered};
pub use declared::names as declared_names;
pub use generator::{Generated, Generator, Generators, StateKind, UuidForm};
pub use interaction::{
    Body, Content, Contract, Edition, Interaction, Json, Query, Request, Response,
};
pub use matrix::{Shown, matrix, rates};
pub use message::{Event, MessageExpectation};
pub use path::Path;
pub use plain::{Imported, StateMap, export, import};
pub use plan::{Call, Course, Given, Planned, chosen, courses, plan};
pub use promise::{Deliver, Endured, Fault, FaultKind, Gap, History, Sequence};
pub use prove::{Question, prove};
pub use read::{read, read_event, read_request, read_response};
pub use rule::{Part, RuleSet, Rules};
pub use states::{AUTHORIZATION, State, VOCABULARY, Word};
pub use sunset::gating;
pub use terms::{
    Edge, FieldOrder, FileTerms, Outcome, Polarity, Reader, SchemaRange, Side, SideEffects, Terms,
    UnknownFields,
};
pub use untried::untried;
pub use verify::{endured, unproven, verify};
pub use versions::Versions;
