//! The last instant of something that ends.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// An inclusive end: a date counts to the last second of its day, an instant counts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(DateTime<Utc>);

impl Expiry {
    /// Reads `2026-11-20` or an RFC 3339 instant.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Ok(date) = text.parse::<NaiveDate>() {
            return Self::of(date);
        }
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| Self(instant.with_timezone(&Utc)))
    }

    /// The end of `date`, in UTC.
    #[must_use]
    pub fn of(date: NaiveDate) -> Option<Self> {
        NaiveTime::from_hms_opt(23, 59, 59).map(|end| Self(date.and_time(end).and_utc()))
    }

    /// Whether it is over at `now`, counted in whole seconds.
    #[must_use]
    pub fn is_over(self, now: DateTime<Utc>) -> bool {
        now.timestamp() > self.0.timestamp()
    }

    /// Whole days left at `now`; negative when it is over.
    #[must_use]
    pub fn days_left(self, now: DateTime<Utc>) -> i64 {
        let left = self.0.signed_duration_since(now);
        if left < TimeDelta::zero() {
            left.num_days() - 1
        } else {
            left.num_days()
        }
    }

    /// Its last second.
    #[must_use]
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }

    /// The day on which it ends.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_ends_with_its_last_second() {
        let expiry = Expiry::read("2026-11-20").unwrap();
        assert!(!expiry.is_over(at("2026-11-20T23:59:59Z")));
        assert!(!expiry.is_over(at("2026-11-20T23:59:59.999Z")));
        assert!(expiry.is_over(at("2026-11-21T00:00:00Z")));
    }

    #[test]
    fn an_instant_counts_itself() {
        let expiry = Expiry::read("2026-11-20T12:00:00+02:00").unwrap();
        assert!(!expiry.is_over(at("2026-11-20T10:00:00Z")));
        assert!(expiry.is_over(at("2026-11-20T10:00:01Z")));
    }

    #[test]
    fn what_is_no_date_has_no_end() {
        assert_eq!(Expiry::read("never"), None);
        assert_eq!(Expiry::read("2026-02-30"), None);
    }
}
