//! Numbers as they are written: exact decimals, compared without rounding.
//! Refuses to know floating point.

/// The exact value of a JSON number: digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without leading and trailing zeros; empty for zero.
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// The number that `text` writes, or nothing when it is no JSON number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let zero_led = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || zero_led || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - kept.len()).ok()?;
        let scale = i64::try_from(fraction.len()).ok()?;
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        Some(Self {
            negative,
            digits,
            exponent: exponent.checked_sub(scale)?.checked_add(dropped)?,
        })
    }

    /// Whether `text` is a JSON number written without a fraction and without an exponent.
    #[must_use]
    pub fn is_whole_text(text: &str) -> bool {
        Self::parse(text).is_some() && !text.contains(['.', 'e', 'E'])
    }

    /// Whether `text` is a JSON number written with a fraction or an exponent.
    #[must_use]
    pub fn is_broken_text(text: &str) -> bool {
        Self::parse(text).is_some() && text.contains(['.', 'e', 'E'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        for (left, right) in [
            ("1", "1.0"),
            ("0", "-0.00"),
            ("1200", "1.2e3"),
            ("0.5", "5E-1"),
        ] {
            assert_eq!(
                Decimal::parse(left),
                Decimal::parse(right),
                "{left} {right}"
            );
        }
        assert_ne!(
            Decimal::parse("9007199254740992"),
            Decimal::parse("9007199254740993")
        );
        assert_ne!(Decimal::parse("1"), Decimal::parse("-1"));
    }

    #[test]
    fn what_is_no_json_number_is_no_decimal() {
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "1 ", "x", "0x1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
