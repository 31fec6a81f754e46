//! What a payer published so that others could find its endpoint for mutual TLS.
//! Refuses to know certificates, and whether the endpoint answers.

use super::datatype::{Coding, Concept, Identifier, Meta, Reference};
use super::envelope::Other;
use serde::{Deserialize, Serialize};
use serde_json::Value;

vocabulary! {
    /// Source: FHIR R4 Bundle
    BundleWord { Bundle = "Bundle", }
}

vocabulary! {
    /// Source: FHIR R4 Endpoint
    EndpointWord { Endpoint = "Endpoint", }
}

vocabulary! {
    /// Kind of bundle. The guide means a collection and allows them all.
    ///
    /// Source: FHIR R4 value set bundle-type
    BundleKind {
        Document = "document",
        Message = "message",
        Transaction = "transaction",
        TransactionResponse = "transaction-response",
        Batch = "batch",
        BatchResponse = "batch-response",
        History = "history",
        Searchset = "searchset",
        Collection = "collection",
    }
}

vocabulary! {
    /// Whether an endpoint may be called.
    ///
    /// Source: FHIR R4 value set endpoint-status
    EndpointStatus {
        Active = "active",
        Suspended = "suspended",
        Error = "error",
        Off = "off",
        EnteredInError = "entered-in-error",
        Test = "test",
    }
}

/// A signed, dated bag of records.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointBundle {
    pub resource_type: BundleWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    #[serde(rename = "type")]
    pub kind: BundleKind,
    /// When the bundle was put together.
    pub timestamp: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<Entry>,
    pub signature: Signature,
    #[serde(flatten)]
    pub other: Other,
}

/// A record and the address under which it is known.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Record>,
    #[serde(flatten)]
    pub other: Other,
}

/// A record in the bundle: an endpoint, or anything else as it came.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Record {
    Endpoint(Box<Endpoint>),
    Other(Value),
}

/// Where a payer can be reached.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    pub resource_type: EndpointWord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    pub status: EndpointStatus,
    pub connection_type: Coding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managing_organization: Option<Reference>,
    pub payload_type: Vec<Concept>,
    pub address: String,
    #[serde(flatten)]
    pub other: Other,
}

/// Who stands for the content.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    #[serde(rename = "type")]
    pub purposes: Vec<Coding>,
    pub when: String,
    pub who: Reference,
    #[serde(flatten)]
    pub other: Other,
}

impl EndpointBundle {
    /// Addresses of the endpoints that may be called, in the order of the bundle.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Record::Endpoint(endpoint)) if endpoint.status == EndpointStatus::Active => {
                Some(endpoint.address.as_str())
            }
            Some(Record::Endpoint(_) | Record::Other(_)) | None => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::envelope::read;
    use serde_json::json;

    fn bundle(status: &str) -> EndpointBundle {
        read(json!({
            "resourceType": "Bundle", "type": "collection", "timestamp": "2026-02-09T12:00:00Z",
            "entry": [
                { "resource": { "resourceType": "Organization", "name": "Payer Exchange" } },
                { "resource": { "resourceType": "Endpoint", "status": status, "connectionType": {}, "payloadType": [{}], "address": "https://payer-exchange.example/mtls" } },
            ],
            "signature": { "type": [{}], "when": "2026-02-09T12:00:00Z", "who": {} },
        }))
        .unwrap()
    }

    #[test]
    fn an_endpoint_that_is_off_is_not_called() {
        assert_eq!(bundle("active").addresses().count(), 1);
        assert_eq!(bundle("off").addresses().count(), 0);
    }
}
