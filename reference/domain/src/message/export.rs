//! `$davinci-data-export`: which data of the matched members are wanted.
//! Refuses to know what may be given: permissions decide that when the export runs.

use super::datatype::Reference;
use super::envelope::{Other, Parameters, says};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The question.
pub type Question = Parameters<Wish>;

vocabulary! {
    /// For which use the data are fetched.
    ///
    /// Source: PDex 2.2.0 pdex-171
    ExportUse { PayerToPayer = "hl7.fhir.us.davinci-pdex#payertopayer", }
}

/// Names that Da Vinci ATR gives its parameters.
///
/// Source: ATR 2.1.0 davinci-data-export
const PUBLISHED: [&str; 6] = [
    "patient",
    "exportType",
    "_since",
    "_until",
    "_type",
    "_typeFilter",
];

/// One parameter of the question. The operation leaves room for those of Bulk Data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Other", untagged)]
pub enum Wish {
    Published(PublishedWish),
    Added(Other),
}

impl TryFrom<Other> for Wish {
    type Error = serde_json::Error;

    fn try_from(parameter: Other) -> Result<Self, Self::Error> {
        if PUBLISHED.iter().any(|name| says(&parameter, "name", name)) {
            return serde_json::from_value(Value::Object(parameter)).map(Self::Published);
        }
        Ok(Self::Added(parameter))
    }
}

/// A parameter of Da Vinci ATR.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name")]
pub enum PublishedWish {
    #[serde(rename = "patient")]
    Patient(Box<WishedMember>),
    #[serde(rename = "exportType")]
    Use(WishedUse),
    /// By the day of the last change at the responder, never by the day of a service.
    #[serde(rename = "_since")]
    Since(WishedInstant),
    #[serde(rename = "_until")]
    Until(WishedInstant),
    #[serde(rename = "_type")]
    Kinds(WishedText),
    #[serde(rename = "_typeFilter")]
    Searches(WishedText),
}

/// One member whose data are wanted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WishedMember {
    pub value_reference: Reference,
    #[serde(flatten)]
    pub other: Other,
}

/// The use that the data are for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WishedUse {
    pub value_canonical: ExportUse,
    #[serde(flatten)]
    pub other: Other,
}

/// A bound in time, kept letter for letter: nobody may rewrite it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WishedInstant {
    pub value_instant: String,
    #[serde(flatten)]
    pub other: Other,
}

/// A list written as text, parted by commas.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WishedText {
    pub value_string: String,
    #[serde(flatten)]
    pub other: Other,
}

#[cfg(test)]
mod tests {
    use super::super::envelope::read;
    use super::*;
    use serde_json::json;

    #[test]
    fn another_use_is_no_export_between_payers() {
        let message = |used: &str| {
            let wish = json!({ "name": "exportType", "valueCanonical": used });
            json!({ "resourceType": "Parameters", "parameter": [wish] })
        };
        assert!(read::<Question>(message("hl7.fhir.us.davinci-pdex#payertopayer")).is_ok());
        assert!(read::<Question>(message("hl7.fhir.us.davinci-pdex#provider-delta")).is_err());
    }
}
