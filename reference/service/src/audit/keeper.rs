//! Keeps the log signed: a head when one is due, and a copy of every head outside the database.
//! Refuses to leave a head uncopied: what could not be copied is tried again.

use super::{head, retention};
use crate::clock::SystemClock;
use crate::data::Plane;
use crate::security::token::{SigningKey, VerificationKey};
use crate::store::StoreError;
use crate::store::audit::{SignedHead, When};
use domain::Timestamp;
use domain::ports::Clock;
use domain::record::{Actor, ActorKind};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// How often the keeper looks whether a head is due.
///
/// Source: ours; a tenth of the longest silence
const LOOK: Duration = Duration::from_secs(1);

/// How often what is due is removed.
///
/// Source: ours; retention is counted in days
const SWEEP: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Whoever signs the heads of the log.
pub(crate) struct Keeper {
    key: SigningKey,
    /// A file outside the database, one head a line.
    sink: Option<PathBuf>,
    /// Size of the last head that was copied there.
    copied: Mutex<u64>,
    /// The last copy failed.
    is_behind: AtomicBool,
}

/// The key under which heads can be believed, as it is published.
#[derive(Debug, Serialize)]
pub(crate) struct PublicKey {
    kid: String,
    /// The uncompressed point in hexadecimal.
    point: String,
}

impl Keeper {
    pub(crate) fn new(key: SigningKey, sink: Option<PathBuf>) -> Self {
        let copied = sink.as_ref().and_then(|path| last_copied(path, &key));
        Self {
            key,
            sink,
            copied: Mutex::new(copied.unwrap_or_default()),
            is_behind: AtomicBool::new(false),
        }
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        let VerificationKey { kid, point } = self.key.verification_key();
        let point = point.iter().map(|byte| format!("{byte:02x}")).collect();
        PublicKey { kid, point }
    }

    /// Signs what is due, copies it out, and gives the last head.
    pub(crate) async fn sign(
        &self,
        plane: &Plane,
        when: When,
    ) -> Result<Option<SignedHead>, StoreError> {
        let sign = |head: &_| head::sign(&self.key, head);
        let last = plane.store.sign_heads(when, plane.now(), sign).await?;
        self.copy(plane).await?;
        Ok(last)
    }

    /// Copies every head that has not been copied yet.
    async fn copy(&self, plane: &Plane) -> Result<(), StoreError> {
        let Some(sink) = &self.sink else {
            return Ok(());
        };
        // One copier at a time: the keeper looks while an auditor asks.
        let mut copied = self.copied.lock().await;
        let new = plane.store.heads_after(*copied).await?;
        for head in &new {
            let opened = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(sink);
            let line = format!("{}\n", head.signed);
            let written = opened.and_then(|mut file| {
                file.write_all(line.as_bytes())?;
                file.sync_data()
            });
            if let Err(cause) = written {
                tracing::error!(%cause, "a head of the audit log could not be copied");
                self.is_behind.store(true, Ordering::Relaxed);
                return Ok(());
            }
            *copied = head.size;
            self.is_behind.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Is there a head that could not be copied out of the database?
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::Relaxed)
    }
}

/// Removes what is due, in our own name.
async fn sweep(plane: &Plane) {
    let (Ok(id), Ok(role)) = ("keeper".parse(), "retention".parse()) else {
        return;
    };
    let actor = Actor {
        kind: ActorKind::Automation,
        id,
        role,
    };
    match retention::sweep(plane, &actor).await {
        Ok(swept) => {
            let retention::Swept {
                audit,
                payload,
                answer,
                matched,
                file,
            } = swept;
            tracing::info!(
                audit,
                payload,
                answer,
                matched,
                file,
                "what was due is removed"
            );
        }
        Err(cause) => tracing::error!(%cause, "what is due could not be removed"),
    }
}

/// The size of the last head of ours in the sink.
fn last_copied(path: &PathBuf, key: &SigningKey) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let head = head::read(text.lines().last()?, &[key.verification_key()])?;
    Some(head.size)
}

/// Keeps the log signed until the service stops. It looks by the time of the system: a clock that a test has stopped
/// must not stop it, nor be moved by it.
pub(crate) async fn keep(keeper: Arc<Keeper>, plane: Arc<Plane>, mut stop: watch::Receiver<bool>) {
    let mut swept: Option<Timestamp> = None;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = SystemClock.wait(LOOK) => {}
        }
        if let Err(cause) = keeper.sign(&plane, When::Due).await {
            tracing::error!(%cause, "the audit log could not be signed");
        }
        let now = plane.now();
        if swept.is_none_or(|last| now.signed_duration_since(last) >= SWEEP) {
            swept = Some(now);
            sweep(&plane).await;
        }
    }
}
