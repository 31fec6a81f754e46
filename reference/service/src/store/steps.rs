//! The step table: what is due, who holds it, and until when.
//! Refuses to trust a lease alone: whoever writes must also win the version of the exchange.

use super::row::{number, text, time, word};
use super::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::ids::{ExchangeId, StepId, WorkerId};
use domain::ports::Leased;
use domain::workflow::Work;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// A lease that a worker asks for.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub owner: WorkerId,
    pub until: Timestamp,
}

/// Work of an exchange that is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenStep {
    pub work: Work,
    pub run_after: Timestamp,
    /// How often it has been leased.
    pub attempt: u32,
}

/// Nothing but a deadline moves while the exchange is paused.
const NOT_PAUSED: &str =
    "(step = 'deadline' OR exchange NOT IN (SELECT id FROM exchanges WHERE paused_at IS NOT NULL))";

/// Due, and nobody holds it any more.
const DUE: &str = "run_after <= $1 AND (lease_until IS NULL OR lease_until <= $1)";

/// Nothing but a deadline is taken of an exchange that the worker has in hand: its lease may have run out under it, and
/// then it is for others. The ids stand in one text, whose form both databases compare alike.
const NOT_IN_HAND: &str = "(step = 'deadline' OR $2 NOT LIKE '%' || exchange || '%')";

impl Store {
    /// Takes up to `most` steps that are due, that nobody holds and whose exchange is not `in_hand`; each goes to one worker.
    pub(crate) async fn lease(
        &self,
        lease: &Lease,
        (most, in_hand): (usize, &[String]),
        now: Timestamp,
    ) -> Result<Vec<Leased>, StoreError> {
        let take = self.kind.take_clause();
        let query = format!(
            "WITH due AS MATERIALIZED (
                SELECT id FROM steps
                WHERE {DUE} AND {NOT_IN_HAND} AND {NOT_PAUSED}
                ORDER BY run_after, id LIMIT $3{take})
             UPDATE steps SET lease_owner = $4, lease_until = $5, attempt = attempt + 1
             WHERE id IN (SELECT id FROM due)
             RETURNING id, exchange, step, attempt"
        );
        let mut tx = self.write().await?;
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .bind(in_hand.join(" "))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .bind(lease.owner.as_str())
            .bind(stored(lease.until))
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        rows.iter().map(|row| leased(row, lease)).collect()
    }

    /// Is anything due that nobody holds, and whose exchange is not `in_hand`?
    pub(crate) async fn is_due(
        &self,
        in_hand: &[String],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let query = format!(
            "SELECT count(*) FROM (SELECT id FROM steps
             WHERE {DUE} AND {NOT_IN_HAND} AND {NOT_PAUSED} LIMIT 1) AS due"
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .bind(in_hand.join(" "))
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get::<i64, _>(0)? > 0)
    }

    /// How many steps are due that nobody holds.
    pub(crate) async fn queue_depth(&self, now: Timestamp) -> Result<u32, StoreError> {
        let query = format!("SELECT count(*) FROM steps WHERE {DUE} AND {NOT_PAUSED}");
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .fetch_one(&self.pool)
            .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
    }

    /// When the next step can be taken that `owner` does not hold, and whose exchange is not `in_hand`; deadlines only when
    /// they are asked for.
    pub(crate) async fn next_due(
        &self,
        (owner, in_hand): (&WorkerId, &[String]),
        deadlines: bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let query = format!(
            "SELECT min(CASE WHEN lease_until > run_after THEN lease_until ELSE run_after END) AS due FROM steps
             WHERE (lease_owner IS NULL OR lease_owner <> $1) AND {NOT_IN_HAND}
               AND (step <> 'deadline' OR $3 = 1) AND {NOT_PAUSED}"
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(owner.as_str())
            .bind(in_hand.join(" "))
            .bind(i64::from(deadlines))
            .fetch_one(&self.pool)
            .await?;
        super::row::maybe_time(&row, "due")
    }

    /// Gives a step back, to be taken from `run_after` on, or as it was. Whoever has taken it since keeps it.
    pub(crate) async fn give_back(
        &self,
        leased: &Leased,
        run_after: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE steps SET lease_owner = NULL, lease_until = NULL, run_after = coalesce($1, run_after)
             WHERE id = $2 AND lease_owner = $3 AND attempt = $4",
        )
        .bind(run_after.map(stored))
        .bind(leased.id.as_str())
        .bind(leased.owner.as_str())
        .bind(i64::from(leased.attempt))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Holds a step longer, before something slow begins.
    ///
    /// Errors: somebody else has taken it
    pub(crate) async fn hold(&self, leased: &Leased, until: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if !extend(&mut tx, leased, until).await? {
            return Err(StoreError::LostRace);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Gives back everything that a worker holds: it stops.
    pub(crate) async fn give_all_back(&self, owner: &WorkerId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE steps SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1",
        )
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a step away that does not fit the state of its exchange any more.
    pub(crate) async fn drop_step(&self, leased: &Leased) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        over(&mut tx, leased).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What an exchange has open, in the order in which it is due.
    pub(crate) async fn open_steps(&self, id: &ExchangeId) -> Result<Vec<OpenStep>, StoreError> {
        let query = "SELECT step, run_after, attempt FROM steps WHERE exchange = $1 ORDER BY run_after, step";
        let rows = sqlx::query(query)
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(OpenStep {
                    work: word(row, "step")?,
                    run_after: time(row, "run_after")?,
                    attempt: number(row, "attempt")?,
                })
            })
            .collect()
    }

    /// How many exchanges have work that is not done.
    pub(crate) async fn open_work(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT count(DISTINCT exchange) FROM steps")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }
}

fn leased(row: &AnyRow, lease: &Lease) -> Result<Leased, StoreError> {
    Ok(Leased {
        id: StepId::new(text(row, "id")?),
        exchange: ExchangeId::new(text(row, "exchange")?),
        work: word(row, "step")?,
        attempt: number(row, "attempt")?,
        owner: lease.owner.clone(),
        until: lease.until,
    })
}

/// Opens work of an exchange, or moves it to another time. Nobody holds it afterwards.
pub(super) async fn schedule(
    tx: &mut Tx,
    exchange: &ExchangeId,
    work: Work,
    run_after: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO steps (id, exchange, step, run_after) VALUES ($1, $2, $3, $4)
         ON CONFLICT (exchange, step) DO UPDATE SET run_after = $4, lease_owner = NULL, lease_until = NULL",
    )
    .bind(crate::id::fresh(run_after))
    .bind(exchange.as_str())
    .bind(work.word())
    .bind(stored(run_after))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Opens work that the worker holds at once which moved the exchange.
pub(super) async fn schedule_held(
    tx: &mut Tx,
    exchange: &ExchangeId,
    work: Work,
    lease: &Lease,
    now: Timestamp,
) -> Result<Leased, StoreError> {
    let row = sqlx::query(
        "INSERT INTO steps (id, exchange, step, run_after, lease_owner, lease_until, attempt)
         VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (exchange, step) DO UPDATE
            SET run_after = $4, lease_owner = $5, lease_until = $6, attempt = steps.attempt + 1
         RETURNING id, exchange, step, attempt",
    )
    .bind(crate::id::fresh(now))
    .bind(exchange.as_str())
    .bind(work.word())
    .bind(stored(now))
    .bind(lease.owner.as_str())
    .bind(stored(lease.until))
    .fetch_one(&mut **tx)
    .await?;
    leased(&row, lease)
}

/// Ends the work of the state that is left; what spans states goes on until the exchange ends.
pub(super) async fn clear(
    tx: &mut Tx,
    exchange: &ExchangeId,
    goes_on: bool,
) -> Result<(), StoreError> {
    let spanning = Work::ALL.iter().filter(|work| work.spans_states());
    let kept: Vec<String> = spanning.map(|work| format!("'{work}'")).collect();
    let query = if goes_on {
        let kept = kept.join(", ");
        format!("DELETE FROM steps WHERE exchange = $1 AND step NOT IN ({kept})")
    } else {
        "DELETE FROM steps WHERE exchange = $1".to_owned()
    };
    sqlx::query(AssertSqlSafe(query))
        .bind(exchange.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends one step.
pub(super) async fn over(tx: &mut Tx, leased: &Leased) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM steps WHERE id = $1 AND lease_owner = $2 AND attempt = $3")
        .bind(leased.id.as_str())
        .bind(leased.owner.as_str())
        .bind(i64::from(leased.attempt))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Holds a step longer, before something slow begins. Gives whether it was still held.
pub(super) async fn extend(
    tx: &mut Tx,
    leased: &Leased,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let query =
        "UPDATE steps SET lease_until = $1 WHERE id = $2 AND lease_owner = $3 AND attempt = $4";
    let done = sqlx::query(query)
        .bind(stored(until))
        .bind(leased.id.as_str())
        .bind(leased.owner.as_str())
        .bind(i64::from(leased.attempt))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
