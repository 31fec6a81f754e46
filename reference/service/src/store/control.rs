//! Documents of the control plane and the snapshots made of them, each kept for good under its number.
//! Refuses to change a number's text, and to publish over somebody else's publication.

use super::row::{maybe_time, maybe_word, text, time, word};
use super::withdrawal::{self, Withdrawal};
use super::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::control::{Kind, Origin, Standing};
use domain::record::{ActorId, AuditEvent, Digest};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// A document as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptDocument {
    pub kind: Kind,
    pub number: i64,
    pub origin: Origin,
    pub standing: Standing,
    /// Admitted, it waits to be tried on a share instead of coming into force.
    pub candidate: bool,
    /// TOML, as it was handed in.
    pub body: String,
    pub at: Timestamp,
    pub author: ActorId,
    /// Why it was handed in, in the author's words; told to operators only.
    pub reason: String,
    pub decided_at: Option<Timestamp>,
    pub approver: Option<ActorId>,
}

/// What a published snapshot consists of.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SnapshotState {
    /// The number of each document in force.
    pub documents: BTreeMap<Kind, i64>,
    pub canary: Option<CanaryState>,
}

/// A canary as a snapshot keeps it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CanaryState {
    pub set: i64,
    pub share: domain::routing::Share,
    pub since: Timestamp,
    pub soak_ms: Option<u64>,
}

/// A published snapshot.
#[derive(Clone, Debug)]
pub(crate) struct KeptSnapshot {
    pub number: i64,
    pub at: Timestamp,
    pub state: SnapshotState,
    pub author: ActorId,
    pub cause: String,
}

impl Store {
    pub(crate) async fn document(
        &self,
        kind: Kind,
        number: i64,
    ) -> Result<Option<KeptDocument>, StoreError> {
        let row = sqlx::query("SELECT * FROM control_documents WHERE kind = $1 AND number = $2")
            .bind(kind.word())
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(KeptDocument::read).transpose()
    }

    /// The newest document of a kind, whatever it stands for.
    pub(crate) async fn newest_document(
        &self,
        kind: Kind,
    ) -> Result<Option<KeptDocument>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM control_documents WHERE kind = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(kind.word())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(KeptDocument::read).transpose()
    }

    /// The newest snapshot, or the newest that was published by a point in time.
    pub(crate) async fn newest_snapshot(
        &self,
        by: Option<Timestamp>,
    ) -> Result<Option<KeptSnapshot>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM snapshots WHERE ($1 IS NULL OR at <= $1) ORDER BY number DESC LIMIT 1",
        )
        .bind(by.map(stored))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(KeptSnapshot::read).transpose()
    }

    pub(crate) async fn kept_snapshot(
        &self,
        number: i64,
    ) -> Result<Option<KeptSnapshot>, StoreError> {
        let row = sqlx::query("SELECT * FROM snapshots WHERE number = $1")
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(KeptSnapshot::read).transpose()
    }

    /// Publishes a snapshot with the documents that are new in it, all or nothing.
    pub(crate) async fn publish(&self, release: &Release) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for document in &release.documents {
            put_document(&mut tx, document).await?;
        }
        if let Some((which, by)) = &release.admits {
            settle(&mut tx, *which, Standing::Admitted, Some(by), release.at).await?;
        }
        if let Some(snapshot) = &release.snapshot {
            put_snapshot(&mut tx, snapshot).await?;
            if let Some(set) = release.withdraws {
                let snapshot = snapshot.number;
                withdrawal::begin(&mut tx, Withdrawal { set, snapshot }).await?;
            }
        }
        if let Some(event) = &release.event {
            super::audit::append(&mut tx, event.clone()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Refuses a document that waits. One that has been decided on is a lost race.
    pub(crate) async fn deny_document(
        &self,
        which: (Kind, i64),
        by: Option<&ActorId>,
        (event, now): (AuditEvent, Timestamp),
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        settle(&mut tx, which, Standing::Denied, by, now).await?;
        super::audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Everything that one publication writes.
pub(crate) struct Release {
    pub at: Timestamp,
    pub documents: Vec<KeptDocument>,
    /// A document that has waited, and who agreed to it.
    pub admits: Option<((Kind, i64), ActorId)>,
    /// What is in force afterwards, if that changes.
    pub snapshot: Option<KeptSnapshot>,
    /// The route set that the snapshot takes back.
    pub withdraws: Option<i64>,
    /// Who did it; only the first start of a service is nobody's act.
    pub event: Option<AuditEvent>,
}

async fn settle(
    tx: &mut Tx,
    (kind, number): (Kind, i64),
    standing: Standing,
    by: Option<&ActorId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE control_documents SET standing = $1, approver = $2, decided_at = $3
         WHERE kind = $4 AND number = $5 AND standing = $6",
    )
    .bind(standing.word())
    .bind(by.map(ActorId::as_str))
    .bind(stored(now))
    .bind(kind.word())
    .bind(number)
    .bind(Standing::Waiting.word())
    .execute(&mut **tx)
    .await?;
    first(done.rows_affected())
}

async fn put_document(tx: &mut Tx, new: &KeptDocument) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO control_documents
            (kind, number, origin, standing, candidate, body, digest, at, author, reason, decided_at, approver)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (kind, number) DO NOTHING",
    )
    .bind(new.kind.word())
    .bind(new.number)
    .bind(new.origin.word())
    .bind(new.standing.word())
    .bind(i64::from(new.candidate))
    .bind(&new.body)
    .bind(Digest::of(new.body.as_bytes()).as_str())
    .bind(stored(new.at))
    .bind(new.author.as_str())
    .bind(&new.reason)
    .bind(new.decided_at.map(stored))
    .bind(new.approver.as_ref().map(ActorId::as_str))
    .execute(&mut **tx)
    .await?;
    first(done.rows_affected())
}

async fn put_snapshot(tx: &mut Tx, new: &KeptSnapshot) -> Result<(), StoreError> {
    let state = serde_json::to_string(&new.state).map_err(|_| StoreError::Row("state"))?;
    let done = sqlx::query(
        "INSERT INTO snapshots (number, at, state, author, cause) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (number) DO NOTHING",
    )
    .bind(new.number)
    .bind(stored(new.at))
    .bind(state)
    .bind(new.author.as_str())
    .bind(&new.cause)
    .execute(&mut **tx)
    .await?;
    first(done.rows_affected())
}

/// One row was written, or somebody else was first.
const fn first(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::LostRace)
    }
}

impl KeptDocument {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: word(row, "kind")?,
            number: row.try_get("number")?,
            origin: word(row, "origin")?,
            standing: word(row, "standing")?,
            candidate: row.try_get::<i64, _>("candidate")? != 0,
            body: text(row, "body")?,
            at: time(row, "at")?,
            author: word(row, "author")?,
            reason: text(row, "reason")?,
            decided_at: maybe_time(row, "decided_at")?,
            approver: maybe_word(row, "approver")?,
        })
    }
}

impl KeptSnapshot {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.try_get("number")?,
            at: time(row, "at")?,
            state: serde_json::from_str(&text(row, "state")?)
                .map_err(|_| StoreError::Row("state"))?,
            author: word(row, "author")?,
            cause: text(row, "cause")?,
        })
    }
}
