//! Whether what must be there before something begins is there: for a partner, for a phase, for a capability.
//! Refuses to know where papers stand; a line that nothing proves does not hold.

mod capability;
mod card;
mod golive;
mod partner;
mod phase;
mod proof;
mod workflow;

pub use card::{card, handover};

use crate::catalogue::{Partner, Source, Workspace};
use crate::model::ReadinessLine;
use chrono::NaiveDate;

/// Papers that stand outside the five folders, as they were read; a folder gives all its files.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    pub scope: Vec<Source>,
    pub capabilities: Vec<Source>,
    pub matching: Vec<Source>,
    pub routing: Vec<Source>,
    pub resilience: Vec<Source>,
    pub synthetics: Vec<Source>,
    pub workflow: Vec<Source>,
    /// Files that a capability names, those that are there.
    pub named: Vec<String>,
}

/// Everything that is known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub workspace: &'a Workspace,
    pub papers: &'a Papers,
    pub day: NaiveDate,
}

/// The eight lines of a partner.
#[must_use]
pub fn partner(known: &Known<'_>, partner: &Partner) -> Vec<ReadinessLine> {
    partner::lines(known, partner)
}

/// What must be agreed and there before the partner goes live.
#[must_use]
pub fn go_live(known: &Known<'_>, partner: &Partner) -> Vec<ReadinessLine> {
    golive::lines(known, partner)
}

/// The nine papers of the first phase.
#[must_use]
pub fn phase_one(known: &Known<'_>) -> Vec<ReadinessLine> {
    phase::lines(known)
}

/// The steps of the pipeline of the second phase.
#[must_use]
pub fn phase_two(known: &Known<'_>) -> Vec<ReadinessLine> {
    workflow::lines(known)
}

/// Every capability with its owner and its hook.
#[must_use]
pub fn capabilities(known: &Known<'_>) -> Vec<ReadinessLine> {
    capability::lines(known)
}

/// Files that capabilities say they have.
#[must_use]
pub fn files_of_capabilities(papers: &Papers) -> Vec<String> {
    capability::files(papers)
}
