//! Calls to the partner as they are written down: that one goes out before it does, and how it ended.
//! Refuses to let a worker call that has lost its lease.

use super::clocks::millis;
use super::progress::{won, word};
use super::{Exchange, Store, StoreError, Tx, steps, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::CorrelationId;
use domain::ports::Leased;
use std::time::Duration;

/// How one call to the partner ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ended {
    pub status: Option<u16>,
    pub code: Option<Code>,
    /// How long until the next call, where there is one.
    pub wait: Option<Duration>,
}

/// A call that is about to go out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun<'a> {
    pub exchange: &'a Exchange,
    pub leased: &'a Leased,
    pub correlation: &'a CorrelationId,
    pub now: Timestamp,
    /// The call has ended by then, one way or the other.
    pub until: Timestamp,
}

impl Store {
    /// Notes, before a call goes out, that it does, and holds the step for as long as it may take.
    ///
    /// Errors: somebody else moved the exchange, or took the step
    pub(crate) async fn begin_attempt(&self, begun: &Begun<'_>) -> Result<(), StoreError> {
        let Begun { exchange, now, .. } = *begun;
        let mut tx = self.write().await?;
        let moved = sqlx::query(
            "UPDATE exchanges SET version = version + 1, submissions = submissions + 1, hold = NULL,
                next_attempt_at = NULL, first_attempt_at = coalesce(first_attempt_at, $1)
             WHERE id = $2 AND version = $3",
        )
        .bind(stored(now))
        .bind(exchange.id.as_str())
        .bind(exchange.version)
        .execute(&mut *tx)
        .await?;
        won(moved.rows_affected())?;
        if !steps::extend(&mut tx, begun.leased, begun.until).await? {
            return Err(StoreError::LostRace);
        }
        sqlx::query(
            "INSERT INTO attempts (exchange, number, at, correlation_id) VALUES ($1, $2, $3, $4)",
        )
        .bind(exchange.id.as_str())
        .bind(i64::from(exchange.submissions.saturating_add(1)))
        .bind(stored(now))
        .bind(begun.correlation.as_str())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Notes how the last call of an exchange ended, in the transaction of what follows from it.
///
/// `on_the_way` is the time of all calls of the step: that of the match call, or of those that follow it.
pub(super) async fn end(
    tx: &mut Tx,
    exchange: &Exchange,
    ended: Option<&Ended>,
    on_the_way: Duration,
) -> Result<(), StoreError> {
    let Some(ended) = ended else {
        return follow(tx, exchange, on_the_way).await;
    };
    let wait = ended.wait.map(|wait| wait.as_millis());
    sqlx::query(
        "UPDATE attempts SET status = $1, code = $2, wait_ms = $3, took_ms = $4
         WHERE exchange = $5 AND number = $6",
    )
    .bind(ended.status.map(i64::from))
    .bind(word(ended.code))
    .bind(wait.and_then(|wait| i64::try_from(wait).ok()))
    .bind(millis(on_the_way))
    .bind(exchange.id.as_str())
    .bind(i64::from(exchange.submissions))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn follow(tx: &mut Tx, exchange: &Exchange, on_the_way: Duration) -> Result<(), StoreError> {
    if on_the_way.is_zero() {
        return Ok(());
    }
    sqlx::query("UPDATE fulfilments SET transport_ms = transport_ms + $1 WHERE exchange = $2")
        .bind(millis(on_the_way))
        .bind(exchange.id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
