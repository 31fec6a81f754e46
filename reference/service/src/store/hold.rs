//! Legal holds: what has to stay although its time is over.
//! Refuses to end a hold: it ends at the time that was set when it was placed, or never.

use super::row::{maybe_time, text, time, word};
use super::{Store, StoreError, audit, stored};
use domain::Timestamp;
use domain::audit::Scope;
use domain::record::{ActorId, AuditEvent, RuleId};
use sqlx::any::AnyRow;

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub id: String,
    pub scope: Scope,
    /// The request or partner; empty when everything is held.
    pub value: String,
    pub rule: RuleId,
    pub placed_at: Timestamp,
    pub placed_by: ActorId,
    pub ends_at: Option<Timestamp>,
}

impl Store {
    /// Places a hold, and tells of it in the same transaction.
    pub(crate) async fn place_hold(
        &self,
        hold: &Hold,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO holds (id, scope, value, rule, placed_at, placed_by, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&hold.id)
        .bind(hold.scope.word())
        .bind(&hold.value)
        .bind(hold.rule.as_str())
        .bind(stored(hold.placed_at))
        .bind(hold.placed_by.as_str())
        .bind(hold.ends_at.map(stored))
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Every hold that was ever placed, oldest first.
    pub(crate) async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        let rows = sqlx::query("SELECT * FROM holds ORDER BY placed_at, id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Hold, StoreError> {
    Ok(Hold {
        id: text(row, "id")?,
        scope: word(row, "scope")?,
        value: text(row, "value")?,
        rule: word(row, "rule")?,
        placed_at: time(row, "placed_at")?,
        placed_by: word(row, "placed_by")?,
        ends_at: maybe_time(row, "ends_at")?,
    })
}
