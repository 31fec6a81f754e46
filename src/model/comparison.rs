//! What `contract compare` says of a contract and an OpenAPI document. Never a value.

use super::{Place, Severity, Verdict};
use serde::Serialize;

/// One thing that is wrong with an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its description.
    pub interaction: String,
    /// `request.body.incompatible`.
    pub code: String,
    /// Error or warning.
    #[serde(rename = "type")]
    pub severity: Severity,
    /// JSON pointer into the contract; a name that the document does not declare stands as `{key#1}`.
    pub pointer: String,
    /// `contract/request-body-incompatible`.
    #[serde(skip)]
    pub rule: String,
    #[serde(skip)]
    pub place: Place,
    /// One sentence: what is wrong.
    #[serde(skip)]
    pub message: String,
    #[serde(skip)]
    pub remedy: String,
    /// Where the OpenAPI document says what is wanted.
    #[serde(skip)]
    pub schema: Option<Place>,
}

/// Something that could not be read, or could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCompared {
    pub rule: String,
    pub location: Place,
    pub message: String,
    pub remedy: String,
}

/// The result of one `contract compare`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// HTTP interactions that were compared.
    pub compared: u64,
    /// Interactions of other kinds.
    pub skipped: u64,
    /// In the order of the contract.
    pub results: Vec<Compared>,
    /// Parts of the OpenAPI document that could not be used.
    pub undecided: Vec<NotCompared>,
    /// What keeps one of the two files from being read; then nothing was compared.
    pub faults: Vec<NotCompared>,
}

impl Comparison {
    /// Results of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> u64 {
        let results = self.results.iter();
        results.filter(|result| result.severity == severity).count() as u64
    }
}
