//! A payer-to-payer service to judge against: answers `$member-match`, and drives exchanges with partners.
//! Refuses to know the harness, and to read schemas, partners or members from files: they are handed in.

pub mod chance;
pub mod clock;
pub mod config;
pub mod development;
pub mod telemetry;

mod adapters;
mod control;
mod data;
mod engine;
mod http;
mod id;
mod security;
mod store;

pub use adapters::DialectError;
pub use config::{Bind, Config, Member, StoreAt, TestControl};
pub use control::ControlError;
pub use development::{DevIdentity, DevelopmentError, dev_identity};
pub use domain;
pub use http::listener::ListenError;
pub use security::token;
pub use store::{EffectCount, StoreError};

use adapters::Dialects;
use adapters::transport::Transport;
use data::{Parts, Plane};
use domain::ports::Clock;
use domain::snapshot::Snapshot;
use engine::Engine;
use http::listener::{self, Open};
use http::test_control::Stage;
use http::{Shared, enterprise, partner, probe, test_control};
use security::caller::Gate;
use std::net::SocketAddr;
use std::sync::Arc;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
    #[error("the client for partners cannot be built")]
    Transport(#[from] reqwest::Error),
}

/// A service that runs. Dropping it ends it at once; `stop` lets calls finish.
pub struct Running {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub probe: SocketAddr,
    /// Only with test control.
    pub control: Option<SocketAddr>,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends the service. Open exchanges stay in the store and go on at the next start.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.shared.engine.stop().await;
        for listener in self.listeners {
            // A listener that failed has said so in the log.
            let _ = listener.await;
        }
        self.shared.plane.store.close().await;
    }
}

/// Starts a service: opens its store and its listeners, and goes on with every exchange that is still open.
///
/// Errors: a document or schema that cannot be used, an address that is not loopback, a store that does not open
pub async fn start(config: Config) -> Result<Running, StartError> {
    // A provider that has been installed before serves as well: there is only one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let open = Listeners::open(&config).await?;
    let dialects = Dialects::built_in()?;
    let first = control::snapshot(&config, &dialects)?;
    let plane = Arc::new(plane(&config, dialects, first.clone()).await?);
    let shared = Arc::new(Shared {
        engine: Engine::new(Arc::clone(&plane)),
        plane,
        gate: Gate {
            keys: config.keys.clone(),
            audience: config.us.id.to_string(),
        },
        base: format!("http://{}", open.partner.address),
    });
    let resumed = shared.engine.resume().await?;
    tracing::info!(resumed, "the service has started");
    let stage = config.test_control.map(|control| {
        let members = config.members.into_iter();
        Arc::new(Stage {
            shared: Arc::clone(&shared),
            control,
            book: members
                .map(|member| (member.reference.clone(), member))
                .collect(),
            first,
        })
    });
    Ok(open.serve(shared, stage))
}

/// The data plane over an open store that knows the configured members.
async fn plane(
    config: &Config,
    dialects: Dialects,
    snapshot: Snapshot,
) -> Result<Plane, StartError> {
    let store = Store::open(&config.store).await?;
    store.release_orphans().await?;
    for member in &config.members {
        store.put_member(member).await?;
    }
    let clock: Arc<dyn Clock> = match &config.test_control {
        Some(control) => Arc::clone(&control.clock) as Arc<dyn Clock>,
        None => Arc::clone(&config.clock),
    };
    Ok(Plane::new(Parts {
        store,
        clock,
        chance: Arc::clone(&config.chance),
        transport: Transport::new()?,
        dialects,
        partner_tokens: config.partner_tokens.clone(),
        snapshot,
    }))
}

/// The listeners of a service, open and not yet served.
struct Listeners {
    partner: Open,
    enterprise: Open,
    probe: Open,
    control: Option<Open>,
}

impl Listeners {
    async fn open(config: &Config) -> Result<Self, ListenError> {
        let bind = &config.bind;
        Ok(Self {
            partner: listener::open(bind.partner).await?,
            enterprise: listener::open(bind.enterprise).await?,
            probe: listener::open(bind.probe).await?,
            control: match &config.test_control {
                Some(_) => Some(listener::open(bind.control).await?),
                None => None,
            },
        })
    }

    fn serve(self, shared: Arc<Shared>, stage: Option<Arc<Stage>>) -> Running {
        let (stop, stopped) = watch::channel(false);
        let serve = |open, router| listener::serve(open, router, stopped.clone());
        let addresses = (
            self.partner.address,
            self.enterprise.address,
            self.probe.address,
        );
        let control = self.control.as_ref().map(|open| open.address);
        let mut listeners = vec![
            serve(self.partner, partner::router(Arc::clone(&shared))),
            serve(self.enterprise, enterprise::router(Arc::clone(&shared))),
            serve(self.probe, probe::router(Arc::clone(&shared))),
        ];
        if let (Some(open), Some(stage)) = (self.control, stage) {
            listeners.push(serve(open, test_control::router(stage)));
        }
        Running {
            partner: addresses.0,
            enterprise: addresses.1,
            probe: addresses.2,
            control,
            shared,
            stop,
            listeners,
        }
    }
}
