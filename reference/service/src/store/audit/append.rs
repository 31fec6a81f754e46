//! One event at the end of the log, in the transaction of the act that it tells of.
//! Refuses to leave a gap: a place in the log is taken with the transaction, and given back with it.

use super::LOG;
use crate::store::row::text;
use crate::store::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::audit::{Frontier, Hash, Node};
use domain::record::{Action, Actor, AuditEvent, AuditRecord, Digest, Instant, Slug, link};
use sqlx::Row;
use sqlx::any::AnyRow;

/// An act of `actor` under the snapshot of this number, about nothing yet: the caller says what else is known.
///
/// Errors: the version of the service cannot be written as a release
pub(crate) fn act(
    at: Timestamp,
    actor: Actor,
    action: Action,
    snapshot: u64,
) -> Result<AuditEvent, StoreError> {
    let release = format!("r{}", env!("CARGO_PKG_VERSION").replace('.', "-"));
    let release: Slug = release.parse().map_err(|_| StoreError::Row("release"))?;
    Ok(AuditEvent::new(
        Instant::new(at),
        actor,
        action,
        (snapshot, release),
    ))
}

/// Writes an event down and gives its position, counted from 1.
///
/// The end of the log is locked until the transaction ends: it is written to last, after every other row.
///
/// Errors: a match that a person made names nobody else who answers for it; the log cannot be written
pub(crate) async fn append(tx: &mut Tx, event: AuditEvent) -> Result<u64, StoreError> {
    let mut end = take_end(tx).await.map_err(unavailable)?;
    let seq = end.frontier.size().saturating_add(1);
    let record = link(seq, end.last.clone(), event)?;
    let leaf = record.digest();
    let hash = Hash::of_digest(&leaf).ok_or(StoreError::Row("leaf"))?;
    let complete = end.frontier.push(hash);
    insert(tx, &record, &leaf).await.map_err(unavailable)?;
    keep_nodes(tx, &complete).await.map_err(unavailable)?;
    end.last = leaf;
    put_end(tx, &end).await.map_err(unavailable)?;
    Ok(seq)
}

impl Store {
    /// Writes down an act that changes nothing else.
    ///
    /// Errors: as [`append`]
    pub(crate) async fn record(&self, event: AuditEvent) -> Result<u64, StoreError> {
        let mut tx = self.write().await.map_err(unavailable)?;
        let seq = append(&mut tx, event).await?;
        tx.commit().await.map_err(StoreError::Audit)?;
        Ok(seq)
    }
}

/// A log that cannot be written stops what would have been written into it.
fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Database(source) => StoreError::Audit(source),
        other => other,
    }
}

/// Where the log ends.
pub(super) struct End {
    pub frontier: Frontier,
    /// Leaf hash of the last record.
    pub last: Digest,
}

/// The end of the log, locked until the transaction ends.
pub(super) async fn take_end(tx: &mut Tx) -> Result<End, StoreError> {
    let lock = "UPDATE audit_edge SET size = size WHERE log = $1 RETURNING size, edge, last";
    let found = sqlx::query(lock)
        .bind(LOG)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(row) = found {
        return read_end(&row);
    }
    sqlx::query(
        "INSERT INTO audit_edge (log, size, edge, last) VALUES ($1, 0, '', $2) ON CONFLICT (log) DO NOTHING",
    )
    .bind(LOG)
    .bind(Digest::none().as_str())
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query(lock).bind(LOG).fetch_one(&mut **tx).await?;
    read_end(&row)
}

/// Reads where the log ends.
fn read_end(row: &AnyRow) -> Result<End, StoreError> {
    let size = position(row, "size")?;
    let unreadable = |_| StoreError::Row("edge");
    let edge = text(row, "edge")?
        .split_whitespace()
        .map(|digest| digest.parse().map_err(unreadable))
        .map(|digest| Hash::of_digest(&digest?).ok_or(StoreError::Row("edge")))
        .collect::<Result<Vec<Hash>, StoreError>>()?;
    Ok(End {
        frontier: Frontier::of(size, edge).ok_or(StoreError::Row("edge"))?,
        last: text(row, "last")?
            .parse()
            .map_err(|_| StoreError::Row("last"))?,
    })
}

async fn put_end(tx: &mut Tx, end: &End) -> Result<(), StoreError> {
    let edge: Vec<String> = end
        .frontier
        .edge()
        .iter()
        .map(|hash| hash.digest().to_string())
        .collect();
    sqlx::query("UPDATE audit_edge SET size = $1, edge = $2, last = $3 WHERE log = $4")
        .bind(signed(end.frontier.size()))
        .bind(edge.join(" "))
        .bind(end.last.as_str())
        .bind(LOG)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn insert(tx: &mut Tx, record: &AuditRecord, leaf: &Digest) -> Result<(), StoreError> {
    let event = &record.event;
    let kept = serde_json::to_string(record).map_err(|_| StoreError::Row("record"))?;
    sqlx::query(
        "INSERT INTO audit (seq, at, action, actor, exchange, business_transaction_id, correlation_id, partner, leaf, record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(signed(record.seq))
    .bind(stored(event.at.get()))
    .bind(event.action.word())
    .bind(event.actor.id.as_str())
    .bind(event.exchange.as_ref().map(|id| id.as_str()))
    .bind(event.business_transaction_id.as_ref().map(|id| id.as_str()))
    .bind(event.correlation_id.as_ref().map(|id| id.as_str()))
    .bind(event.partner.as_ref().map(|id| id.as_str()))
    .bind(leaf.as_str())
    .bind(kept)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn keep_nodes(tx: &mut Tx, nodes: &[(Node, Hash)]) -> Result<(), StoreError> {
    for (node, hash) in nodes {
        sqlx::query("INSERT INTO audit_nodes (level, place, hash) VALUES ($1, $2, $3)")
            .bind(i64::from(node.level))
            .bind(signed(node.index))
            .bind(hash.bytes().as_slice())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// A position or size as the log counts it.
pub(super) fn position(row: &AnyRow, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Row(column))
}

/// A position or size as the database holds it; no log comes near the end of the numbers.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
