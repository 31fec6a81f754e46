//! What runs where.
//! Refuses to know whether it may.

use super::{Build, Party};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an instance is there for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It takes the traffic.
    Stable,
    /// It takes a part of the traffic, to be watched.
    Canary,
    /// It takes none, and must be able to take all of it at once.
    RollbackTarget,
}

impl Role {
    /// The word that stands in records and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Canary => "canary",
            Self::RollbackTarget => "rollback-target",
        }
    }
}

/// `deployments/<environment>/<participant>/<instance>.json`: the version that is live there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Where it runs.
    pub environment: String,
    /// Who runs.
    pub participant: String,
    /// Which of its instances.
    pub instance: String,
    /// What runs.
    pub version: Build,
    /// What the instance is there for.
    pub role: Role,
    /// Since when.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: DateTime<Utc>,
}

impl Deployment {
    /// Who runs, and what.
    #[must_use]
    pub fn party(&self) -> Party {
        Party {
            name: self.participant.clone(),
            version: self.version.clone(),
        }
    }
}
