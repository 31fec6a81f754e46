//! Digests by which a reader can tell that a report or a record is the one that was written, and the chain of events.
//! Refuses to know formats, files and clocks.

mod archive;
mod chain;
mod moves;
mod name;
mod news;
mod runs;

pub use archive::{Files, archive};
pub use moves::{MOVES, MoveFault, following, move_file, moves};
pub use news::{News, Place, additions};
pub use runs::{
    Runs, Shown, kept_report, report_file, run_digest, run_file, runs, shown_report, trend,
};

use crate::model::{Report, digest};
use serde_json::Value;
use std::collections::BTreeMap;
use wire::json::canonical;

/// The report with the digest of everything else in it.
#[must_use]
pub fn seal(mut report: Report) -> Report {
    report.digest = of_report(&report);
    report
}

/// Whether a report still is what `seal` gave.
#[must_use]
pub fn is_intact(report: &Report) -> bool {
    report.digest == of_report(report)
}

/// Digest over paths and digests of files: it names what a run judged.
#[must_use]
pub fn of_inputs(inputs: &BTreeMap<String, String>) -> String {
    let members = inputs.iter();
    let members = members.map(|(path, digest)| (path.clone(), Value::from(digest.as_str())));
    of_value(&Value::Object(members.collect()))
}

/// Digest of the canonical form of `value`.
#[must_use]
pub fn of_value(value: &Value) -> String {
    digest(canonical(value).as_bytes())
}

fn of_report(report: &Report) -> String {
    // A report holds strings as keys and whole numbers, which always serialise.
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let Value::Object(members) = &mut value {
        members.remove("digest");
    }
    of_value(&value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::{Governance, ReportHeader, Summary, Verdict};

    fn report() -> Report {
        Report {
            verdict: Verdict::Empty,
            exit_code: 4,
            header: ReportHeader {
                tool: "matchmark".to_owned(),
                as_of: "2026-11-21T00:00:00Z".to_owned(),
                stage: "local".to_owned(),
                head: "working tree".to_owned(),
                base: None,
            },
            summary: Summary::default(),
            checks: Vec::new(),
            findings: Vec::new(),
            changes: Vec::new(),
            matrix: Vec::new(),
            governance: Governance::default(),
            not_proved: Vec::new(),
            inputs: BTreeMap::new(),
            digest: String::new(),
        }
    }

    #[test]
    fn a_seal_holds_until_something_changes() {
        let sealed = seal(report());
        assert!(is_intact(&sealed));
        assert_eq!(seal(sealed.clone()), sealed);
        let greener = Report {
            verdict: Verdict::Go,
            ..sealed
        };
        assert!(!is_intact(&greener));
    }

    #[test]
    fn the_examples_of_the_catalogue_are_sealed() {
        for file in [
            include_str!("../../schemas/matchmark-report/1.2.0/accepted/go.json"),
            include_str!("../../schemas/matchmark-report/1.2.0/accepted/no-go.json"),
            include_str!("../../schemas/matchmark-report/1.2.0/accepted/packet.json"),
        ] {
            assert!(is_intact(&serde_json::from_str(file).unwrap()));
        }
    }

    #[test]
    fn the_order_of_keys_does_not_change_a_digest() {
        let one = serde_json::json!({"a": 1, "b": [2]});
        let other = serde_json::json!({"b": [2], "a": 1});
        assert_eq!(of_value(&one), of_value(&other));
    }
}
