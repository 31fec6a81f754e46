//! An instant in the letters of a date pattern, in UTC.
//! Refuses letters that the pattern itself refuses.

use crate::contract::datetime::Format;
use chrono::{DateTime, Datelike, Timelike, Utc};

/// The text that `format` writes of `at`.
///
/// Source: java.time.format.DateTimeFormatter, "Patterns for Formatting and Parsing"
pub fn written(format: &Format, at: DateTime<Utc>) -> String {
    format.written(|letter, width| field(letter, width, at))
}

fn field(letter: char, width: usize, at: DateTime<Utc>) -> String {
    let padded = |number: u32| format!("{number:0width$}");
    match (letter, width) {
        ('y' | 'u', 2) => format!("{:02}", at.year().rem_euclid(100)),
        ('y' | 'u', _) => format!("{:0width$}", at.year()),
        ('M', 4) => at.format("%B").to_string(),
        ('M', 3) => at.format("%b").to_string(),
        ('M', _) => padded(at.month()),
        ('E', 4) => at.format("%A").to_string(),
        ('E', _) => at.format("%a").to_string(),
        ('d', _) => padded(at.day()),
        ('H', _) => padded(at.hour()),
        ('h', _) => padded(at.hour12().1),
        ('m', _) => padded(at.minute()),
        ('s', _) => padded(at.second()),
        ('S', _) => format!("{:09}", at.nanosecond())
            .chars()
            .take(width)
            .collect(),
        ('a', _) => at.format("%p").to_string(),
        ('X', _) | ('Z', 5) => "Z".to_owned(),
        ('x', 1) => "+00".to_owned(),
        ('x', 3) => "+00:00".to_owned(),
        ('Z', 4) => "GMT+00:00".to_owned(),
        (_, _) => "+0000".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_pattern_writes_it_reads() {
        let patterns = [
            "yyyy-MM-dd",
            "HH:mm:ss",
            "yyyy-MM-dd'T'HH:mm:ssXXX",
            "EEEE, d MMMM yy h:m a",
            "EEE MMM dd HH:mm:ss.SSS Z uuuu",
            "y/M/d H:s x xx xxx X XX ZZZZ ZZZZZ",
        ];
        for at in ["2026-02-28T00:05:09.123456789Z", "2026-11-22T13:45:00Z"] {
            let at: DateTime<Utc> = at.parse().unwrap();
            for pattern in patterns {
                let format = Format::parse(pattern).unwrap();
                let text = written(&format, at);
                assert!(format.accepts(&text), "{pattern}: {text}");
            }
        }
        let at: DateTime<Utc> = "2026-02-28T00:05:09Z".parse().unwrap();
        let format = Format::parse("yyyy-MM-dd'T'hh:mm:ss.SSSXXX a").unwrap();
        assert_eq!(written(&format, at), "2026-02-28T12:05:09.000Z AM");
    }
}
