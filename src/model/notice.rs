//! What a consumer is told before a version reaches it that its parser does not bear.

use super::Place;

/// One letter: to one team of one partner, about one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The partner that is told.
    pub partner: String,
    /// Teams of the partner that own the contracts concerned.
    pub owners: Vec<String>,
    /// `id@version` that it is told about.
    pub version: String,
    /// Status of that version.
    pub status: String,
    /// The day on which the notice was written.
    pub day: chrono::NaiveDate,
    pub changes: Vec<Drift>,
}

/// One thing that the partner's parser does not bear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift {
    /// One sentence without any payload value.
    pub message: String,
    /// Where the partner's own contract says what it relies on.
    pub contract: Place,
    /// Where the schema says otherwise, where that is known.
    pub schema: String,
    /// Sixteen hex digits of the finding.
    pub fingerprint: String,
}

impl Notice {
    /// Where it is kept below the repository's root.
    #[must_use]
    pub fn path(&self) -> String {
        format!(".matchmark/notices/{}/{}.md", self.partner, self.version)
    }
}
