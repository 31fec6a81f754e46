//! Route sets that were taken back, and the exchanges on them that have to choose again.
//! Refuses to forget one before every exchange has left it: whoever looks next goes on where another was cut off.

use super::row::text;
use super::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::ids::ExchangeId;
use domain::workflow::State;
use sqlx::Row;

/// A route set that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    pub set: i64,
    /// The snapshot that took it back. What was chosen under an earlier one does not stand.
    pub snapshot: i64,
}

/// Writes it down with the snapshot that takes the set back.
pub(super) async fn begin(tx: &mut Tx, new: Withdrawal) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO withdrawals (snapshot, route_set) VALUES ($1, $2)")
        .bind(new.snapshot)
        .bind(new.set)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Store {
    /// Those that have not come to their end, oldest first.
    pub(crate) async fn open_withdrawals(&self) -> Result<Vec<Withdrawal>, StoreError> {
        let rows = sqlx::query(
            "SELECT snapshot, route_set FROM withdrawals WHERE ended_at IS NULL ORDER BY snapshot",
        )
        .fetch_all(&self.pool)
        .await?;
        let withdrawal = |row: &sqlx::any::AnyRow| {
            Ok(Withdrawal {
                set: row.try_get("route_set")?,
                snapshot: row.try_get("snapshot")?,
            })
        };
        rows.iter().map(withdrawal).collect()
    }

    /// Every exchange has left the set.
    pub(crate) async fn end_withdrawal(
        &self,
        withdrawal: Withdrawal,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE withdrawals SET ended_at = $1 WHERE snapshot = $2 AND ended_at IS NULL",
        )
        .bind(stored(now))
        .bind(withdrawal.snapshot)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Exchanges that chose the set before it was taken back, and for which nothing has been sent.
    pub(crate) async fn unsent(
        &self,
        withdrawal: Withdrawal,
    ) -> Result<Vec<ExchangeId>, StoreError> {
        let rows = sqlx::query(
            "SELECT e.id AS id FROM exchanges e JOIN route_decisions r ON r.exchange = e.id
             WHERE e.state = $1 AND e.submissions = 0 AND r.route_set = $2 AND r.snapshot < $3
                AND r.version = (SELECT max(last.version) FROM route_decisions last WHERE last.exchange = e.id)
             ORDER BY e.id",
        )
        .bind(State::Routed.word())
        .bind(withdrawal.set)
        .bind(withdrawal.snapshot)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok(ExchangeId::new(text(row, "id")?)))
            .collect()
    }

    /// The snapshot that took the route of an exchange back after it was chosen, if one did.
    pub(crate) async fn withdrawn_by(&self, id: &ExchangeId) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT max(w.snapshot) AS snapshot FROM route_decisions r
                JOIN withdrawals w ON w.route_set = r.route_set AND w.snapshot > r.snapshot
             WHERE r.exchange = $1
                AND r.version = (SELECT max(last.version) FROM route_decisions last WHERE last.exchange = $1)",
        )
        .bind(id.as_str())
        .fetch_one(&self.pool)
        .await?;
        let snapshot: Option<i64> = row.try_get("snapshot")?;
        Ok(snapshot.and_then(|number| u64::try_from(number).ok()))
    }
}
