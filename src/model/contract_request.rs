//! What was asked of contracts on the command line: one value a verb of `matchmark contract`.
//! Refuses to know how it was written there, and how it will be answered.

use super::request::{CheckRequest, Repository, Show, Target};
use super::{CanReleaseRequest, DeploymentRequest, OwedRequest, RecordedRequest};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// One verb of `matchmark contract` with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum ContractRequest {
    /// The contract check of the gate, on its own.
    Check(CheckRequest),
    /// Expectations and what was seen, one pair a line of standard input.
    Match(MatchRequest),
    /// A draft from recorded traffic.
    Draft(DraftRequest),
    /// A contract against an OpenAPI document.
    Compare(CompareRequest),
    /// The same, and what it showed is kept as evidence.
    Keep(RecordedRequest),
    /// May this be released?
    CanRelease(CanReleaseRequest),
    /// Live pairs without evidence.
    Owed(OwedRequest),
    /// Writes down what runs where.
    Deployment(DeploymentRequest),
    /// The same against a provider of one's choice, and for a part of the contracts.
    Verify(CheckRequest),
    /// Contracts by name.
    Show(ContractShowRequest),
    /// A plain Pact file, brought into our place.
    Import(ContractImportRequest),
    /// A contract as a plain Pact file.
    Export(ContractExportRequest),
}

/// `matchmark contract show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractShowRequest {
    pub repository: Repository,
    /// All of the repository when none is named.
    pub files: Vec<PathBuf>,
    pub max_findings: Option<usize>,
    pub show: Show,
}

/// `matchmark contract import`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractImportRequest {
    pub repository: Repository,
    pub file: PathBuf,
    /// The consumer's name among our folders; the file's own where none is given.
    pub consumer: Option<String>,
    /// `-` is standard output; the usual place where none is given.
    pub out: Option<PathBuf>,
    pub states: Option<PathBuf>,
    pub owner: Option<String>,
    pub max_findings: Option<usize>,
    pub show: Show,
}

/// `matchmark contract export --plain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractExportRequest {
    pub repository: Repository,
    pub file: PathBuf,
    pub out: Target,
}

impl ContractRequest {
    /// What it shows and where; `None` for the verbs that stream or write files instead.
    pub(super) fn show(&self) -> Option<&Show> {
        match self {
            Self::Match(_) | Self::Draft(_) => None,
            Self::Compare(request) => Some(&request.show),
            Self::Keep(request) => Some(&request.check.show),
            Self::CanRelease(request) => Some(&request.show),
            Self::Owed(request) => Some(&request.show),
            Self::Deployment(_) => None,
            Self::Check(request) | Self::Verify(request) => Some(&request.show),
            Self::Show(request) => Some(&request.show),
            Self::Import(request) => Some(&request.show),
            Self::Export(_) => None,
        }
    }
}

/// `matchmark contract compare --openapi F --pact F`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareRequest {
    /// The folder that the two files are seen from.
    pub root: PathBuf,
    pub openapi: PathBuf,
    pub pact: PathBuf,
    pub max_findings: Option<usize>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    pub show: Show,
}

/// `matchmark contract record`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRequest {
    pub repository: Repository,
    /// The recorded traffic.
    pub file: PathBuf,
    /// Whether it is an HTTP archive, rather than one exchange a line.
    pub is_archive: bool,
    /// Who sent the requests.
    pub consumer: String,
    pub out: Target,
}

/// `matchmark contract match --batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchRequest {
    /// How many lines are worked on at once; as many as the machine can where nothing was asked.
    pub jobs: Option<NonZeroUsize>,
}
