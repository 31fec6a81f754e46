//! How an exchange moves: through the transition table, in one transaction, or not at all.
//! Refuses a move whose row has been moved by somebody else in the meantime.

use super::{Exchange, Store, StoreError, payload, stored};
use domain::Timestamp;
use domain::consent::Grant;
use domain::failure::Code;
use domain::ids::CorrelationId;
use domain::masked::Masked;
use domain::workflow::{Effect, Event, Hold, State, transition};
use sqlx::{Sqlite, Transaction};
use std::time::Duration;

/// What a transition leaves on the row besides the state.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub schema_version: Option<String>,
    pub route_set: Option<i64>,
    pub consent: Option<Grant>,
    /// The protected result.
    pub result: Option<Masked<Vec<u8>>>,
    pub snapshot: Option<u64>,
}

/// How one call to the partner ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ended {
    pub status: Option<u16>,
    pub code: Option<Code>,
    /// Why the exchange waits now, if it does.
    pub hold: Option<Hold>,
    /// How long, unless a person ends the wait.
    pub wait: Option<Duration>,
}

impl Store {
    /// Takes `event` and gives the exchange as it stands then.
    ///
    /// Errors: the table forbids it; somebody else was first
    pub(crate) async fn apply(
        &self,
        exchange: &Exchange,
        event: &Event,
        changes: &Changes,
        now: Timestamp,
    ) -> Result<State, StoreError> {
        let (to, effects) = transition(&exchange.for_table(), event, now)?;
        let mut tx = self.write().await?;
        let result = match &changes.result {
            Some(body) => Some(payload::keep(&mut tx, "result", body, now).await?),
            None => None,
        };
        let consent = changes.consent.map(|grant| stored(grant.checked_at()));
        let snapshot = changes
            .snapshot
            .and_then(|number| i64::try_from(number).ok());
        let moved = sqlx::query(
            "UPDATE exchanges SET version = version + 1, state = ?1, since = ?2, disposition = ?3, code = ?4,
                hold = NULL, next_attempt_at = NULL, schema_version = coalesce(?5, schema_version),
                route_set = coalesce(?6, route_set), consent_checked_at = coalesce(?7, consent_checked_at),
                result = coalesce(?8, result), snapshot = coalesce(?9, snapshot)
             WHERE id = ?10 AND version = ?11",
        )
        .bind(to.word())
        .bind(stored(now))
        .bind(event.disposition().word())
        .bind(event.code().map(|code| code.to_string()))
        .bind(changes.schema_version.as_deref())
        .bind(changes.route_set)
        .bind(consent)
        .bind(result)
        .bind(snapshot)
        .bind(exchange.id.as_str())
        .bind(exchange.version)
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Err(StoreError::LostRace);
        }
        remember(&mut tx, exchange, event, to, snapshot, now).await?;
        for effect in &effects {
            carry_out(&mut tx, exchange, effect, now).await?;
        }
        tx.commit().await?;
        Ok(to)
    }

    /// Notes, before a call goes out, that it does.
    pub(crate) async fn begin_attempt(
        &self,
        exchange: &Exchange,
        correlation: &CorrelationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let moved = sqlx::query(
            "UPDATE exchanges SET version = version + 1, submissions = submissions + 1, hold = NULL,
                next_attempt_at = NULL, first_attempt_at = coalesce(first_attempt_at, ?)
             WHERE id = ? AND version = ?",
        )
        .bind(stored(now))
        .bind(exchange.id.as_str())
        .bind(exchange.version)
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Err(StoreError::LostRace);
        }
        sqlx::query(
            "INSERT INTO attempts (exchange, number, at, correlation_id) VALUES (?, ?, ?, ?)",
        )
        .bind(exchange.id.as_str())
        .bind(exchange.submissions.saturating_add(1))
        .bind(stored(now))
        .bind(correlation.as_str())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes how a call ended, and until when the exchange waits if it is tried again.
    pub(crate) async fn end_attempt(
        &self,
        exchange: &Exchange,
        ended: &Ended,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let due = ended
            .wait
            .and_then(|wait| chrono::TimeDelta::from_std(wait).ok())
            .and_then(|wait| now.checked_add_signed(wait));
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE attempts SET status = ?, code = ?, wait_ms = ? WHERE exchange = ? AND number = ?",
        )
        .bind(ended.status)
        .bind(ended.code.map(|code| code.to_string()))
        .bind(ended.wait.and_then(|wait| i64::try_from(wait.as_millis()).ok()))
        .bind(exchange.id.as_str())
        .bind(exchange.submissions)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE exchanges SET version = version + 1, hold = ?, next_attempt_at = ? WHERE id = ? AND version = ?",
        )
        .bind(ended.hold.map(Hold::word))
        .bind(due.map(stored))
        .bind(exchange.id.as_str())
        .bind(exchange.version)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn remember(
    tx: &mut Transaction<'static, Sqlite>,
    exchange: &Exchange,
    event: &Event,
    to: State,
    snapshot: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO history (exchange, version, at, from_state, to_state, move, code, snapshot)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(exchange.id.as_str())
    .bind(exchange.version)
    .bind(stored(now))
    .bind(exchange.state.word())
    .bind(to.word())
    .bind(event.asks().word())
    .bind(event.code().map(|code| code.to_string()))
    .bind(snapshot.unwrap_or(exchange.snapshot))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The part of an effect that belongs into the same transaction.
async fn carry_out(
    tx: &mut Transaction<'static, Sqlite>,
    exchange: &Exchange,
    effect: &Effect,
    now: Timestamp,
) -> Result<(), StoreError> {
    match effect {
        Effect::Audit { to, code, .. } => {
            sqlx::query(
                "INSERT INTO audit (at, exchange, business_transaction_id, action, code) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(stored(now))
            .bind(exchange.id.as_str())
            .bind(exchange.business_transaction.as_str())
            .bind(to.word())
            .bind(code.map(|code| code.to_string()))
            .execute(&mut **tx)
            .await?;
        }
        Effect::Outbox(notice) => {
            sqlx::query("INSERT INTO outbox (at, exchange, notice) VALUES (?, ?, ?)")
                .bind(stored(now))
                .bind(exchange.id.as_str())
                .bind(notice.word())
                .execute(&mut **tx)
                .await?;
        }
        Effect::DeadLetter { code, resume_at } => {
            sqlx::query(
                "INSERT OR REPLACE INTO dead_letters (exchange, at, resume_at, code) VALUES (?, ?, ?, ?)",
            )
            .bind(exchange.id.as_str())
            .bind(stored(now))
            .bind(resume_at.word())
            .bind(code.to_string())
            .execute(&mut **tx)
            .await?;
            sqlx::query("UPDATE exchanges SET resume_at = ? WHERE id = ?")
                .bind(resume_at.word())
                .bind(exchange.id.as_str())
                .execute(&mut **tx)
                .await?;
        }
        // The engine walks on by the state itself; reviews and disputes have no store yet.
        Effect::Metric(_)
        | Effect::Schedule(..)
        | Effect::CallPartner(_)
        | Effect::OpenReview
        | Effect::OpenDispute => {}
    }
    Ok(())
}
