//! How heavy a finding weighs, and what a whole run comes to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weight of one finding, lightest first.
///
/// `Undecided` is a question that could not be settled; `Fault` is a file of ours that could not be used.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Info,
    Warning,
    Undecided,
    Error,
    Fault,
}

impl Severity {
    /// The word that stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Undecided => "undecided",
            Self::Error => "error",
            Self::Fault => "fault",
        }
    }
}

/// What a run comes to. The order is the rank: a later one outranks an earlier one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Go,
    Empty,
    Undecided,
    NoGo,
    Error,
}

impl Verdict {
    /// The process exit code of this verdict.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::NoGo => 1,
            Self::Error => 2,
            Self::Undecided => 3,
            Self::Empty => 4,
        }
    }

    /// The exit code of a run for which some of that was asked to be forgiven; nothing forgives an error.
    #[must_use]
    pub fn forgiven(self, allow_empty: bool, exit_zero: bool) -> u8 {
        match self {
            Self::Error => self.exit_code(),
            Self::Empty if allow_empty => 0,
            Self::Go | Self::Empty | Self::Undecided | Self::NoGo if exit_zero => 0,
            Self::Go | Self::Empty | Self::Undecided | Self::NoGo => self.exit_code(),
        }
    }

    /// The word that stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::NoGo => "no-go",
            Self::Error => "error",
            Self::Undecided => "undecided",
            Self::Empty => "empty",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worse_verdict_outranks_a_better_one() {
        let ranked = [
            Verdict::Go,
            Verdict::Empty,
            Verdict::Undecided,
            Verdict::NoGo,
            Verdict::Error,
        ];
        assert!(ranked.is_sorted());
        assert_eq!(ranked.map(Verdict::exit_code), [0, 4, 3, 1, 2]);
    }
}
