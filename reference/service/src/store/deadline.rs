//! Deadlines of exchanges: when each is due, and whether somebody has been told that it comes near.
//! Refuses to know how long anything may take, and what happens when it is over.

use super::progress::notify;
use super::row::{maybe_time, text, time};
use super::{Exchange, Store, StoreError, Tx, steps, stored};
use chrono::TimeDelta;
use domain::Timestamp;
use domain::deadlines::length;
use domain::ids::ExchangeId;
use domain::workflow::{Notice, State, Work};
use sqlx::AssertSqlSafe;

/// A deadline that an exchange is given. One of the same name replaces the former.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewDeadline {
    pub name: &'static str,
    pub alert_at: Timestamp,
    pub due_at: Timestamp,
}

impl From<domain::deadlines::Deadline> for NewDeadline {
    fn from(deadline: domain::deadlines::Deadline) -> Self {
        Self {
            name: deadline.duty.word(),
            alert_at: deadline.warns,
            due_at: deadline.ends,
        }
    }
}

/// A deadline as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub name: String,
    pub alert_at: Timestamp,
    pub due_at: Timestamp,
    pub alerted_at: Option<Timestamp>,
}

impl Deadline {
    /// When something is to be done about it next.
    pub(crate) const fn next(&self) -> Timestamp {
        match self.alerted_at {
            None => self.alert_at,
            Some(_) => self.due_at,
        }
    }
}

/// Sets a deadline, and opens the work that watches it.
pub(super) async fn set(
    tx: &mut Tx,
    exchange: &ExchangeId,
    new: &NewDeadline,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO deadlines (exchange, deadline, alert_at, due_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (exchange, deadline) DO UPDATE SET alert_at = $3, due_at = $4, alerted_at = NULL",
    )
    .bind(exchange.as_str())
    .bind(new.name)
    .bind(stored(new.alert_at))
    .bind(stored(new.due_at))
    .execute(&mut **tx)
    .await?;
    watch(tx, exchange).await
}

/// Takes a deadline away: what it was for has happened.
pub(super) async fn end(
    tx: &mut Tx,
    exchange: &ExchangeId,
    name: &'static str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM deadlines WHERE exchange = $1 AND deadline = $2")
        .bind(exchange.as_str())
        .bind(name)
        .execute(&mut **tx)
        .await?;
    watch(tx, exchange).await
}

/// Every deadline begins anew, with the length that it had.
pub(super) async fn renew(
    tx: &mut Tx,
    exchange: &ExchangeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for deadline in all(tx, exchange).await? {
        let ended = length(deadline.alert_at, deadline.due_at);
        let warned = ended - deadline.due_at.signed_duration_since(deadline.alert_at);
        let anew = |after: TimeDelta| now.checked_add_signed(after).unwrap_or(now);
        sqlx::query(
            "UPDATE deadlines SET alert_at = $1, due_at = $2, alerted_at = NULL
             WHERE exchange = $3 AND deadline = $4",
        )
        .bind(stored(anew(warned)))
        .bind(stored(anew(ended)))
        .bind(exchange.as_str())
        .bind(&deadline.name)
        .execute(&mut **tx)
        .await?;
    }
    watch(tx, exchange).await
}

/// The watch is due when the first of the deadlines is; where there is none nobody watches.
async fn watch(tx: &mut Tx, exchange: &ExchangeId) -> Result<(), StoreError> {
    let first = all(tx, exchange).await?.iter().map(Deadline::next).min();
    if let Some(at) = first {
        return steps::schedule(tx, exchange, Work::Deadline, at).await;
    }
    sqlx::query("DELETE FROM steps WHERE exchange = $1 AND step = $2")
        .bind(exchange.as_str())
        .bind(Work::Deadline.word())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

const QUERY: &str = "SELECT deadline, alert_at, due_at, alerted_at FROM deadlines WHERE exchange = $1 ORDER BY due_at, deadline";

async fn all(tx: &mut Tx, exchange: &ExchangeId) -> Result<Vec<Deadline>, StoreError> {
    let rows = sqlx::query(QUERY)
        .bind(exchange.as_str())
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &sqlx::any::AnyRow) -> Result<Deadline, StoreError> {
    Ok(Deadline {
        name: text(row, "deadline")?,
        alert_at: time(row, "alert_at")?,
        due_at: time(row, "due_at")?,
        alerted_at: maybe_time(row, "alerted_at")?,
    })
}

impl Store {
    pub(crate) async fn deadlines(&self, id: &ExchangeId) -> Result<Vec<Deadline>, StoreError> {
        let rows = sqlx::query(QUERY)
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Gives this deadline to whatever no partner has taken on and has none: it comes from before there were such.
    pub(crate) async fn give_missing(&self, new: &NewDeadline) -> Result<(), StoreError> {
        let waiting = State::ALL.iter().filter(|state| state.is_open());
        let waiting = waiting.filter(|state| **state != State::Acknowledged);
        let states: Vec<String> = waiting.map(|state| format!("'{state}'")).collect();
        let query = format!(
            "SELECT id FROM exchanges WHERE state IN ({}) AND id NOT IN (SELECT exchange FROM deadlines)",
            states.join(", ")
        );
        let mut tx = self.write().await?;
        let rows = sqlx::query(AssertSqlSafe(query))
            .fetch_all(&mut *tx)
            .await?;
        for row in rows {
            set(&mut tx, &ExchangeId::new(text(&row, "id")?), new).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tells once that deadlines come near, and watches on. The exchange itself does not change.
    pub(crate) async fn alert(
        &self,
        exchange: &Exchange,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        super::exchange::lock(&mut tx, &exchange.id, self.lock_clause()).await?;
        let done = sqlx::query(
            "UPDATE deadlines SET alerted_at = $1 WHERE exchange = $2 AND alerted_at IS NULL AND alert_at <= $1",
        )
        .bind(stored(now))
        .bind(exchange.id.as_str())
        .execute(&mut *tx)
        .await?;
        for _ in 0..done.rows_affected() {
            notify(&mut tx, exchange, Notice::DeadlineNear, now).await?;
        }
        watch(&mut tx, &exchange.id).await?;
        tx.commit().await?;
        Ok(())
    }
}
