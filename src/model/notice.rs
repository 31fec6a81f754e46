//! What a partner is told: of a version that its parser does not bear, before it arrives, and of one that ends.

use super::{End, Place};

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

/// What a partner is told about the end of a version that it may be speaking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndNotice {
    /// The partner that is told.
    pub partner: String,
    /// Where it is reached.
    pub contact: Option<String>,
    /// Range of its profile that admits the version.
    pub range: String,
    /// `id@version` that ends.
    pub version: String,
    /// `id@version` that replaces it.
    pub instead: String,
    pub end: End,
    /// Text of the note that tells how to move.
    pub note: String,
    /// Days that the policy asks for this partner.
    pub days: Option<u32>,
    /// Command that turns old payloads into new ones, where there is one.
    pub transform: Option<String>,
    /// What help the policy promises.
    pub help: String,
    /// Days within which an answer is asked for.
    pub acknowledge_within: u32,
    /// Days before the end from which use is an error.
    pub error_before: u32,
    /// What the partner answers to.
    pub digest: String,
}

impl EndNotice {
    /// Where it is kept below the repository's root.
    #[must_use]
    pub fn path(&self) -> String {
        format!(
            ".matchmark/notices/{}/{}-ends.md",
            self.partner, self.version
        )
    }
}
