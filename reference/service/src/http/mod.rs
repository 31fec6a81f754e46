//! The listeners: who may call what, and how answers and errors are written.
//! Refuses to know retries, routes and stores; the data path does.

pub(crate) mod enterprise;
pub(crate) mod listener;
mod outcome;
pub(crate) mod partner;
pub(crate) mod probe;
mod problem;
mod reply;
pub(crate) mod test_control;

use crate::data::Plane;
use crate::engine::Engine;
use crate::security::caller::Gate;
use std::sync::Arc;

/// What every listener works with.
pub(crate) struct Shared {
    pub plane: Arc<Plane>,
    pub engine: Engine,
    pub gate: Gate,
    /// Where partners reach us, without a slash at the end.
    pub base: String,
}
