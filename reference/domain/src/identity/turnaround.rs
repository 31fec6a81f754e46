//! How long people may take over a review or a dispute, and whose they are.
//! Refuses to end what they have not decided: it says when somebody is told.

use crate::Timestamp;
use crate::ids::DocumentNumber;
use crate::record::Slug;
use chrono::TimeDelta;
use serde::Deserialize;

/// `reference/config/reviews/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Turnaround {
    pub number: DocumentNumber,
    pub title: String,
    /// The team that decides reviews.
    pub review_owner: Slug,
    /// After that somebody is told that a review waits.
    pub review_hours: u16,
    /// The team that answers disputes.
    pub dispute_owner: Slug,
    pub dispute_days: u16,
}

impl Turnaround {
    /// When a review that is opened now has waited for too long.
    #[must_use]
    pub fn review_due(&self, now: Timestamp) -> Timestamp {
        now + TimeDelta::hours(i64::from(self.review_hours))
    }

    /// How long a dispute may take.
    #[must_use]
    pub fn dispute_within(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.dispute_days))
    }
}
