//! When exchanges went through their stages, from what was written down of them, and the promises that were not kept.
//! Refuses to judge: the rules say what was promised, and by whom it was not kept.

use super::row::{number, text, time, word};
use super::{Attempt, Exchange, Past, Store, StoreError, stored};
use domain::Timestamp;
use domain::fulfilment::{Breach, Clocks, FulfilmentPolicy, SlaStage};
use domain::ids::ExchangeId;
use domain::workflow::{Move, State};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::time::Duration;

/// A promise that was not kept, as it was written down when the exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub exchange: ExchangeId,
    pub partner: String,
    pub at: Timestamp,
    pub stage: SlaStage,
    pub took_ms: i64,
    pub allowed_ms: i64,
    /// The number of the document that promised it.
    pub policy: u32,
}

/// The most that one question gives (ours).
pub(crate) const MOST_BROKEN: usize = 200;

impl Store {
    /// The clocks of an exchange; one that is still open is looked at as if it ended now.
    pub(crate) async fn clocks(
        &self,
        exchange: &Exchange,
        now: Timestamp,
    ) -> Result<Clocks, StoreError> {
        let history = self.history(&exchange.id).await?;
        let attempts = self.attempts(&exchange.id).await?;
        let row = sqlx::query("SELECT transport_ms FROM fulfilments WHERE exchange = $1")
            .bind(exchange.id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let after: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
        let ended = if exchange.state.is_open() {
            now
        } else {
            exchange.since
        };
        Ok(of(exchange, &history, &attempts, (after, ended)))
    }

    /// Writes down which promises an exchange that has ended did not keep. A second end replaces the first.
    pub(crate) async fn note_breaches(
        &self,
        exchange: &Exchange,
        breaches: &[Breach],
        policy: &FulfilmentPolicy,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM breaches WHERE exchange = $1")
            .bind(exchange.id.as_str())
            .execute(&mut *tx)
            .await?;
        for breach in breaches {
            sqlx::query(
                "INSERT INTO breaches (exchange, stage, at, partner, took_ms, allowed_ms, policy)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(exchange.id.as_str())
            .bind(breach.stage.word())
            .bind(stored(exchange.since))
            .bind(exchange.partner.as_str())
            .bind(millis(breach.took))
            .bind(millis(breach.allowed))
            .bind(i64::from(policy.number.0.get()))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was not kept since a point in time, oldest first; by everybody, or by one partner.
    pub(crate) async fn broken(
        &self,
        partner: Option<&str>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Broken>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM breaches WHERE ($1 IS NULL OR partner = $1) AND ($2 IS NULL OR at >= $2)
             ORDER BY at, exchange, stage LIMIT $3",
        )
        .bind(partner)
        .bind(since.map(stored))
        .bind(i64::try_from(MOST_BROKEN).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Broken, StoreError> {
    Ok(Broken {
        exchange: ExchangeId::new(text(row, "exchange")?),
        partner: text(row, "partner")?,
        at: time(row, "at")?,
        stage: word(row, "stage")?,
        took_ms: row.try_get("took_ms")?,
        allowed_ms: row.try_get("allowed_ms")?,
        policy: number(row, "policy")?,
    })
}

/// A replay begins anew: what was before it is nobody's delay.
fn of(
    exchange: &Exchange,
    history: &[Past],
    attempts: &[Attempt],
    (after, ended): (Option<i64>, Timestamp),
) -> Clocks {
    let replayed = history.iter().rev().find(|past| past.by == Move::Replay);
    let asked = replayed.map_or(exchange.created_at, |past| past.at);
    let mut calls = attempts.iter().filter(|call| call.at >= asked).peekable();
    let sent = calls.peek().map(|call| call.at);
    let taken_on = history.iter().rev();
    let mut taken_on = taken_on.filter(|past| past.to == State::Acknowledged && past.at >= asked);
    // One that goes on behind the acknowledgement has nothing to be taken on again.
    let resumed = replayed.filter(|past| past.to == State::Acknowledged);
    let acknowledged = taken_on.next().or(resumed).map(|past| past.at);
    Clocks {
        asked,
        sent: sent.or(acknowledged).unwrap_or(ended),
        acknowledged,
        ended,
        transport_before: calls.filter_map(|call| call.took).sum(),
        transport_after: after.map_or(Duration::ZERO, |ms| {
            Duration::from_millis(u64::try_from(ms).unwrap_or_default())
        }),
    }
}

/// A length as it is stored.
pub(super) fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
