//! The list of files that a finished export gives back, in both generations.
//! Refuses to know where files are kept and how they are fetched.

use super::envelope::Other;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The list, in the form in which it came.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Other", untagged)]
pub enum Manifest {
    WithErrors(ErrorManifest),
    WithOutcomes(OutcomeManifest),
}

impl TryFrom<Other> for Manifest {
    type Error = serde_json::Error;

    fn try_from(list: Other) -> Result<Self, Self::Error> {
        let older = list.contains_key("error");
        let list = Value::Object(list);
        if older {
            return serde_json::from_value(list).map(Self::WithErrors);
        }
        serde_json::from_value(list).map(Self::WithOutcomes)
    }
}

impl Manifest {
    /// Whether something may be missing, so that the export is no full success. A file of messages whose
    /// gravity is not told may hold an error.
    #[must_use]
    pub fn may_be_partial(&self) -> bool {
        match self {
            Self::WithErrors(list) => !list.error.is_empty(),
            Self::WithOutcomes(list) => list.outcome.iter().flatten().any(Messages::may_be_grave),
        }
    }
}

/// The list of Bulk Data 1.0.0 and 2.0.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorManifest {
    pub transaction_time: String,
    pub request: String,
    pub requires_access_token: bool,
    pub output: Vec<File>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Vec<File>>,
    pub error: Vec<File>,
    #[serde(flatten)]
    pub other: Other,
}

/// The list of Bulk Data 3.0.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeManifest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_type: Option<String>,
    pub transaction_time: String,
    pub requires_access_token: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_organized_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Vec<File>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Vec<File>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Vec<Messages>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Vec<Link>>,
    #[serde(flatten)]
    pub other: Other,
}

/// One file.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Kind of the resources in it; absent when the files are sorted by a resource.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues_in_file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    #[serde(flatten)]
    pub other: Other,
}

/// One file of messages.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Messages {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_severity: Option<Vec<SeverityCount>>,
    #[serde(flatten)]
    pub other: Other,
}

impl Messages {
    fn may_be_grave(&self) -> bool {
        self.count_severity.as_ref().is_none_or(|counts| {
            counts
                .iter()
                .any(|counted| counted.code.is_grave() && counted.count > 0)
        })
    }
}

vocabulary! {
    /// How grave a message is.
    ///
    /// Source: FHIR R4 value set issue-severity; Bulk Data 3.0.0 adds success
    Severity {
        Fatal = "fatal",
        Error = "error",
        Warning = "warning",
        Information = "information",
        Success = "success",
    }
}

impl Severity {
    /// Whether something is missing.
    #[must_use]
    pub fn is_grave(self) -> bool {
        match self {
            Self::Fatal | Self::Error => true,
            Self::Warning | Self::Information | Self::Success => false,
        }
    }
}

/// How many messages of one gravity a file holds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SeverityCount {
    pub code: Severity,
    pub count: u64,
    #[serde(flatten)]
    pub other: Other,
}

vocabulary! {
    /// Source: Bulk Data 3.0.0 bdm-link-relation-next
    LinkRelation { Next = "next", }
}

/// Where the list goes on.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub relation: LinkRelation,
    pub url: String,
    #[serde(flatten)]
    pub other: Other,
}

#[cfg(test)]
mod tests {
    use super::super::envelope::read;
    use super::*;
    use serde_json::json;

    fn list(member: &str, value: Value) -> Manifest {
        let mut list = json!({
            "transactionTime": "2026-11-12T06:00:00Z", "requiresAccessToken": true,
            "request": "https://contoso.example/fhir/Group/1/$davinci-data-export", "output": [],
        });
        list[member] = value;
        read(list).unwrap()
    }

    fn outcome(code: &str, count: u64) -> Value {
        json!([{ "url": "https://contoso.example/files/1", "countSeverity": [{ "code": code, "count": count }] }])
    }

    #[test]
    fn an_older_list_with_a_file_of_errors_is_partial() {
        let file =
            json!([{ "type": "OperationOutcome", "url": "https://contoso.example/files/1" }]);
        assert!(list("error", file).may_be_partial());
        assert!(!list("error", json!([])).may_be_partial());
    }

    #[test]
    fn a_newer_list_is_partial_when_a_grave_message_is_counted_or_nothing_is() {
        assert!(list("outcome", outcome("error", 1)).may_be_partial());
        assert!(!list("outcome", outcome("error", 0)).may_be_partial());
        assert!(!list("outcome", outcome("warning", 4)).may_be_partial());
        assert!(
            list(
                "outcome",
                json!([{ "url": "https://contoso.example/files/1" }])
            )
            .may_be_partial()
        );
        assert!(!list("outcome", json!([])).may_be_partial());
    }
}
