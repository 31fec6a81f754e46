//! What partners tell us by themselves: each event once, and what followed from it.
//! Refuses to believe what an event says: it wakes the step that asks.

use super::progress::notify;
use super::row::{text, word};
use super::spans::{self, Seen};
use super::{Exchange, Store, StoreError, audit, steps, stored};
use domain::Timestamp;
use domain::fulfilment::Phase;
use domain::ids::{CorrelationId, ExchangeId, PartnerId};
use domain::workflow::{Facing, Notice, Reaction, Signal, Unmoved, Work, react};

/// One event of a partner.
#[derive(Clone, Debug)]
pub(crate) struct Callback<'a> {
    pub client: &'a PartnerId,
    /// Of the call in which it came.
    pub correlation: &'a CorrelationId,
    pub event: &'a str,
    pub fingerprint: &'a str,
    pub word: &'static str,
    /// Where the partner says that it is to be asked.
    pub place: Option<&'a str>,
    /// What is noted for the trace, if somebody collects it.
    pub seen: Option<&'a Seen>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CalledBack {
    /// The step that asks has been woken.
    Woke,
    Noted(Unmoved),
    /// The same event was heard before.
    Again,
    /// Another event under the same id.
    Reused,
}

impl Store {
    /// The exchange that a partner was told to call under this handle.
    pub(crate) async fn awaited(
        &self,
        client: &PartnerId,
        handle: &str,
    ) -> Result<Option<ExchangeId>, StoreError> {
        let row = sqlx::query(
            "SELECT e.id FROM fulfilments f JOIN exchanges e ON e.id = f.exchange
             WHERE f.handle = $1 AND e.partner = $2",
        )
        .bind(handle)
        .bind(client.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok(ExchangeId::new(text(&row, "id")?)))
            .transpose()
    }

    /// Takes an event, once.
    pub(crate) async fn hear(
        &self,
        exchange: &ExchangeId,
        callback: &Callback<'_>,
        now: Timestamp,
    ) -> Result<CalledBack, StoreError> {
        let mut tx = self.write().await?;
        let lock = self.lock_clause();
        let query = format!("SELECT * FROM exchanges WHERE id = $1{lock}");
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(exchange.as_str())
            .fetch_one(&mut *tx)
            .await?;
        let exchange = Exchange::read(&row)?;
        let facing = Facing {
            state: word(&row, "state")?,
            hold: exchange.hold,
            paused: false,
        };
        let heard = match react(&facing, Signal::Callback) {
            Reaction::Wakes => CalledBack::Woke,
            Reaction::Stays(why) | Reaction::Refused(why) => CalledBack::Noted(why),
            Reaction::Moves(_) | Reaction::Pauses | Reaction::Resumes => {
                CalledBack::Noted(Unmoved::NotAsked)
            }
        };
        let reaction = match heard {
            CalledBack::Noted(why) => why.word(),
            CalledBack::Woke | CalledBack::Again | CalledBack::Reused => "woke",
        };
        let new = sqlx::query(
            "INSERT INTO callbacks (client, event, exchange, at, word, fingerprint, reaction)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client, event) DO NOTHING",
        )
        .bind(callback.client.as_str())
        .bind(callback.event)
        .bind(exchange.id.as_str())
        .bind(stored(now))
        .bind(callback.word)
        .bind(callback.fingerprint)
        .bind(reaction)
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 0 {
            let known =
                sqlx::query("SELECT fingerprint FROM callbacks WHERE client = $1 AND event = $2")
                    .bind(callback.client.as_str())
                    .bind(callback.event)
                    .fetch_one(&mut *tx)
                    .await?;
            let same = text(&known, "fingerprint")? == callback.fingerprint;
            let (heard, came_to) = match same {
                true => (CalledBack::Again, "again"),
                false => (CalledBack::Reused, "reused"),
            };
            let by = (callback.client, callback.correlation);
            audit::called_back(&mut tx, &exchange, by, came_to, now).await?;
            tx.commit().await?;
            return Ok(heard);
        }
        follow(&mut tx, &exchange, callback.place, heard, now).await?;
        let by = (callback.client, callback.correlation);
        audit::called_back(&mut tx, &exchange, by, reaction, now).await?;
        let waited = matches!(heard, CalledBack::Woke | CalledBack::Noted(Unmoved::Early));
        if let Some(seen) = callback.seen.filter(|_| waited) {
            spans::keep(&mut tx, &exchange.id, seen).await?;
        }
        tx.commit().await?;
        Ok(heard)
    }
}

async fn follow(
    tx: &mut super::Tx,
    exchange: &Exchange,
    place: Option<&str>,
    heard: CalledBack,
    now: Timestamp,
) -> Result<(), StoreError> {
    match heard {
        CalledBack::Woke if !waits(tx, exchange, place).await? => return Ok(()),
        CalledBack::Woke => {
            // A step that asks at this moment has to see the event: it loses the race and runs again.
            sqlx::query("UPDATE exchanges SET version = version + 1 WHERE id = $1")
                .bind(exchange.id.as_str())
                .execute(&mut **tx)
                .await?;
            steps::schedule(tx, &exchange.id, Work::Monitor, now).await?;
        }
        CalledBack::Noted(Unmoved::Early) => {
            waits(tx, exchange, place).await?;
        }
        CalledBack::Noted(Unmoved::OffersReplay) => {
            // Whoever replays it asks for what was told.
            waits(tx, exchange, place).await?;
            notify(tx, exchange, Notice::ReplayOffered, now).await?;
        }
        CalledBack::Noted(Unmoved::Late | Unmoved::Already | Unmoved::NotAsked)
        | CalledBack::Again
        | CalledBack::Reused => {}
    }
    Ok(())
}

/// Counts the event, and says whether the exchange waits for one. While it asks for an export it does not: the call that
/// is under way goes on, and whoever follows it finds the event.
async fn waits(
    tx: &mut super::Tx,
    exchange: &Exchange,
    place: Option<&str>,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "UPDATE fulfilments SET heard = heard + 1, place = coalesce(place, $1) WHERE exchange = $2 RETURNING phase",
    )
    .bind(place)
    .bind(exchange.id.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    let phase = row.map(|row| text(&row, "phase")).transpose()?;
    Ok(phase.is_some_and(|phase| phase != Phase::KickOff.word()))
}
