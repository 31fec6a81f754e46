//! What is kept of a verification: which contract, which versions, which schemas, and how every interaction came out.
//! Refuses to hold a value of a payload: rules, pointers, places and digests only.

mod build;
mod deployment;
mod event;
mod result;
mod run;
mod run_answer;

pub use build::{Build, Party};
pub use deployment::{Deployment, Role};
pub use event::{Event, EventKind};
pub use result::{InteractionResult, Problem, ReplayProof, SchemaProof, Standing, StaticProof};
pub use run::{
    Asked, CheckState, ContractRate, FindingMark, Judge, JudgedTree, ReplayRate, RunRecord,
    WaiverUse,
};

pub use run_answer::{Rederived, RunFault, RunLine, RunList, RunsVerified};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The contract that a run verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractName {
    /// Path of its file in the repository that was judged.
    pub path: String,
    /// Digest of its interactions and of our own file group, as `sha256:` and hex digits.
    pub digest: String,
    /// The team that answers for it.
    pub owner: String,
}

/// One run of one contract: `evidence/<provider>/<consumer>/<contract>/<provider version>/<sha256>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Whose promise the contract demands, in the version that ran.
    pub provider: Party,
    /// Who relies on it, in the version that does.
    pub consumer: Party,
    /// The contract itself.
    pub contract: ContractName,
    /// Ranges that the contract names, and the versions in them that were judged.
    pub schemas: Vec<SchemaProof>,
    /// Digest over the rules and profiles that were in force.
    pub policy_set: String,
    /// Digest of each state of the vocabulary that the contract uses, by name.
    pub states: BTreeMap<String, String>,
    /// Version of the program that judged.
    pub matchmark: String,
    /// Version of the matching rules that it applied.
    pub matcher: String,
    /// One entry an interaction and variant.
    pub results: Vec<InteractionResult>,
    /// What broke or stayed open and belongs to no interaction of its own.
    pub problems: Vec<Problem>,
    /// What was proved of each interaction without any provider.
    pub proofs: Vec<StaticProof>,
    /// What the recorded payloads showed in the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayProof>,
    /// The instant that the run took for now.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub as_of: DateTime<Utc>,
    /// When the run began, by the clock of its machine.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: DateTime<Utc>,
    /// When it ended.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub ended: DateTime<Utc>,
    /// Where the log of the run can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
    /// Branch of the repository that was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whether an interaction is announced as new: until it passed once it does not stop the provider.
    pub pending: bool,
}

impl Evidence {
    /// The older of the two instants that say when it was: neither a wrong clock nor `--as-of` makes it younger.
    #[must_use]
    pub fn taken(&self) -> DateTime<Utc> {
        self.as_of.min(self.ended)
    }
}

/// A record with the path under which it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    pub path: String,
    pub value: T,
}

/// Everything that a store holds, read and checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// In order of their paths.
    pub evidence: Vec<Kept<Evidence>>,
    pub deployments: Vec<Kept<Deployment>>,
    /// From the first event to the last.
    pub events: Vec<Kept<Event>>,
    /// Evidence that no event tells of: it does not count.
    pub untold: Vec<String>,
}

/// Where evidence is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePlace {
    /// A folder, as seen from the root of the repository.
    Folder(String),
    /// A git remote: its name, its URL or its path.
    Git(String),
}

impl std::str::FromStr for StorePlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("dir", path)) if !path.is_empty() => Ok(Self::Folder(path.to_owned())),
            Some(("git", remote)) if !remote.is_empty() && !remote.starts_with('-') => {
                Ok(Self::Git(remote.to_owned()))
            }
            _ => Err("a store is written `dir:PATH` or `git:REMOTE`"),
        }
    }
}

impl std::fmt::Display for StorePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "dir:{path}"),
            Self::Git(remote) => write!(f, "git:{remote}"),
        }
    }
}
