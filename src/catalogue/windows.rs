//! Deprecation windows: how long partners are warned, how notice reaches them, what help they get.

use super::{Criticality, Maturity, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How notice of a deprecation reaches a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NoticePolicy {
    /// By which way it is delivered, for people.
    #[schemars(length(min = 1, max = 400))]
    pub delivery: String,
    /// Days within which a partner acknowledges it.
    pub acknowledge_within: u32,
    /// Days before the end from which use is an error.
    pub error_before: u32,
}

/// What help a partner gets with the way from a version to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MigrationPolicy {
    /// What is handed over with every deprecation, for people.
    #[schemars(length(min = 1, max = 400))]
    pub help: String,
}

/// `policies/windows.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WindowsFile {
    /// Missing, the policy is incomplete: a finding says so.
    pub notice: Option<NoticePolicy>,
    pub migration: Option<MigrationPolicy>,
    /// Maturity of the partner, then its criticality, to days between the notice and the end.
    #[serde(default)]
    pub days: BTreeMap<Maturity, BTreeMap<Criticality, u32>>,
}

/// The windows with the file that sets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    pub source: Source,
    pub file: WindowsFile,
}

impl WindowsFile {
    /// Days for which a partner of this kind is warned; `None` where the table does not say.
    #[must_use]
    pub fn days(&self, maturity: Maturity, criticality: Criticality) -> Option<u32> {
        self.days.get(&maturity)?.get(&criticality).copied()
    }
}
