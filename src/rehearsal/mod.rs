//! Starts the reference service and stubs of its partners on loopback, drives both directions, says what travelled.
//! Refuses to know whether what it saw was right.

mod client;
mod control;
mod desk;
mod edition;
mod error;
pub mod fault;
mod lane;
mod members;
mod provider;
mod remote;
mod requester;
mod resent;
mod serve;
mod stage;
mod stub;
mod target;

pub use desk::{Desk, Playing, desk};
pub use error::RehearsalError;
pub use reference::{DevCaller, DevFort};
pub use remote::permitted;
pub use resent::{Course, Resend};
pub use serve::{Database, Greeting, Serving, serve};

use crate::catalogue::{Partner, Payer};
use crate::contract::{Contract, Planned, courses};
use crate::model::{Delivery, Exchange, Provider};
use chrono::{DateTime, Utc};
use control::Control;
use remote::{CALL, Outside};
use serde_json::Value;
use stage::Stage;
use std::collections::BTreeMap;
use std::time::Duration;
use target::Target;

/// What is to be rehearsed.
pub struct Script<'a> {
    pub us: &'a Payer,
    pub partners: Vec<&'a Partner>,
    /// `id@version` to the self-contained schema of every served version.
    pub schemas: BTreeMap<String, Value>,
    /// What the consumers of our service send.
    pub planned: Vec<Planned>,
    /// Requests that describe the people whom states may name; some of them may not be sent.
    pub people: Vec<Planned>,
    /// Who is asked.
    pub provider: Provider,
    /// The contracts in which we are the consumer: what our service asks of its partners.
    pub ours: Vec<&'a Contract>,
    /// The instant at which the service believes to be.
    pub as_of: DateTime<Utc>,
    /// Where log lines go, if anywhere.
    pub log: Option<fn() -> std::io::Stderr>,
    /// How long the whole may take.
    pub timeout: Duration,
}

/// What travelled.
#[derive(Debug, Default, PartialEq)]
pub struct Rehearsal {
    /// Consumers asking us, in the order of the script.
    pub exchanges: Vec<Exchange>,
    /// Us asking partners, by partner and interaction.
    pub deliveries: Vec<Delivery>,
}

/// Rehearses the script from the first interaction to the last.
///
/// Errors: the service or a stub does not start, or time runs out
pub fn rehearse(script: &Script<'_>) -> Result<Rehearsal, RehearsalError> {
    in_time(script, whole(script))
}

/// Sends recorded requests to the provider of the script, in their order; one answer may take as long as `patience`.
///
/// Errors: as for a rehearsal
pub fn resend(
    script: &Script<'_>,
    course: &mut dyn Course,
    patience: Duration,
) -> Result<(), RehearsalError> {
    in_time(script, async {
        match &script.provider {
            Provider::Reference => {
                let stage = Stage::set(script).await?;
                let target = Target::Reference(Control { stage: &stage });
                let driven = resent::drive(&target, script, course, patience).await;
                stage.strike().await;
                driven
            }
            Provider::Remote(remote) => {
                // Setting states may take its own time, however short an answer is waited for.
                let target = Target::Remote(Outside::at(remote, patience.max(CALL))?);
                resent::drive(&target, script, course, patience).await
            }
        }
    })
}

/// Runs `work` to its end, or to that of the time that the script has.
fn in_time<T>(
    script: &Script<'_>,
    work: impl Future<Output = Result<T, RehearsalError>>,
) -> Result<T, RehearsalError> {
    if let Some(log) = script.log {
        // Set once a process; a second rehearsal goes on with it.
        let _ = reference::telemetry::log_json(log);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(RehearsalError::Runtime)?;
    runtime.block_on(async {
        tokio::time::timeout(script.timeout, work)
            .await
            .map_err(|_| RehearsalError::Timeout(script.timeout))?
    })
}

async fn whole(script: &Script<'_>) -> Result<Rehearsal, RehearsalError> {
    match &script.provider {
        Provider::Reference => with_reference(script).await,
        Provider::Remote(remote) => {
            let target = Target::Remote(Outside::at(remote, CALL)?);
            let exchanges = asked(&target, script).await?;
            Ok(Rehearsal {
                exchanges,
                deliveries: Vec::new(),
            })
        }
    }
}

async fn with_reference(script: &Script<'_>) -> Result<Rehearsal, RehearsalError> {
    let stage = Stage::set(script).await?;
    let target = Target::Reference(Control { stage: &stage });
    let rehearsal = Rehearsal {
        exchanges: asked(&target, script).await?,
        deliveries: requester::drive(script).await?,
    };
    stage.strike().await;
    Ok(rehearsal)
}

/// Every course of the script, one after the other.
async fn asked(target: &Target<'_>, script: &Script<'_>) -> Result<Vec<Exchange>, RehearsalError> {
    let mut exchanges = Vec::new();
    // Which edition another provider speaks is its own choice.
    let planned = match &script.provider {
        Provider::Reference => edition::in_each(&script.planned),
        Provider::Remote(_) => script.planned.clone(),
    };
    for (number, course) in (1..).zip(courses(&planned)) {
        exchanges.extend(provider::drive(target, script, number, &course).await?);
    }
    Ok(exchanges)
}
