//! Everything that a run judges, as values.

use super::{BoardFile, Catalogue, Config, History, Partner, Source, StatementList, Waiver};
use std::collections::BTreeMap;

/// A contract file, not yet read as a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractSource {
    /// Folder below `contracts/`: who wrote it.
    pub consumer: String,
    pub source: Source,
}

/// `policies/rules/<name>/`, not yet read as a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFolder {
    pub name: String,
    /// `rule.toml` and `rule.rego`, where they exist.
    pub toml: Option<Source>,
    pub rego: Option<Source>,
    /// Cases that must fire, and cases that must stay quiet.
    pub fires: Vec<Source>,
    pub quiet: Vec<Source>,
}

/// The five folders and the configuration of one revision.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    pub config: Config,
    pub catalogue: Catalogue,
    pub board: BoardFile,
    /// By the name of their file, which is their id; a lint says where it is not.
    pub partners: BTreeMap<String, Partner>,
    pub contracts: Vec<ContractSource>,
    pub rules: BTreeMap<String, RuleFolder>,
    /// `policies/profiles/<stage>.toml`, by stage.
    pub profiles: BTreeMap<String, Source>,
    pub waivers: Vec<Waiver>,
    /// `policies/statements/<guide>-<version>.toml`, in order of their names.
    pub statements: Vec<StatementList>,
    pub histories: Vec<History>,
    /// Digest of every file that was read, by path.
    pub inputs: BTreeMap<String, String>,
}

impl RuleFolder {
    /// A folder of which nothing is known yet but its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            toml: None,
            rego: None,
            fires: Vec::new(),
            quiet: Vec::new(),
        }
    }
}
