//! The engine: is everything that the left schema accepts accepted by the right ones? It proves it, or shows a value.
//! Refuses to know findings, versions, files and the clock; whatever it cannot settle is unknown, never yes.

mod answer;
mod automaton;
mod budget;
mod canonical;
mod closed;
pub(crate) mod combine;
mod dialect;
mod engine;
mod evaluate;
mod flat;
mod format;
mod index;
mod number;
mod pattern;
pub(crate) mod pointer;
mod precision;
mod residual;
mod respell;
mod schema;
mod scope;
mod uri;
mod witness;
pub(crate) mod worker;

pub use answer::{Answer, Code, Known, KnownKind, Origin, Proof, Why, Witness};
pub use budget::{Budget, Prefer, Stop};
pub use dialect::Dialect;
pub(crate) use engine::separate;
pub use engine::{Prover, engine};
pub(crate) use flat::Flat;
pub use precision::check_numbers;
pub use schema::{Formats, Reading, Schema};
pub use worker::THREAD;
