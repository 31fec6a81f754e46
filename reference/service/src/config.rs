//! What a service is started with.
//! Refuses to read files: schemas, partners and members are handed in as values.

use crate::adapters::ClientFiles;
use crate::chance::SystemChance;
use crate::clock::{ManualClock, SystemClock};
use crate::security::policy::SecurityPolicy;
use crate::security::protection::Protection;
use crate::security::token::{SigningKey, VerificationKey};
use crate::store::{PayloadKey, WriteHook};
use domain::Timestamp;
use domain::consent::{Identifier, Organisation};
use domain::fulfilment::{FulfilmentPolicy, Terms};
use domain::health::HealthPolicy;
use domain::identity::{Attribute, MatchingPolicy, Origin, PersonRecord};
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::{Chance, Clock, Notifier};
use domain::registration::Registration;
use domain::resilience::RetryPolicy;
use domain::routing::BaseUrl;
use domain::snapshot::{KeyHandling, Partner, Payer};
use reqwest::Url;
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
    /// A PostgreSQL database, `postgres://...`; many services may share it. Its address may hold a password.
    Postgres(Masked<String>),
    /// The same, its address alone in a file that may change while the service runs: a new password is taken up, and the
    /// old one has to be good until it is.
    PostgresFile(PathBuf),
}

/// The addresses to listen on: loopback only. Port 0 takes any free port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub admin: SocketAddr,
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
            admin: any,
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
    /// What else we hold of the person: given names, addresses, former values.
    pub more: PersonRecord,
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
            more: PersonRecord::default(),
        }
    }

    /// Everything that is held of the person.
    pub(crate) fn record(&self) -> PersonRecord {
        let origin = Origin::Enrollment;
        let said = |record: PersonRecord, attribute, text: &Masked<String>| {
            record.said(attribute, text.expose(), origin)
        };
        let record = said(self.more.clone(), Attribute::MemberId, &self.member_id);
        let record = said(record, Attribute::BirthDate, &self.birth_date);
        let record = self.subscriber_id.iter().fold(record, |record, id| {
            said(record, Attribute::SubscriberId, id)
        });
        self.families.iter().fold(record, |record, family| {
            said(record, Attribute::FamilyName, family)
        })
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

/// How the audit log is kept.
#[derive(Clone, Debug, Default)]
pub struct AuditConfig {
    /// Signs the heads of the log. Without one a key is made that ends with the process, so that heads of different
    /// processes are believed under different keys.
    pub key: Option<SigningKey>,
    /// The file to which every head is copied: on another disk than the database, or better on another machine.
    pub heads: Option<PathBuf>,
}

/// How a process takes work from the step table that it may share with others.
///
/// Source: our defaults; a lease outlives the slowest write, judging extends it while it lasts, a call by its own timeout
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Steps under way at once.
    pub workers: usize,
    /// Questions about many members that are judged at once; the others wait unread. One of the longest is 32 MiB, and
    /// several times that as it is judged.
    pub judged: usize,
    /// How long a step is held. One whose holder has died is taken over after that.
    pub lease: Duration,
    /// How often to look for work that another process left or made.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            workers: 64,
            judged: 4,
            lease: Duration::from_secs(30),
            look: Duration::from_secs(1),
        }
    }
}

/// Who is told what happens: exchanges that ended, dead letters, deadlines that come near, alarms.
#[derive(Clone)]
pub enum Notices {
    /// Nobody yet. What happens to exchanges stays in the outbox until somebody is named.
    Kept,
    /// An address that takes each as a `POST` of JSON, and answers 2xx when it has it.
    Webhook {
        url: BaseUrl,
        bearer: Option<Masked<String>>,
    },
    Own(Arc<dyn Notifier>),
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
    /// Replaces the default matching policy, which has the first tier only.
    pub matching: Option<MatchingPolicy>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// How the audit log is kept.
    pub audit: AuditConfig,
    /// Seal protected bodies: the first seals, the others still open. Without any, a database in memory or in a folder
    /// makes one of its own, and a server refuses to start.
    pub payload_keys: Vec<PayloadKey>,
    /// Looks on at every write; for tests of what a crash leaves behind.
    pub on_write: Option<WriteHook>,
    /// Opens the control listener; its clock takes the place of `clock`.
    pub test_control: Option<TestControl>,
    /// How often the control plane looks for what changed from outside.
    pub look: Duration,
    /// A folder with `<kind>/<n>.toml`, whose new documents are handed in.
    pub control_folder: Option<PathBuf>,
    pub pace: Pace,
    /// Dialects beside those that are built in: name of the file to its TOML.
    pub dialects: BTreeMap<String, String>,
    /// Replaces the default of how answers that come later are followed.
    pub fulfilment: Option<FulfilmentPolicy>,
    /// With what we prove to partners' token endpoints who we are.
    pub client_key: Option<SigningKey>,
    /// Asks every caller for a certificate; without it listeners are plain and stay on loopback.
    pub protection: Option<Protection>,
    /// Digests of what identifies a person are keyed with it. Processes on one database share it. Only a service without
    /// protection, which stays on loopback, may do without: it counts for itself, and anew after a start.
    pub digest_key: Option<Masked<Vec<u8>>>,
    /// When the older answer to a bulk match ends, instead of the day that the document names.
    pub overlap_ends: Option<Timestamp>,
    /// Who is told what happens.
    pub notices: Notices,
    /// What we show to partners that ask for a certificate.
    pub client_files: Option<ClientFiles>,
    /// Replaces the default of how long proofs live, and of what callers may take up.
    pub security: Option<SecurityPolicy>,
    /// Replaces the default of when the service says that it is not well.
    pub health: Option<HealthPolicy>,
    /// The most pages that a database in a folder may take: full is told, and not found out by the whole disk.
    pub database_pages: Option<u32>,
    /// A collector to which traces of exchanges go, as OTLP over HTTP. Without it they are not traced.
    pub otlp: Option<Url>,
    /// Checks with a member who does not exist: name of the file, a number, to its TOML.
    pub synthetic: BTreeMap<String, String>,
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
            matching: None,
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance::default()),
            audit: AuditConfig::default(),
            payload_keys: Vec::new(),
            on_write: None,
            test_control: None,
            look: Duration::from_secs(5),
            control_folder: None,
            pace: Pace::default(),
            dialects: BTreeMap::new(),
            fulfilment: None,
            client_key: None,
            protection: None,
            digest_key: None,
            overlap_ends: None,
            notices: Notices::Kept,
            client_files: None,
            security: None,
            health: None,
            database_pages: None,
            otlp: None,
            synthetic: BTreeMap::new(),
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
        terms: Terms::default(),
        registration: Registration::default(),
        bulk: None,
    }
}
