//! Everything that a run judges, as values.

use super::{
    Acknowledgement, Approval, BoardFile, Calendar, Catalogue, Config, History, Operating, Partner,
    Source, StatementList, Waiver, Windows,
};
use crate::model::Letterhead;
use std::collections::BTreeMap;

/// A contract file, not yet read as a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractSource {
    /// Folder below `contracts/`: who wrote it.
    pub consumer: String,
    pub source: Source,
}

/// What the rules of a folder judge, and with it the names that they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleFamily {
    /// What a team may not do: over the facts of a whole repository.
    Policy,
    /// What one payload may not be: over the facts of that payload.
    Payload,
}

impl RuleFamily {
    /// Folder below which each rule has its own.
    #[must_use]
    pub fn home(self) -> &'static str {
        match self {
            Self::Policy => "policies/rules",
            Self::Payload => "policies/payload",
        }
    }

    /// First part of the finding ids.
    #[must_use]
    pub fn room(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Payload => "payload",
        }
    }
}

/// `policies/rules/<name>/` or `policies/payload/<name>/`, not yet read as a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFolder {
    pub family: RuleFamily,
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
    pub payload_rules: BTreeMap<String, RuleFolder>,
    /// `policies/profiles/<stage>.toml`, by stage.
    pub profiles: BTreeMap<String, Source>,
    pub waivers: Vec<Waiver>,
    /// Decisions of the board, in order of their paths.
    pub approvals: Vec<Approval>,
    /// Answers of partners to notices, in order of their paths.
    pub acknowledgements: Vec<Acknowledgement>,
    /// `policies/windows.toml`, where there is one.
    pub windows: Option<Windows>,
    /// How the exchange is run.
    pub operating: Operating,
    /// `policies/calendar.toml`, where there is one.
    pub calendar: Option<Calendar>,
    /// `policies/statements/<guide>-<version>.toml`, in order of their names.
    pub statements: Vec<StatementList>,
    pub histories: Vec<History>,
    /// The board's own words and style for its page, where there are some.
    pub letterhead: Option<Letterhead>,
    /// Digest of every file that was read, by path.
    pub inputs: BTreeMap<String, String>,
}

impl RuleFolder {
    /// A folder of which nothing is known yet but its name.
    #[must_use]
    pub fn named(family: RuleFamily, name: &str) -> Self {
        Self {
            family,
            name: name.to_owned(),
            toml: None,
            rego: None,
            fires: Vec::new(),
            quiet: Vec::new(),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}/{}", self.family.home(), self.name)
    }

    /// The finding id that it gives.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.family.room(), self.name)
    }
}
