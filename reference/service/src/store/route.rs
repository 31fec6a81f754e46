//! Route choices, kept with everything they were made from, and what each set has shown since.
//! Refuses to choose, and to judge: it counts.

use super::row::{text, time, word};
use super::{Exchange, Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{DocumentNumber, ExchangeId};
use domain::routing::{By, Choice, Decision, RowShares, Sample};
use domain::workflow::State;
use sqlx::Row;
use sqlx::any::AnyRow;

/// The most exchanges that one comparison looks at (ours: a p95 of ten thousand is steady).
const MOST_SAMPLES: i64 = 10_000;

/// A choice as it was made.
#[derive(Clone, Debug)]
pub(crate) struct KeptChoice {
    pub at: Timestamp,
    pub snapshot: i64,
    pub choice: Choice,
    /// What was chosen for all members of a question about many; the choice is that of the first who has a route.
    pub shares: Option<RowShares>,
}

/// Keeps a choice with the move that it leads to.
pub(super) async fn keep(
    tx: &mut Tx,
    exchange: &Exchange,
    (choice, shares): (&Choice, Option<&RowShares>),
    snapshot: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let whole = serde_json::to_string(choice).map_err(|_| StoreError::Row("choice"))?;
    let shares = shares.map(serde_json::to_string).transpose();
    sqlx::query(
        "INSERT INTO route_decisions (exchange, version, at, snapshot, route_set, decided_by, choice, shares)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(exchange.id.as_str())
    .bind(exchange.version)
    .bind(stored(now))
    .bind(snapshot)
    .bind(i64::from(choice.set.0.get()))
    .bind(choice.by.word())
    .bind(whole)
    .bind(shares.map_err(|_| StoreError::Row("shares"))?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Every choice that was made for an exchange, oldest first.
    pub(crate) async fn choices(&self, id: &ExchangeId) -> Result<Vec<KeptChoice>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM route_decisions WHERE exchange = $1 ORDER BY version")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(KeptChoice::read).collect()
    }

    /// The route that an exchange is on.
    pub(crate) async fn route(&self, id: &ExchangeId) -> Result<Option<Decision>, StoreError> {
        let last = self.choices(id).await?.pop();
        Ok(last.and_then(|kept| kept.choice.route().cloned()))
    }

    /// What the exchanges of one set have shown since `since`; runs of checks show nothing. Only first calls that have ended count.
    pub(crate) async fn sample(
        &self,
        set: DocumentNumber,
        by: By,
        since: Timestamp,
    ) -> Result<Sample, StoreError> {
        let rows = sqlx::query(
            "SELECT a.at AS called_at, a.status AS status, a.code AS code,
                    (SELECT min(h.at) FROM history h WHERE h.exchange = r.exchange AND h.to_state = $1) AS acked_at
             FROM route_decisions r JOIN attempts a ON a.exchange = r.exchange AND a.number = 1
                JOIN exchanges e ON e.id = r.exchange AND e.synthetic IS NULL
             WHERE r.route_set = $2 AND r.decided_by = $3 AND r.at >= $4 AND (a.status IS NOT NULL OR a.code IS NOT NULL)
                AND r.version = (SELECT max(last.version) FROM route_decisions last WHERE last.exchange = r.exchange)
             ORDER BY r.at DESC, r.exchange LIMIT $5",
        )
        .bind(State::Acknowledged.word())
        .bind(i64::from(set.0.get()))
        .bind(by.word())
        .bind(stored(since))
        .bind(MOST_SAMPLES)
        .fetch_all(&self.pool)
        .await?;
        let mut sample = Sample::default();
        for row in &rows {
            count(&mut sample, row)?;
        }
        Ok(sample)
    }
}

fn count(sample: &mut Sample, row: &AnyRow) -> Result<(), StoreError> {
    sample.answered = sample.answered.saturating_add(1);
    let code: Option<Code> = super::row::maybe_word(row, "code")?;
    if code.is_some_and(is_fault_of_the_way) {
        sample.failed = sample.failed.saturating_add(1);
    }
    if let Some(acked) = super::row::maybe_time(row, "acked_at")? {
        let took = acked.signed_duration_since(time(row, "called_at")?);
        sample.acknowledged = sample.acknowledged.saturating_add(1);
        sample
            .ack_ms
            .push(u64::try_from(took.num_milliseconds()).unwrap_or_default());
    }
    Ok(())
}

/// What the endpoint or the way there is to blame for; a refusal of the member is none of it.
fn is_fault_of_the_way(code: Code) -> bool {
    let word = code.to_string();
    word.starts_with("transport/") || word.starts_with("partner/")
}

impl KeptChoice {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let shares: Option<String> = row.try_get("shares")?;
        let shares = shares.map(|kept| serde_json::from_str(&kept)).transpose();
        let _: By = word(row, "decided_by")?;
        Ok(Self {
            at: time(row, "at")?,
            snapshot: row.try_get("snapshot")?,
            choice: serde_json::from_str(&text(row, "choice")?)
                .map_err(|_| StoreError::Row("choice"))?,
            shares: shares.map_err(|_| StoreError::Row("shares"))?,
        })
    }
}
