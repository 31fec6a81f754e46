//! What there is to say of the answers themselves: what they assume, and when a proof turned out wrong.
//! Refuses to say anything of what changed.

use super::compare::Comparison;
use super::finding::Pair;
use crate::inclusion::{Answer, Proof};
use crate::model::{Finding, Place};

/// One question with the answer that decides and the strict one.
struct Asked<'a> {
    words: &'static str,
    kind: &'static str,
    answer: &'a Answer,
    strict: Option<&'a Answer>,
}

impl Asked<'_> {
    fn narrows(&self) -> bool {
        self.kind == "forth"
    }
}

/// The remarks on a comparison, each at `place`.
pub(super) fn remarks(comparison: &Comparison, pair: &Pair<'_>, place: Place) -> Vec<Finding> {
    let strict = &comparison.strict;
    let asked = [
        Asked {
            words: "old fits new",
            kind: "forth",
            answer: &comparison.forth,
            strict: strict.forth.as_ref(),
        },
        Asked {
            words: "new fits old",
            kind: "back",
            answer: &comparison.back,
            strict: strict.back.as_ref(),
        },
    ];
    let used = asked
        .iter()
        .filter_map(|asked| assumed(asked, pair, &place));
    let wrong = asked.iter().flat_map(|asked| {
        let answers = [Some(asked.answer), asked.strict].into_iter().flatten();
        answers.filter_map(|answer| refuted(asked, answer, pair, &place))
    });
    used.chain(wrong).collect()
}

/// How a question was answered, in words.
fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Compatible { proof } => format!("proved ({})", proof.word()),
        Answer::Breaking { .. } => "refuted by a witness".to_owned(),
        Answer::Unknown { why } => format!("not decided ({})", why.code.word()),
    }
}

fn assumed(asked: &Asked<'_>, pair: &Pair<'_>, place: &Place) -> Option<Finding> {
    let strict = asked.strict?;
    let (old, new) = (pair.old.0, pair.new.0);
    let finding = Finding::new("compat/assumption-used", new.to_string(), place.clone())
        .kind(format!("{} {}", asked.kind, old.version))
        .message(format!(
            "{} after {old}, {}: {}, because senders are assumed to emit declared properties only",
            new.version,
            asked.words,
            outcome(asked.answer)
        ))
        .remedy("write `additionalProperties: false` where nothing else is ever sent, and drop `assume` in entry.toml")
        .note("assumes", "declared-producer")
        .note("strictly", format!("{}: {}", asked.words, outcome(strict)));
    Some(match strict {
        Answer::Breaking { witness } => pair.shown(finding, witness, asked.narrows()),
        Answer::Compatible { .. } | Answer::Unknown { .. } => finding,
    })
}

fn refuted(asked: &Asked<'_>, answer: &Answer, pair: &Pair<'_>, place: &Place) -> Option<Finding> {
    let Answer::Breaking { witness } = answer else {
        return None;
    };
    let prover = witness.refutes.map(Proof::word)?;
    let (old, new) = (pair.old.0, pair.new.0);
    let finding = Finding::new("compat/prover-refuted", new.to_string(), place.clone())
        .kind(format!("{} {} {prover}", asked.kind, old.version))
        .message(format!(
            "the prover `{prover}` called {old} and {new} compatible ({}), and a value shows that they are not",
            asked.words
        ))
        .remedy("report both schemas as a fault of matchmark; look by hand at what else was proved in this run");
    Some(pair.shown(finding, witness, asked.narrows()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::compat::{Side, compare};
    use crate::inclusion::Budget;
    use crate::model::{Direction, VersionId};
    use serde_json::json;

    fn id(version: &str) -> VersionId {
        VersionId {
            entry: "a".to_owned(),
            version: version.parse().unwrap(),
        }
    }

    fn remarked(change: impl Fn(&mut Comparison)) -> Vec<Finding> {
        let budget = Budget::default();
        let old = json!({"type": "object", "properties": {"a": true}});
        let new = json!({"type": "object", "properties": {"a": true, "b": {"type": "string"}}});
        let old = Side::new(&old).of_declared_producer(&budget);
        let new = Side::new(&new);
        let mut comparison = compare(&old, &new, Direction::Request, &budget);
        change(&mut comparison);
        let (from, to) = (id("1.0.0"), id("1.1.0"));
        let pair = Pair {
            old: (&from, &old),
            new: (&to, &new),
            direction: Direction::Request,
        };
        remarks(
            &comparison,
            &pair,
            Place::start("schemas/a/1.1.0/schema.json"),
        )
    }

    #[test]
    fn an_assumption_that_decides_is_said_with_the_strict_answer_and_its_witness() {
        let findings = remarked(|_| {});
        let [finding] = findings.as_slice() else {
            unreachable!("{findings:?}")
        };
        assert_eq!(finding.rule, "compat/assumption-used");
        let witness = finding.witness.as_ref().unwrap();
        assert_eq!(
            (witness.accepted_by.as_str(), witness.rejected_by.as_str()),
            ("a@1.0.0", "a@1.1.0")
        );
        let notes: Vec<&str> = finding
            .notes
            .iter()
            .map(|note| note.text.as_str())
            .collect();
        assert_eq!(
            notes,
            ["declared-producer", "old fits new: refuted by a witness"]
        );
    }

    #[test]
    fn a_proof_that_a_value_refutes_is_an_alarm() {
        let findings = remarked(|comparison| {
            let mut strict = comparison.strict.forth.take().unwrap();
            if let Answer::Breaking { witness } = &mut strict {
                witness.refutes = Some(Proof::Canonical);
            }
            comparison.forth = strict;
        });
        let [finding] = findings.as_slice() else {
            unreachable!("{findings:?}")
        };
        assert_eq!(
            (finding.rule.as_str(), finding.kind.as_str()),
            ("compat/prover-refuted", "forth 1.0.0 canonical")
        );
        assert!(finding.message.contains("`canonical`") && finding.witness.is_some());
    }
}
