//! What was asked of kept runs on the command line.
//! Refuses to know how it was written there, and how it will be answered.

use super::{Repository, Show};
use chrono::NaiveDate;
use std::path::PathBuf;

/// One verb of `matchmark evidence` with everything that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceRequest {
    Verify(EvidenceVerifyRequest),
    List(EvidenceListRequest),
}

impl EvidenceRequest {
    /// What it shows and where.
    #[must_use]
    pub fn show(&self) -> &Show {
        match self {
            Self::Verify(request) => &request.show,
            Self::List(request) => &request.show,
        }
    }
}

/// Where kept runs are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunsAsked {
    pub repository: Repository,
    /// A folder as seen from the root; `None` leaves it to the configuration.
    pub folder: Option<PathBuf>,
}

/// Which run is judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    Newest,
    /// The first digits of the digest of its record, or its number.
    Named(String),
}

/// `matchmark evidence verify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceVerifyRequest {
    pub place: RunsAsked,
    /// Digest that once was that of the newest record.
    pub head: Option<String>,
    pub again: Option<Again>,
    pub show: Show,
}

/// `matchmark evidence list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceListRequest {
    pub place: RunsAsked,
    pub show: Show,
}

/// `matchmark report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    pub place: RunsAsked,
    /// First and last day.
    pub since: NaiveDate,
    pub until: NaiveDate,
    /// How many findings people are shown; the machine formats hold all.
    pub max_findings: Option<usize>,
    pub show: Show,
}
