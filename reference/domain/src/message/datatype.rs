//! The FHIR datatypes that messages share, as far as an exchange reads them.
//! Refuses to know which resource they stand in.

use super::envelope::Other;
use serde::{Deserialize, Serialize};

/// What the sender says about a record.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Meta {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
    #[serde(flatten)]
    pub other: Other,
}

/// A word of a code list.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Coding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(flatten)]
    pub other: Other,
}

/// One idea, said in one or more code lists.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Concept {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    #[serde(flatten)]
    pub other: Other,
}

impl Concept {
    /// The words of the list `system`, in the order in which they stand.
    pub fn words(&self, system: &str) -> impl Iterator<Item = &str> {
        self.coding
            .iter()
            .filter(move |coding| coding.system.as_deref() == Some(system))
            .filter_map(|coding| coding.code.as_deref())
    }
}

/// A number that somebody handed out.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Identifier {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Concept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigner: Option<Box<Reference>>,
    #[serde(flatten)]
    pub other: Other,
}

/// A pointer to a record, by address, by number or by both.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reference {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    #[serde(flatten)]
    pub other: Other,
}

/// From a day to a day; a missing end is open.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Period {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(flatten)]
    pub other: Other,
}

/// A fact that FHIR has no element for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_reference: Option<Reference>,
    #[serde(flatten)]
    pub other: Other,
}
