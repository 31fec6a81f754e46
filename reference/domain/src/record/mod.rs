//! Records that are kept and shown: exchanges, dead letters, the audit chain, operating documents, each as one closed type.
//! Refuses to know where a record is stored, and to hold a value of a person.

mod alert;
mod async_status;
mod attestation;
mod audit;
mod chain;
mod dead_letter;
mod given;
mod name;
mod release;
mod sla;
mod time;
mod workflow_request;

pub use alert::{
    AlertKind, AlertRule, Comparison, Metric, RequestType, Severity, Unit, Useless, Watch,
};
pub use async_status::{AsyncStatus, HttpDate, Percent, Seconds};
pub use attestation::{Affirmed, Attestation, Cover, Denied, Void};
pub use audit::{
    Action, Actor, ActorKind, AuditEvent, AuditRecord, ConsentTold, MatchTold, RouteTold, TryTold,
};
pub use chain::{Broken, Unaccountable, accountable, chain, link, verify};
pub use dead_letter::{DeadLetter, NotDead, Resume};
pub use given::{Gap, GapWhy, Given};
pub use name::{
    ActorId, CommitId, ConsentRef, Digest, EndpointUrl, EntryVersion, OrganisationUri, OutboundKey,
    Purpose, ResourceType, RuleId, RunbookPath, Slug, TimeOfDay, WaiverId, ZoneName,
};
pub use release::{Approval, Candidate, Refusal, ReleaseRecord, Seat, Verdict};
pub use sla::{
    Budget, Day as ServiceDay, Exclusion, Latency, SlaDocument, SlaStep, Support, SupportSeverity,
    Tier, Unsound, Window,
};
pub use time::{Day, Instant};
pub use workflow_request::{Attempt, Kind, NextAction, Transition, WorkflowRequest};

/// Reads a member that may be null and must be there: what is not known is said, not left out.
pub(crate) fn told<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(from)
}
