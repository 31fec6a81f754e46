//! What was asked of evidence and releases on the command line.
//! Refuses to know how it was written there, and how it will be answered.

use super::{Build, CheckRequest, Repository, Role, Show, StorePlace};
use chrono::{DateTime, Utc};

/// A participant in a version, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectAsked {
    pub name: String,
    /// `None` stands for the head of the repository.
    pub version: Option<Build>,
}

/// Where evidence is looked up and kept; `None` leaves it to the configuration.
pub type StoreAsked = Option<StorePlace>;

/// `matchmark contract check --record`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    pub check: CheckRequest,
    pub recording: Recording,
}

/// What is said of a run that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    pub store: StoreAsked,
    /// Numbers of versions, instead of those of the configuration.
    pub subjects: Vec<SubjectAsked>,
    /// Where the log of the run can be read.
    pub run_url: Option<String>,
    /// Branch that was judged; `None` asks git.
    pub branch: Option<String>,
}

/// `matchmark contract can-release`.
#[derive(Clone, Debug, PartialEq)]
pub struct CanReleaseRequest {
    pub repository: Repository,
    pub subject: SubjectAsked,
    pub environment: String,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub store: StoreAsked,
    pub show: Show,
}

/// `matchmark contract owed`.
#[derive(Clone, Debug, PartialEq)]
pub struct OwedRequest {
    pub repository: Repository,
    /// One environment, or all.
    pub environment: Option<String>,
    pub as_of: Option<DateTime<Utc>>,
    pub store: StoreAsked,
    pub show: Show,
}

/// What happened to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It went live.
    Deployed(Role),
    /// It was switched off.
    Retired,
}

/// `matchmark contract record-deployment`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentRequest {
    pub repository: Repository,
    pub subject: SubjectAsked,
    pub environment: String,
    pub instance: String,
    pub turn: Turn,
    pub as_of: Option<DateTime<Utc>>,
    pub store: StoreAsked,
}
