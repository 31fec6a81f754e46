//! Dead letters and what has been said about them: which lie there, which causes are gone, which partners are paused.
//! Refuses to choose which of them start again: the rules do.

use super::progress::{notify, transit};
use super::row::{text, time, word};
use super::{Changes, Exchange, Store, StoreError, Tx, audit, deadline, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{ExchangeId, PartnerId};
use domain::record::AuditEvent;
use domain::resilience::Declared;
use domain::workflow::{Event, Hold, Notice, State, Work};
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

/// Which dead letters are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeadFilter {
    pub code: Option<Code>,
    pub partner: Option<PartnerId>,
    /// Only those that come after this one in the order of the list.
    pub after: Option<ExchangeId>,
    /// Only those that died later, or then and have a later id.
    pub beyond: Option<Place>,
}

/// A place in the list: when a letter died, and which it is.
pub(crate) type Place = (Timestamp, ExchangeId);

/// Who said something, when and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub actor: &'a str,
    pub reason: &'a str,
    pub at: Timestamp,
}

/// What stands for "every partner" in the table.
const EVERY_PARTNER: &str = "";

impl Store {
    /// The longest dead first.
    pub(crate) async fn dead_letters(
        &self,
        filter: &DeadFilter,
        most: u32,
    ) -> Result<Vec<Exchange>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM exchanges e WHERE state = 'dead-lettered'
                AND (CAST($1 AS TEXT) IS NULL OR code = $1) AND (CAST($2 AS TEXT) IS NULL OR partner = $2)
                AND (CAST($3 AS TEXT) IS NULL
                    OR EXISTS (SELECT 1 FROM exchanges a WHERE a.id = $3 AND (e.since, e.id) > (a.since, a.id)))
                AND (CAST($5 AS TEXT) IS NULL OR (e.since, e.id) > ($5, $6))
             ORDER BY since, id LIMIT $4",
        )
        .bind(filter.code.map(|code| code.to_string()))
        .bind(filter.partner.as_ref().map(PartnerId::as_str))
        .bind(filter.after.as_ref().map(ExchangeId::as_str))
        .bind(i64::from(most))
        .bind(filter.beyond.as_ref().map(|(since, _)| stored(*since)))
        .bind(filter.beyond.as_ref().map(|(_, id)| id.as_str()))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(Exchange::read).collect()
    }

    /// Starts a dead letter again where it died. What it has tried before counts for nothing any more.
    ///
    /// Errors: it is not dead; somebody else was first
    pub(crate) async fn replay(
        &self,
        exchange: &Exchange,
        event: &Event,
        changes: &Changes,
        now: Timestamp,
    ) -> Result<State, StoreError> {
        let mut tx = self.write().await?;
        for forgets in [
            "UPDATE exchanges SET forgiven = submissions, first_attempt_at = NULL WHERE id = $1",
            "UPDATE fulfilments SET failures = 0, failing_since = NULL, page = NULL, pages = 0 WHERE exchange = $1",
            // Whoever promised to tell us may have done so to no effect: it is asked once.
            "UPDATE fulfilments SET heard = acted + 1
             WHERE exchange = $1 AND heard <= acted AND place IS NOT NULL AND phase <> 'kick-off'",
        ] {
            sqlx::query(forgets)
                .bind(exchange.id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        deadline::renew(&mut tx, &exchange.id, now).await?;
        // The log last: whoever else has something to write down waits for it from here on.
        let (to, _) = transit(&mut tx, exchange, event, changes, (now, None)).await?;
        tx.commit().await?;
        Ok(to)
    }

    /// Writes down that a cause is gone, for one partner or for all, and who says so.
    pub(crate) async fn declare_fixed(
        &self,
        (code, partner): (Code, Option<&PartnerId>),
        said: &Said<'_>,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO fixed_codes (code, partner, at, actor, reason) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (code, partner) DO UPDATE SET at = $3, actor = $4, reason = $5",
        )
        .bind(code.to_string())
        .bind(partner.map_or(EVERY_PARTNER, PartnerId::as_str))
        .bind(stored(said.at))
        .bind(said.actor)
        .bind(said.reason)
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes the word back that a cause is gone. Was there one?
    pub(crate) async fn declare_broken(
        &self,
        code: Code,
        partner: Option<&PartnerId>,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM fixed_codes WHERE code = $1 AND partner = $2")
            .bind(code.to_string())
            .bind(partner.map_or(EVERY_PARTNER, PartnerId::as_str))
            .execute(&mut *tx)
            .await?;
        let was_there = done.rows_affected() > 0;
        if was_there {
            audit::append(&mut tx, event).await?;
            tx.commit().await?;
        }
        Ok(was_there)
    }

    pub(crate) async fn declared(&self) -> Result<Vec<Declared>, StoreError> {
        let query = "SELECT code, partner, at FROM fixed_codes ORDER BY code, partner";
        let rows = sqlx::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(declared).collect()
    }

    /// From now on the partner is not called. Was it called until now?
    pub(crate) async fn pause(
        &self,
        partner: &PartnerId,
        said: &Said<'_>,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO paused_partners (partner, since, actor, reason) VALUES ($1, $2, $3, $4)
             ON CONFLICT (partner) DO NOTHING",
        )
        .bind(partner.as_str())
        .bind(stored(said.at))
        .bind(said.actor)
        .bind(said.reason)
        .execute(&mut *tx)
        .await?;
        let is_new = done.rows_affected() == 1;
        if is_new {
            audit::append(&mut tx, event).await?;
            tx.commit().await?;
        }
        Ok(is_new)
    }

    /// The partner may be called again; what waited for that is due at once. Gives how many, or none if it was not paused.
    pub(crate) async fn unpause(
        &self,
        partner: &PartnerId,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM paused_partners WHERE partner = $1")
            .bind(partner.as_str())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let woken = sqlx::query(
            "UPDATE steps SET run_after = $1 WHERE step <> $2 AND run_after > $1
                AND exchange IN (SELECT id FROM exchanges WHERE partner = $3 AND hold = $4)",
        )
        .bind(stored(now))
        .bind(Work::Deadline.word())
        .bind(partner.as_str())
        .bind(Hold::Paused.word())
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(Some(woken.rows_affected()))
    }

    pub(crate) async fn is_paused(&self, partner: &PartnerId) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT partner FROM paused_partners WHERE partner = $1")
            .bind(partner.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// The same, unless it has been left of this exchange before.
    pub(crate) async fn tell_once(
        &self,
        id: &ExchangeId,
        notice: Notice,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = sqlx::query("SELECT id FROM outbox WHERE exchange = $1 AND notice = $2")
            .bind(id.as_str())
            .bind(notice.word())
            .fetch_optional(&self.pool)
            .await?;
        match (before, self.exchange(id).await?) {
            (None, Some(exchange)) => self.tell(&exchange, notice, now).await,
            (Some(_), _) | (_, None) => Ok(()),
        }
    }

    /// Leaves a notice about an exchange that has no move as its reason.
    pub(crate) async fn tell(
        &self,
        exchange: &Exchange,
        notice: Notice,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        notify(&mut tx, exchange, notice, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn declared(row: &AnyRow) -> Result<Declared, StoreError> {
    let partner = text(row, "partner")?;
    Ok(Declared {
        code: word(row, "code")?,
        partner: (partner != EVERY_PARTNER).then(|| PartnerId::new(partner)),
        at: time(row, "at")?,
    })
}

/// Is the feed paused still? Whoever resumes it waits for the answer to be written down, or has resumed it before.
pub(super) async fn still_paused(
    tx: &mut Tx,
    partner: &PartnerId,
    lock: &'static str,
) -> Result<bool, StoreError> {
    let query = format!("SELECT partner FROM paused_partners WHERE partner = $1{lock}");
    let row = sqlx::query(AssertSqlSafe(query))
        .bind(partner.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}
