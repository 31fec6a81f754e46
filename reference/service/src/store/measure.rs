//! What a phase of the rollout has shown, counted from the exchanges themselves.
//! Refuses to judge it: the gate of the phase does.

use super::{Store, StoreError, stored};
use domain::Timestamp;
use domain::phase::Measured;
use sqlx::Row;

/// Ended, open and refused exchanges since a point in time; open ones whenever they began.
const COUNTS: &str = "SELECT
    CAST(count(CASE WHEN state IN ('fulfilled', 'failed', 'dead-lettered') AND since >= $1 THEN 1 END) AS BIGINT) AS ended,
    CAST(count(CASE WHEN state = 'fulfilled' AND since >= $1 THEN 1 END) AS BIGINT) AS confirmed,
    CAST(count(CASE WHEN state = 'failed' AND since >= $1 AND code LIKE 'identity/%' THEN 1 END) AS BIGINT) AS mistaken,
    CAST(count(CASE WHEN state = 'dead-lettered' AND since >= $1 THEN 1 END) AS BIGINT) AS exceptions,
    CAST(count(CASE WHEN state NOT IN ('fulfilled', 'failed', 'dead-lettered') THEN 1 END) AS BIGINT) AS open,
    CAST(count(CASE WHEN since >= $1 AND (hold IN ('review', 'more-data', 'approval') OR id IN
        (SELECT exchange FROM attempts WHERE code = 'identity/low-confidence')) THEN 1 END) AS BIGINT) AS by_hand,
    CAST(count(CASE WHEN since >= $1 THEN 1 END) AS BIGINT) AS touched
    FROM exchanges WHERE synthetic IS NULL";

impl Store {
    /// What the exchanges since `since` have shown, where `bound` exchanges may be open at once.
    ///
    /// A match counts as right when the partner found the member by it, and as wrong when the partner did not (ours).
    pub(crate) async fn measured(
        &self,
        since: Timestamp,
        bound: u32,
    ) -> Result<Measured, StoreError> {
        let row = sqlx::query(COUNTS)
            .bind(stored(since))
            .fetch_one(&self.pool)
            .await?;
        let count = |name: &str| -> Result<u64, StoreError> {
            Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
        };
        let (ended, confirmed) = (count("ended")?, count("confirmed")?);
        let asked = confirmed.saturating_add(count("mistaken")?);
        Ok(Measured {
            decisions: ended,
            match_accuracy: share(confirmed, asked),
            queue_share: share(count("open")?, u64::from(bound)),
            exception_share: share(count("exceptions")?, ended),
            manual_share: share(count("by_hand")?, count("touched")?),
        })
    }
}

/// A share of nothing was not measured.
fn share(some: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}
