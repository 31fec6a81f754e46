//! What a trace of one exchange tells: seven stages under one root, with a closed set of attributes.
//! Refuses to know how spans are exported: it makes them of what was noted, and judges finished ones.

mod account;
mod diagnosis;
mod id;
mod lint;
mod whole;

pub use account::{Account, CallEnd};
pub use diagnosis::{Diagnosis, diagnose};
pub use id::{NoSpanId, SpanId, TraceId};
pub use lint::{Lapse, Limits, lint};
pub use whole::{Noted, Outcome, Said, Told};

use crate::Timestamp;
use std::collections::BTreeMap;

vocabulary! {
    /// The seven stages of an exchange, in their order.
    Stage {
        Ingestion = "ingestion",
        SchemaValidation = "schema-validation",
        IdentityResolution = "identity-resolution",
        AccessPolicy = "access-policy",
        SourceRetrieval = "source-retrieval",
        Transformation = "transformation",
        Egress = "egress",
    }
}

vocabulary! {
    /// What a span is: the root, a stage, or one call of the stage that retrieves.
    SpanKind {
        Exchange = "exchange",
        Ingestion = "ingestion",
        SchemaValidation = "schema-validation",
        IdentityResolution = "identity-resolution",
        AccessPolicy = "access-policy",
        SourceRetrieval = "source-retrieval",
        Transformation = "transformation",
        Egress = "egress",
        Attempt = "attempt",
        Poll = "poll",
        Callback = "callback",
    }
}

impl SpanKind {
    /// The stage that the span is; none for the root and for single calls.
    #[must_use]
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::Ingestion => Some(Stage::Ingestion),
            Self::SchemaValidation => Some(Stage::SchemaValidation),
            Self::IdentityResolution => Some(Stage::IdentityResolution),
            Self::AccessPolicy => Some(Stage::AccessPolicy),
            Self::SourceRetrieval => Some(Stage::SourceRetrieval),
            Self::Transformation => Some(Stage::Transformation),
            Self::Egress => Some(Stage::Egress),
            Self::Exchange | Self::Attempt | Self::Poll | Self::Callback => None,
        }
    }

    /// The span of a stage.
    #[must_use]
    pub const fn of(stage: Stage) -> Self {
        match stage {
            Stage::Ingestion => Self::Ingestion,
            Stage::SchemaValidation => Self::SchemaValidation,
            Stage::IdentityResolution => Self::IdentityResolution,
            Stage::AccessPolicy => Self::AccessPolicy,
            Stage::SourceRetrieval => Self::SourceRetrieval,
            Stage::Transformation => Self::Transformation,
            Stage::Egress => Self::Egress,
        }
    }
}

vocabulary! {
    /// What an exchange depended on when it ended.
    Dependency {
        None = "none",
        TokenService = "token-service",
        MemberStore = "member-store",
        SourceStore = "source-store",
        PayloadStore = "payload-store",
        Audit = "audit",
        Partner = "partner",
    }
}

vocabulary! {
    /// The attributes that a root span must carry, all of them.
    Attribute {
        Partner = "matchmark.partner",
        RequestType = "matchmark.request_type",
        SchemaVersion = "matchmark.schema_version",
        ConsentStatus = "matchmark.consent_status",
        MatchConfidence = "matchmark.match_confidence",
        Dependency = "matchmark.dependency",
        RetryCount = "matchmark.retry_count",
        Disposition = "matchmark.disposition",
    }
}

vocabulary! {
    /// The attributes that a span may carry besides.
    Further {
        Code = "matchmark.code",
        Hold = "matchmark.hold",
        Release = "matchmark.release",
        Flags = "matchmark.flags",
        Region = "matchmark.region",
        LineOfBusiness = "matchmark.line_of_business",
        PayloadClass = "matchmark.payload_class",
        Snapshot = "matchmark.snapshot",
        BusinessTransaction = "business_transaction_id",
        Correlation = "correlation_id",
    }
}

/// A finished span, as an exporter got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub id: String,
    /// None for the root.
    pub parent: Option<String>,
    /// What it says that it is; a word that is none of [`SpanKind`] is a lapse.
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub is_error: bool,
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    fn kind(&self) -> Option<SpanKind> {
        self.name.parse().ok()
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}
