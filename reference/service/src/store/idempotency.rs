//! Kept answers: one per client, operation and key.
//! Refuses to judge what a repetition is; the rules do.

use super::row::{text, time};
use super::{Store, StoreError, payload, stored};
use domain::Timestamp;
use domain::idempotency::{Known, Lookup};
use domain::masked::Masked;
use sqlx::{Row, Sqlite, Transaction};

/// Whose key it is, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub client: &'a str,
    pub operation: &'static str,
    pub key: &'a str,
}

/// A request that wants to be the first under its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub scope: Scope<'a>,
    pub fingerprint: &'a str,
    pub expires_at: Timestamp,
}

/// An answer to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub status: u16,
    /// Lower-case name and value.
    pub headers: Vec<(String, String)>,
    pub body: Masked<Vec<u8>>,
}

/// What is known about the key of `claim`.
pub(super) async fn lookup(
    tx: &mut Transaction<'static, Sqlite>,
    claim: &Claim<'_>,
    now: Timestamp,
) -> Result<Lookup<Kept>, StoreError> {
    let row = sqlx::query(
        "SELECT i.fingerprint, i.status, i.headers, i.expires_at, p.body AS content
         FROM idempotency i LEFT JOIN payloads p ON p.id = i.body
         WHERE i.client = ? AND i.operation = ? AND i.key = ?",
    )
    .bind(claim.scope.client)
    .bind(claim.scope.operation)
    .bind(claim.scope.key)
    .fetch_optional(&mut **tx)
    .await?;
    let known = row
        .map(|row| {
            let status: Option<u16> = row.try_get("status")?;
            let answer = match status {
                None => None,
                Some(status) => Some(Kept {
                    status,
                    headers: serde_json::from_str(&text(&row, "headers")?)
                        .map_err(|_| StoreError::Row("headers"))?,
                    body: Masked::new(row.try_get("content")?),
                }),
            };
            Ok::<_, StoreError>(Known {
                fingerprint: text(&row, "fingerprint")?,
                answer,
                expires_at: time(&row, "expires_at")?,
            })
        })
        .transpose()?;
    Ok(Lookup::of(known, claim.fingerprint, now))
}

/// Takes the key, also from a claim whose window has passed.
pub(super) async fn claim(
    tx: &mut Transaction<'static, Sqlite>,
    claim: &Claim<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO idempotency (client, operation, key, fingerprint, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(claim.scope.client)
    .bind(claim.scope.operation)
    .bind(claim.scope.key)
    .bind(claim.fingerprint)
    .bind(stored(claim.expires_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps the answer under a key that was taken.
pub(super) async fn finish(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &Scope<'_>,
    answer: &Kept,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = payload::keep(tx, "answer", &answer.body, now).await?;
    let headers = serde_json::to_string(&answer.headers).map_err(|_| StoreError::Row("headers"))?;
    sqlx::query(
        "UPDATE idempotency SET status = ?, headers = ?, body = ? WHERE client = ? AND operation = ? AND key = ?",
    )
    .bind(answer.status)
    .bind(headers)
    .bind(body)
    .bind(scope.client)
    .bind(scope.operation)
    .bind(scope.key)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Takes a key before its request is carried out, or says what is known about it.
    pub(crate) async fn claim(
        &self,
        wanted: &Claim<'_>,
        now: Timestamp,
    ) -> Result<Lookup<Kept>, StoreError> {
        let mut tx = self.write().await?;
        let lookup = lookup(&mut tx, wanted, now).await?;
        if lookup == Lookup::New {
            claim(&mut tx, wanted).await?;
            tx.commit().await?;
        }
        Ok(lookup)
    }

    /// Keeps the answer of a request whose key was taken.
    pub(crate) async fn keep_answer(
        &self,
        scope: &Scope<'_>,
        answer: &Kept,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        finish(&mut tx, scope, answer, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a key back: the request was refused before anything was carried out.
    pub(crate) async fn release(&self, scope: &Scope<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM idempotency WHERE client = ? AND operation = ? AND key = ? AND status IS NULL",
        )
        .bind(scope.client)
        .bind(scope.operation)
        .bind(scope.key)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives back every key that a stopped process still held: its requests have no answer and will get none.
    pub(crate) async fn release_orphans(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE status IS NULL")
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
