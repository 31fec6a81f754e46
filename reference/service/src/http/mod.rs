//! The listeners: who may call what, and how answers and errors are written.
//! Refuses to know retries, routes and stores; the data path does.

pub(crate) mod admin;
mod asked;
mod body;
pub(crate) mod boundary;
mod callbacks;
pub(crate) mod enterprise;
mod flowing;
pub(crate) mod listener;
mod outcome;
pub(crate) mod partner;
pub(crate) mod probe;
mod problem;
pub(crate) mod refusals;
mod reply;
pub(crate) mod serving;
pub(crate) mod test_control;
mod witness;

use crate::audit::Keeper;
use crate::control::Control;
use crate::data::Plane;
use crate::engine::Engine;
use crate::security::caller::Gate;
use domain::workflow::WorkflowEngine;
use std::sync::Arc;

/// What every listener works with.
pub(crate) struct Shared {
    pub plane: Arc<Plane>,
    pub engine: Engine,
    /// What is asked of exchanges, and said to them, goes through here.
    pub workflow: Arc<dyn WorkflowEngine>,
    pub gate: Gate,
    pub control: Arc<Control>,
    pub keeper: Arc<Keeper>,
    /// Where partners reach us, without a slash at the end.
    pub base: String,
}
