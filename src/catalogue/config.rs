//! `matchmark.toml`: what a repository asks of the gate.

use super::{OperatingConfig, ReadinessConfig};
use chrono::{FixedOffset, Offset, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `matchmark.toml`. Every key has a default; an unknown key is an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    pub edition: u32,
    #[serde(default)]
    pub payer: Payer,
    #[serde(default)]
    pub gate: Gate,
    #[serde(default)]
    pub replay: ReplayConfig,
    #[serde(default)]
    pub privacy: Privacy,
    #[serde(default)]
    pub board: Board,
    #[serde(default)]
    pub report: ReportConfig,
    #[serde(default)]
    pub evidence: EvidenceConfig,
    /// Where operating documents are kept; without it none are read.
    #[serde(default)]
    pub operating: Option<OperatingConfig>,
    /// Where `readiness` looks for what no other check reads.
    #[serde(default)]
    pub readiness: ReadinessConfig,
    /// Whoever releases something, by the name that contracts use.
    #[serde(default)]
    pub participants: BTreeMap<String, Participant>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            edition: 1,
            payer: Payer::default(),
            gate: Gate::default(),
            replay: ReplayConfig::default(),
            privacy: Privacy::default(),
            board: Board::default(),
            report: ReportConfig::default(),
            evidence: EvidenceConfig::default(),
            operating: None,
            readiness: ReadinessConfig::default(),
            participants: BTreeMap::new(),
        }
    }
}

/// The payer that runs matchmark: whose service the contracts are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Payer {
    /// As contracts name their provider.
    pub id: String,
    /// Identifier system in which payers are named; a partner's value in it is its id.
    pub identifiers: String,
    /// In which the dates of a consent are read: they carry none.
    #[schemars(with = "String")]
    pub zone: Zone,
}

/// An offset from UTC: `-05:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(pub FixedOffset);

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let offset = text.parse().map(Self);
        offset.map_err(|_| "a zone is an offset from UTC, such as -05:00")
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.to_string()
    }
}

impl Default for Zone {
    /// US Eastern standard time.
    ///
    /// Source: reference/config/consent/1.toml
    fn default() -> Self {
        let eastern = FixedOffset::west_opt(5 * 60 * 60);
        Self(eastern.unwrap_or_else(|| Utc.fix()))
    }
}

impl Default for Payer {
    fn default() -> Self {
        Self {
            id: "payer-exchange".to_owned(),
            identifiers: "https://payer-exchange.example/payer-ids".to_owned(),
            zone: Zone::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Gate {
    /// Branch whose merge base with the head is the base of a run.
    pub base: String,
    /// Which earlier versions a new one is compared with.
    pub against: Against,
}

impl Gate {
    /// Whether the base is a commit that goes along with the head, or one for ever, and no branch.
    #[must_use]
    pub fn has_no_branch(&self) -> bool {
        let base = self.base.as_str();
        let is_commit = base.len() >= 7 && base.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_relative = base.contains(['~', '^', ':']) || base.contains("@{");
        is_commit || is_relative || ["HEAD", "@"].contains(&base)
    }
}

/// Which earlier versions of its entry a new version is compared with. Its number must fit every one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The newest release before it.
    Latest,
    /// That, and every release that partners may still use.
    #[default]
    Served,
    /// Every release before it, retired ones too.
    All,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            base: "origin/main".to_owned(),
            against: Against::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ReplayConfig {
    /// Which recorded payloads are replayed.
    pub history: String,
    pub budget: ReplayBudget,
    /// What is another one in each answer, beside what FHIR says so of: pointers into bodies, where `*` stands for one
    /// name or position and `**` for any number of them, and names of headers.
    pub volatile: Vec<String>,
    /// Lists of answers whose order means nothing, as pointers of the same kind.
    pub unordered: Vec<String>,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            history: "payloads/**/*.ndjson".to_owned(),
            budget: ReplayBudget::default(),
            volatile: Vec::new(),
            unordered: Vec::new(),
        }
    }
}

/// How much of what was recorded a change may turn out otherwise before that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ReplayBudget {
    /// Payloads that may be newly rejected.
    pub newly_rejected: u64,
    /// Exchanges that may be answered otherwise.
    pub behaviour_changed: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Privacy {
    /// `never` or `terminal`.
    pub show_values: String,
    /// Surnames of made-up people, beside numbered ones such as `Testmember-01`.
    pub synthetic_names: Vec<String>,
    /// How member and subscriber numbers of made-up people begin.
    pub synthetic_numbers: Vec<String>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            show_values: "never".to_owned(),
            synthetic_names: Vec::new(),
            synthetic_numbers: Vec::new(),
        }
    }
}

/// Who decides about exceptions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Board {
    pub roles: Vec<String>,
    pub quorum: BTreeMap<String, Vec<String>>,
    pub max_waiver_days: Option<u32>,
}

/// How the page of a report looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ReportConfig {
    /// Folder below policies/ with header.txt, footer.txt or style.css.
    pub templates: Option<String>,
}

/// Where evidence is kept, and what a release asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EvidenceConfig {
    /// `dir:PATH` or `git:REMOTE`.
    pub store: String,
    /// Days after which evidence no longer counts.
    pub max_evidence_age: u32,
    /// Edge cases that every consumer of ours must show, beside those that each operation is asked for.
    pub edges: Vec<String>,
    /// Folder in which each run of the gate leaves its record, as seen from the root.
    pub runs: String,
}

impl Default for EvidenceConfig {
    fn default() -> Self {
        Self {
            store: "dir:.matchmark/contract-evidence".to_owned(),
            max_evidence_age: 90,
            edges: Vec::new(),
            runs: ".matchmark/evidence".to_owned(),
        }
    }
}

/// Somebody who releases a provider or a consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Participant {
    /// Number of the version that the repository describes.
    #[schemars(with = "Option<String>")]
    pub version: Option<semver::Version>,
    /// The team that settles what is open.
    pub owner: Option<String>,
    /// Nobody relies on it and it relies on nobody; counts with an owner only.
    pub no_counterparts: bool,
}
