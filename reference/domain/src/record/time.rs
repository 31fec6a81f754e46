//! Instants and days as records write them: one spelling for one moment, so that a record has one digest.
//! Refuses a spelling that it would not write itself.

use crate::{Timestamp, UnfitText};
use chrono::{NaiveDate, SecondsFormat};
use std::fmt;
use std::str::FromStr;

/// A moment, in UTC and to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// The moment, cut to its millisecond.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        let cut = Timestamp::from_timestamp_millis(at.timestamp_millis());
        Self(cut.unwrap_or(at))
    }

    #[must_use]
    pub const fn get(self) -> Timestamp {
        self.0
    }

    /// The day on which it falls in UTC.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.0.date_naive())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl FromStr for Instant {
    type Err = UnfitText;

    fn from_str(text: &str) -> Result<Self, UnfitText> {
        let unfit = UnfitText("Instant");
        let read = Self::new(text.parse().map_err(|_| unfit)?);
        (read.to_string() == text).then_some(read).ok_or(unfit)
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    #[must_use]
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The day as the calendar counts it.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The same day `years` earlier, the last of February where there is no such day.
    #[must_use]
    pub fn years_before(self, years: u32) -> Option<Self> {
        let months = chrono::Months::new(years.checked_mul(12)?);
        self.0.checked_sub_months(months).map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = UnfitText;

    fn from_str(text: &str) -> Result<Self, UnfitText> {
        let unfit = UnfitText("Day");
        let read = Self(text.parse().map_err(|_| unfit)?);
        (read.to_string() == text).then_some(read).ok_or(unfit)
    }
}

by_text!(Instant {
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"
});
by_text!(Day { "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_moment_has_one_spelling() {
        let one = "2026-10-01T12:00:00.000Z".parse::<Instant>().unwrap();
        assert_eq!(one.to_string(), "2026-10-01T12:00:00.000Z");
        for other in [
            "2026-10-01T12:00:00Z",
            "2026-10-01T14:00:00.000+02:00",
            "2026-13-01T12:00:00.000Z",
            "2026-10-01",
        ] {
            assert!(other.parse::<Instant>().is_err(), "{other}");
        }
    }

    #[test]
    fn five_years_before_a_leap_day_is_the_end_of_february() {
        let leap: Day = "2024-02-29".parse().unwrap();
        assert_eq!(leap.years_before(5).unwrap().to_string(), "2019-02-28");
        assert!("2024-2-9".parse::<Day>().is_err());
        assert!("2023-02-29".parse::<Day>().is_err());
    }
}
