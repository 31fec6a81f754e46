//! How many matches the rules made and how many waited for people, how long the longest waited, and what waits too long.
//! Refuses to judge the numbers, and to tell of one late review twice.

use super::KeptReview;
use crate::store::row::maybe_time;
use crate::store::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::identity::Tier;
use domain::record::Instant;
use sqlx::Row;
use std::collections::BTreeMap;

/// The figures of the reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Matches that no person saw.
    pub automatic: u64,
    /// Questions that waited for a person.
    pub manual: u64,
    /// The longest time from the opening of a review to its end.
    pub longest_ms: u64,
    pub open: u64,
    /// When the oldest open review was opened.
    pub oldest: Option<Timestamp>,
}

impl Figures {
    /// The share of `some` of all that were told apart, in per cent; nothing where nothing was.
    fn per_cent(&self, some: u64) -> Option<f64> {
        let all = self.automatic.saturating_add(self.manual);
        (all > 0).then(|| some as f64 * 100.0 / all as f64)
    }

    pub(crate) fn per_cent_automatic(&self) -> Option<f64> {
        self.per_cent(self.automatic)
    }

    pub(crate) fn per_cent_manual(&self) -> Option<f64> {
        self.per_cent(self.manual)
    }
}

const AUTOMATIC: &str = "automatic";
const MANUAL: &str = "manual";

/// Counts decisions, in the transaction of what they led to. An approved review has been counted when it was opened.
///
/// The figures are locked until the transaction ends: they are written before the log, and in one order.
pub(in crate::store) async fn counted(
    tx: &mut Tx,
    tiers: impl IntoIterator<Item = Tier>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut matches: BTreeMap<&str, i64> = BTreeMap::new();
    for tier in tiers {
        let by = match tier {
            Tier::Deterministic | Tier::Probabilistic => AUTOMATIC,
            Tier::Review => MANUAL,
            Tier::ApprovedReview | Tier::Unmatched => continue,
        };
        let count = matches.entry(by).or_default();
        *count = count.saturating_add(1);
    }
    for (by, count) in matches {
        sqlx::query(
            "INSERT INTO match_figures (day, tier, matches) VALUES ($1, $2, $3)
             ON CONFLICT (day, tier) DO UPDATE SET matches = match_figures.matches + excluded.matches",
        )
        .bind(Instant::new(now).day().to_string())
        .bind(by)
        .bind(count)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

impl Store {
    /// The figures since that moment; matches are counted by whole days.
    pub(crate) async fn review_figures(&self, since: Timestamp) -> Result<Figures, StoreError> {
        let row = sqlx::query(
            "SELECT
                (SELECT CAST(coalesce(sum(matches), 0) AS BIGINT) FROM match_figures WHERE tier = $1 AND day >= $3) AS automatic,
                (SELECT CAST(coalesce(sum(matches), 0) AS BIGINT) FROM match_figures WHERE tier = $2 AND day >= $3) AS manual,
                (SELECT CAST(coalesce(max(took_ms), 0) AS BIGINT) FROM reviews WHERE ended_at >= $4) AS longest_ms,
                (SELECT CAST(count(*) AS BIGINT) FROM reviews WHERE ended_at IS NULL) AS open,
                (SELECT min(opened_at) FROM reviews WHERE ended_at IS NULL) AS oldest",
        )
        .bind(AUTOMATIC)
        .bind(MANUAL)
        .bind(Instant::new(since).day().to_string())
        .bind(stored(since))
        .fetch_one(&self.pool)
        .await?;
        let count = |name: &str| -> Result<u64, StoreError> {
            Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
        };
        Ok(Figures {
            automatic: count("automatic")?,
            manual: count("manual")?,
            longest_ms: count("longest_ms")?,
            open: count("open")?,
            oldest: maybe_time(&row, "oldest")?,
        })
    }

    /// The open reviews that have waited too long and that nobody was told of; they are told of now.
    pub(crate) async fn overdue_reviews(
        &self,
        now: Timestamp,
    ) -> Result<Vec<KeptReview>, StoreError> {
        let mut tx = self.write().await?;
        let rows = sqlx::query(
            "UPDATE reviews SET alerted_at = $1 WHERE ended_at IS NULL AND alerted_at IS NULL AND due_at <= $1
             RETURNING *",
        )
        .bind(stored(now))
        .fetch_all(&mut *tx)
        .await?;
        let late: Result<Vec<KeptReview>, StoreError> = rows.iter().map(KeptReview::read).collect();
        tx.commit().await?;
        late
    }
}
