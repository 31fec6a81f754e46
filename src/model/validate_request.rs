//! `matchmark validate`: which payloads are judged, against what, and how much is said of them.

use super::{Format, Redact, Repository, Show};
use chrono::{DateTime, Utc};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// What payloads are judged against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// Found from each payload's own marks.
    Recognised,
    /// `ID` or `ID@VERSION` of the catalogue.
    Entry(String),
    /// A schema file outside the catalogue.
    File(PathBuf),
}

/// How far a payload is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// By its schema and by the payload rules beside it.
    Rules,
    /// By its schema alone, as a witness of a difference between schemas is.
    SchemaOnly,
}

/// `matchmark validate FILE...`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidateRequest {
    pub repository: Repository,
    /// Files and folders as they were named, seen from the root; `-` for standard input.
    pub files: Vec<PathBuf>,
    pub against: Against,
    /// Ranges of versions that each payload is compared with beside that.
    pub versions: Vec<semver::VersionReq>,
    pub depth: Depth,
    /// Instant that consents are held against; now where it is left out.
    pub as_of: Option<DateTime<Utc>>,
    /// Who sends the payloads and will get the answer: the id of a partner, or `system|value`.
    pub caller: Option<String>,
    pub redact: Redact,
    /// Invalid payloads after which the rest is not judged.
    pub max_errors: Option<NonZeroU64>,
    /// Threads; the machine's where it is left out.
    pub jobs: Option<NonZeroUsize>,
    pub max_findings: Option<usize>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    pub show: Show,
}

impl ValidateRequest {
    /// Whether a format was asked for that answers each payload.
    #[must_use]
    pub fn each_is_answered(&self) -> bool {
        let mut wanted = self.show.wanted.iter();
        wanted.any(|wanted| wanted.format == Format::OperationOutcome)
    }
}
