//! Numbers with the noun that they count.

/// `1 error`, `2 errors`. The noun must take a plain `s`.
#[must_use]
pub fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(0_u64, "error"), "0 errors");
        assert_eq!(counted(1_usize, "error"), "1 error");
        assert_eq!(counted(2_usize, "error"), "2 errors");
    }
}
