//! Date and time patterns in the letters of Java's `DateTimeFormatter`: whether a text fits one, and as what.
//! Refuses to know time zones by name and every letter that it cannot judge.

use chrono::{Datelike, NaiveDate};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    Field { letter: char, width: usize },
}

/// A pattern that can be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    tokens: Vec<Token>,
}

/// What the fields of a text said.
#[derive(Default)]
struct Fields {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    weekday: Option<u32>,
}

impl Format {
    /// The pattern that `text` writes, or nothing when it holds a letter that cannot be judged.
    ///
    /// Source: java.time.format.DateTimeFormatter, "Patterns for Formatting and Parsing"
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(letter) = chars.next() {
            if letter == '\'' {
                quoted(&mut chars, &mut tokens)?;
            } else if letter.is_ascii_alphabetic() {
                let mut width = 1;
                while chars.next_if_eq(&letter).is_some() {
                    width += 1;
                }
                if !is_judged(letter, width) {
                    return None;
                }
                tokens.push(Token::Field { letter, width });
            } else if "{}[]#".contains(letter) {
                return None;
            } else {
                tokens.push(Token::Literal(letter));
            }
        }
        (!tokens.is_empty()).then_some(Self { tokens })
    }

    /// Whether the whole text fits the pattern and names a day that exists.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        let mut fields = Fields::default();
        let mut rest = text;
        for token in &self.tokens {
            let after = match token {
                Token::Literal(literal) => rest.strip_prefix(*literal),
                Token::Field { letter, width } => field(*letter, *width, rest, &mut fields),
            };
            let Some(after) = after else { return false };
            rest = after;
        }
        rest.is_empty() && fields.are_real()
    }

    /// The text of this pattern, with what `field` gives for its letters and their number.
    #[must_use]
    pub fn written(&self, field: impl Fn(char, usize) -> String) -> String {
        self.tokens
            .iter()
            .map(|token| match token {
                Token::Literal(literal) => literal.to_string(),
                Token::Field { letter, width } => field(*letter, *width),
            })
            .collect()
    }

    /// A regular expression that every accepted text matches whole.
    #[must_use]
    pub fn pattern(&self) -> String {
        let mut pattern = String::from("^");
        for token in &self.tokens {
            match token {
                Token::Literal(literal) => pattern.push_str(&regex::escape(&literal.to_string())),
                Token::Field { letter, width } => pattern.push_str(&field_pattern(*letter, *width)),
            }
        }
        pattern.push('$');
        pattern
    }
}

impl Fields {
    fn are_real(&self) -> bool {
        let (Some(month), Some(day)) = (self.month, self.day) else {
            return true;
        };
        // Without a year the 29th of February may exist.
        let Some(date) = NaiveDate::from_ymd_opt(self.year.unwrap_or(2000), month, day) else {
            return false;
        };
        match (self.weekday, self.year) {
            (Some(weekday), Some(_)) => date.weekday().num_days_from_monday() == weekday,
            _ => true,
        }
    }
}

fn quoted(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    tokens: &mut Vec<Token>,
) -> Option<()> {
    if chars.next_if_eq(&'\'').is_some() {
        tokens.push(Token::Literal('\''));
        return Some(());
    }
    loop {
        match chars.next()? {
            '\'' if chars.next_if_eq(&'\'').is_none() => return Some(()),
            literal => tokens.push(Token::Literal(literal)),
        }
    }
}

fn is_judged(letter: char, width: usize) -> bool {
    match letter {
        'y' | 'u' => matches!(width, 1 | 2 | 4),
        'M' | 'E' => width <= 4,
        'd' | 'H' | 'h' | 'm' | 's' => width <= 2,
        'S' => width <= 9,
        'a' => width == 1,
        'X' | 'x' => width <= 3,
        'Z' => width <= 5,
        _ => false,
    }
}

fn field<'t>(letter: char, width: usize, rest: &'t str, fields: &mut Fields) -> Option<&'t str> {
    match letter {
        'M' if width > 2 => {
            let (index, after) = name(&MONTHS, width, rest)?;
            fields.month = Some(index + 1);
            Some(after)
        }
        'E' => {
            let (index, after) = name(&DAYS, width, rest)?;
            fields.weekday = Some(index);
            Some(after)
        }
        'a' => rest.strip_prefix("AM").or_else(|| rest.strip_prefix("PM")),
        'X' | 'x' | 'Z' => offset(letter, width, rest),
        _ => numeric(letter, width, rest, fields),
    }
}

fn numeric<'t>(letter: char, width: usize, rest: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let most = match (letter, width) {
        ('y' | 'u', 1) => 4,
        (_, 1) if letter != 'S' => 2,
        _ => width,
    };
    let digits = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if digits < width {
        return None;
    }
    let (text, after) = rest.split_at_checked(digits)?;
    let number: u32 = text.parse().ok()?;
    let in_range = match letter {
        'M' => (1..=12).contains(&number),
        'd' => (1..=31).contains(&number),
        'H' => number < 24,
        'h' => (1..=12).contains(&number),
        'm' | 's' => number < 60,
        _ => true,
    };
    match letter {
        'y' | 'u' => {
            let year = i32::try_from(number).ok()?;
            fields.year = Some(if width == 2 { 2000 + year } else { year });
        }
        'M' => fields.month = Some(number),
        'd' => fields.day = Some(number),
        _ => {}
    }
    in_range.then_some(after)
}

fn name<'t>(names: &[&str], width: usize, rest: &'t str) -> Option<(u32, &'t str)> {
    for (index, full) in names.iter().enumerate() {
        let shown = if width > 3 { full } else { full.get(..3)? };
        if let Some(after) = rest.strip_prefix(shown) {
            return Some((u32::try_from(index).ok()?, after));
        }
    }
    None
}

fn offset(letter: char, width: usize, rest: &str) -> Option<&str> {
    let zulu = letter == 'X' || (letter == 'Z' && width == 5);
    if zulu && let Some(after) = rest.strip_prefix('Z') {
        return Some(after);
    }
    let rest = if letter == 'Z' && width == 4 {
        rest.strip_prefix("GMT")?
    } else {
        rest
    };
    let rest = rest.strip_prefix(['+', '-'])?;
    let (hours, rest) = two_digits(rest)?;
    if hours > 18 || (letter != 'Z' && width == 1) {
        return (hours <= 18).then_some(rest);
    }
    let colon = width == 3 && letter != 'Z' || letter == 'Z' && width > 3;
    let rest = if colon { rest.strip_prefix(':')? } else { rest };
    let (minutes, rest) = two_digits(rest)?;
    (minutes < 60).then_some(rest)
}

fn two_digits(rest: &str) -> Option<(u32, &str)> {
    let (text, after) = rest.split_at_checked(2)?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Some((text.parse().ok()?, after)))?
}

fn field_pattern(letter: char, width: usize) -> String {
    let hours = "[+-][0-9]{2}";
    match (letter, width) {
        ('M', 3..) | ('E', _) => "[A-Za-z]+".to_owned(),
        ('a', _) => "(AM|PM)".to_owned(),
        ('X', 1) => format!("(Z|{hours})"),
        ('X', 2) => format!("(Z|{hours}[0-9]{{2}})"),
        ('X', _) | ('Z', 5) => format!("(Z|{hours}:[0-9]{{2}})"),
        ('x', 1) => hours.to_owned(),
        ('x', 3) => format!("{hours}:[0-9]{{2}}"),
        ('Z', 4) => format!("GMT{hours}:[0-9]{{2}}"),
        ('x' | 'Z', _) => format!("{hours}[0-9]{{2}}"),
        ('y' | 'u', 1) => "[0-9]{1,4}".to_owned(),
        (letter, 1) if letter != 'S' => "[0-9]{1,2}".to_owned(),
        (_, width) => format!("[0-9]{{{width}}}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_fits_whole_and_names_a_day_that_exists() {
        for (pattern, good, bad) in [
            ("yyyy-MM-dd", "2026-02-28", "2026-02-30"),
            ("yyyy-MM-dd", "2024-02-29", "2026-02-28T"),
            ("HH:mm:ss", "23:59:59", "24:00:00"),
            (
                "yyyy-MM-dd'T'HH:mm:ssXXX",
                "2026-01-02T03:04:05Z",
                "2026-01-02 03:04:05Z",
            ),
            (
                "yyyy-MM-dd'T'HH:mm:ss.SSSXX",
                "2026-01-02T03:04:05.123+0100",
                "2026-01-02T03:04:05.12+0100",
            ),
            (
                "EEE, d MMM yyyy hh:mm a",
                "Fri, 2 Jan 2026 03:04 PM",
                "Mon, 2 Jan 2026 03:04 PM",
            ),
            ("yyyyMMdd", "20260131", "2026131"),
            ("d/M/yy", "1/2/26", "1/13/26"),
            ("HH:mm:ssZ", "01:02:03-0500", "01:02:03-05:00"),
        ] {
            let format = Format::parse(pattern).unwrap();
            let wide = regex::Regex::new(&format.pattern()).unwrap();
            assert!(format.accepts(good), "{pattern} {good}");
            assert!(wide.is_match(good), "{pattern} {good} {wide}");
            assert!(!format.accepts(bad), "{pattern} {bad}");
        }
    }

    #[test]
    fn a_letter_that_cannot_be_judged_makes_no_format() {
        for pattern in ["", "yyyy-MM-dd VV", "QQQ", "yyy", "w", "'open", "[HH]"] {
            assert_eq!(Format::parse(pattern), None, "{pattern}");
        }
    }
}
