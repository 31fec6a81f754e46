//! The table of payload throughput: what was measured, beside whom, and whether the target holds.
//! Refuses to measure.

use super::super::page::rounded;
use std::fmt::Write as _;

/// What stands for a figure of ours when there is none.
pub const FAILED: &str = "failed";

/// What is asked of a ratio or of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Resident memory, which the figure itself is held against.
    Megabytes(f64),
    /// Shown to compare with; nothing is asked.
    Open,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub ours: String,
    pub peer: String,
    /// What the target is held against.
    pub ratio: f64,
    pub target: Target,
    /// Whether both sides gave the same verdicts; without that no speed counts.
    pub agrees: bool,
}

impl Target {
    fn holds(self, ratio: f64) -> Option<bool> {
        match self {
            Self::AtLeast(least) => Some(ratio >= least),
            Self::AtMost(most) | Self::Megabytes(most) => Some(ratio <= most),
            Self::Open => None,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(least) => format!("at least {least}"),
            Self::AtMost(most) => format!("at most {most}"),
            Self::Megabytes(most) => format!("at most {most} MB"),
            Self::Open => "-".to_owned(),
        }
    }
}

impl Row {
    /// A figure without anything to compare it with.
    pub fn alone(what: &str, ours: &str) -> Self {
        Self {
            what: what.to_owned(),
            ours: ours.to_owned(),
            peer: "-".to_owned(),
            ratio: f64::NAN,
            target: Target::Open,
            agrees: true,
        }
    }

    /// Whether the target holds; none where nothing is asked.
    pub fn holds(&self) -> Option<bool> {
        Some(self.target.holds(self.ratio)? && self.agrees)
    }

    fn line(&self) -> String {
        let holds = match (self.holds(), self.agrees) {
            _ if self.ours == FAILED => "**no**: ours failed",
            (_, false) => "**no**: verdicts differ",
            (Some(true), true) => "yes",
            (Some(false), true) => "**no**",
            (None, true) => "-",
        };
        let Self {
            what, ours, peer, ..
        } = self;
        let target = self.target.words();
        let is_ratio = self.ratio.is_finite() && !matches!(self.target, Target::Megabytes(_));
        let ratio = if is_ratio {
            rounded(self.ratio)
        } else {
            "-".to_owned()
        };
        format!("| {what} | {ours} | {peer} | {ratio} | {target} | {holds} |")
    }
}

/// All rows, and the count of those that hold.
pub fn table(rows: &[Row]) -> String {
    let mut text =
        "| what | ours | beside | ratio | target | holds |\n|---|--:|---|--:|---|---|\n".to_owned();
    for row in rows {
        let _ = writeln!(text, "{}", row.line());
    }
    let asked: Vec<bool> = rows.iter().filter_map(Row::holds).collect();
    let held = asked.iter().filter(|held| **held).count();
    let _ = write!(text, "\n{held} of {} targets hold.", asked.len());
    let differ = rows.iter().filter(|row| !row.agrees).count();
    if differ > 0 {
        let _ = write!(text, " In {differ} rows the verdicts differ.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ratio: f64, target: Target, agrees: bool) -> Row {
        Row {
            what: "a".to_owned(),
            ours: "600".to_owned(),
            peer: "crate, 140".to_owned(),
            ratio,
            target,
            agrees,
        }
    }

    #[test]
    fn a_target_holds_from_its_own_side() {
        for (ratio, target, wanted) in [
            (4.0, Target::AtLeast(4.0), Some(true)),
            (3.99, Target::AtLeast(4.0), Some(false)),
            (1.5, Target::AtMost(1.5), Some(true)),
            (1.51, Target::AtMost(1.5), Some(false)),
            (f64::NAN, Target::Megabytes(64.0), Some(false)),
            (f64::NAN, Target::AtMost(1.5), Some(false)),
            (f64::NAN, Target::AtLeast(4.0), Some(false)),
            (9.0, Target::Open, None),
        ] {
            assert_eq!(
                row(ratio, target, true).holds(),
                wanted,
                "{ratio} {target:?}"
            );
        }
    }

    #[test]
    fn a_run_of_ours_that_failed_holds_no_target() {
        let mut failed = row(f64::NAN, Target::AtLeast(4.0), true);
        failed.ours = FAILED.to_owned();
        let text = table(&[failed, Row::alone("b", "12 MB")]);
        assert!(text.contains("| failed | crate, 140 | - | at least 4 | **no**: ours failed |"));
        assert!(text.contains("| b | 12 MB | - | - | - | - |"));
        assert!(text.ends_with("\n0 of 1 targets hold."));
    }

    #[test]
    fn no_speed_counts_where_the_verdicts_differ() {
        let rows = [
            row(5.0, Target::AtLeast(4.0), true),
            row(5.0, Target::AtLeast(4.0), false),
            row(2.0, Target::AtLeast(4.0), true),
            row(2.0, Target::Open, true),
        ];
        let text = table(&rows);
        assert!(text.contains("| a | 600 | crate, 140 | 5.00 | at least 4 | yes |"));
        assert!(text.contains("| **no**: verdicts differ |"));
        assert!(text.contains("| 2.00 | at least 4 | **no** |"));
        assert!(text.contains("| 2.00 | - | - |"));
        assert!(text.ends_with("1 of 3 targets hold. In 1 rows the verdicts differ."));
    }
}
