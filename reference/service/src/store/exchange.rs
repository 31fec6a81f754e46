//! Exchanges: made once per key, looked up, listed.
//! Refuses to move them; `progress` does, through the table.

use super::deadline::{self, NewDeadline};
use super::duty::{self, NewDuty};
use super::{
    Attempt, Claim, Exchange, Kept, Past, Store, StoreError, Tx, audit, idempotency, payload,
    steps, stored, synthetic,
};
use domain::Timestamp;
use domain::deadlines::Deadline;
use domain::idempotency::Lookup;
use domain::ids::{BusinessTransactionId, ExchangeId};
use domain::masked::Masked;
use domain::record::Kind;
use domain::synthetic::Marked;
use domain::workflow::{Disposition, Hold, State, Work};
use sqlx::{AssertSqlSafe, Row};

/// A request that has not become an exchange yet.
pub(crate) struct NewExchange<'a> {
    pub id: &'a ExchangeId,
    pub business_transaction: &'a BusinessTransactionId,
    pub partner: &'a str,
    pub request: Masked<Vec<u8>>,
    pub snapshot: u64,
    /// By when the partner has to be asked.
    pub ask: Deadline,
    /// When it ends if no partner has taken it on by then.
    pub ends: Deadline,
    /// The exchange that is asked again by this one.
    pub follows: Option<&'a str>,
    /// How many exchanges may be open before this one; none at all when nothing is taken on.
    pub room: u32,
    /// What makes it a run of a check.
    pub synthetic: Option<Marked>,
    pub kind: Kind,
}

/// What became of a request.
pub(crate) enum Submitted {
    Created,
    Known(Lookup<Kept>),
    /// There are as many open exchanges as there may be.
    Full,
}

/// Which exchanges to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<State>,
    pub partner: Option<String>,
    pub hold: Option<Hold>,
    pub kind: Option<Kind>,
    /// In their present state since then, or later.
    pub since: Option<Timestamp>,
    /// The last one that the reader has seen.
    pub after: Option<String>,
}

/// The longest list of one call (ours).
pub(crate) const LONGEST_LIST: usize = 200;

/// The exchange as the transaction sees it, held against everybody else until the transaction ends.
pub(super) async fn lock(
    tx: &mut Tx,
    id: &ExchangeId,
    clause: &'static str,
) -> Result<Option<Exchange>, StoreError> {
    let query = format!("SELECT * FROM exchanges WHERE id = $1{clause}");
    let row = sqlx::query(AssertSqlSafe(query))
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(Exchange::read).transpose()
}

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
        let lookup = idempotency::take(&mut tx, claim, self.lock_clause(), now).await?;
        if lookup != Lookup::New {
            return Ok(Submitted::Known(lookup));
        }
        if !has_room(&mut tx, new.room).await? {
            return Ok(Submitted::Full);
        }
        let request = payload::keep(&mut tx, "exchange-request", &new.request, now).await?;
        sqlx::query(
            "INSERT INTO exchanges (id, state, since, created_at, business_transaction_id, client, partner, request, snapshot, disposition, synthetic, kind)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
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
        .bind(new.synthetic.map(|marked| synthetic::number(marked.check)))
        .bind(new.kind.word())
        .execute(&mut *tx)
        .await?;
        own_or_synthetic(&mut tx, new, now).await?;
        steps::schedule(&mut tx, new.id, Work::Validate, now).await?;
        idempotency::finish(&mut tx, &claim.scope, answer, now).await?;
        audit::created(&mut tx, new, claim.scope.client, now).await?;
        tx.commit().await?;
        Ok(Submitted::Created)
    }

    pub(crate) async fn exchange(&self, id: &ExchangeId) -> Result<Option<Exchange>, StoreError> {
        let row = sqlx::query("SELECT * FROM exchanges WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Exchange::read).transpose()
    }

    /// The first exchanges that fit, oldest first; runs of checks are none of them.
    pub(crate) async fn exchanges(&self, filter: &Filter) -> Result<Vec<Exchange>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM exchanges WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR partner = $2)
                AND ($3 IS NULL OR hold = $3 OR ($3 = 'paused' AND paused_at IS NOT NULL))
                AND ($4 IS NULL OR since >= $4) AND ($5 IS NULL OR id > $5) AND ($6 IS NULL OR kind = $6)
                AND synthetic IS NULL
             ORDER BY id LIMIT $7",
        )
        .bind(filter.state.map(State::word))
        .bind(filter.partner.as_deref())
        .bind(filter.hold.map(Hold::word))
        .bind(filter.since.map(stored))
        .bind(filter.after.as_deref())
        .bind(filter.kind.map(Kind::word))
        .bind(i64::try_from(LONGEST_LIST).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(Exchange::read).collect()
    }

    pub(crate) async fn history(&self, id: &ExchangeId) -> Result<Vec<Past>, StoreError> {
        let rows = sqlx::query("SELECT * FROM history WHERE exchange = $1 ORDER BY version")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(Past::read).collect()
    }

    pub(crate) async fn attempts(&self, id: &ExchangeId) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query("SELECT * FROM attempts WHERE exchange = $1 ORDER BY number")
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(Attempt::read).collect()
    }
}

/// What is owed because of a request of our own; of a check, only that it ends.
async fn own_or_synthetic(
    tx: &mut Tx,
    new: &NewExchange<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(marked) = new.synthetic else {
        let owed = NewDuty {
            subject: new.id.as_str(),
            partner: new.partner,
            follows: new.follows,
            deadline: new.ask,
        };
        duty::open(tx, &owed).await?;
        return deadline::set(tx, new.id, &new.ends.into()).await;
    };
    synthetic::begun(tx, (new.id, marked.check), None, now).await?;
    let end = NewDeadline {
        name: "synthetic",
        alert_at: marked.ends,
        due_at: marked.ends,
    };
    deadline::set(tx, new.id, &end).await
}

/// Are fewer exchanges open than that? Writers of PostgreSQL that come at once may each find the last place.
async fn has_room(tx: &mut Tx, room: u32) -> Result<bool, StoreError> {
    let open: Vec<String> = State::ALL
        .iter()
        .filter(|state| state.is_open())
        .map(|state| format!("'{state}'"))
        .collect();
    let query = format!(
        "SELECT count(*) FROM (SELECT id FROM exchanges WHERE state IN ({}) LIMIT $1) AS open",
        open.join(", ")
    );
    let row = sqlx::query(AssertSqlSafe(query))
        .bind(i64::from(room))
        .fetch_one(&mut **tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)? < i64::from(room))
}
