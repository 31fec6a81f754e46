//! A member's permission as it travels.
//! Refuses to know whether it holds: `crate::consent` weighs it item by item.

use super::datatype::{Concept, Meta, Period, Reference};
use super::envelope::Other;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Source: FHIR R4 Consent
    ConsentWord { Consent = "Consent", }
}

vocabulary! {
    /// A withdrawn permission is never sent.
    ///
    /// Source: HRex 1.2.0 hrex-consent, status
    ConsentStatus { Active = "active", }
}

vocabulary! {
    /// Source: HRex 1.2.0 hrex-consent, provision.type
    ProvisionKind { Permit = "permit", }
}

/// A permission to disclose a member's data to another payer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    pub resource_type: ConsentWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    pub status: ConsentStatus,
    pub scope: Concept,
    pub category: Vec<Concept>,
    pub patient: Reference,
    pub performer: Vec<Reference>,
    pub source_reference: Reference,
    pub policy: Vec<Policy>,
    pub provision: Provision,
    #[serde(flatten)]
    pub other: Other,
}

/// A policy that the permission follows.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    #[serde(flatten)]
    pub other: Other,
}

/// The one rule of a permission: who, to whom, when, what.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Provision {
    #[serde(rename = "type")]
    pub kind: ProvisionKind,
    pub period: Period,
    pub actor: Vec<Actor>,
    pub action: Vec<Concept>,
    #[serde(flatten)]
    pub other: Other,
}

/// A payer on one side of the disclosure.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    pub role: Concept,
    pub reference: Reference,
    #[serde(flatten)]
    pub other: Other,
}
