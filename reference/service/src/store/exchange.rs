//! Exchanges: made once per key, looked up, listed.
//! Refuses to move them; `progress` does, through the table.

use super::idempotency::{self, Claim, Kept};
use super::{Attempt, Exchange, Past, Store, StoreError, payload, stored};
use domain::Timestamp;
use domain::idempotency::Lookup;
use domain::ids::{BusinessTransactionId, ExchangeId};
use domain::masked::Masked;
use domain::workflow::{Disposition, State};

/// A request that has not become an exchange yet.
pub(crate) struct NewExchange<'a> {
    pub id: &'a ExchangeId,
    pub business_transaction: &'a BusinessTransactionId,
    pub partner: &'a str,
    pub request: Masked<Vec<u8>>,
    pub snapshot: u64,
}

/// What became of a request.
pub(crate) enum Submitted {
    Created,
    Known(Lookup<Kept>),
}

/// Which exchanges to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<State>,
    pub partner: Option<String>,
}

/// The longest list of one call.
pub(crate) const LONGEST_LIST: u32 = 200;

impl Store {
    /// Makes the exchange and keeps the answer to its caller in one transaction: one effect per key.
    pub(crate) async fn submit(
        &self,
        new: &NewExchange<'_>,
        claim: &Claim<'_>,
        answer: &Kept,
        now: Timestamp,
    ) -> Result<Submitted, StoreError> {
        let mut tx = self.write().await?;
        let lookup = idempotency::lookup(&mut tx, claim, now).await?;
        if lookup != Lookup::New {
            return Ok(Submitted::Known(lookup));
        }
        let request = payload::keep(&mut tx, "exchange-request", &new.request, now).await?;
        sqlx::query(
            "INSERT INTO exchanges (id, state, since, created_at, business_transaction_id, client, partner, request, snapshot, disposition)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.as_str())
        .bind(State::Created.word())
        .bind(stored(now))
        .bind(stored(now))
        .bind(new.business_transaction.as_str())
        .bind(claim.scope.client)
        .bind(new.partner)
        .bind(request)
        .bind(i64::try_from(new.snapshot).unwrap_or(i64::MAX))
        .bind(Disposition::Queued.word())
        .execute(&mut *tx)
        .await?;
        idempotency::claim(&mut tx, claim).await?;
        idempotency::finish(&mut tx, &claim.scope, answer, now).await?;
        tx.commit().await?;
        Ok(Submitted::Created)
    }

    pub(crate) async fn exchange(&self, id: &ExchangeId) -> Result<Option<Exchange>, StoreError> {
        let row = sqlx::query("SELECT * FROM exchanges WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Exchange::read).transpose()
    }

    /// The first exchanges that fit, oldest first.
    pub(crate) async fn exchanges(&self, filter: &Filter) -> Result<Vec<Exchange>, StoreError> {
        let state = filter.state.map(State::word);
        let rows = sqlx::query(
            "SELECT * FROM exchanges WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR partner = ?2)
             ORDER BY id LIMIT ?3",
        )
        .bind(state)
        .bind(filter.partner.as_deref())
        .bind(LONGEST_LIST)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(Exchange::read).collect()
    }

    /// Every exchange that still has something to do.
    pub(crate) async fn open_exchanges(&self) -> Result<Vec<ExchangeId>, StoreError> {
        let rows = sqlx::query("SELECT * FROM exchanges ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        let all: Vec<Exchange> = rows.iter().map(Exchange::read).collect::<Result<_, _>>()?;
        let open = all.into_iter().filter(|exchange| exchange.state.is_open());
        Ok(open.map(|exchange| exchange.id).collect())
    }

    pub(crate) async fn history(&self, id: &ExchangeId) -> Result<Vec<Past>, StoreError> {
        let rows = sqlx::query("SELECT * FROM history WHERE exchange = ? ORDER BY version")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(Past::read).collect()
    }

    pub(crate) async fn attempts(&self, id: &ExchangeId) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query("SELECT * FROM attempts WHERE exchange = ? ORDER BY number")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(Attempt::read).collect()
    }
}
