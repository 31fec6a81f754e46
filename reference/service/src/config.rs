//! What a service is started with.
//! Refuses to read files: schemas, partners and members are handed in as values.

use crate::chance::SystemChance;
use crate::clock::{ManualClock, SystemClock};
use crate::security::token::{SigningKey, VerificationKey};
use domain::consent::{Identifier, Organisation};
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::{Chance, Clock};
use domain::resilience::RetryPolicy;
use domain::snapshot::{KeyHandling, Partner, Payer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAt {
    Memory,
    /// A folder, made when it is not there; the database in it outlives the service.
    Folder(PathBuf),
}

/// The addresses to listen on: loopback only. Port 0 takes any free port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub probe: SocketAddr,
    /// Used only with test control.
    pub control: SocketAddr,
}

impl Default for Bind {
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            partner: any,
            enterprise: any,
            probe: any,
            control: any,
        }
    }
}

/// What a test may do to the service through the control listener.
#[derive(Clone)]
pub struct TestControl {
    /// The clock of the service; `reset` and `advance` move it.
    pub clock: Arc<ManualClock>,
    /// Signs the tokens that the state `authorization` hands out.
    pub signer: SigningKey,
}

/// A synthetic member of ours.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name under which tests know the person; says nothing about the person.
    pub reference: String,
    pub member_id: Masked<String>,
    pub subscriber_id: Option<Masked<String>>,
    /// Present and earlier family names.
    pub families: Vec<Masked<String>>,
    /// ISO date.
    pub birth_date: Masked<String>,
    /// Logical id of the Patient resource.
    pub patient: Masked<String>,
    /// Value of the unique member identifier.
    pub umb: Masked<String>,
}

impl Member {
    /// A member whose ids are derived from `reference`.
    #[must_use]
    pub fn new(reference: &str, member_id: &str, family: &str, birth_date: &str) -> Self {
        let masked = |text: String| Masked::new(text);
        Self {
            reference: reference.to_owned(),
            member_id: masked(member_id.to_owned()),
            subscriber_id: None,
            families: vec![masked(family.to_owned())],
            birth_date: masked(birth_date.to_owned()),
            patient: masked(derived("pat", reference)),
            umb: masked(derived("umb", reference)),
        }
    }

    #[must_use]
    pub fn with_subscriber_id(mut self, id: &str) -> Self {
        self.subscriber_id = Some(Masked::new(id.to_owned()));
        self
    }
}

/// An id that repeats itself for the same reference.
pub(crate) fn derived(prefix: &str, reference: &str) -> String {
    let digest = Sha256::digest(format!("{prefix}\n{reference}").as_bytes());
    let hex: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{prefix}-{hex}")
}

/// Everything a service needs to start.
#[derive(Clone)]
pub struct Config {
    pub store: StoreAt,
    pub bind: Bind,
    pub us: Payer,
    /// Whose tokens are believed.
    pub keys: Vec<VerificationKey>,
    pub partners: Vec<Partner>,
    /// The bearer token that each partner expects from us.
    pub partner_tokens: BTreeMap<PartnerId, Masked<String>>,
    /// `<entry>@<version>` to a self-contained schema document.
    pub schemas: BTreeMap<String, Value>,
    pub members: Vec<Member>,
    /// Replaces the default retry policy.
    pub resilience: Option<RetryPolicy>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// Opens the control listener; its clock takes the place of `clock`.
    pub test_control: Option<TestControl>,
}

impl Config {
    /// A service of this payer in memory, on free loopback ports, with the clock of the system.
    #[must_use]
    pub fn new(us: Payer) -> Self {
        Self {
            store: StoreAt::Memory,
            bind: Bind::default(),
            us,
            keys: Vec::new(),
            partners: Vec::new(),
            partner_tokens: BTreeMap::new(),
            schemas: BTreeMap::new(),
            members: Vec::new(),
            resilience: None,
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance::default()),
            test_control: None,
        }
    }
}

/// An organisation known under one identifier.
#[must_use]
pub fn organisation(system: &str, value: &str) -> Organisation {
    Organisation {
        identifiers: vec![Identifier {
            system: system.to_owned(),
            value: value.to_owned(),
        }],
    }
}

/// A partner with the usual behaviour: it asks as it answers, five seconds, keys honoured, enabled.
///
/// Source: the timeout is our default, a profile overrides it
#[must_use]
pub fn partner(id: &str, organisation: Organisation, base_url: &str, dialect: &str) -> Partner {
    Partner {
        id: PartnerId::new(id),
        organisation,
        base_url: base_url.trim_end_matches('/').to_owned(),
        dialect: dialect.to_owned(),
        edition: dialect.to_owned(),
        timeout: Duration::from_secs(5),
        keys: KeyHandling::Honours,
        enabled: true,
    }
}
