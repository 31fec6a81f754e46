//! Dates and instants, moved back by the days of one member.
//! Refuses to move what stands for no end at all: it would tell by how much the others moved.

use super::key::{End, Key};
use chrono::{Datelike as _, Days, NaiveDate};
use std::ops::RangeInclusive;

/// Year of birth of everybody over 89.
///
/// Source: 45 CFR 164.514(b)(2)(i)(C): all ages over 89 in one category
const OLD: &str = "1900-01-01";
/// The time at which they were born.
const MIDNIGHT: &str = "T00:00:00Z";
/// Oldest age that is told.
const OLDEST: u32 = 89;
/// Days that stand for no day.
const SENTINELS: &[&str] = &["0001-01-01", "1900-01-01", "9999-12-31"];
/// Years that a text of four digits may be, and years in which a line may be recorded.
const YEARS: RangeInclusive<i32> = 1800..=2200;
const RECORDED: RangeInclusive<i32> = 2020..=2100;
/// The day on which ages count where nothing says when they were recorded: later than any history is scrubbed.
const LATE: i32 = 2030;
/// Longest text that may be an instant.
const LONGEST: usize = 35;

/// Days that the dates of one member go back: 1 to 364.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset(u64);

impl Offset {
    pub(super) fn of(key: &Key, member: &str) -> Self {
        Self(key.number(End::Offset, member) % 364 + 1)
    }
}

/// The day that `text` begins with.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let (day, rest) = text.split_at_checked(10)?;
    if !(rest.is_empty() || is_time(rest)) || text.len() > LONGEST {
        return None;
    }
    let digits = day.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    digits
        .then(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok())
        .flatten()
}

/// Whether `text` is a time as an instant has it: to the minute, the second or a part of it, with or without a zone.
fn is_time(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    let zones = ["+99:99", "-99:99", "Z"];
    let zone = zones.iter().find_map(|zone| shape.strip_suffix(zone));
    match zone.unwrap_or(&shape).strip_prefix("T99:99") {
        Some("" | ":99") => true,
        Some(rest) => rest.strip_prefix(":99.").is_some_and(|fraction| {
            (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte == b'9')
        }),
        None => false,
    }
}

/// The day on which the ages of a line count.
pub(super) fn counting(recorded: &str) -> Option<NaiveDate> {
    let recorded = day(recorded).filter(|day| RECORDED.contains(&day.year()));
    recorded.or_else(|| NaiveDate::from_ymd_opt(LATE, 1, 1))
}

/// `text` moved back, with its precision; none where it is no date. Years and months count where `partial` says so.
pub(super) fn shifted(text: &str, offset: Offset, partial: bool) -> Option<String> {
    if let Some(date) = day(text) {
        let rest = text.get(10..).unwrap_or_default();
        return Some(format!("{}{rest}", whole(date, offset).format("%Y-%m-%d")));
    }
    let is_number = |part: &str, length| part.len() == length && is_digits(part);
    match text.split_once('-') {
        None if partial && is_number(text, 4) => {
            let date = NaiveDate::from_ymd_opt(year(text)?, 7, 1)?;
            Some(whole(date, offset).format("%Y").to_string())
        }
        Some((years, month)) if partial && is_number(years, 4) && is_number(month, 2) => {
            let date = NaiveDate::from_ymd_opt(year(years)?, month.parse().ok()?, 15)?;
            Some(whole(date, offset).format("%Y-%m").to_string())
        }
        _ => None,
    }
}

fn year(text: &str) -> Option<i32> {
    text.parse().ok().filter(|year| YEARS.contains(year))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn whole(date: NaiveDate, offset: Offset) -> NaiveDate {
    match date.checked_sub_days(Days::new(offset.0)) {
        Some(moved) if !is_sentinel(date) && moved.year() >= 1 => moved,
        _ => date,
    }
}

fn is_sentinel(date: NaiveDate) -> bool {
    SENTINELS.contains(&date.format("%Y-%m-%d").to_string().as_str())
}

/// A day on which somebody over 89 on `today` was born, without more than that; none for every other text. Nothing else in
/// a history is that old, so that every key counts. Years and months count where `partial` says so.
pub(super) fn too_old(text: &str, today: Option<NaiveDate>, partial: bool) -> Option<String> {
    let whole = day(text);
    let is_partial = partial && matches!(text.len(), 4 | 7);
    let begins = || {
        let (years, rest) = text.split_at_checked(4).filter(|_| is_partial)?;
        let month = rest.strip_prefix('-').unwrap_or("01");
        NaiveDate::from_ymd_opt(year(years)?, month.parse().ok()?, 1)
    };
    let born = whole.or_else(begins).filter(|born| !is_sentinel(*born))?;
    let is_old = today?.years_since(born).is_some_and(|age| age > OLDEST);
    let time = if text.len() > OLD.len() { MIDNIGHT } else { "" };
    let length = text.len().min(OLD.len());
    is_old.then(|| format!("{}{time}", OLD.get(..length).unwrap_or(OLD)))
}

/// A text that stands where a date should, with nothing of it but its shape: it is no date either.
pub(super) fn masked(text: &str) -> String {
    let mask = |c: char| match c {
        '0'..='9' => '9',
        c if c.is_ascii_uppercase() => 'X',
        c if c.is_ascii() && !c.is_ascii_lowercase() => c,
        _ => 'x',
    };
    text.chars().take(LONGEST).map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: Offset = Offset(40);

    #[test]
    fn a_date_keeps_its_precision_its_zone_and_its_distance_to_others() {
        let moved = |text| shifted(text, DAYS, true).unwrap();
        assert_eq!(moved("2026-03-01"), "2026-01-20");
        assert_eq!(
            moved("2026-03-01T08:00:07.123-05:00"),
            "2026-01-20T08:00:07.123-05:00"
        );
        assert_eq!(moved("2026-03"), "2026-02");
        assert_eq!(moved("2026"), "2026");
        assert_eq!(shifted("2026", DAYS, false), None);
        assert_eq!(shifted("2026-02-30", DAYS, true), None);
        assert_eq!(shifted("2026-03-01 and more", DAYS, true), None);
        assert_eq!(moved("9999-12-31"), "9999-12-31");
        assert_eq!(masked("2026-02-30"), "9999-99-99");
    }

    #[test]
    fn nobody_is_told_to_be_over_89() {
        let today = counting("2026-08-01T09:00:00Z");
        let year = |back: i32| (2026 - back).to_string();
        let old = |text: &str| too_old(text, today, true);
        assert_eq!(old(&format!("{}-08-01", year(90))).unwrap(), "1900-01-01");
        assert_eq!(old(&format!("{}-08-02", year(90))), None);
        let minute = format!("{}-05-05T08:15:00-05:00", year(96));
        assert_eq!(old(&minute).unwrap(), "1900-01-01T00:00:00Z");
        assert_eq!(old(&year(95)).unwrap(), "1900");
        assert_eq!(old(&format!("{}-03", year(95))).unwrap(), "1900-01");
        assert_eq!(too_old(&year(95), today, false), None);
        for recorded in ["", "1900-01-01T00:00:00Z", "2999-01-01"] {
            let today = counting(recorded);
            assert!(too_old(&year(90), today, true).is_some(), "{recorded}");
            assert_eq!(too_old(&year(30), today, true), None, "{recorded}");
        }
    }

    #[test]
    fn nothing_but_a_time_stands_behind_a_day() {
        for time in [
            "T08:15",
            "T08:15:00Z",
            "T08:15:00.123456789+01:00",
            "T08:15-05:00",
        ] {
            assert!(is_time(time), "{time}");
        }
        let security = ["T123", "45", "6789"].join("-");
        for other in [
            "T6148675309",
            &security,
            "T08:15:00.123-123456789",
            "T08",
            "T08:15:00.",
        ] {
            assert!(!is_time(other), "{other}");
        }
        assert_eq!(shifted("4711", DAYS, true), None);
        assert_ne!(shifted("9999-03-07", DAYS, true).unwrap(), "9999-03-07");
    }

    #[test]
    fn an_offset_is_never_nothing_and_less_than_a_year() {
        let key = Key::of_byte(1);
        let days: Vec<u64> = (0..2_000)
            .map(|it| Offset::of(&key, &it.to_string()).0)
            .collect();
        assert!(days.iter().all(|days| (1..=364).contains(days)));
        assert!(days.contains(&1) && days.contains(&364));
    }
}
