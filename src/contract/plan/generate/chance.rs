//! Chance that falls the same way in every run: a sequence of numbers from a seed.
//! Refuses to be a secret: it makes test data, and nothing else.

use crate::model::digest;
use serde_json::{Value, json};

pub const HEX: &[u8] = b"0123456789abcdef";
pub const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A JSON number is read as a double, which keeps this many digits.
///
/// Source: IEEE 754, binary64: 15 significant decimal digits survive
const DIGITS: u16 = 15;

/// Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (SplitMix64)
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    pub fn of(seed: &str) -> Self {
        let digest = digest(seed.as_bytes());
        let hex = digest.rsplit(':').next().unwrap_or_default();
        let state = hex.get(..16).map(|hex| u64::from_str_radix(hex, 16));
        Self {
            state: state.and_then(Result::ok).unwrap_or(0),
        }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `end`; 0 when there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// A number from `min` to `max`, both included.
    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let span = max.abs_diff(min);
        let above = match span.checked_add(1) {
            Some(count) => self.below(count),
            None => self.next(),
        };
        min.wrapping_add_unsigned(above)
    }

    pub fn of_letters(&mut self, letters: &[u8], count: u16) -> String {
        (0..count).map(|_| self.letter(letters)).collect()
    }

    fn letter(&mut self, letters: &[u8]) -> char {
        let at = usize::try_from(self.below(letters.len() as u64)).unwrap_or(0);
        letters.get(at).copied().map_or('0', char::from)
    }

    /// A number with a point and `digits` digits; with one digit, that one behind the point.
    pub fn decimal(&mut self, digits: u16) -> Result<Value, String> {
        if digits > DIGITS {
            return Err(format!("a number keeps {DIGITS} digits at most"));
        }
        // Neither a zero in front nor one at the end: every digit counts.
        let ends = b"123456789";
        let first = self.letter(ends);
        let inner = self.of_letters(b"0123456789", digits.saturating_sub(2));
        let text = match digits {
            0 | 1 => format!("0.{first}"),
            _ => {
                let all = format!("{first}{inner}{}", self.letter(ends));
                let point = 1 + self.below(u64::from(digits) - 1);
                let (whole, part) = all
                    .split_at_checked(usize::try_from(point).unwrap_or(1))
                    .unwrap_or((&all, "1"));
                format!("{whole}.{part}")
            }
        };
        let number: f64 = text.parse().map_err(|_| "no number came about")?;
        Ok(json!(number))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_seed_falls_the_same_way() {
        let drawn = |seed: &str| {
            let mut chance = Chance::of(seed);
            [chance.next(), chance.next()]
        };
        assert_eq!(drawn("a"), drawn("a"));
        assert_ne!(drawn("a"), drawn("b"));
        let [one, two] = drawn("a");
        assert_ne!(one, two);
    }

    #[test]
    fn numbers_keep_to_their_bounds_and_digits() {
        let mut chance = Chance::of("bounds");
        for _ in 0..1000 {
            assert!((-3..=4).contains(&chance.between(-3, 4)));
            chance.between(i64::MIN, i64::MAX);
        }
        assert_eq!(chance.between(7, 7), 7);
        for digits in 2..=15 {
            let number = chance.decimal(digits).unwrap().to_string();
            let count = number.bytes().filter(u8::is_ascii_digit).count();
            assert_eq!(count, usize::from(digits), "{number}");
            assert!(number.contains('.'));
        }
        assert!(chance.decimal(1).unwrap().as_f64().unwrap() < 1.0);
        assert!(chance.decimal(16).is_err());
    }
}
