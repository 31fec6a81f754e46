//! `check`: the gate. Loads head and base, runs the six checks side by side, weighs what they found.

mod catalogue;
mod lifecycle;
mod replay;

use super::room::Room;
use crate::catalogue::Workspace;
use chrono::{DateTime, Utc};

/// What every check is given: values only.
pub(super) struct Question<'a> {
    pub head: &'a Workspace,
    /// What was there before the change.
    pub base: Option<&'a Workspace>,
    pub as_of: DateTime<Utc>,
    pub jobs: usize,
}
