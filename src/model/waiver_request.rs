//! What was asked about waivers and approvals on the command line, and what an act of that kind came to.
//! Refuses to know how it was written there, and how it will be answered.

use super::{Repository, Show, Verdict, WaiverLine};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One verb of `matchmark waiver`.
#[derive(Clone, Debug, PartialEq)]
pub struct WaiverRequest {
    pub repository: Repository,
    pub act: WaiverAct,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    /// Say everything, write nothing.
    pub dry_run: bool,
    pub show: Show,
}

/// What is done with waivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverAct {
    List,
    New {
        /// The finding that it is for.
        fingerprint: String,
        /// How long it is to last; `None` for as long as it may.
        days: Option<u32>,
        /// Report in JSON that has the finding, seen from the root; `None` runs the gate.
        report: Option<PathBuf>,
        /// Revision to compare with when the gate is run.
        base: Option<String>,
    },
    Renew {
        id: String,
        until: NaiveDate,
    },
    Close {
        id: String,
    },
}

/// `matchmark approve SUBJECT`.
#[derive(Clone, Debug, PartialEq)]
pub struct ApproveRequest {
    pub repository: Repository,
    pub subject: String,
    pub role: String,
    /// Account that decides.
    pub account: String,
    pub reject: bool,
    /// Last day of a version, where that is decided about.
    pub sunset: Option<NaiveDate>,
    /// Revision since which authors count as authors of the change.
    pub base: Option<String>,
    pub as_of: Option<DateTime<Utc>>,
    pub dry_run: bool,
    pub show: Show,
}

/// The register of waivers: the answer to `waiver list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    pub as_of: String,
    pub waivers: Vec<WaiverLine>,
}

/// What an act of the board changed, and what is still to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardAct {
    pub verdict: Verdict,
    /// What it is about: a waiver, a version, a rule, a partner.
    pub subject: String,
    /// What was done, as one sentence.
    pub done: String,
    /// Digest of what a decision holds for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Files that were written.
    pub written: Vec<String>,
    /// Files that were removed.
    pub removed: Vec<String>,
    /// What it still has to say, key and wish.
    pub missing: Vec<String>,
    /// Roles whose word is missing, each with the reason.
    pub lacking: Vec<String>,
    /// Commands that come next.
    pub next: Vec<String>,
    /// Further sentences for people.
    pub notes: Vec<String>,
    /// Whether nothing was written because nothing was to be.
    pub dry_run: bool,
}
