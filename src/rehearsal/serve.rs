//! The reference service alone, until it is told to stop.

use super::members::members;
use super::stage::{NOWHERE, profile, us};
use super::stub::{Manner, Stub};
use super::{RehearsalError, Script, requester};
use crate::contract::{Planned, Polarity};
use reference::domain::masked::Masked;
use reference::domain::ports::Clock;
use reference::telemetry::CollectorError;
use reference::{Config, DevFort, PayloadKey, StoreAt, dev_fort};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Where `matchmark serve` keeps what it is told.
#[derive(Clone, Debug)]
pub enum Database {
    /// A folder with a database of its own.
    Folder(PathBuf),
    /// `postgres://...`; it may hold a password.
    Server {
        address: Masked<String>,
        /// Folder of the key that seals protected bodies: it does not lie with what it seals.
        keys: PathBuf,
    },
}

impl Database {
    /// A server by its address.
    #[must_use]
    pub fn server(address: &str, keys: PathBuf) -> Self {
        Self::Server {
            address: Masked::new(address.to_owned()),
            keys,
        }
    }
}

/// How the service is to run.
pub struct Serving<'a> {
    /// Payer, partners, schemas, and the requests whose people become members for development.
    pub script: Script<'a>,
    pub store: Database,
    /// Folder of the development certificates, keys and tokens; without one, nobody is let in.
    pub dev: Option<PathBuf>,
    /// Address of the collector to which traces of exchanges go.
    pub otlp: Option<String>,
}

/// Where the service listens, and how a developer gets in.
#[derive(Debug)]
pub struct Greeting {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub admin: SocketAddr,
    pub probe: SocketAddr,
    /// With it, every listener but the probe asks for a certificate.
    pub dev: Option<DevFort>,
    /// A request that the development partner may send as it stands.
    pub sample: Option<Vec<u8>>,
    /// An exchange that a system of ours may start as it stands.
    pub exchange: Option<Vec<u8>>,
}

/// Runs the service and says where, until the process is interrupted.
///
/// Errors: the folder, the key or the service cannot be made
pub fn serve(serving: &Serving<'_>, ready: impl FnOnce(&Greeting)) -> Result<(), RehearsalError> {
    // A log that something else has set up is as good.
    let _ = serving.script.log.map(reference::telemetry::log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(RehearsalError::Runtime)?;
    runtime.block_on(async {
        let stubs = played(serving).await?;
        let (config, dev) = configured(serving, &stubs)?;
        let clock = Arc::clone(&config.clock);
        let running = reference::start(config).await?;
        let renewed = dev.clone().map(|fort| tokio::spawn(renew(fort, clock)));
        ready(&Greeting {
            partner: running.partner,
            enterprise: running.enterprise,
            admin: running.admin,
            probe: running.probe,
            sample: dev
                .as_ref()
                .and_then(|dev| sample(serving, &dev.partner.id)),
            exchange: dev.as_ref().and_then(|_| exchange(serving, &stubs)),
            dev,
        });
        told_to_end().await;
        if let Some(renewed) = renewed {
            renewed.abort();
        }
        running.stop().await;
        drop(stubs);
        Ok(())
    })
}

/// Until the process is told to end, by a key or as a supervisor tells it. Without signals to wait for, the service runs
/// until it is killed.
async fn told_to_end() {
    let key = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = key => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut told) => drop(told.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// Keeps the tokens of developers fresh as long as the service runs. Whoever is locked out all the same is told by the
/// service, and tries again.
async fn renew(fort: DevFort, clock: Arc<dyn Clock>) {
    loop {
        clock.wait(DevFort::RENEWAL).await;
        // A file that could not be written now is written the next time.
        let _ = fort.renew(clock.now());
    }
}

/// Stubs by partner.
type Stubs = BTreeMap<String, Stub>;

/// For development, a partner is played by a stub as a contract of ours shows it; otherwise there is none.
async fn played(serving: &Serving<'_>) -> Result<Stubs, RehearsalError> {
    let script = &serving.script;
    let mut stubs = Stubs::new();
    for known in script.partners.iter().filter(|_| serving.dev.is_some()) {
        let id = &known.file.id;
        let own = script.ours.iter().filter(|one| one.provider == *id);
        let contracts: Vec<_> = own.map(|contract| (*contract).clone()).collect();
        if !contracts.is_empty() {
            let stub = Stub::start(contracts, Manner::default()).await?;
            stubs.insert(id.clone(), stub);
        }
    }
    Ok(stubs)
}

fn configured(
    serving: &Serving<'_>,
    stubs: &Stubs,
) -> Result<(Config, Option<DevFort>), RehearsalError> {
    let script = &serving.script;
    let mut config = Config::new(us(script.us));
    config.store = match &serving.store {
        Database::Folder(folder) => StoreAt::Folder(folder.clone()),
        Database::Server { address, keys } => {
            let key = PayloadKey::kept(keys).map_err(reference::StartError::from)?;
            config.payload_keys = vec![key];
            StoreAt::Postgres(address.clone())
        }
    };
    config.schemas = script.schemas.clone();
    config.otlp = match &serving.otlp {
        Some(address) => Some(address.parse().map_err(|_| CollectorError::Address)?),
        None => None,
    };
    for known in &script.partners {
        let stub = stubs.get(&known.file.id);
        let url = stub.map_or_else(|| NOWHERE.to_owned(), Stub::url);
        let mut partner = profile(script.us, known, &url);
        // A profile says how a partner speaks, not where: without a stub it cannot be called.
        partner.enabled = stub.is_some();
        config.partners.push(partner);
    }
    let Some(folder) = &serving.dev else {
        return Ok((config, None));
    };
    config.members = members(&script.people);
    let dev = dev_fort(folder, &mut config)?;
    Ok((config, Some(dev)))
}

/// An exchange with the first partner that is played here.
fn exchange(serving: &Serving<'_>, stubs: &Stubs) -> Option<Vec<u8>> {
    let script = &serving.script;
    let mut played = script.partners.iter();
    let found = played.find_map(|partner| {
        let stub = stubs.get(&partner.file.id);
        stub.and_then(|_| requester::sample(script, partner))
    });
    found.map(|body| body.to_string().into_bytes())
}

/// The first positive match request of the partner's own contracts.
fn sample(serving: &Serving<'_>, partner: &str) -> Option<Vec<u8>> {
    let planned = serving.script.planned.iter();
    let mut own = planned.filter(|planned| planned.consumer == partner);
    let matches = |planned: &&Planned| planned.request.path.ends_with("$member-match");
    own.find(|planned| planned.polarity == Polarity::Positive && matches(planned))
        .map(|planned| planned.request.body.clone())
}
