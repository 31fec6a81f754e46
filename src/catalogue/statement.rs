//! What a published guide states, statement by statement, in our own words: the list that coverage is counted against.

use super::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How binding a statement is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strength {
    Shall,
    Should,
    May,
}

impl Strength {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Shall => "SHALL",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

/// One `[[statement]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Statement {
    /// Its published number; numbers belong to one release of the guide.
    pub id: String,
    pub strength: Strength,
    /// The page that states it.
    pub page: String,
    /// Whom it binds.
    pub actor: String,
    /// What it asks for, in our own words.
    pub text: String,
    /// Whether the shape of one message is all that it asks for: only then does a schema that names it hold it.
    #[serde(default)]
    pub shape: bool,
    /// Tests of the service that show it: `path::function`.
    #[serde(default)]
    pub service: Vec<String>,
    /// Why nothing here will ever hold it.
    pub out_of_scope: Option<String>,
}

/// `policies/statements/<guide>-<version>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StatementsFile {
    /// The guide as `x-source` names it.
    pub guide: String,
    pub version: String,
    /// Invariants of its profiles: a constraint may name them, but they are no statement of a page.
    #[serde(default)]
    pub invariants: Vec<String>,
    #[serde(default, rename = "statement")]
    pub statements: Vec<Statement>,
}

impl StatementsFile {
    /// The name of its file: `hrex-1.2.0`.
    #[must_use]
    pub fn stem(&self) -> String {
        format!(
            "{}-{}",
            self.guide.to_lowercase().replace(' ', "-"),
            self.version
        )
    }

    /// Every number that a constraint may name.
    #[must_use]
    pub fn numbers(&self) -> BTreeSet<&str> {
        let statements = self.statements.iter().map(|statement| &statement.id);
        statements
            .chain(&self.invariants)
            .map(String::as_str)
            .collect()
    }
}

/// A list of statements with its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementList {
    pub source: Source,
    pub file: StatementsFile,
}
