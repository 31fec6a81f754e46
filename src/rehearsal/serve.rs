//! The reference service alone, until it is told to stop.

use super::members::members;
use super::stage::{profile, us};
use super::stub::{Manner, Stub};
use super::{RehearsalError, Script};
use crate::contract::{Planned, Polarity};
use reference::{Config, DevIdentity, StoreAt, dev_identity};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How the service is to run.
pub struct Serving<'a> {
    /// Payer, partners, schemas, and the requests whose people become members for development.
    pub script: Script<'a>,
    /// Folder of the database.
    pub store: PathBuf,
    /// Folder of the development key and tokens; without one, nobody is let in.
    pub dev: Option<PathBuf>,
}

/// Where the service listens, and how a developer gets in.
#[derive(Debug)]
pub struct Greeting {
    pub partner: SocketAddr,
    pub enterprise: SocketAddr,
    pub probe: SocketAddr,
    pub dev: Option<DevIdentity>,
    /// A request that the development partner may send as it stands.
    pub sample: Option<Vec<u8>>,
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
        let running = reference::start(config).await?;
        ready(&Greeting {
            partner: running.partner,
            enterprise: running.enterprise,
            probe: running.probe,
            sample: dev.as_ref().and_then(|dev| sample(serving, &dev.partner)),
            dev,
        });
        // Without signals to wait for, the service runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        running.stop().await;
        drop(stubs);
        Ok(())
    })
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
) -> Result<(Config, Option<DevIdentity>), RehearsalError> {
    let script = &serving.script;
    let mut config = Config::new(us(script.us));
    config.store = StoreAt::Folder(serving.store.clone());
    config.schemas = script.schemas.clone();
    for known in &script.partners {
        let stub = stubs.get(&known.file.id);
        let url = stub.map(Stub::url).unwrap_or_default();
        let mut partner = profile(script.us, known, &url);
        // A profile says how a partner speaks, not where: without a stub it cannot be called.
        partner.enabled = stub.is_some();
        config.partners.push(partner);
    }
    let Some(folder) = &serving.dev else {
        return Ok((config, None));
    };
    config.members = members(&script.people);
    let dev = dev_identity(folder, &config)?;
    config.keys = vec![dev.key.verification_key()];
    Ok((config, Some(dev)))
}

/// The first positive match request of the partner's own contracts.
fn sample(serving: &Serving<'_>, partner: &str) -> Option<Vec<u8>> {
    let planned = serving.script.planned.iter();
    let mut own = planned.filter(|planned| planned.consumer == partner);
    let matches = |planned: &&Planned| planned.request.path.ends_with("$member-match");
    own.find(|planned| planned.polarity == Polarity::Positive && matches(planned))
        .map(|planned| planned.request.body.clone())
}
