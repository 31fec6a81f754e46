//! Exact decimal numbers: compare, divide, step.
//! Refuses to round: a number is what the shortest decimal of its literal says.

use serde_json::Number;
use std::cmp::Ordering;

/// `digits * 10^exponent`, negated if so; no trailing zero in `digits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i32,
}

impl Decimal {
    pub(super) const ZERO: Self = Self {
        negative: false,
        digits: 0,
        exponent: 0,
    };
    pub(super) const ONE: Self = Self {
        negative: false,
        digits: 1,
        exponent: 0,
    };

    fn new(negative: bool, mut digits: u128, mut exponent: i32) -> Self {
        if digits == 0 {
            return Self::ZERO;
        }
        while digits.is_multiple_of(10) && exponent < i32::MAX {
            digits /= 10;
            exponent += 1;
        }
        Self {
            negative,
            digits,
            exponent,
        }
    }

    /// The number that `text` writes in decimal; `None` when it has too many digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let part = part.trim_end_matches('0');
        let joined = format!("{whole}{part}");
        let bare = joined.trim_start_matches('0');
        let stripped = bare.trim_end_matches('0');
        let zeros = i32::try_from(bare.len() - stripped.len()).ok()?;
        let digits = if stripped.is_empty() {
            0
        } else {
            stripped.parse().ok()?
        };
        let shift = i32::try_from(part.len()).ok()?;
        let exponent = power.checked_sub(shift)?.checked_add(zeros)?;
        Some(Self::new(negative, digits, exponent))
    }

    pub(super) fn of(number: &Number) -> Self {
        Self::parse(&number.to_string()).unwrap_or(Self::ZERO)
    }

    pub(super) fn of_count(count: u64) -> Self {
        Self::new(false, u128::from(count), 0)
    }

    /// `whole * 10^exponent`.
    pub(super) fn of_scaled(whole: i128, exponent: i32) -> Self {
        Self::new(whole < 0, whole.unsigned_abs(), exponent)
    }

    /// Power of ten of the last digit.
    pub(super) fn exponent(self) -> i32 {
        self.exponent
    }

    /// `self` without its sign.
    pub(super) fn size(self) -> Self {
        Self::new(false, self.digits, self.exponent)
    }

    pub(super) fn is_negative(self) -> bool {
        self.negative
    }

    pub(super) fn is_integer(self) -> bool {
        self.exponent >= 0
    }

    /// Whether `self / step` is whole. Nothing is a multiple of zero.
    pub(super) fn is_multiple_of(self, step: Self) -> bool {
        if step.digits == 0 {
            return false;
        }
        if self.digits == 0 {
            return true;
        }
        let power = i64::from(self.exponent) - i64::from(step.exponent);
        if let Ok(power) = u64::try_from(power) {
            let rest = power_rest(power, step.digits);
            return product_rest(self.digits, rest, step.digits) == 0;
        }
        // A divisor that is too large to be written is larger than the digits.
        u32::try_from(power.unsigned_abs())
            .ok()
            .and_then(|power| 10_u128.checked_pow(power))
            .and_then(|power| power.checked_mul(step.digits))
            .is_some_and(|divisor| self.digits.is_multiple_of(divisor))
    }

    /// `self + other`, when the sum has few enough digits.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.scaled(exponent)?, other.scaled(exponent)?);
        let sum = a.checked_add(b)?;
        Some(Self::of_scaled(sum, exponent))
    }

    /// `self * other`, when the product has few enough digits.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        let exponent = self.exponent.checked_add(other.exponent)?;
        Some(Self::new(self.negative != other.negative, digits, exponent))
    }

    pub(super) fn negated(self) -> Self {
        Self::new(!self.negative, self.digits, self.exponent)
    }

    /// `self * 10^power`.
    pub(super) fn shifted(self, power: i32) -> Self {
        Self::new(
            self.negative,
            self.digits,
            self.exponent.saturating_add(power),
        )
    }

    /// The smallest multiple of `step` that is not below `self`.
    pub(super) fn next_multiple(self, step: Self) -> Option<Self> {
        let exponent = self.exponent.min(step.exponent);
        let (value, step) = (
            self.scaled(exponent)?,
            step.scaled(exponent)?.checked_abs()?,
        );
        if step == 0 {
            return None;
        }
        let rest = value.rem_euclid(step);
        let next = if rest == 0 {
            value
        } else {
            value.checked_add(step - rest)?
        };
        Some(Self::of_scaled(next, exponent))
    }

    /// The whole number `self / 10^exponent`, when it is one of few enough digits.
    pub(super) fn scaled(self, exponent: i32) -> Option<i128> {
        if self.digits == 0 {
            return Some(0);
        }
        let power = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        let digits = 10_u128.checked_pow(power)?.checked_mul(self.digits)?;
        let digits = i128::try_from(digits).ok()?;
        Some(if self.negative { -digits } else { digits })
    }

    /// As a JSON number, an integer wherever it is one.
    pub(super) fn to_number(self) -> Option<Number> {
        if let Some(whole) = self.scaled(0).filter(|_| self.exponent >= 0) {
            if let Ok(small) = u64::try_from(whole) {
                return Some(small.into());
            }
            if let Ok(small) = i64::try_from(whole) {
                return Some(small.into());
            }
        }
        let sign = if self.negative { "-" } else { "" };
        let number: f64 = format!("{sign}{}e{}", self.digits, self.exponent)
            .parse()
            .ok()?;
        Number::from_f64(number).filter(|number| Self::of(number) == self)
    }

    /// The power of ten of the first digit.
    pub(super) fn magnitude(self) -> i32 {
        let length = self.digits.checked_ilog10().unwrap_or(0);
        i32::try_from(length)
            .unwrap_or(0)
            .saturating_add(self.exponent)
    }

    fn compare_size(self, other: Self) -> Ordering {
        let by_magnitude = self.magnitude().cmp(&other.magnitude());
        if self.digits == 0 || other.digits == 0 || by_magnitude != Ordering::Equal {
            return match (self.digits, other.digits) {
                (0, 0) => Ordering::Equal,
                (0, _) => Ordering::Less,
                (_, 0) => Ordering::Greater,
                (_, _) => by_magnitude,
            };
        }
        // Equal magnitude: the exponents differ by at most the length of a mantissa.
        let exponent = self.exponent.min(other.exponent);
        let raise = |one: Self| {
            let power = u32::try_from(one.exponent.saturating_sub(exponent)).unwrap_or(0);
            10_u128
                .checked_pow(power)
                .and_then(|power| power.checked_mul(one.digits))
                .unwrap_or(u128::MAX)
        };
        raise(self).cmp(&raise(other))
    }
}

/// `10^power mod modulus`.
fn power_rest(mut power: u64, modulus: u128) -> u128 {
    let (mut rest, mut square) = (1 % modulus, 10 % modulus);
    while power > 0 {
        if power % 2 == 1 {
            rest = product_rest(rest, square, modulus);
        }
        square = product_rest(square, square, modulus);
        power /= 2;
    }
    rest
}

/// `a * b mod modulus`, also where the product has too many digits.
fn product_rest(a: u128, b: u128, modulus: u128) -> u128 {
    if let Some(product) = a.checked_mul(b) {
        return product % modulus;
    }
    let sum = |a: u128, b: u128| match modulus - a {
        room if b >= room => b - room,
        _ => a + b,
    };
    let (mut double, mut left, mut rest) = (a % modulus, b, 0);
    while left > 0 {
        if left % 2 == 1 {
            rest = sum(rest, double);
        }
        double = sum(double, double);
        left /= 2;
    }
    rest
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_size(*other),
            (true, true) => other.compare_size(*self),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn three_tenths_are_a_multiple_of_a_tenth() {
        assert!(decimal("0.3").is_multiple_of(decimal("0.1")));
        assert!(!decimal("0.35").is_multiple_of(decimal("0.1")));
        assert!(!decimal("1e308").is_multiple_of(decimal("7e3")));
        assert!(decimal("1e300").is_multiple_of(decimal("0.5")));
        assert!(decimal("0").is_multiple_of(decimal("3")));
        assert!(decimal("1e308").is_multiple_of(decimal("1e-300")));
        let wide = decimal("340282366920938463463374607431768211455");
        assert!(wide.is_multiple_of(wide) && !decimal("1e2147483000").is_multiple_of(wide));
    }

    #[test]
    fn numbers_are_ordered_by_what_they_say() {
        let sorted = [
            "-1e9", "-1.5", "-1", "0", "1e-9", "0.1", "0.12", "1", "1e2", "101",
        ];
        for pair in sorted.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        assert_eq!(decimal("1.0"), decimal("1"));
        assert_eq!(decimal("100"), decimal("1e2"));
    }

    #[test]
    fn sums_and_multiples_are_exact() {
        assert_eq!(decimal("0.1").plus(decimal("0.2")), Some(decimal("0.3")));
        let next = decimal("-2.5").next_multiple(decimal("2"));
        assert_eq!(next, Some(decimal("-2")));
        assert_eq!(decimal("2.50").to_number().unwrap().to_string(), "2.5");
        assert_eq!(
            decimal("18446744073709551615")
                .to_number()
                .unwrap()
                .as_u64(),
            Some(u64::MAX)
        );
    }
}
