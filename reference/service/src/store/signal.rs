//! Signals to exchanges: each is heard once, and what it came to is written down with what follows from it.
//! Refuses to decide what follows: the rules of the workflow do.

use super::audit::Told;
use super::exchange::lock;
use super::progress::{Changes, transit};
use super::row::{text, time, word};
use super::{Exchange, Store, StoreError, Tx, steps, stored};
use domain::Timestamp;
use domain::ids::ExchangeId;
use domain::workflow::{CameTo, Facing, Hold, Reaction, Signal, SignalKind, Work, react};

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub came_to: CameTo,
    /// Has it been heard before? Then nothing happened this time.
    pub again: bool,
}

/// A signal that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub signal: SignalKind,
    pub at: Timestamp,
    pub came_to: CameTo,
}

impl Store {
    /// Hears a signal, unless one of the same key has been heard. Gives none where there is no such exchange.
    pub(crate) async fn signal(
        &self,
        id: &ExchangeId,
        (signal, told): (Signal, Told),
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Heard>, StoreError> {
        let mut tx = self.write().await?;
        let named = (id, self.lock_clause());
        let said = (signal, told);
        let heard = signal_within(&mut tx, named, said, key, now).await?;
        tx.commit().await?;
        Ok(heard)
    }

    /// What an exchange has been told, oldest first.
    pub(crate) async fn signals(&self, id: &ExchangeId) -> Result<Vec<Spoken>, StoreError> {
        let query = "SELECT signal, at, came_to FROM signals WHERE exchange = $1 ORDER BY at, key";
        let rows = sqlx::query(query)
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Spoken {
                    signal: word(row, "signal")?,
                    at: time(row, "at")?,
                    came_to: word(row, "came_to")?,
                })
            })
            .collect()
    }
}

/// As [`Store::signal`], in the transaction of what leads to the signal.
pub(super) async fn signal_within(
    tx: &mut Tx,
    (id, clause): (&ExchangeId, &'static str),
    (signal, told): (Signal, Told),
    key: &str,
    now: Timestamp,
) -> Result<Option<Heard>, StoreError> {
    let Some(exchange) = lock(tx, id, clause).await? else {
        return Ok(None);
    };
    if let Some(came_to) = heard(tx, id, key).await? {
        let again = true;
        return Ok(Some(Heard { came_to, again }));
    }
    let facing = Facing {
        state: exchange.state,
        hold: exchange.hold,
        paused: exchange.paused_at.is_some(),
    };
    let reaction = react(&facing, signal);
    let came_to = reaction.came_to();
    if reaction == Reaction::Wakes && exchange.hold.is_some_and(Hold::waits_for_a_person) {
        another_try(tx, &exchange).await?;
    }
    follow(tx, &exchange, (reaction, told), now).await?;
    let said = Spoken {
        signal: signal.kind(),
        at: now,
        came_to,
    };
    remember(tx, id, key, &said).await?;
    let again = false;
    Ok(Some(Heard { came_to, again }))
}

/// A partner that honours keys would give its old answer to the old key, although people have decided since.
async fn another_try(tx: &mut Tx, exchange: &Exchange) -> Result<(), StoreError> {
    sqlx::query("UPDATE exchanges SET generation = generation + 1 WHERE id = $1")
        .bind(exchange.id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What a signal of this key came to, when there was one.
pub(super) async fn heard(
    tx: &mut Tx,
    id: &ExchangeId,
    key: &str,
) -> Result<Option<CameTo>, StoreError> {
    let row = sqlx::query("SELECT came_to FROM signals WHERE exchange = $1 AND key = $2")
        .bind(id.as_str())
        .bind(key)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| {
        text(&row, "came_to")?
            .parse()
            .map_err(|_| StoreError::Row("came_to"))
    })
    .transpose()
}

async fn remember(
    tx: &mut Tx,
    id: &ExchangeId,
    key: &str,
    said: &Spoken,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO signals (exchange, key, signal, at, came_to) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id.as_str())
    .bind(key)
    .bind(said.signal.word())
    .bind(stored(said.at))
    .bind(said.came_to.word())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn follow(
    tx: &mut Tx,
    exchange: &Exchange,
    (reaction, told): (Reaction, Told),
    now: Timestamp,
) -> Result<(), StoreError> {
    match reaction {
        Reaction::Moves(event) => {
            let changes = Changes {
                told,
                ..Changes::default()
            };
            transit(tx, exchange, &event, &changes, (now, None)).await?;
        }
        Reaction::Pauses => pause(tx, exchange, Some(now)).await?,
        Reaction::Resumes => pause(tx, exchange, None).await?,
        Reaction::Wakes => wake(tx, exchange, now).await?,
        Reaction::Stays(_) | Reaction::Refused(_) => {}
    }
    Ok(())
}

/// A pause is no change of what the exchange waits for: its version stays, and a call under way may end.
async fn pause(
    tx: &mut Tx,
    exchange: &Exchange,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE exchanges SET paused_at = $1 WHERE id = $2")
        .bind(since.map(stored))
        .bind(exchange.id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The version moves, so that a step under way cannot write that it waits on, and the signal is not lost.
async fn wake(tx: &mut Tx, exchange: &Exchange, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE exchanges SET version = version + 1, hold = NULL, next_attempt_at = NULL WHERE id = $1",
    )
    .bind(exchange.id.as_str())
    .execute(&mut **tx)
    .await?;
    match Work::due(exchange.state) {
        Some(work) => steps::schedule(tx, &exchange.id, work, now).await,
        None => Ok(()),
    }
}
