//! The outbox: what somebody outside is to be told, and whether that was done.
//! Refuses to forget a notice that was not told, and to know whom it goes to.

use super::row::{maybe_word, text, time, word};
use super::{Store, StoreError, stored};
use domain::Timestamp;
use domain::ids::{BusinessTransactionId, ExchangeId, ExportId, PartnerId};
use domain::notice::{About, Subject, Told, What};
use domain::record::Instant;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// A notice that was taken to be told.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub told: Told,
    /// How often it has been taken, this time included.
    pub tries: u32,
}

impl Store {
    /// Leaves a notice about the service itself.
    pub(crate) async fn leave(
        &self,
        what: What,
        refusals: Option<u32>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO outbox (id, at, notice, refusals) VALUES ($1, $2, $3, $4)")
            .bind(crate::id::fresh(at))
            .bind(stored(at))
            .bind(what.to_string())
            .bind(refusals.map(i64::from))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes up to `most` notices, the oldest first, that nobody else has on the way until `held`.
    pub(crate) async fn take_notices(
        &self,
        most: u16,
        now: Timestamp,
        held: Timestamp,
    ) -> Result<Vec<Taken>, StoreError> {
        if !self.has_notices(now).await? {
            return Ok(Vec::new());
        }
        let take = self.kind.take_clause();
        let query = format!(
            "WITH due AS MATERIALIZED (
                SELECT id FROM outbox WHERE told_at IS NULL AND (next_at IS NULL OR next_at <= $1)
                ORDER BY at, id LIMIT $2{take})
             UPDATE outbox SET tries = tries + 1, next_at = $3 WHERE id IN (SELECT id FROM due) RETURNING id"
        );
        let mut tx = self.write().await?;
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .bind(i64::from(most))
            .bind(stored(held))
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        let mut taken = Vec::new();
        for row in &rows {
            match self.notice(&text(row, "id")?).await {
                Ok(one) => taken.extend(one),
                // One that another version has left holds nobody else up.
                Err(StoreError::Row(what)) => tracing::error!(what, "a notice is not readable"),
                Err(other) => return Err(other),
            }
        }
        taken.sort_by(|one, other| {
            (one.told.at, &one.told.id).cmp(&(other.told.at, &other.told.id))
        });
        Ok(taken)
    }

    /// Looking costs no writer's place.
    async fn has_notices(&self, now: Timestamp) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM (SELECT id FROM outbox
             WHERE told_at IS NULL AND (next_at IS NULL OR next_at <= $1) LIMIT 1) AS due",
        )
        .bind(stored(now))
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<i64, _>(0)? > 0)
    }

    async fn notice(&self, id: &str) -> Result<Option<Taken>, StoreError> {
        let row = sqlx::query(
            "SELECT o.id AS id, o.at AS at, o.notice AS notice, o.refusals AS refusals, o.tries AS tries, e.id AS exchange,
                    x.id AS export, coalesce(e.business_transaction_id, x.business_transaction_id) AS business_transaction_id,
                    coalesce(e.partner, x.client) AS partner, e.state AS state, x.phase AS phase,
                    coalesce(e.code, x.code) AS code
             FROM outbox o LEFT JOIN exchanges e ON e.id = o.exchange LEFT JOIN exports x ON x.id = o.exchange
             WHERE o.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Somebody has taken the notice.
    pub(crate) async fn notice_told(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let query = "UPDATE outbox SET told_at = $1, next_at = NULL WHERE id = $2";
        self.note(query, id, now).await
    }

    /// Nobody has taken it: it goes out again, not before `at`.
    pub(crate) async fn tell_again(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let query = "UPDATE outbox SET next_at = $1 WHERE id = $2 AND told_at IS NULL";
        self.note(query, id, at).await
    }

    async fn note(&self, query: &'static str, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(query)
            .bind(stored(at))
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn about(row: &AnyRow, subject: Subject) -> Result<About, StoreError> {
    Ok(About {
        subject,
        business_transaction_id: BusinessTransactionId::new(text(row, "business_transaction_id")?),
        partner: PartnerId::new(text(row, "partner")?),
        code: maybe_word(row, "code")?,
    })
}

fn read(row: &AnyRow) -> Result<Taken, StoreError> {
    let refusals: Option<i64> = row.try_get("refusals")?;
    let exchange = maybe_word::<String>(row, "exchange")?;
    let export = maybe_word::<String>(row, "export")?;
    let subject = match (exchange, export) {
        (Some(exchange), _) => Some(Subject::Exchange {
            exchange: ExchangeId::new(exchange),
            state: word(row, "state")?,
        }),
        (None, Some(export)) => Some(Subject::Export {
            export: ExportId::new(export),
            phase: word(row, "phase")?,
        }),
        (None, None) => None,
    };
    let about = subject.map(|subject| about(row, subject)).transpose()?;
    Ok(Taken {
        told: Told {
            id: text(row, "id")?,
            at: Instant::new(time(row, "at")?),
            what: word(row, "notice")?,
            about,
            refusals: refusals.and_then(|refusals| u32::try_from(refusals).ok()),
        },
        tries: super::row::number(row, "tries")?,
    })
}
