//! The operation whose request an entry is: how it is called, what it promises, when a caller asks again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a caller of an operation proves who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Auth {
    /// `smart-backend-services`, `udap-b2b`, `mtls`.
    pub scheme: Option<String>,
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// The operation whose request this entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Operation {
    /// `$member-match`.
    pub name: String,
    pub method: String,
    pub path: String,
    /// Canonical of the published operation definition; each scope must equal it letter for letter.
    pub canonical: String,
    /// Entry of its successful answer.
    pub response: String,
    /// Edge cases that no caller of it can meet, each with the reason; contracts must cover the others.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
    pub auth: Option<Auth>,
    pub idempotency: Option<Idempotency>,
    pub service: Option<Service>,
    /// Headers that travel with each request, in lower case.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Class of a refusal to what a caller does about it.
    #[serde(default)]
    pub retry: BTreeMap<String, RetryClass>,
}

/// What a caller sends so that a repeated request acts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Idempotency {
    /// Header that carries the key, in lower case.
    pub key: Option<String>,
    /// Hours for which the first answer is kept.
    pub retention_hours: Option<u32>,
    /// Code with which another body under the same key is refused.
    pub conflict: Option<String>,
}

/// How important an operation is, and what that promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Service {
    /// `near-real-time` or `delayed`.
    pub tier: Option<String>,
    /// Milliseconds after which a caller gives up.
    pub timeout_ms: Option<u32>,
    /// Milliseconds within which 95 of 100 requests are answered.
    pub latency_p95_ms: Option<u32>,
    /// Share of requests that may fail, in hundredths of a per cent.
    pub error_budget: Option<u32>,
}

/// What a caller does about refusals of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryClass {
    /// Bound codes of the class.
    pub codes: Vec<String>,
    /// Most attempts, the first one counted.
    pub attempts: Option<u32>,
    /// First pause in milliseconds.
    pub base_ms: Option<u32>,
    /// By how much each pause is longer than the one before: 2 doubles it, 1 keeps it.
    pub factor: Option<u32>,
    /// Longest pause in milliseconds.
    pub cap_ms: Option<u32>,
    /// How pauses are spread: `full`, `upward` or `none`.
    pub jitter: Option<String>,
}
