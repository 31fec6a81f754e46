//! `matchmark replay`: which history is judged, by what, and which share of it.

use super::replayed::{Sample, Shard};
use super::{Repository, Show};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `matchmark replay` and `matchmark replay merge RESULT...`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayRequest {
    pub repository: Repository,
    pub act: ReplayAct,
    pub allow_empty: bool,
    pub exit_zero: bool,
    pub max_findings: Option<usize>,
    pub show: Show,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplayAct {
    Judge(ReplayJudge),
    /// Results of shards, as json files seen from the root: one at least.
    Merge(PathBuf, Vec<PathBuf>),
}

/// A history, and what judges it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayJudge {
    /// Revision to compare with; `None` leaves it to the configuration.
    pub base: Option<String>,
    /// Files, folders and patterns; those of the configuration where there are none.
    pub histories: Vec<PathBuf>,
    /// `ID@VERSION` that judges every payload of its entry.
    pub candidate: Option<String>,
    pub shard: Shard,
    pub sample: Option<Sample>,
    /// Threads; the machine's where it is left out.
    pub jobs: Option<NonZeroUsize>,
}
