//! What was asked of the small commands of every day.
//! Refuses to know how it was written there, and how it will be answered.

use super::{Origin, Repository, Setting, Show};
use chrono::{DateTime, Utc};
use std::path::PathBuf;

/// One of the small commands with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum DailyRequest {
    Schema(SchemaRequest),
    Doctor(DoctorRequest),
    Fmt(FmtRequest),
    Readiness(ReadinessRequest),
    Partner(PartnerRequest),
}

impl DailyRequest {
    /// What it shows and where.
    #[must_use]
    pub fn show(&self) -> &Show {
        match self {
            Self::Schema(request) => &request.show,
            Self::Doctor(request) => &request.show,
            Self::Fmt(request) => &request.show,
            Self::Readiness(request) => &request.show,
            Self::Partner(request) => &request.show,
        }
    }
}

/// `matchmark schema NAME`.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaRequest {
    /// The format that is meant; `None` lists them all.
    pub name: Option<String>,
    /// Whether draft 07 is wanted, which editors know, and not 2020-12.
    pub for_editors: bool,
    pub show: Show,
}

/// `matchmark doctor`.
#[derive(Clone, Debug, PartialEq)]
pub struct DoctorRequest {
    pub repository: Repository,
    /// Where the name of the configuration file comes from.
    pub config_origin: Origin,
    /// What a `check` here would be told by flags and environment; `None` where nobody asked for settings.
    pub settings: Option<Vec<Setting>>,
    /// Revision that a `check` would be told to compare with.
    pub base: Option<String>,
    /// The shell that commands are typed in, as the environment names it.
    pub shell: Option<String>,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}

/// `matchmark fmt`.
#[derive(Clone, Debug, PartialEq)]
pub struct FmtRequest {
    pub repository: Repository,
    /// Files as they were named, seen from the root; none stands for every file of ours.
    pub files: Vec<PathBuf>,
    /// List what would change, change nothing.
    pub check: bool,
    pub show: Show,
}

/// What is to be ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadinessAsked {
    /// A partner, by its id.
    Partner(String),
    /// The same, only what must be agreed before its first member.
    GoLive(String),
    PhaseOne,
    PhaseTwo,
    Capabilities,
}

/// `matchmark readiness`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadinessRequest {
    pub repository: Repository,
    pub asked: ReadinessAsked,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}

/// What is asked about a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnerAsked {
    Card,
    Handover,
}

/// `matchmark partner card` and `matchmark partner handover`.
#[derive(Clone, Debug, PartialEq)]
pub struct PartnerRequest {
    pub repository: Repository,
    pub partner: String,
    pub asked: PartnerAsked,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}
