//! How much work one question may cost.
//! Refuses to read a clock: whoever has one sets the stop flag.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Limits of one question.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Values tried while a witness is sought.
    pub candidates: usize,
    /// Groups of schemas for which values are made while a witness is sought.
    pub search: usize,
    /// One-step changes of known examples that are tried.
    pub mutations: usize,
    /// Values with which a proof is attacked.
    pub attack: usize,
    /// Steps in which a witness is made smaller.
    pub minimise: usize,
    /// Longest witness that is built, in bytes.
    pub witness_bytes: usize,
    pub prefer: Prefer,
    pub stop: Stop,
}

/// Which witness is given when there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// A known value: a fact, found at once.
    #[default]
    Known,
    /// A value made from the schemas alone: it may be shown.
    Generated,
}

impl Default for Budget {
    /// Source: the budget table of the compatibility specification
    fn default() -> Self {
        Self {
            candidates: 20_000,
            search: 10_000,
            mutations: 2_000,
            attack: 200,
            minimise: 200,
            witness_bytes: 64 * 1024,
            prefer: Prefer::default(),
            stop: Stop::default(),
        }
    }
}

/// A flag that ends the work on a question; every clone is the same flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the work: whatever is still open becomes unknown.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
