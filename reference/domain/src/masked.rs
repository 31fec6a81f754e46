//! A value of a person that must never be printed.
//! Refuses to be displayed, and its debug form is always the same.

use serde::Deserialize;

/// Holds a protected value. There is no `Display`, no `Serialize`, and `Debug` prints three stars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Only for comparing, for storing in the stores of protected data, and for an answer to its owner.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The same without a copy.
    #[must_use]
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> std::fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_prints_stars() {
        assert_eq!(format!("{:?}", Masked::new("canary")), "***");
    }
}
