//! Removes what is due: in batches, each told of in the transaction that removes it.
//! Refuses to remove what a legal hold keeps, or the events that tell of removals and holds.

use super::append::{append, position, signed, take_end};
use crate::store::row::text;
use crate::store::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::audit::{Class, Removal};
use domain::ids::{BusinessTransactionId, ExchangeId, ExportId};
use domain::record::{Action, AuditEvent, Digest};
use domain::workflow::State;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// The most that one transaction removes.
const BATCH: i64 = 500;

/// What a removal is about.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    /// What had ended by then is due.
    pub before: Timestamp,
    pub now: Timestamp,
    /// The event that tells of it, not about anything yet.
    pub event: AuditEvent,
}

/// Holds that name a row whose request and partner stand in these columns. `$1` is the present.
pub(in crate::store) fn held(requests: &str, partner: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM holds h WHERE (h.ends_at IS NULL OR h.ends_at > $1) AND (h.scope = 'everything'
            OR (h.scope = 'request' AND h.value IN ({requests}))
            OR (h.scope = 'partner' AND h.value = {partner})))"
    )
}

impl Store {
    /// Removes everything of the class that is due, and says how much that was.
    pub(crate) async fn remove_due(&self, class: Class, due: &Due) -> Result<u64, StoreError> {
        let mut removed = 0_u64;
        loop {
            let mut tx = self.write().await?;
            let batch = match class {
                Class::Audit => records(&mut tx, due).await?,
                Class::Payload => payloads(&mut tx, due).await?,
                Class::Answer => answers(&mut tx, due).await?,
                Class::Match => matches(&mut tx, due).await?,
                Class::File => files(&mut tx, due).await?,
            };
            tx.commit().await?;
            removed = removed.saturating_add(batch);
            if batch == 0 {
                return Ok(removed);
            }
        }
    }
}

/// Leaves tombstones in the place of records, and one event that names them all.
async fn records(tx: &mut Tx, due: &Due) -> Result<u64, StoreError> {
    // Whoever removes at the same time waits here, and then sees what is gone already.
    take_end(tx).await?;
    let held = held("a.exchange, a.business_transaction_id", "a.partner");
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT a.seq, a.leaf FROM audit a WHERE a.record IS NOT NULL AND a.at < $2
            AND a.action NOT IN ($3, $4) AND NOT {held} ORDER BY a.seq LIMIT {BATCH}"
    )))
    .bind(stored(due.now))
    .bind(stored(due.before))
    .bind(Action::RecordRemoved.word())
    .bind(Action::HoldPlaced.word())
    .fetch_all(&mut **tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut removal = Removal::default();
    let mut taken = Vec::new();
    for row in &rows {
        let seq = position(row, "seq")?;
        let leaf = text(row, "leaf")?.parse::<Digest>();
        removal.take(seq, &leaf.map_err(|_| StoreError::Row("leaf"))?);
        taken.push(seq);
    }
    let mut event = due.event.clone();
    event.correlation_id = Some(removal.id());
    event.rule = Class::Audit.rule();
    let told = append(tx, event).await?;
    bury(tx, &taken, told).await?;
    Ok(u64::try_from(taken.len()).unwrap_or(u64::MAX))
}

/// Leaves nothing of these records but their leaf and the position of the event that tells of their removal.
async fn bury(tx: &mut Tx, taken: &[u64], told: u64) -> Result<(), StoreError> {
    for seq in taken {
        sqlx::query(
            "UPDATE audit SET record = NULL, removed_by = $1, at = '', action = '', actor = '', exchange = NULL,
                business_transaction_id = NULL, correlation_id = NULL, partner = NULL WHERE seq = $2",
        )
        .bind(signed(told))
        .bind(signed(*seq))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Empties all bodies of exchanges that ended long enough ago; each exchange has an event of its own.
async fn payloads(tx: &mut Tx, due: &Due) -> Result<u64, StoreError> {
    take_end(tx).await?;
    let held = held("e.id, e.business_transaction_id", "e.partner");
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT e.id, e.business_transaction_id FROM exchanges e JOIN payloads p ON p.id = e.request
         WHERE (p.removed_by IS NULL OR EXISTS (SELECT 1 FROM fulfilment_files f JOIN payloads b ON b.id = f.body
                WHERE f.exchange = e.id AND b.removed_by IS NULL))
            AND e.state IN ($3, $4) AND e.since < $2 AND NOT {held}
         ORDER BY e.id LIMIT {BATCH}"
    )))
    .bind(stored(due.now))
    .bind(stored(due.before))
    .bind(State::Fulfilled.word())
    .bind(State::Failed.word())
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let id = text(row, "id")?;
        let mut event = due.event.clone();
        event.exchange = Some(ExchangeId::new(id.clone()));
        event.business_transaction_id = Some(BusinessTransactionId::new(text(
            row,
            "business_transaction_id",
        )?));
        event.rule = Class::Payload.rule();
        let told = append(tx, event).await?;
        sqlx::query(
            "UPDATE payloads SET body = $1, removed_by = $2
             WHERE removed_by IS NULL AND (exchange = $3 OR id IN (
                SELECT request FROM exchanges WHERE id = $3 UNION SELECT result FROM exchanges WHERE id = $3
                UNION SELECT inventory FROM fulfilments WHERE exchange = $3
                UNION SELECT body FROM fulfilment_files WHERE exchange = $3))",
        )
        .bind(Vec::<u8>::new())
        .bind(signed(told))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// Removes answers whose key is forgotten. Whatever they were about is held with its exchange, not with the answer.
async fn answers(tx: &mut Tx, due: &Due) -> Result<u64, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "DELETE FROM idempotency WHERE (client, operation, key) IN (SELECT client, operation, key FROM idempotency
            WHERE expires_at < $2 AND NOT {} LIMIT {BATCH}) RETURNING body",
        held("''", "idempotency.client")
    )))
    .bind(stored(due.now))
    .bind(stored(due.before))
    .fetch_all(&mut **tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    for row in &rows {
        let body: Option<String> = row.try_get("body")?;
        sqlx::query("DELETE FROM payloads WHERE id = $1")
            .bind(body)
            .execute(&mut **tx)
            .await?;
    }
    let mut event = due.event.clone();
    event.rule = Class::Answer.rule();
    append(tx, event).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// Those that have ended: the key of their row, and their bodies.
const MATCHES: [(&str, &str, &str, &str); 3] = [
    (
        "SELECT l.member AS one, l.client AS other, l.terms, l.submitted FROM links l",
        "l.ends_at < $2",
        "l.group_id, l.business_transaction_id",
        "l.client",
    ),
    (
        "SELECT l.list AS one, CAST(l.place AS TEXT) AS other, l.terms, l.submitted
            FROM list_members l JOIN lists g ON g.id = l.list",
        "l.ends_at < $2",
        "g.id, g.business_transaction_id",
        "g.client",
    ),
    (
        "SELECT r.payload AS one, r.client AS other, r.payload AS terms, CAST(NULL AS TEXT) AS submitted
            FROM replaced r",
        "CAST($2 AS TEXT) IS NOT NULL",
        "r.business_transaction_id",
        "r.client",
    ),
];

/// How each of them is removed; one that was matched anew in the meantime names other bodies.
const GONE: [&str; 3] = [
    "DELETE FROM links WHERE member = $1 AND client = $2 AND terms = $3",
    "DELETE FROM list_members WHERE list = $1 AND CAST(place AS TEXT) = $2 AND terms = $3",
    "DELETE FROM replaced WHERE payload = $1 AND client = $2 AND payload = $3",
];

/// Removes matches whose consent ended long enough ago, and bodies that were replaced while a hold kept them.
async fn matches(tx: &mut Tx, due: &Due) -> Result<u64, StoreError> {
    let mut removed = 0_u64;
    for ((select, ended, requests, partner), gone) in MATCHES.into_iter().zip(GONE) {
        let held = held(requests, partner);
        let query = format!("{select} WHERE {ended} AND NOT {held} LIMIT {BATCH}");
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(stored(due.now))
            .bind(stored(due.before))
            .fetch_all(&mut **tx)
            .await?;
        for row in &rows {
            removed = removed.saturating_add(matched(tx, row, gone).await?);
        }
    }
    if removed == 0 {
        return Ok(0);
    }
    let mut event = due.event.clone();
    event.rule = Class::Match.rule();
    append(tx, event).await?;
    Ok(removed)
}

async fn matched(tx: &mut Tx, row: &AnyRow, gone: &'static str) -> Result<u64, StoreError> {
    let terms: Option<String> = row.try_get("terms")?;
    let done = sqlx::query(gone)
        .bind(text(row, "one")?)
        .bind(text(row, "other")?)
        .bind(terms.clone())
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(0);
    }
    let submitted: Option<String> = row.try_get("submitted")?;
    for body in [terms, submitted].into_iter().flatten() {
        sqlx::query("DELETE FROM payloads WHERE id = $1")
            .bind(body)
            .execute(&mut **tx)
            .await?;
    }
    Ok(1)
}

/// Removes the files of exports whose time is over. A hold of the partner, the export or its transaction keeps them,
/// although nobody can fetch them any more.
async fn files(tx: &mut Tx, due: &Due) -> Result<u64, StoreError> {
    let held = held("x.id, x.business_transaction_id", "x.client");
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT x.id FROM exports x WHERE x.expires_at <= $2
            AND EXISTS (SELECT 1 FROM export_files f WHERE f.export = x.id) AND NOT {held}
         ORDER BY x.id LIMIT {BATCH}"
    )))
    .bind(stored(due.now))
    .bind(stored(due.before))
    .fetch_all(&mut **tx)
    .await?;
    let mut removed = 0;
    for row in &rows {
        removed += crate::store::files::remove(tx, &ExportId::new(text(row, "id")?)).await?;
    }
    if removed == 0 {
        return Ok(0);
    }
    let mut event = due.event.clone();
    event.rule = Class::File.rule();
    append(tx, event).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}
