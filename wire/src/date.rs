//! The instants that a FHIR date or dateTime covers: a year, a month, a day, or one second.
//! Refuses to guess: what is not a real date has no instants.

use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// The first instant, and the first one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: DateTime<Utc>,
    pub after: DateTime<Utc>,
}

/// Reads a FHIR date or dateTime; one without a zone is read in `zone`.
///
/// Source: FHIR R4 datatypes, dateTime
#[must_use]
pub fn span(text: &str, zone: FixedOffset) -> Option<Span> {
    if text.contains('T') {
        let first = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
        let after = first.checked_add_signed(TimeDelta::seconds(1))?;
        return Some(Span { first, after });
    }
    let (first, after) = days(text)?;
    let midnight = |day: NaiveDate| {
        let local = day.and_time(NaiveTime::MIN).and_local_timezone(zone);
        Some(local.single()?.with_timezone(&Utc))
    };
    Some(Span {
        first: midnight(first)?,
        after: midnight(after)?,
    })
}

/// The calendar day with which a FHIR date, dateTime or instant begins, as it is written.
#[must_use]
pub fn written(text: &str) -> Option<NaiveDate> {
    match text.split_once('T') {
        Some((day, _)) => day.parse().ok(),
        None => Some(days(text)?.0),
    }
}

/// First day, and first day after.
fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    match shape.as_str() {
        "9999" => {
            let first = NaiveDate::from_ymd_opt(text.parse().ok()?, 1, 1)?;
            Some((first, first.checked_add_months(Months::new(12))?))
        }
        "9999-99" => {
            let first: NaiveDate = format!("{text}-01").parse().ok()?;
            Some((first, first.checked_add_months(Months::new(1))?))
        }
        "9999-99-99" => {
            let first: NaiveDate = text.parse().ok()?;
            Some((first, first.checked_add_days(Days::new(1))?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ends(text: &str) -> (String, String) {
        let span = span(text, FixedOffset::west_opt(5 * 3600).unwrap()).unwrap();
        (span.first.to_rfc3339(), span.after.to_rfc3339())
    }

    #[test]
    fn a_day_is_read_in_the_zone_of_the_payer() {
        let (first, after) = ends("2026-10-01");
        assert_eq!(first, "2026-10-01T05:00:00+00:00");
        assert_eq!(after, "2026-10-02T05:00:00+00:00");
    }

    #[test]
    fn a_month_and_a_year_cover_all_their_days() {
        assert_eq!(ends("2026-12").1, "2027-01-01T05:00:00+00:00");
        assert_eq!(ends("2026").1, "2027-01-01T05:00:00+00:00");
    }

    #[test]
    fn an_instant_keeps_its_own_zone() {
        assert_eq!(ends("2026-10-01T00:00:00Z").0, "2026-10-01T00:00:00+00:00");
    }

    #[test]
    fn what_is_no_date_has_no_span() {
        for text in [
            "2026-02-30",
            "tomorrow",
            "",
            "26-01-01",
            "2026-1",
            "2026-10-01T99:00:00Z",
        ] {
            assert!(
                span(text, FixedOffset::east_opt(0).unwrap()).is_none(),
                "{text}"
            );
        }
    }
}
