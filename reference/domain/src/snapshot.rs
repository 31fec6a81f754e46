//! Everything that decisions depend on, at one moment: who we are, our partners, schemas and policies, under one number.
//! Refuses to change: a new state of the world is a new snapshot.

use crate::bulk::{Form, Overlap};
use crate::consent::{ConsentPolicy, Organisation};
use crate::control::AuditPolicy;
use crate::deadlines::Calendar;
use crate::flags::Flags;
use crate::fulfilment::{FulfilmentPolicy, Terms};
use crate::identity::{Knowledge, MatchingPolicy, Turnaround};
use crate::ids::PartnerId;
use crate::registration::Registration;
use crate::resilience::RetryPolicy;
use crate::routing::{OperationVersion, Routing};
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
    /// What is agreed about answers that come later.
    pub terms: Terms,
    /// How it proves who it is, where proof is asked for.
    pub registration: Registration,
    /// In which form it reads the answer to a bulk match, when not in the usual one of its edition.
    pub bulk: Option<Form>,
}

impl Partner {
    /// Can it be called at all? A name below `invalid` is nobody's: such a partner asks us, and is not asked.
    ///
    /// Source: RFC 6761 section 6.4
    #[must_use]
    pub fn has_address(&self) -> bool {
        let after_scheme = self.base_url.split_once("://").map(|(_, rest)| rest);
        let host = after_scheme.and_then(|rest| rest.split([':', '/']).next());
        let host = host.unwrap_or_default().trim_end_matches('.');
        let top = host.rsplit('.').next().unwrap_or_default();
        !top.is_empty() && !top.eq_ignore_ascii_case("invalid")
    }
}

/// One published state of the control plane.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every publication.
    pub number: u64,
    pub us: Payer,
    pub partners: BTreeMap<PartnerId, Partner>,
    /// The route set in force, and the one that is tried beside it.
    pub routes: Routing,
    /// Which version of the operation each dialect speaks.
    pub versions: BTreeMap<String, OperationVersion>,
    pub flags: Flags,
    pub audit: AuditPolicy,
    pub matching: MatchingPolicy,
    /// The model and the table of aliases that the matching policy names.
    pub knowledge: Arc<Knowledge>,
    pub resilience: RetryPolicy,
    pub consent: ConsentPolicy,
    /// `<entry>@<version>` to the compiled schema.
    pub schemas: Arc<BTreeMap<String, Schema>>,
    pub fulfilment: FulfilmentPolicy,
    pub calendar: Calendar,
    /// How long the older answer to a bulk match is given beside the newer one.
    pub overlap: Overlap,
    /// How long people may take.
    pub turnaround: Turnaround,
}

impl Snapshot {
    #[must_use]
    pub fn schema(&self, entry: &str, version: &str) -> Option<&Schema> {
        self.schemas.get(&format!("{entry}@{version}"))
    }
}
