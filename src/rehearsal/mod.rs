//! Starts the reference service and stubs of its partners on loopback, drives both directions, says what travelled.
//! Refuses to know whether what it saw was right.

mod client;
mod error;
pub mod fault;
mod members;
mod provider;
mod requester;
mod serve;
mod stage;
mod stub;

pub use error::RehearsalError;
pub use serve::{Greeting, Serving, serve};

use crate::catalogue::{Partner, Payer};
use crate::contract::Planned;
use crate::model::{Delivery, Exchange};
use chrono::{DateTime, Utc};
use serde_json::Value;
use stage::Stage;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is to be rehearsed.
pub struct Script<'a> {
    pub us: &'a Payer,
    pub partners: Vec<&'a Partner>,
    /// `id@version` to the self-contained schema of every served version.
    pub schemas: BTreeMap<String, Value>,
    /// What the consumers of our service send.
    pub planned: Vec<Planned>,
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
    /// Us asking partners, by partner and case.
    pub deliveries: Vec<Delivery>,
}

/// Rehearses the script from the first interaction to the last.
///
/// Errors: the service or a stub does not start, or time runs out
pub fn rehearse(script: &Script<'_>) -> Result<Rehearsal, RehearsalError> {
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
        tokio::time::timeout(script.timeout, whole(script))
            .await
            .map_err(|_| RehearsalError::Timeout(script.timeout))?
    })
}

async fn whole(script: &Script<'_>) -> Result<Rehearsal, RehearsalError> {
    let stage = Stage::set(script).await?;
    let mut rehearsal = Rehearsal::default();
    for planned in &script.planned {
        let exchange = provider::drive(&stage, script, planned).await?;
        rehearsal.exchanges.push(exchange);
    }
    rehearsal.deliveries = requester::drive(&stage, script).await?;
    stage.strike().await;
    Ok(rehearsal)
}
