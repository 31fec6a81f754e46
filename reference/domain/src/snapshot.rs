//! Everything that decisions depend on, at one moment: who we are, our partners, schemas and policies, under one number.
//! Refuses to change: a new state of the world is a new snapshot.

use crate::consent::{ConsentPolicy, Organisation};
use crate::identity::MatchingPolicy;
use crate::ids::{DocumentNumber, PartnerId};
use crate::resilience::RetryPolicy;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use wire::payload::Schema;

/// Ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    pub id: PartnerId,
    pub organisation: Organisation,
}

vocabulary! {
    /// What a partner does with our idempotency key.
    KeyHandling {
        /// It answers a repeated key with its first answer.
        Honours = "key",
        Ignores = "none",
    }
}

/// Another payer, as the registry knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    pub id: PartnerId,
    pub organisation: Organisation,
    /// Where it answers, without a slash at the end.
    pub base_url: String,
    /// Id of the dialect in which it answers `$member-match`.
    pub dialect: String,
    /// Id of the dialect in which it asks us and reads our answers. Requests in both directions meet its schema version.
    pub edition: String,
    /// How long one call may take.
    pub timeout: Duration,
    pub keys: KeyHandling,
    pub enabled: bool,
}

/// One published state of the control plane.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every publication.
    pub number: u64,
    pub us: Payer,
    pub partners: BTreeMap<PartnerId, Partner>,
    /// The route set: in this slice, one row per partner of the registry.
    pub routes: DocumentNumber,
    pub matching: MatchingPolicy,
    pub resilience: RetryPolicy,
    pub consent: ConsentPolicy,
    /// `<entry>@<version>` to the compiled schema.
    pub schemas: Arc<BTreeMap<String, Schema>>,
}

impl Snapshot {
    #[must_use]
    pub fn schema(&self, entry: &str, version: &str) -> Option<&Schema> {
        self.schemas.get(&format!("{entry}@{version}"))
    }
}
