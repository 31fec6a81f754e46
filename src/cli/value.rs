//! Words of the command line that mean more than a string: formats, instants, durations.

use crate::model::{Format, Target, Wanted, did_you_mean};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::path::PathBuf;
use std::time::Duration;

/// `json`, `json=report.json`, `json=-`: one of `known`.
pub(super) fn wanted(text: &str, known: &[Format]) -> Result<Wanted, String> {
    let (word, path) = match text.split_once('=') {
        Some((word, path)) => (word, Some(path)),
        None => (text, None),
    };
    let words: Vec<&str> = known.iter().map(|format| format.word()).collect();
    let Some(format) = known.iter().find(|format| format.word() == word) else {
        let known = words.join(", ");
        let near = did_you_mean(word, words);
        return Err(format!("this command gives {known}{near}"));
    };
    let target = match path {
        None | Some("-" | "/dev/stdout") => Target::Stdout,
        Some("") => return Err("a path must follow `=`".to_owned()),
        Some(path) => Target::File(PathBuf::from(path)),
    };
    Ok(Wanted {
        format: *format,
        target,
    })
}

/// An RFC 3339 instant, or a date: its first second in UTC.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|_| {
            "write a date (2026-11-21) or an RFC 3339 instant (2026-11-21T08:00:00Z)".to_owned()
        })
}

/// A SHA-256 digest, with or without `sha256:` before it.
pub(super) fn digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match digits.len() == 64 && digits.bytes().all(is_digit) {
        true => Ok(text.to_owned()),
        false => Err("write `sha256:` and 64 lower-case hex digits".to_owned()),
    }
}

/// A day of the calendar.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse()
        .map_err(|_| "write a date, as in 2027-09-30".to_owned())
}

/// `90`, `90s`, `2m`: whole seconds or minutes, at least one second.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = match text.strip_suffix('m') {
        Some(digits) => (digits, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    digits
        .parse::<u32>()
        .ok()
        .filter(|number| *number > 0)
        .map(|number| Duration::from_secs(u64::from(number) * unit))
        .ok_or_else(|| "write seconds (90 or 90s) or minutes (2m)".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const KNOWN: &[Format] = &[Format::Text, Format::Json];

    #[test]
    fn a_format_names_its_target() {
        let file = Target::File(PathBuf::from("a=b.json"));
        assert_eq!(wanted("json=a=b.json", KNOWN).unwrap().target, file);
        for text in ["json", "json=-", "json=/dev/stdout"] {
            assert_eq!(
                wanted(text, KNOWN).unwrap().target,
                Target::Stdout,
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_format_names_the_known_ones() {
        let said = wanted("jsno", KNOWN).unwrap_err();
        assert_eq!(said, "this command gives text, json; did you mean `json`?");
        assert!(wanted("json=", KNOWN).is_err());
        assert!(wanted("markdown", KNOWN).is_err());
    }

    #[test]
    fn a_date_is_its_first_second() {
        assert_eq!(instant("2026-11-21"), instant("2026-11-21T00:00:00Z"));
        assert_eq!(
            instant("2026-11-21T01:00:00+01:00"),
            instant("2026-11-21T00:00:00Z")
        );
        assert!(instant("21.11.2026").is_err());
        assert!(instant("2026-11-31").is_err());
    }

    #[test]
    fn a_digest_is_whole() {
        let digits = "0f".repeat(32);
        assert!(digest(&digits).is_ok());
        assert!(digest(&format!("sha256:{digits}")).is_ok());
        for text in ["", "abc", "sha256:", &digits.to_uppercase()] {
            assert!(digest(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_says_how_it_is_written() {
        assert!(day("2027-09-30").is_ok());
        assert!(day("20270930").unwrap_err().contains("2027-09-30"));
    }

    #[test]
    fn a_duration_counts_seconds_or_minutes() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "0", "-1", "1h", "m"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
