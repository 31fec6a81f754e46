//! Protected bodies, kept apart from everything else and named by an opaque id.
//! Refuses to be searched.

use super::row::text;
use super::{Store, StoreError, Tx, audit, stored};
use domain::Timestamp;
use domain::ids::ExchangeId;
use domain::masked::Masked;
use domain::record::AuditEvent;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// Keeps a body and gives its id.
pub(super) async fn keep(
    tx: &mut Tx,
    kind: &'static str,
    body: &Masked<Vec<u8>>,
    now: Timestamp,
) -> Result<String, StoreError> {
    let id = crate::id::fresh(now);
    let sealed = tx.vault.seal(&id, body.expose())?;
    sqlx::query("INSERT INTO payloads (id, kind, at, body) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(kind)
        .bind(stored(now))
        .bind(sealed)
        .execute(&mut **tx)
        .await?;
    Ok(id)
}

/// Keeps a body of an exchange: whatever names it later, it goes with the exchange.
pub(super) async fn keep_of(
    tx: &mut Tx,
    (exchange, kind): (&str, &'static str),
    body: &Masked<Vec<u8>>,
    now: Timestamp,
) -> Result<String, StoreError> {
    let id = keep(tx, kind, body, now).await?;
    sqlx::query("UPDATE payloads SET exchange = $1 WHERE id = $2")
        .bind(exchange)
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    Ok(id)
}

/// Removes a body that nothing names any more. One that a legal hold keeps is left to the retention.
pub(super) async fn discard(
    tx: &mut Tx,
    id: Option<&str>,
    (transaction, client): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = audit::held("$3", "$4");
    let query = format!("DELETE FROM payloads WHERE id = $2 AND NOT {held}");
    sqlx::query(AssertSqlSafe(query))
        .bind(stored(now))
        .bind(id)
        .bind(transaction)
        .bind(client)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO replaced (payload, client, business_transaction_id)
         SELECT id, CAST($2 AS TEXT), CAST($3 AS TEXT) FROM payloads WHERE id = $1",
    )
    .bind(id)
    .bind(client)
    .bind(transaction)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The body under this id, as the transaction sees it.
pub(super) async fn body(tx: &mut Tx, id: &str) -> Result<Masked<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT body FROM payloads WHERE id = $1")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?;
    let sealed: Vec<u8> = row.try_get(0)?;
    Ok(tx.vault.open(id, &sealed)?)
}

/// The length that a row tells.
pub(super) fn length(row: &AnyRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| StoreError::Row("length"))
}

impl Store {
    /// The body under this id, for a step of our own; its transition is what is written down of it.
    pub(crate) async fn payload(&self, id: &str) -> Result<Masked<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT body FROM payloads WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        let sealed: Vec<u8> = row.try_get(0)?;
        Ok(self.vault.open(id, &sealed)?)
    }

    /// How many bytes the result of an exchange takes up as it is stored, if there is one.
    pub(crate) async fn result_bytes(
        &self,
        exchange: &ExchangeId,
    ) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT CAST(length(p.body) AS BIGINT) FROM exchanges e JOIN payloads p ON p.id = e.result
             WHERE e.id = $1 AND p.removed_by IS NULL",
        )
        .bind(exchange.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(length).transpose()
    }

    /// The protected result of an exchange, if there is one. That it is read is written down before it is.
    pub(crate) async fn read_result(
        &self,
        exchange: &ExchangeId,
        reading: AuditEvent,
    ) -> Result<Option<Masked<Vec<u8>>>, StoreError> {
        let mut tx = self.write().await?;
        let row = sqlx::query(
            "SELECT p.id, p.body FROM exchanges e JOIN payloads p ON p.id = e.result
             WHERE e.id = $1 AND p.removed_by IS NULL",
        )
        .bind(exchange.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        audit::append(&mut tx, reading).await?;
        tx.commit().await?;
        self.opened(&row, "id", "body").map(Some)
    }

    /// A protected body that stands beside its id in a row: `id` and `body` name the columns.
    pub(super) fn opened(
        &self,
        row: &AnyRow,
        id: &'static str,
        body: &'static str,
    ) -> Result<Masked<Vec<u8>>, StoreError> {
        let sealed: Vec<u8> = row.try_get(body)?;
        Ok(self.vault.open(&text(row, id)?, &sealed)?)
    }
}
