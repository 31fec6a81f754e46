//! The cover of a member, as used in matching.
//! Refuses to know plans and contracts beyond what tells two covers apart.

use super::datatype::{Concept, Identifier, Meta, Period, Reference};
use super::envelope::Other;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Source: FHIR R4 Coverage
    CoverageWord { Coverage = "Coverage", }
}

vocabulary! {
    /// State of the record at the sender; whether the cover runs follows from its period.
    ///
    /// Source: FHIR R4 value set fm-status
    CoverageStatus {
        Active = "active",
        Cancelled = "cancelled",
        Draft = "draft",
        EnteredInError = "entered-in-error",
    }
}

/// A cover: numbers, the people in it, the payer, the divisions it falls into.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    pub resource_type: CoverageWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    pub status: CoverageStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber_id: Option<String>,
    pub beneficiary: Reference,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependent: Option<String>,
    /// Absent in HRex 1.0.0 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Concept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    pub payor: Vec<Reference>,
    #[serde(rename = "class", default, skip_serializing_if = "Vec::is_empty")]
    pub divisions: Vec<Division>,
    #[serde(flatten)]
    pub other: Other,
}

/// A division of the payer's business, such as an employer's group or a plan.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Division {
    #[serde(rename = "type")]
    pub kind: Concept,
    pub value: String,
    #[serde(flatten)]
    pub other: Other,
}
