//! What a rule sees of one version of a catalogue entry.
//! Refuses the schema itself: what a version accepts is told as counts, items and pointers.

use super::Case;
use crate::catalogue::{PhiClass, Status};
use crate::model::Direction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one version of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaFacts {
    /// What a finding about this version names as its subject: entry, `@`, version.
    pub id: String,
    /// Stem of the entry's folder; subject of findings that hold for all its versions.
    pub entry: String,
    /// Letter shape of the entry's id.
    pub entry_case: Case,
    /// Number that the version has or, for a draft, declares to get.
    pub version: String,
    /// Name of the folder that holds the version's files.
    pub folder: String,
    /// Whether that folder is named as a version should be.
    pub folder_shape: FolderShape,
    /// Who reads and who writes payloads of this shape.
    pub direction: Direction,
    /// How far the version has come in its life.
    pub status: Status,
    /// Published guide that it comes from, or `matchmark` for shapes of our own.
    pub guide: String,
    /// Team that answers for the entry, or `unknown`.
    pub owner: String,
    /// Teams that look at every change of the entry.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub reviewers: Vec<String>,
    /// Whom to wake, or `unknown`.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub escalation: String,
    /// Highest sensitivity of anything that its payloads carry.
    pub phi_max: PhiClass,
    /// Sensitivities that the version's own leaves declare, lowest first; `unknown` where one declares none.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub phi: Vec<String>,
    /// Whether it is a record of our own that no payer sends another in an exchange.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub operational: bool,
    /// By what a member is recognised in its payloads.
    pub identity: IdentityFacts,
    /// Amounts that are paid, or that a member has to pay, which the version lets a payload carry.
    pub financial: Vec<FinancialFacts>,
    /// What the version demands of the consent that travels in it.
    pub consent: ConsentFacts,
    /// How many synthetic payloads show what it accepts and what it rejects.
    pub examples: ExampleFacts,
    /// Files of the version, by path.
    pub files: Vec<FileFacts>,
}

/// What a version demands of the consent that travels in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFacts {
    /// Whether a consent travels in payloads of this shape.
    pub bearing: bool,
    /// Required HRex items that the version would accept a payload without; all of them when no example shows otherwise.
    pub missing: Vec<String>,
    /// JSON pointer in the version's own file where the consent is described.
    pub anchor: String,
}

/// By what a member is recognised in payloads of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct IdentityFacts {
    /// Whether the entry asks another payer who a member is.
    pub matching: bool,
    /// JSON pointer of the list in the entry's own file.
    pub pointer: String,
    /// How many attributes the entry lists.
    pub listed: u32,
    /// Meanings of the listed attributes as this version describes them, in order of letters; `unknown` where it says none.
    pub tags: Vec<String>,
}

/// One amount that a version would accept in a payload between payers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct FinancialFacts {
    /// Path of the element below its resource, as FHIR names it.
    pub element: String,
    /// JSON pointer in the version's own file of what describes it, or of the whole schema where nothing does.
    pub pointer: String,
}

/// How many synthetic payloads a version has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleFacts {
    /// Payloads that must pass.
    pub accepted: u32,
    /// Payloads that must fail.
    pub rejected: u32,
}

/// One file of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    /// Where it stands in the repository; subject of findings about it.
    pub path: String,
    /// Last part of the path without its extension.
    pub name: String,
    /// Letter shape of that last part.
    pub case: Case,
}

/// Whether a version's folder is named as a version should be: three numbers, or the word for the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FolderShape {
    Number,
    Next,
    Other,
}
