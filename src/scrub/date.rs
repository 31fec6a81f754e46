//! Dates and instants, moved back by the days of one member.
//! Refuses to move what stands for no end at all: it would tell by how much the others moved.

use super::key::{End, Key};
use chrono::{Datelike as _, Days, NaiveDate};

/// Year of birth of everybody over 89.
///
/// Source: 45 CFR 164.514(b)(2)(i)(C): all ages over 89 in one category
const OLD: &str = "1900-01-01";
/// Oldest age that is told.
const OLDEST: u32 = 89;
/// Days that stand for no day.
const SENTINELS: &[&str] = &["0001-01-01", "1900-01-01"];
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
    let is_time = rest.is_empty()
        || rest.strip_prefix('T').is_some_and(|rest| {
            let mut bytes = rest.bytes();
            bytes.all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(&byte))
        });
    if !is_time || text.len() > LONGEST {
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

/// `text` moved back, with its precision; none where it is no date. Years and months count where `partial` says so.
pub(super) fn shifted(text: &str, offset: Offset, partial: bool) -> Option<String> {
    if let Some(date) = day(text) {
        let rest = text.get(10..).unwrap_or_default();
        return Some(format!("{}{rest}", whole(date, offset).format("%Y-%m-%d")));
    }
    let is_number = |part: &str, length| part.len() == length && is_digits(part);
    match text.split_once('-') {
        None if partial && is_number(text, 4) => {
            let date = NaiveDate::from_ymd_opt(text.parse().ok()?, 7, 1)?;
            Some(whole(date, offset).format("%Y").to_string())
        }
        Some((year, month)) if partial && is_number(year, 4) && is_number(month, 2) => {
            let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 15)?;
            Some(whole(date, offset).format("%Y-%m").to_string())
        }
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn whole(date: NaiveDate, offset: Offset) -> NaiveDate {
    let is_sentinel =
        date.year() >= 9999 || SENTINELS.contains(&date.format("%Y-%m-%d").to_string().as_str());
    match date.checked_sub_days(Days::new(offset.0)) {
        Some(moved) if !is_sentinel && moved.year() >= 1 => moved,
        _ => date,
    }
}

/// The birth date of somebody over 89 on `today`, without more than that; none for everybody else.
pub(super) fn too_old(birth: &str, today: Option<NaiveDate>) -> Option<String> {
    let year: i32 = birth
        .get(..4)
        .filter(|year| is_digits(year))?
        .parse()
        .ok()?;
    let born = day(birth).or_else(|| NaiveDate::from_ymd_opt(year, 1, 1))?;
    // Without a day to count from, everybody who may be that old is.
    let today = today.or_else(|| NaiveDate::from_ymd_opt(2030, 1, 1))?;
    let is_old = today.years_since(born).is_some_and(|age| age > OLDEST);
    let length = birth.len().min(OLD.len());
    is_old.then(|| OLD.get(..length).unwrap_or(OLD).to_owned())
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
        let today = NaiveDate::from_ymd_opt(2026, 8, 1);
        let year = |back: i32| (2026 - back).to_string();
        assert_eq!(
            too_old(&format!("{}-08-01", year(90)), today).unwrap(),
            "1900-01-01"
        );
        assert_eq!(too_old(&format!("{}-08-02", year(90)), today), None);
        assert_eq!(too_old(&year(95), today).unwrap(), "1900");
        assert_eq!(too_old(&year(30), None), None);
        assert!(too_old(&year(90), None).is_some());
    }

    #[test]
    fn an_offset_is_never_nothing_and_less_than_a_year() {
        let key = Key::new(&[1; 32]).unwrap();
        let days: Vec<u64> = (0..2_000)
            .map(|it| Offset::of(&key, &it.to_string()).0)
            .collect();
        assert!(days.iter().all(|days| (1..=364).contains(days)));
        assert!(days.contains(&1) && days.contains(&364));
    }
}
