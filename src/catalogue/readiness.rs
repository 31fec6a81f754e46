//! What `readiness` is asked to look at beside the five folders: where its papers stand, what the exchange is for, who
//! answers for which capability. Refuses to judge any of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where papers stand that no other check reads, seen from the root. What is not named does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ReadinessConfig {
    /// File that says what the exchange is for: use cases, domains, attributes of telemetry.
    pub scope: Option<String>,
    /// File that says which capability has which owner and hook.
    pub capabilities: Option<String>,
    /// Folder of the numbered documents that decide when two records are one member.
    pub matching: Option<String>,
    /// Folder of the numbered sets of routes.
    pub routing: Option<String>,
    /// Folder of the numbered retry policies.
    pub resilience: Option<String>,
    /// Folder of the checks that run with a synthetic member.
    pub synthetics: Option<String>,
    /// Entry of the catalogue that says what an audit record is.
    pub audit: Option<String>,
    /// Runbook by which a release is taken back.
    pub rollback: Option<String>,
    /// Workflow that judges every change.
    pub workflow: Option<String>,
    /// Names of the steps that it must have.
    pub steps: Vec<String>,
}

impl Default for ReadinessConfig {
    fn default() -> Self {
        let steps = [
            "Schema lint",
            "Contract tests",
            "Policy as code",
            "Release gates",
        ];
        Self {
            scope: None,
            capabilities: None,
            matching: None,
            routing: None,
            resilience: None,
            synthetics: None,
            audit: None,
            rollback: None,
            workflow: None,
            steps: steps.map(str::to_owned).into(),
        }
    }
}

/// When an exchange happens, seen from the member who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The answer comes with the call.
    Synchronous,
    /// Many members at a time, at an agreed hour.
    Batch,
    /// The answer comes later, by itself.
    Delayed,
}

impl Mode {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Synchronous => "synchronous",
            Self::Batch => "batch",
            Self::Delayed => "delayed",
        }
    }
}

/// What somebody wants from the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UseCase {
    /// Name in kebab case.
    pub id: String,
    /// What happens, as one sentence.
    pub title: String,
    /// Left out, nobody has decided it.
    pub mode: Option<Mode>,
    /// Entries of the catalogue that travel.
    pub entries: Vec<String>,
}

/// Data of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Domain {
    /// Name in kebab case.
    pub id: String,
    /// What belongs to it.
    pub title: String,
    /// Entries of the catalogue that describe it.
    pub entries: Vec<String>,
}

/// What every record of telemetry says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Observability {
    /// Names of attributes, as telemetry writes them.
    pub attributes: Vec<String>,
}

/// What the exchange is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ScopeFile {
    #[serde(rename = "use-case")]
    pub use_cases: Vec<UseCase>,
    #[serde(rename = "domain")]
    pub domains: Vec<Domain>,
    pub observability: Observability,
}

/// Something that an organisation has to be able to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Capability {
    /// Name in kebab case.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
    /// What belongs to it.
    pub parts: Vec<String>,
    /// The team that answers for it.
    pub owner: String,
    /// What makes it happen without anybody thinking of it.
    pub hook: String,
    /// Files that hold the hook, seen from the root.
    pub files: Vec<String>,
    /// Rows of the capability list that it stands for.
    pub rows: Vec<String>,
}

/// Every capability.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CapabilitiesFile {
    #[serde(rename = "capability")]
    pub capabilities: Vec<Capability>,
}
