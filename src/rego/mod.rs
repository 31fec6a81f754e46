//! The policy engine behind its trait: one text and one document of facts give a set of values.
//! Refuses to know what a rule, a finding or a fact means.

mod engine;
mod tree;

pub use engine::{Facts, Regorus};
pub use tree::{
    Assign, Body, Expr, Head, Import, Literal, Module, Query, Rule, Span, Statement, With,
};

use serde_json::Value;
use std::collections::BTreeSet;

/// One policy text, parsed, ready to be asked any number of times.
pub trait PolicyEngine: Clone + Sized {
    /// Parses `text`; `path` is used in messages only.
    ///
    /// Errors: the text is no Rego, or uses syntax that this engine does not describe
    fn load(path: &str, text: &str) -> Result<Self, Refused>;

    /// What the text says, for checks that must not evaluate it.
    fn tree(&self) -> &Module;

    /// The members of the partial set `query` (`data.<package>.<name>`) over these facts, in order.
    ///
    /// Errors: a built-in raised, the time ran out, or the result is no set
    fn ask(&mut self, facts: &Facts, query: &str) -> Result<Vec<Value>, Raised>;

    /// From now on, remembers which lines the questions reach.
    fn watch(&mut self);

    /// Lines that some question since `watch` has reached; none when no question was asked.
    fn reached(&self) -> BTreeSet<u32>;
}

/// Why a text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refused {
    pub line: u32,
    pub column: u32,
    pub reason: String,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Raised {
    #[error("it ran longer than {0} ms")]
    TimedOut(u128),
    #[error("it raised an error at line {line}: {reason}")]
    Failed { line: u32, reason: String },
    #[error("its result is {0}, not a set")]
    NotASet(&'static str),
}
