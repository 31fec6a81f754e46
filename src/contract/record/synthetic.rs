//! Values that nobody ever had, in the shape of values that somebody had.
//! Refuses to keep more of a value than the kinds of its characters.

use super::guard::Guard;
use crate::contract::datetime::Format;
use crate::contract::pattern::Pattern;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// Longest text whose characters are looked at; longer ones are texts.
const LONGEST: usize = 64;
/// Most changes from one kind of character to another in an identifier.
const RUNS: usize = 16;

const DATE: &str = "yyyy-MM-dd";
const TIME: &str = "HH:mm:ss";
const INSTANT: &str = "yyyy-MM-dd'T'HH:mm:ssXXX";
const INSTANT_MS: &str = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// What several texts have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Date,
    Time,
    Instant,
    InstantMs,
    Uuid,
    /// Characters of these kinds, one or more of each.
    Identifier(Vec<Run>),
    Text,
}

/// Characters of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    Upper,
    Lower,
    Digit,
    Mark(char),
}

impl Shape {
    /// The shape that all of `texts` have; that of any text when they have none in common.
    pub fn common<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut shapes = texts.map(Self::of);
        let Some(first) = shapes.next() else {
            return Self::Text;
        };
        if shapes.all(|shape| shape == first) {
            first
        } else {
            Self::Text
        }
    }

    fn of(text: &str) -> Self {
        let dated = [
            (DATE, Self::Date),
            (TIME, Self::Time),
            (INSTANT, Self::Instant),
            (INSTANT_MS, Self::InstantMs),
        ];
        for (format, shape) in dated {
            if Format::parse(format).is_some_and(|format| format.accepts(text)) {
                return shape;
            }
        }
        if Pattern::parse(UUID).is_some_and(|pattern| pattern.accepts(text)) {
            return Self::Uuid;
        }
        match runs(text) {
            Some(runs) if runs.contains(&Run::Digit) => Self::Identifier(runs),
            _ => Self::Text,
        }
    }

    /// The matcher of this shape.
    pub fn matcher(&self) -> Value {
        match self {
            Self::Date => json!({ "match": "date", "format": DATE }),
            Self::Time => json!({ "match": "time", "format": TIME }),
            Self::Instant => json!({ "match": "datetime", "format": INSTANT }),
            Self::InstantMs => json!({ "match": "datetime", "format": INSTANT_MS }),
            Self::Uuid => json!({ "match": "regex", "regex": UUID }),
            Self::Identifier(runs) => {
                let regex: String = runs.iter().map(|run| run.pattern()).collect();
                json!({ "match": "regex", "regex": regex })
            }
            Self::Text => json!({ "match": "type" }),
        }
    }

    /// A text of this shape that the traffic never said.
    pub fn example(&self, guard: &Guard) -> Option<String> {
        let days = || {
            let first = NaiveDate::from_ymd_opt(2001, 1, 1).unwrap_or_default();
            (0..).map_while(move |day| first.checked_add_days(Days::new(day)))
        };
        match self {
            Self::Date => guard.first(days().map(|day| day.to_string())),
            Self::Instant => guard.first(days().map(|day| format!("{day}T00:00:00Z"))),
            Self::InstantMs => guard.first(days().map(|day| format!("{day}T00:00:00.000Z"))),
            Self::Time => guard.first((0..86_400).map(|second| {
                format!(
                    "{:02}:{:02}:{:02}",
                    second / 3600,
                    second / 60 % 60,
                    second % 60
                )
            })),
            Self::Uuid => {
                guard.first((1_u64..).map(|n| format!("00000000-0000-4000-8000-{n:012x}")))
            }
            Self::Identifier(runs) => guard.first((1..=LONGEST).map(|length| {
                let run = |run: &Run| run.sample().to_string().repeat(length);
                runs.iter().map(run).collect::<String>()
            })),
            Self::Text => guard.first((0_u32..).map(|n| match n {
                0 => "text".to_owned(),
                n => format!("t{n}xt"),
            })),
        }
    }
}

impl Run {
    fn of(letter: char) -> Option<Self> {
        match letter {
            'A'..='Z' => Some(Self::Upper),
            'a'..='z' => Some(Self::Lower),
            '0'..='9' => Some(Self::Digit),
            '-' | '_' | '.' | ':' | '/' => Some(Self::Mark(letter)),
            _ => None,
        }
    }

    fn pattern(self) -> String {
        match self {
            Self::Upper => "[A-Z]+".to_owned(),
            Self::Lower => "[a-z]+".to_owned(),
            Self::Digit => "[0-9]+".to_owned(),
            Self::Mark(mark) => format!("[{mark}]+"),
        }
    }

    fn sample(self) -> char {
        match self {
            Self::Upper => 'A',
            Self::Lower => 'a',
            Self::Digit => '1',
            Self::Mark(mark) => mark,
        }
    }
}

fn runs(text: &str) -> Option<Vec<Run>> {
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let mut runs: Vec<Run> = Vec::new();
    for letter in text.chars() {
        let run = Run::of(letter)?;
        if runs.last() != Some(&run) {
            runs.push(run);
        }
    }
    (runs.len() <= RUNS).then_some(runs)
}

/// A number that the traffic never said, with its matcher.
pub fn number<'v>(samples: impl Iterator<Item = &'v Value>, guard: &Guard) -> (Value, Value) {
    let (mut whole, mut broken) = (false, false);
    for sample in samples {
        match sample.as_i64().is_some() || sample.as_u64().is_some() {
            true => whole = true,
            false => broken = true,
        }
    }
    let word = match (whole, broken) {
        (true, true) => "number",
        (_, true) => "decimal",
        (_, false) => "integer",
    };
    let example = if whole {
        guard.first(1_u32..).map(Value::from)
    } else {
        let halves = (1_u32..).map(|n| f64::from(n) + 0.5);
        guard.first(halves).map(Value::from)
    };
    (example.unwrap_or(Value::Null), json!({ "match": word }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_of_one_shape_share_a_matcher_and_nothing_else() {
        let guard = Guard::default();
        for (texts, matcher) in [
            (vec!["2026-02-01", "2025-12-31"], "date"),
            (vec!["2026-02-01T10:00:00Z"], "datetime"),
            (vec!["NW-M100111", "AB-X7"], "regex"),
            (vec!["NW-M100111", "7"], "type"),
            (vec!["Casey"], "type"),
        ] {
            let shape = Shape::common(texts.iter().copied());
            assert_eq!(shape.matcher()["match"], matcher, "{texts:?}");
            let example = shape.example(&guard).unwrap();
            assert!(!texts.contains(&example.as_str()));
        }
        let shape = Shape::common(["NW-M100111"].into_iter());
        assert_eq!(shape.matcher()["regex"], "[A-Z]+[-]+[A-Z]+[0-9]+");
        assert_eq!(shape.example(&guard).unwrap(), "A-A1");
    }
}
