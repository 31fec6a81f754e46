//! `matchmark replay`: which history is judged, by what, and which share of it.

use super::replayed::{Sample, Shard};
use super::{Provider, Repository, Show};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// `matchmark replay`, `matchmark replay merge RESULT...` and `matchmark replay exchanges FILE`.
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
    Exchanges(ReplayExchanges),
}

/// Recorded exchanges, and who is asked again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayExchanges {
    /// Revision whose `[replay]` counts too; `None` leaves it to the configuration.
    pub base: Option<String>,
    /// Seen from the root; `-` for standard input.
    pub file: PathBuf,
    /// An HTTP archive instead of one exchange a line.
    pub is_archive: bool,
    /// Who sent the requests, where an exchange does not say so itself.
    pub consumer: Option<String>,
    pub provider: Provider,
    /// Numbers of the exchanges that are judged; all of them where it is empty.
    pub only: BTreeSet<u64>,
    /// How long one answer is waited for.
    pub patience: Option<Duration>,
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
