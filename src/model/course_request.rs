//! What is asked of the verbs that move a version through its life.
//! Refuses to know which moves are allowed.

use super::{Repository, Show, VersionId};
use chrono::{DateTime, NaiveDate, Utc};
use std::path::PathBuf;

/// `matchmark deprecate ID@VERSION`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeprecateRequest {
    pub repository: Repository,
    pub version: VersionId,
    pub ending: EndingAsked,
    /// Account that asks.
    pub requested_by: Option<String>,
    /// Say everything, write nothing.
    pub dry_run: bool,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}

/// How a version is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndingAsked {
    /// Partners are told; what is left out stays as it was told before.
    Told {
        /// `x.y.z` of the same entry, or `id@x.y.z`.
        replaced_by: Option<String>,
        /// File below the root that tells how to move.
        migration: Option<String>,
        /// Last day; `None` for the earliest that the policy allows.
        sunset: Option<NaiveDate>,
    },
    /// It is no longer served.
    Retired,
}

/// What a version may be promoted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    Draft,
    Candidate,
    Released,
}

/// `matchmark promote ID@VERSION`.
#[derive(Clone, Debug, PartialEq)]
pub struct PromoteRequest {
    pub repository: Repository,
    pub version: VersionId,
    pub to: Rung,
    /// Account that asks.
    pub requested_by: Option<String>,
    /// Folder of kept runs, instead of `.matchmark/evidence`.
    pub runs: Option<PathBuf>,
    /// Say everything, write nothing.
    pub dry_run: bool,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}
