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

type Tx = Transaction<'static, Sqlite>;

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
        let step = Taken {
            exchange,
            event,
            to,
            now,
            snapshot: changes
                .snapshot
                .and_then(|number| i64::try_from(number).ok()),
        };
        step.update(&mut tx, changes).await?;
        step.remember(&mut tx).await?;
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
        won(moved.rows_affected())?;
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
        .bind(word(ended.code))
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

/// A transition that the table allows, on its way into the store.
struct Taken<'a> {
    exchange: &'a Exchange,
    event: &'a Event,
    to: State,
    now: Timestamp,
    snapshot: Option<i64>,
}

impl Taken<'_> {
    async fn update(&self, tx: &mut Tx, changes: &Changes) -> Result<(), StoreError> {
        let result = match &changes.result {
            Some(body) => Some(payload::keep(tx, "result", body, self.now).await?),
            None => None,
        };
        let moved = sqlx::query(
            "UPDATE exchanges SET version = version + 1, state = ?1, since = ?2, disposition = ?3, code = ?4,
                hold = NULL, next_attempt_at = NULL, schema_version = coalesce(?5, schema_version),
                route_set = coalesce(?6, route_set), consent_checked_at = coalesce(?7, consent_checked_at),
                result = coalesce(?8, result), snapshot = coalesce(?9, snapshot)
             WHERE id = ?10 AND version = ?11",
        )
        .bind(self.to.word())
        .bind(stored(self.now))
        .bind(self.event.disposition().word())
        .bind(word(self.event.code()))
        .bind(changes.schema_version.as_deref())
        .bind(changes.route_set)
        .bind(changes.consent.map(|grant| stored(grant.checked_at())))
        .bind(result)
        .bind(self.snapshot)
        .bind(self.exchange.id.as_str())
        .bind(self.exchange.version)
        .execute(&mut **tx)
        .await?;
        won(moved.rows_affected())
    }

    async fn remember(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO history (exchange, version, at, from_state, to_state, move, code, snapshot)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.exchange.id.as_str())
        .bind(self.exchange.version)
        .bind(stored(self.now))
        .bind(self.exchange.state.word())
        .bind(self.to.word())
        .bind(self.event.asks().word())
        .bind(word(self.event.code()))
        .bind(self.snapshot.unwrap_or(self.exchange.snapshot))
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

/// The part of an effect that belongs into the same transaction.
async fn carry_out(
    tx: &mut Tx,
    exchange: &Exchange,
    effect: &Effect,
    now: Timestamp,
) -> Result<(), StoreError> {
    match effect {
        Effect::Audit { to, code, .. } => audit(tx, exchange, *to, *code, now).await,
        Effect::Outbox(notice) => {
            sqlx::query("INSERT INTO outbox (at, exchange, notice) VALUES (?, ?, ?)")
                .bind(stored(now))
                .bind(exchange.id.as_str())
                .bind(notice.word())
                .execute(&mut **tx)
                .await?;
            Ok(())
        }
        Effect::DeadLetter { code, resume_at } => {
            dead_letter(tx, exchange, *code, *resume_at, now).await
        }
        // The engine walks on by the state itself; reviews and disputes have no store yet.
        Effect::Metric(_)
        | Effect::Schedule(..)
        | Effect::CallPartner(_)
        | Effect::OpenReview
        | Effect::OpenDispute => Ok(()),
    }
}

async fn audit(
    tx: &mut Tx,
    exchange: &Exchange,
    to: State,
    code: Option<Code>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at, exchange, business_transaction_id, action, code) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(stored(now))
    .bind(exchange.id.as_str())
    .bind(exchange.business_transaction.as_str())
    .bind(to.word())
    .bind(word(code))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn dead_letter(
    tx: &mut Tx,
    exchange: &Exchange,
    code: Code,
    resume_at: State,
    now: Timestamp,
) -> Result<(), StoreError> {
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
    Ok(())
}

fn word(code: Option<Code>) -> Option<String> {
    code.map(|code| code.to_string())
}

/// One row was changed, or somebody else had changed it before.
const fn won(rows: u64) -> Result<(), StoreError> {
    if rows == 0 {
        Err(StoreError::LostRace)
    } else {
        Ok(())
    }
}
