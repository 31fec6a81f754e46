//! Kept answers: one per client, operation and key.
//! Refuses to judge what a repetition is; the rules do.

use super::row::{maybe_time, text, time};
use super::{Store, StoreError, Tx, payload, stored};
use domain::Timestamp;
use domain::idempotency::{Claim, Kept, Known, Lookup, Scope};
use sqlx::{AssertSqlSafe, Row};

/// Takes the key, or says what is known about it. Two that come at once wait for each other, and one of them takes it.
pub(super) async fn take(
    tx: &mut Tx,
    claim: &Claim<'_>,
    lock: &'static str,
    now: Timestamp,
) -> Result<Lookup<Kept>, StoreError> {
    if insert(tx, claim).await? {
        return Ok(Lookup::New);
    }
    let mut known = known(tx, &claim.scope, lock).await?;
    // Whoever held the key has given it back in between: it is taken like one that nobody ever had.
    if known.is_none() {
        if insert(tx, claim).await? {
            return Ok(Lookup::New);
        }
        known = self::known(tx, &claim.scope, lock).await?;
        if known.is_none() {
            return Ok(Lookup::InFlight);
        }
    }
    let lookup = Lookup::of(known, claim.fingerprint, now);
    if lookup == Lookup::New {
        renew(tx, claim).await?;
    }
    Ok(lookup)
}

async fn insert(tx: &mut Tx, claim: &Claim<'_>) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO idempotency (client, operation, key, fingerprint, expires_at, held_until) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (client, operation, key) DO NOTHING",
    )
    .bind(claim.scope.client)
    .bind(claim.scope.operation)
    .bind(claim.scope.key)
    .bind(claim.fingerprint)
    .bind(stored(claim.expires_at))
    .bind(stored(claim.held_until))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A key whose window has passed is taken anew.
async fn renew(tx: &mut Tx, claim: &Claim<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE idempotency SET fingerprint = $4, expires_at = $5, held_until = $6, status = NULL, headers = NULL, body = NULL
         WHERE client = $1 AND operation = $2 AND key = $3",
    )
    .bind(claim.scope.client)
    .bind(claim.scope.operation)
    .bind(claim.scope.key)
    .bind(claim.fingerprint)
    .bind(stored(claim.expires_at))
    .bind(stored(claim.held_until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn known(
    tx: &mut Tx,
    scope: &Scope<'_>,
    lock: &'static str,
) -> Result<Option<Known<Kept>>, StoreError> {
    let query = format!(
        "SELECT fingerprint, status, headers, expires_at, held_until, body FROM idempotency
         WHERE client = $1 AND operation = $2 AND key = $3{lock}"
    );
    let row = sqlx::query(AssertSqlSafe(query))
        .bind(scope.client)
        .bind(scope.operation)
        .bind(scope.key)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let answer = match row.try_get::<Option<i64>, _>("status")? {
        None => None,
        Some(status) => Some(Kept {
            status: u16::try_from(status).map_err(|_| StoreError::Row("status"))?,
            headers: serde_json::from_str(&text(&row, "headers")?)
                .map_err(|_| StoreError::Row("headers"))?,
            body: payload::body(tx, &text(&row, "body")?).await?,
        }),
    };
    let held_until = maybe_time(&row, "held_until")?.filter(|_| answer.is_none());
    Ok(Some(Known {
        fingerprint: text(&row, "fingerprint")?,
        answer,
        expires_at: held_until.map_or_else(|| time(&row, "expires_at"), Ok)?,
    }))
}

/// Keeps the answer under a key that was taken.
pub(super) async fn finish(
    tx: &mut Tx,
    scope: &Scope<'_>,
    answer: &Kept,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = payload::keep(tx, "answer", &answer.body, now).await?;
    let headers = serde_json::to_string(&answer.headers).map_err(|_| StoreError::Row("headers"))?;
    sqlx::query(
        "UPDATE idempotency SET status = $1, headers = $2, body = $3, held_until = NULL
         WHERE client = $4 AND operation = $5 AND key = $6 AND status IS NULL",
    )
    .bind(i64::from(answer.status))
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
        let lookup = take(&mut tx, wanted, self.lock_clause(), now).await?;
        if lookup == Lookup::New {
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
            "DELETE FROM idempotency WHERE client = $1 AND operation = $2 AND key = $3 AND status IS NULL",
        )
        .bind(scope.client)
        .bind(scope.operation)
        .bind(scope.key)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives back every key whose holder is gone: its request has no answer and will get none. Another process on the
    /// same database may hold keys too; those are let be.
    pub(crate) async fn release_orphans(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM idempotency WHERE status IS NULL AND (held_until IS NULL OR held_until <= $1)",
        )
        .bind(stored(now))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
