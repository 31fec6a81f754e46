//! Numbers as they are written, and the bounds that can be decided on the writing.
//! Refuses whatever a double might round: exponents, long fractions, integers of more than 18 digits, `-0`.

use super::program::Stop;

/// A number of which everything is known that its text says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Numeral {
    Whole(i64),
    /// Written with a fraction; the nearest double, perhaps one step off.
    Broken(f64),
}

/// Digits that surely fit a signed 64-bit integer.
const MOST_DIGITS: usize = 18;

/// Longest text of a number with a fraction.
const LONGEST: usize = 40;

/// How near to a bound a fraction may lie, relative to it, before it is left to others.
const NEAR: f64 = 1e-9;

/// A number that was seen to be one, weighed only when somebody asks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Written<'t> {
    Whole(i64),
    /// With a fraction.
    Broken(&'t [u8]),
}

impl Written<'_> {
    pub(super) fn value(self) -> Option<Numeral> {
        match self {
            Self::Whole(whole) => Some(Numeral::Whole(whole)),
            Self::Broken(text) => {
                let text = std::str::from_utf8(text).ok()?;
                Some(Numeral::Broken(text.parse().ok()?))
            }
        }
    }
}

/// The number that begins at `at`, and where it ends; `None` when it is not one or not plain enough.
pub(super) fn written(bytes: &[u8], at: usize) -> Option<(Written<'_>, usize)> {
    let negative = bytes.get(at) == Some(&b'-');
    let start = at + usize::from(negative);
    let (mut end, mut whole) = (start, 0_i64);
    while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        end += 1;
    }
    let digits = end - start;
    let padded = digits > 1 && bytes.get(start) == Some(&b'0');
    if digits == 0 || digits > MOST_DIGITS || padded {
        return None;
    }
    match bytes.get(end) {
        Some(b'.') => broken(bytes, at, end + 1),
        Some(b'e' | b'E') => None,
        _ if negative && whole == 0 => None,
        _ => Some((Written::Whole(if negative { -whole } else { whole }), end)),
    }
}

fn broken(bytes: &[u8], at: usize, point: usize) -> Option<(Written<'_>, usize)> {
    let mut end = point;
    while let Some(b'0'..=b'9') = bytes.get(end) {
        end += 1;
    }
    if end == point || end - at > LONGEST || matches!(bytes.get(end), Some(b'e' | b'E')) {
        return None;
    }
    Some((Written::Broken(bytes.get(at..end)?), end))
}

/// The ends of a range.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    Least,
    Most,
    Above,
    Below,
}

/// What a number must be.
#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub(super) bounds: Vec<(Bound, Numeral)>,
    pub(super) multiples: Vec<i64>,
    pub(super) among: Option<Vec<i64>>,
    /// Whether one of the allowed numbers, or a divisor, has a fraction.
    pub(super) uneven: bool,
}

impl NumberRules {
    /// Errors: the number breaks a rule, or that cannot be told
    pub(super) fn judge(&self, number: Numeral) -> Result<(), Stop> {
        for (bound, limit) in &self.bounds {
            bound.judge(number, *limit)?;
        }
        if self.multiples.is_empty() && self.among.is_none() && !self.uneven {
            return Ok(());
        }
        let Numeral::Whole(whole) = number else {
            return Err(Stop::Unsure);
        };
        if self.multiples.iter().any(|divisor| whole % divisor != 0) {
            return Err(Stop::Rejects);
        }
        match &self.among {
            _ if self.uneven => Err(Stop::Unsure),
            Some(among) if !among.contains(&whole) => Err(Stop::Rejects),
            _ => Ok(()),
        }
    }
}

impl Bound {
    fn judge(self, number: Numeral, limit: Numeral) -> Result<(), Stop> {
        let order = match (number, limit) {
            (Numeral::Whole(number), Numeral::Whole(limit)) => number.cmp(&limit),
            _ => apart(number.float(), limit.float()).ok_or(Stop::Unsure)?,
        };
        let holds = match self {
            Self::Least => order.is_ge(),
            Self::Most => order.is_le(),
            Self::Above => order.is_gt(),
            Self::Below => order.is_lt(),
        };
        if holds { Ok(()) } else { Err(Stop::Rejects) }
    }
}

impl Numeral {
    fn float(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Broken(float) => float,
        }
    }
}

/// The order of two numbers that no rounding could turn around.
fn apart(number: f64, limit: f64) -> Option<std::cmp::Ordering> {
    let scale = number.abs().max(limit.abs());
    ((number - limit).abs() > scale * NEAR).then(|| number.total_cmp(&limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_read() {
        for (text, expected) in [
            ("0", Some((Numeral::Whole(0), 1))),
            ("-12,", Some((Numeral::Whole(-12), 3))),
            ("1.50]", Some((Numeral::Broken(1.5), 4))),
            (
                "999999999999999999",
                Some((Numeral::Whole(999_999_999_999_999_999), 18)),
            ),
            ("1000000000000000000", None),
            ("-0", None),
            ("-", None),
            ("01", None),
            ("1.", None),
            (".5", None),
            ("1e3", None),
            ("1.0E3", None),
        ] {
            let read = written(text.as_bytes(), 0);
            let read = read.map(|(number, end)| (number.value().unwrap(), end));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_fraction_next_to_its_bound_is_left_to_others() {
        let rules = NumberRules {
            bounds: vec![(Bound::Least, Numeral::Whole(1))],
            ..NumberRules::default()
        };
        assert_eq!(rules.judge(Numeral::Broken(1.5)), Ok(()));
        assert_eq!(rules.judge(Numeral::Broken(0.5)), Err(Stop::Rejects));
        assert_eq!(rules.judge(Numeral::Broken(1.0)), Err(Stop::Unsure));
    }
}
