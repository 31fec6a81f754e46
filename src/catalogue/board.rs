//! `policies/board.toml`: the teams that own, review and decide.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A team that may be named as owner or reviewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Team {
    pub id: String,
    /// Role on the board, if it has a seat.
    pub role: Option<String>,
    pub contact: String,
}

/// `policies/board.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BoardFile {
    #[serde(default, rename = "team")]
    pub teams: Vec<Team>,
}

impl BoardFile {
    #[must_use]
    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// Whether a team of this name may exist: with no teams on record, any may.
    #[must_use]
    pub fn may_know(&self, id: &str) -> bool {
        self.teams.is_empty() || self.team(id).is_some()
    }
}
