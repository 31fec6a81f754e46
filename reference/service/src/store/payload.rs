//! Protected bodies, kept apart from everything else and named by an opaque id.
//! Refuses to be searched.

use super::{Store, StoreError, stored};
use domain::Timestamp;
use domain::masked::Masked;
use sqlx::{Row, Sqlite, Transaction};

/// Keeps a body and gives its id.
pub(super) async fn keep(
    tx: &mut Transaction<'static, Sqlite>,
    kind: &'static str,
    body: &Masked<Vec<u8>>,
    now: Timestamp,
) -> Result<String, StoreError> {
    let id = crate::id::fresh(now);
    sqlx::query("INSERT INTO payloads (id, kind, at, body) VALUES (?, ?, ?, ?)")
        .bind(&id)
        .bind(kind)
        .bind(stored(now))
        .bind(body.expose().as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(id)
}

impl Store {
    /// The body under this id.
    pub(crate) async fn payload(&self, id: &str) -> Result<Masked<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT body FROM payloads WHERE id = ?")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        Ok(Masked::new(row.try_get(0)?))
    }
}
