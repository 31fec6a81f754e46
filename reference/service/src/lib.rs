//! A payer-to-payer service to judge against: answers `$member-match`, and drives exchanges with partners.
//! Refuses to know the harness, and to read schemas, partners or members from files: they are handed in.

pub mod chance;
pub mod clock;
pub mod config;
pub mod development;
pub mod telemetry;

mod adapters;
pub mod audit;
mod control;
mod data;
mod engine;
mod health;
mod http;
mod id;
mod identity;
mod listeners;
mod notify;
mod rotation;
mod security;
mod snapshot;
mod store;

pub use adapters::{ClientFiles, DialectError};
pub use config::{Bind, Config, Member, Notices, Pace, StoreAt, TestControl};
pub use control::ControlError;
pub use development::{DevCaller, DevFort, DevelopmentError, dev_fort};
pub use domain;
pub use health::HealthError;
pub use http::listener::ListenError;
pub use reqwest::Url;
pub use security::policy::SecurityPolicy;
pub use security::protection::{Account, Protection, SecretFiles};
pub use security::secrets::SecretError;
pub use security::sentry::{Alarm, Raised};
pub use security::{SecurityError, token};
pub use store::{EffectCount, PayloadKey, Sealed, StoreError, WriteHook, WritePoint};

use adapters::Dialects;
use adapters::transport::Transport;
use control::Control;
use control::watch::Look;
use data::credentials::Credentials;
use data::{Parts, Plane};
use domain::ports::Clock;
use domain::snapshot::Snapshot;
use engine::Engine;
use http::test_control::Stage;
use http::{Shared, refusals};
use listeners::Listeners;
use notify::{Means, Teller};
use security::caller::Gate;
use security::refusals::Which;
use security::{Security, secrets};
use std::net::SocketAddr;
use std::sync::Arc;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Dialect(#[from] DialectError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("the audit log cannot be signed")]
    Key(#[from] token::TokenError),
    #[error(transparent)]
    Security(#[from] SecurityError),
    #[error(
        "a service that others can reach needs a key for the digests of what identifies a person"
    )]
    NoDigestKey,
    #[error("the notice policy is malformed")]
    Notices(#[from] toml::de::Error),
    #[error(transparent)]
    Transport(#[from] SecretError),
    #[error(transparent)]
    Health(#[from] HealthError),
    #[error(transparent)]
    Collector(#[from] telemetry::CollectorError),
    #[error(transparent)]
    Synthetic(#[from] domain::synthetic::Refused),
}

/// A service that runs. Dropping it ends it at once; `stop` lets calls finish.
pub struct Running {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub admin: SocketAddr,
    pub probe: SocketAddr,
    /// Only with test control.
    pub control: Option<SocketAddr>,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    /// Looks at the files of the secrets until the service ends.
    watch: Option<secrets::Watching>,
}

impl Running {
    /// Takes up what is in the files of the secrets now, and says whether anything has changed.
    ///
    /// Errors: files that do not fit together; what was in use stays in use
    pub fn rotate(&self) -> Result<bool, SecretError> {
        let security = &self.shared.gate.security;
        let secrets = security.secrets.as_ref();
        let ours = secrets.map_or(Ok(false), |secrets| secrets.reload(&security.ring));
        let shown = self.shared.plane.transport.reload();
        Ok(ours? | shown?)
    }

    /// Takes up what is in the file with the address of the database now, and says whether it has changed.
    ///
    /// Errors: it cannot be read, or does not let us in; the address in use stays in use
    pub async fn rotate_database(&self) -> Result<bool, StoreError> {
        self.shared.plane.store.renew().await
    }

    /// The alarms that were raised since the start, oldest first.
    #[must_use]
    pub fn alarms(&self) -> Vec<Raised> {
        self.shared.gate.security.sentry.raised()
    }

    /// Ends the service. Open exchanges stay in the store and go on at the next start. A call that changes something at a
    /// partner is waited for, and how it ended is written down.
    ///
    /// Shape:  takes at most the longest timeout of a partner (four times it, where a token endpoint lets us in), a lease
    ///         for what is being written, another to write down how many strangers were refused, and another for the store
    ///         to close
    pub async fn stop(self) {
        let engine = &self.shared.engine;
        let (calls, writes) = engine.patience();
        self.stop.send_replace(true);
        drop(self.watch);
        let listeners = async {
            for listener in self.listeners {
                // A listener that failed has said so in the log.
                let _ = listener.await;
            }
        };
        let ((), served) = tokio::join!(
            engine.stop(),
            timeout(calls.saturating_add(writes), listeners)
        );
        // Nobody is refused any more.
        let counted = refusals::settle(&self.shared, Which::All);
        let counted = timeout(writes, counted).await;
        let closed = timeout(writes, self.shared.plane.store.close()).await;
        if served.is_err() || counted.is_err() || closed.is_err() {
            tracing::error!("something did not end in its time: it ends with the process");
        }
    }
}

/// Starts a service: opens its store and its listeners, and goes on with every exchange that is still open.
///
/// Errors: a document or schema that cannot be used, an address that is not loopback, a store that does not open
pub async fn start(config: Config) -> Result<Running, StartError> {
    // A provider that has been installed before serves as well: there is only one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A key of its own would end with the process, and every process would count for itself.
    if config.protection.is_some() && config.digest_key.is_none() {
        return Err(StartError::NoDigestKey);
    }
    let open = Listeners::open(&config).await?;
    let dialects = Dialects::with(&config.dialects)?;
    let first = control::snapshot(&config, &dialects)?;
    let base = base(&config, open.partner.address);
    let security = Arc::new(Security::open(&config, &clock(&config))?);
    let plane = plane(&config, &base, dialects.clone(), first.clone(), &security).await?;
    let plane = Arc::new(plane);
    let control = control(&plane, &first, dialects).await?;
    let engine = Engine::new(Arc::clone(&plane), config.pace);
    let shared = Arc::new(Shared {
        workflow: engine.port(),
        engine,
        plane,
        control: Arc::new(control),
        keeper: Arc::new(keeper(&config)?),
        gate: Gate {
            security: Arc::clone(&security),
            audience: config.us.id.to_string(),
        },
        base,
    });
    let watch = security.watch(&config);
    let means = Means {
        store: &shared.plane.store,
        clock: &shared.plane.clock,
        sentry: &security.sentry,
    };
    let teller = Teller::of(&config.notices, means)?;
    let resumed = shared.engine.resume().await?;
    tracing::info!(resumed, "the service has started");
    let look = Look {
        every: config.look,
        folder: config.control_folder.clone(),
    };
    let stage = stage(config, &shared, first);
    Ok(Running {
        watch,
        ..open.serve(shared, stage, (look, teller))
    })
}

fn clock(config: &Config) -> Arc<dyn Clock> {
    match &config.test_control {
        Some(control) => Arc::clone(&control.clock) as Arc<dyn Clock>,
        None => Arc::clone(&config.clock),
    }
}

/// Where partners reach us.
fn base(config: &Config, address: SocketAddr) -> String {
    match &config.protection {
        None => format!("http://{address}"),
        Some(protection) => {
            let base = protection.base.clone();
            base.unwrap_or_else(|| format!("https://{address}"))
        }
    }
}

/// What a test sets the scene with, when it may.
fn stage(config: Config, shared: &Arc<Shared>, first: Snapshot) -> Option<Arc<Stage>> {
    let control = config.test_control?;
    let members = config.members.into_iter();
    Some(Arc::new(Stage {
        shared: Arc::clone(shared),
        control,
        book: members
            .map(|member| (member.reference.clone(), member))
            .collect(),
        first,
    }))
}

/// The control plane: what the store says is in force takes the place of what the service was configured with.
async fn control(
    plane: &Plane,
    first: &Snapshot,
    dialects: Dialects,
) -> Result<Control, ControlError> {
    Control::begin(control::Start {
        store: plane.store.clone(),
        clock: Arc::clone(&plane.clock),
        published: Arc::clone(&plane.published),
        base: first.clone(),
        dialects,
    })
    .await
}

/// Whoever signs the audit log.
fn keeper(config: &Config) -> Result<audit::Keeper, StartError> {
    let key = match &config.audit.key {
        Some(key) => key.clone(),
        None => token::SigningKey::generate()?,
    };
    Ok(audit::Keeper::new(key, config.audit.heads.clone()))
}

/// What seals protected bodies.
fn vault(config: &Config) -> Result<store::Vault, StoreError> {
    if config.payload_keys.is_empty() {
        return store::Vault::own(&config.store);
    }
    Ok(store::Vault::of(&config.payload_keys)?)
}

/// The data plane over an open store that knows the configured members.
async fn plane(
    config: &Config,
    base: &str,
    dialects: Dialects,
    snapshot: Snapshot,
    security: &Security,
) -> Result<Plane, StartError> {
    let store = Store::open(&config.store, vault(config)?, config.database_pages)
        .await?
        .watched(config.on_write.clone());
    let clock = clock(config);
    store.release_orphans(clock.now()).await?;
    for member in &config.members {
        store.put_member(member).await?;
    }
    Ok(Plane::new(Parts {
        health: health::Health::open(config, Arc::clone(&clock))?,
        store,
        clock,
        chance: Arc::clone(&config.chance),
        transport: Transport::new(config.client_files.clone())?,
        dialects,
        credentials: Credentials::new(
            config.us.id.clone(),
            config.partner_tokens.clone(),
            config.client_key.clone(),
        ),
        base: base.to_owned(),
        doorstep: security.doorstep()?,
        guesses: security.guesses(config.digest_key.as_ref()),
        snapshot,
        questions: identity::Questions::new(config.digest_key.as_ref()),
        traces: telemetry::Traces::open(config.otlp.as_ref())?,
        checks: data::synthetic::read(&config.synthetic)?,
    }))
}
