//! Acknowledgements: a partner's word that it knows of the end of a version, in a file of its own.
//! Refuses to prove who wrote it: branch protection does that.

use super::Source;
use crate::model::VersionId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `policies/acknowledgements/<partner>/<entry>@<x.y.z>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AcknowledgementFile {
    /// Id of the partner that answered; the folder is called after it.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{0,63}$"))]
    pub partner: String,
    /// `<entry>@<x.y.z>` that ends; the file is called after it.
    #[schemars(length(min = 1, max = 100))]
    pub version: String,
    /// Digest that stands in the notice: an answer to an older notice is none to this one.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub notice: String,
    /// Day of the answer.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: chrono::NaiveDate,
    /// Account of the role that took the answer and wrote it down here.
    #[schemars(length(min = 1, max = 100))]
    pub by: String,
}

/// An acknowledgement with the file that records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub source: Source,
    pub file: AcknowledgementFile,
}

impl AcknowledgementFile {
    /// Where the answer of `partner` about `version` is written down.
    #[must_use]
    pub fn path(partner: &str, version: &VersionId) -> String {
        format!("policies/acknowledgements/{partner}/{version}.toml")
    }
}
