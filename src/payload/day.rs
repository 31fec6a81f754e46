//! The instants that a FHIR date or dateTime covers: a year, a month, a day, or one second.
//! Refuses to guess: what is not a real date has no instants.

use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// The first instant, and the first one after it.
pub(super) struct Span {
    pub first: DateTime<Utc>,
    pub after: DateTime<Utc>,
}

/// Reads a FHIR date or dateTime; one without a zone is read in `zone`.
///
/// Source: FHIR R4 datatypes, dateTime
pub(super) fn span(text: &str, zone: FixedOffset) -> Option<Span> {
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
pub(super) fn written(text: &str) -> Option<NaiveDate> {
    match text.split_once('T') {
        Some((day, _)) => day.parse().ok(),
        None => Some(days(text)?.0),
    }
}

/// First day, and first day after.
fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let is_shape = |shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, place)| match place {
                    b'9' => byte.is_ascii_digit(),
                    other => byte == other,
                })
    };
    if is_shape("9999") {
        let first = NaiveDate::from_ymd_opt(text.parse().ok()?, 1, 1)?;
        return Some((first, first.checked_add_months(Months::new(12))?));
    }
    if is_shape("9999-99") {
        let first: NaiveDate = format!("{text}-01").parse().ok()?;
        return Some((first, first.checked_add_months(Months::new(1))?));
    }
    if is_shape("9999-99-99") {
        let first: NaiveDate = text.parse().ok()?;
        return Some((first, first.checked_add_days(Days::new(1))?));
    }
    None
}
