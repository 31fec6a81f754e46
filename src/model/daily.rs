//! What the small commands of every day answer: formats, settings, the state of a machine, the layout of files.
//! Refuses to know how any of it was found out.

use super::{Handover, PartnerCard, Readiness, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One format of ours in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormatCard {
    pub name: String,
    pub about: String,
    /// Where its files stand; empty for what is only sent or kept.
    pub paths: Vec<String>,
}

/// Who decided a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

impl Origin {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A value that decides how a run goes, and who decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// `gate.base` of the configuration, `--stage` of the command line.
    pub name: String,
    pub value: String,
    pub origin: Origin,
    /// The flag, the variable or the file.
    pub by: String,
}

/// How well something is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    Ok,
    Warn,
    Fail,
}

impl Health {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that the doctor looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Symptom {
    pub topic: String,
    pub health: Health,
    pub said: String,
    /// What to do; always there where something is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// What `doctor` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checkup {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub symptoms: Vec<Symptom>,
    /// In order of their names; only when they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
}

/// What became of one file that was to be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LayoutState {
    /// It has its layout.
    Same,
    Formatted,
    /// It was only looked at.
    WouldChange,
    /// It never changes: somebody holds its digest.
    Sealed,
    /// It cannot be read as what it is called.
    Broken,
}

/// One file that was to be laid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LaidFile {
    pub path: String,
    pub state: LayoutState,
    /// Why it is broken or sealed, with the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What `fmt` did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Layout {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// In order of their paths.
    pub files: Vec<LaidFile>,
}

impl Layout {
    /// How many files came out like this.
    #[must_use]
    pub fn count(&self, state: LayoutState) -> usize {
        self.files.iter().filter(|file| file.state == state).count()
    }
}

/// The answer of one of the small commands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Daily {
    Schema(serde_json::Value),
    Formats(Vec<FormatCard>),
    Checkup(Checkup),
    Layout(Layout),
    Readiness(Readiness),
    Card(PartnerCard),
    Handover(Handover),
}
