//! What a rule sees of one operation: how it is called, what it promises, how it refuses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationFacts {
    /// Name of the operation as its guide writes it.
    pub id: String,
    /// Entry of its request; subject of findings about it.
    pub schema: String,
    /// JSON pointer of the operation in that entry's own file.
    pub pointer: String,
    /// How a caller proves who it is.
    pub auth: AuthFacts,
    /// What a caller sends so that a repeated request acts once.
    pub idempotency: IdempotencyFacts,
    /// When a refused caller may ask again: one item for each bound code, in the order of the published table.
    pub retry: Vec<RetryFacts>,
    /// How important it is, and what that promises.
    pub criticality: CriticalityFacts,
    /// Names of the headers that travel with each request, in lower case.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub headers: Vec<String>,
    /// Entry of its refusals.
    pub errors: String,
    /// Versions of that entry which are in use.
    pub error_schemas: Vec<ErrorFacts>,
    /// Team that answers for the entry, or `unknown`.
    pub owner: String,
    /// Teams that look at every change of the entry.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub reviewers: Vec<String>,
    /// Whom to wake, or `unknown`.
    pub escalation: String,
}

/// How a caller of an operation proves who it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthFacts {
    /// JSON pointer of the declaration in the entry's own file, or of the operation where there is none.
    pub pointer: String,
    /// Declared way of authentication, or `unknown`.
    pub scheme: String,
    /// Declared rights, in the order of the file.
    pub scopes: Vec<ScopeFacts>,
    /// Canonical URL of the published operation definition.
    pub scope_expected: String,
}

/// One right that a caller must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeFacts {
    /// Letters of the scope as declared.
    pub text: String,
    /// JSON pointer of the declaration in the entry's own file.
    pub pointer: String,
}

/// What a caller sends so that a repeated request acts once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct IdempotencyFacts {
    /// JSON pointer of the declaration in the entry's own file, or of the operation where there is none.
    pub pointer: String,
    /// Header that carries the key, or `unknown`.
    pub key: String,
    /// Hours for which the first answer is kept; 0 where none are declared.
    pub retention_hours: u32,
    /// Code with which another body under the same key is refused, or `unknown`.
    pub conflict: String,
}

/// When a caller that was refused with one code may ask again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct RetryFacts {
    /// JSON pointer of the declaration in the entry's own file, or of the operation where there is none.
    pub pointer: String,
    /// Bound code of the refusal.
    pub code: String,
    /// Class that the operation puts the code in, or `unknown`.
    pub class: String,
    /// Class that the published table of codes puts it in.
    pub class_expected: String,
    /// Whether the declared class sends the same request again by itself: transient, throttled, auth-refresh.
    pub retryable: bool,
    /// Most attempts, the first one counted; 0 where none are declared.
    pub max: u32,
    /// How the pauses grow: `exponential`, `constant`, or `unknown`.
    pub backoff: String,
    /// How pauses are spread: `full`, `upward`, `none`, or `unknown`.
    pub jitter: String,
    /// Longest pause in milliseconds; 0 where a class waits for nothing or declares none.
    pub cap_ms: u32,
    /// Limits that a retryable class needs and does not declare: max, backoff, jitter, cap.
    pub missing: Vec<String>,
}

/// How important an operation is, and what that promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct CriticalityFacts {
    /// JSON pointer of the declaration in the entry's own file, or of the operation where there is none.
    pub pointer: String,
    /// Declared tier, or `unknown`.
    pub tier: String,
    /// Milliseconds after which a caller gives up; 0 where none are declared.
    pub timeout_ms: u32,
    /// Milliseconds within which 95 of 100 requests are answered; 0 where none are declared.
    pub latency_p95_ms: u32,
    /// Share of requests that may fail, in hundredths of a per cent; 0 where none is declared.
    pub error_budget: u32,
    /// Promises that are not declared: tier, timeout, latency, error-budget.
    pub missing: Vec<String>,
}

/// One version of the schema by which an operation refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ErrorFacts {
    /// Version of the error entry: entry, `@`, number.
    pub schema: String,
    /// JSON pointer in that version's own file of what binds the codes, or of the whole schema.
    pub anchor: String,
    /// Whether every refusal has to carry a code of a closed list.
    pub bound: bool,
    /// How many codes that list has.
    pub codes: u32,
    /// JSON pointers in that version's own file of texts without any bound: whatever is written there would pass.
    pub free_text: Vec<String>,
}
