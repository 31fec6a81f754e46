//! What was asked on the command line, read once and typed: one value a verb.
//! Refuses to know how it was written there, and how it will be answered.

use super::{
    Aim, ApproveRequest, CheckName, ContractRequest, DailyRequest, DeprecateRequest,
    EvidenceRequest, PolicyRequest, PromoteRequest, ReplayRequest, ReportRequest, ScrubRequest,
    Severity, ValidateRequest, WaiverRequest,
};
#[cfg(feature = "service")]
use super::{OpsRequest, ServeRequest, StubRequest};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One command with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Check(CheckRequest),
    Validate(ValidateRequest),
    Replay(ReplayRequest),
    Scrub(ScrubRequest),
    Transform(TransformRequest),
    Diff(DiffRequest),
    Bump(BumpRequest),
    Deprecate(DeprecateRequest),
    Promote(PromoteRequest),
    Waiver(WaiverRequest),
    Approve(ApproveRequest),
    Explain(ExplainRequest),
    CatalogueList(CatalogueListRequest),
    CatalogueShow(CatalogueShowRequest),
    CatalogueCoverage(CatalogueCoverageRequest),
    Init(InitRequest),
    CompatBatch(BatchRequest),
    CompatWorker(WorkerRequest),
    Contract(ContractRequest),
    Evidence(EvidenceRequest),
    Report(ReportRequest),
    Policy(PolicyRequest),
    Daily(DailyRequest),
    #[cfg(feature = "service")]
    Serve(ServeRequest),
    #[cfg(feature = "service")]
    Stub(StubRequest),
    #[cfg(feature = "service")]
    Ops(OpsRequest),
}

impl Request {
    /// What it shows and where; `None` for the verbs that stream or write files instead.
    #[must_use]
    pub fn show(&self) -> Option<&Show> {
        match self {
            Self::Check(request) => Some(&request.show),
            Self::Validate(request) => Some(&request.show),
            Self::Replay(request) => Some(&request.show),
            Self::Scrub(request) => Some(&request.show),
            Self::Transform(request) => Some(&request.show),
            Self::Diff(request) => Some(&request.show),
            Self::Bump(request) => Some(&request.show),
            Self::Deprecate(request) => Some(&request.show),
            Self::Promote(request) => Some(&request.show),
            Self::Waiver(request) => Some(&request.show),
            Self::Approve(request) => Some(&request.show),
            Self::Explain(request) => Some(&request.show),
            Self::CatalogueList(request) => Some(&request.show),
            Self::CatalogueShow(request) => Some(&request.show),
            Self::CatalogueCoverage(request) => Some(&request.show),
            Self::Contract(request) => request.show(),
            Self::Evidence(request) => Some(request.show()),
            Self::Report(request) => Some(&request.show),
            Self::Policy(request) => request.show(),
            Self::Daily(request) => Some(request.show()),
            Self::Init(_) | Self::CompatBatch(_) | Self::CompatWorker(_) => None,
            #[cfg(feature = "service")]
            Self::Serve(_) | Self::Stub(_) => None,
            #[cfg(feature = "service")]
            Self::Ops(request) => Some(&request.show),
        }
    }
}

/// Which repository is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its root; `.` unless `-C` says otherwise.
    pub root: PathBuf,
    /// Another configuration file than `matchmark.toml` of the root.
    pub config: Option<PathBuf>,
}

/// The folder that a command must name with `-C`; none when it is the one that the reader stands in.
#[must_use]
pub fn named_folder(root: &Path) -> Option<String> {
    (root != Path::new(".")).then(|| root.display().to_string())
}

/// What a result looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Text,
    Json,
    /// The whole report, for the summary of a job.
    Markdown,
    /// The short report, for a comment on a pull request.
    Comment,
    Html,
    OperationOutcome,
    Sarif,
    Junit,
    /// Annotations: workflow commands of a GitHub job.
    Github,
    /// Outputs of a GitHub step.
    GithubOutput,
}

impl Format {
    /// The word that stands on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Comment => "comment",
            Self::OperationOutcome => "operation-outcome",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::GithubOutput => "github-output",
        }
    }
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Stdout,
    /// Ready to be opened: `-C` is part of it already.
    File(PathBuf),
}

/// One asked format with its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub format: Format,
    pub target: Target,
}

/// What a verb shows. At most one of `wanted` goes to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    pub wanted: Vec<Wanted>,
    /// Show what passed and what is only worth knowing, too.
    pub verbose: bool,
    /// Whether standard output may carry colour; files never do.
    pub color: bool,
    /// The folder that commands in a result must name with `-C`, when it is not the one they are typed in.
    pub folder: Option<String>,
}

/// How far a change has come: later stages are stricter.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Local,
    PullRequest,
    Staging,
    ReleaseCandidate,
}

impl Stage {
    pub const ALL: [Self; 4] = [
        Self::Local,
        Self::PullRequest,
        Self::Staging,
        Self::ReleaseCandidate,
    ];

    /// The word that names its profile in `policies/profiles/`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::PullRequest => "pull-request",
            Self::Staging => "staging",
            Self::ReleaseCandidate => "release-candidate",
        }
    }
}

/// Which checks a run cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those that the profile of its stage requires: this is the gate.
    Gate,
    /// Those that were asked for: one part of the gate, on its own.
    Part,
}

/// `matchmark check`.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRequest {
    pub repository: Repository,
    /// Revision to compare with; `None` leaves it to the configuration.
    pub base: Option<String>,
    pub stage: Stage,
    /// Checks to run; all six unless `--only` or `--skip` was given.
    pub checks: Vec<CheckName>,
    pub extent: Extent,
    /// The lightest severity that fails the gate, when it was asked for.
    pub fail_on: Option<Severity>,
    /// How many findings people are shown; the machine formats hold all.
    pub max_findings: Option<usize>,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    pub jobs: Option<NonZeroUsize>,
    /// How long the rehearsal may take.
    pub timeout: Option<Duration>,
    /// What the rehearsal drives, and against whom; the gate drives everything against the reference.
    pub aim: Aim,
    /// Whether a run of the gate leaves a record.
    pub evidence: bool,
    pub show: Show,
}

/// How much a validation says about the shape of a value that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redact {
    /// Kind, length and character shape.
    Normal,
    /// Kind only.
    Strict,
}

/// `matchmark transform --from ID@A --to ID@B FILE...`.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformRequest {
    pub repository: Repository,
    /// Files and folders as they were named, seen from the root; `-` for standard input.
    pub files: Vec<PathBuf>,
    /// `ID@VERSION`.
    pub from: String,
    pub to: String,
    /// Where the transformed payloads go, values and all.
    pub out: Target,
    pub max_findings: Option<usize>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    /// What is said of them; nothing of it goes to standard output when the payloads do.
    pub show: Show,
}

/// `matchmark diff A [B]`: each side a version, a schema file seen from the root, or one of them at a git revision.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffRequest {
    pub repository: Repository,
    /// The older side, or with no `other` the newer one.
    pub first: String,
    pub other: Option<String>,
    /// Revision at which the older side is looked up; the working tree where it is left out.
    pub base: Option<String>,
    /// How many witnesses people are shown; the machine formats hold all.
    pub max_findings: Option<usize>,
    pub show: Show,
}

/// What `bump` is to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BumpScope {
    /// The number of the draft of this entry, and its notes.
    Draft(String),
    /// The same, and everything that makes a released version of it.
    Release {
        id: String,
        /// Account that asks for it.
        requested_by: Option<String>,
    },
    /// The notes of all released versions of this entry, or of every entry.
    Notes(Option<String>),
}

/// `matchmark bump ID` and `matchmark release ID`.
#[derive(Clone, Debug, PartialEq)]
pub struct BumpRequest {
    pub repository: Repository,
    pub scope: BumpScope,
    /// Say everything, write nothing.
    pub dry_run: bool,
    /// Go to the next major version whatever was computed, which settles what stays open.
    pub major: bool,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
    pub show: Show,
}

/// `matchmark explain ID`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainRequest {
    pub repository: Repository,
    pub id: String,
    pub show: Show,
}

/// `matchmark catalogue list`.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueListRequest {
    pub repository: Repository,
    pub show: Show,
}

/// `matchmark catalogue show ID[@VERSION]`.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueShowRequest {
    pub repository: Repository,
    pub id: String,
    pub show: Show,
}

/// `matchmark catalogue coverage`.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueCoverageRequest {
    pub repository: Repository,
    pub show: Show,
}

/// `matchmark init`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitRequest {
    pub root: PathBuf,
}

/// How the lines of a batch are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerRequest {
    /// Whether `format` is asserted rather than an annotation.
    pub formats_asserted: bool,
    /// Longest work on one line.
    pub budget: Duration,
}

/// `matchmark compat --batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchRequest {
    pub worker: WorkerRequest,
    /// How many lines are worked on at once.
    pub jobs: NonZeroUsize,
}
