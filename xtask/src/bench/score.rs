//! What the answers of one checker come to: how many were right, in which way the others were not, and how long they took.
//! Refuses to know the checker.

use super::dialogue::Reply;
use super::pairs::Pair;
use serde_json::Value;

/// Counts over the labelled pairs.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Pairs that have an answer.
    pub settled: u32,
    pub right: u32,
    /// Breaks that it let pass.
    pub false_compatible: u32,
    /// Breaks that are none.
    pub false_breaking: u32,
    /// It says itself that it does not know.
    pub unknown: u32,
    /// It refused the pair, died of it, or gave no answer within the limit.
    pub failed: u32,
    /// Right breaks that it showed with a value, which the old side accepts and the new side rejects.
    pub witnesses: u32,
    /// Pairs without an answer to which it gave none either.
    pub rightly_refused: u32,
    pub unsettled: u32,
    /// Microseconds of every answer, and the limit for those that came too late.
    times: Vec<f64>,
}

impl Score {
    /// Adds what came back for `pair`; what came too late took `limit` microseconds, what never comes has no time.
    pub fn add(&mut self, pair: &Pair, reply: &Reply, limit: f64) {
        let answer: Value = match reply {
            Reply::Line(line) => serde_json::from_str(line).unwrap_or_default(),
            Reply::Late | Reply::Gone => Value::Null,
        };
        let late = (*reply == Reply::Late).then_some(limit);
        let time = answer.get("us").and_then(Value::as_f64).or(late);
        self.times.extend(time);
        let verdict = answer.get("verdict").and_then(Value::as_str);
        let Some(truth) = pair.truth else {
            self.unsettled += 1;
            let decided = matches!(verdict, Some("compatible" | "breaking"));
            self.rightly_refused += u32::from(!decided);
            return;
        };
        self.settled += 1;
        match (verdict, truth) {
            (Some("compatible"), true) => self.right += 1,
            (Some("breaking"), false) => {
                self.right += 1;
                let witness = answer.get("witness");
                self.witnesses += u32::from(witness.is_some_and(|value| separates(pair, value)));
            }
            (Some("compatible"), false) => self.false_compatible += 1,
            (Some("breaking"), true) => self.false_breaking += 1,
            (Some("unknown"), _) => self.unknown += 1,
            _ => self.failed += 1,
        }
    }

    /// The time below which `share` of the answers came, in microseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list of some hundred"
        )]
        let place = (times.len() as f64 * share) as usize;
        let last = times.last().copied().unwrap_or_default();
        times.get(place).copied().unwrap_or(last)
    }
}

/// Whether the old side accepts the value and the new side rejects it, as a third party sees it.
fn separates(pair: &Pair, value: &Value) -> bool {
    let accepts = |schema: &Value, draft: &str| {
        let validator = jsonschema::options()
            .with_draft(named(draft)?)
            .should_validate_formats(false)
            .build(schema);
        Some(validator.ok()?.is_valid(value))
    };
    accepts(&pair.old, &pair.draft_old) == Some(true)
        && accepts(&pair.new, &pair.draft_new) == Some(false)
}

/// A draft by the word that a question names it with.
pub fn named(draft: &str) -> Option<jsonschema::Draft> {
    Some(match draft {
        "4" => jsonschema::Draft::Draft4,
        "6" => jsonschema::Draft::Draft6,
        "7" => jsonschema::Draft::Draft7,
        "2019-09" => jsonschema::Draft::Draft201909,
        "2020-12" => jsonschema::Draft::Draft202012,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn pair(truth: Option<bool>) -> Pair {
        Pair {
            old: json!({"type": "number"}),
            new: json!({"type": "integer"}),
            draft_old: "7".to_owned(),
            draft_new: "7".to_owned(),
            truth,
        }
    }

    #[test]
    fn only_a_value_that_separates_the_two_sides_counts_as_a_witness() {
        let mut score = Score::default();
        for line in [
            r#"{"verdict":"breaking","witness":0.5,"us":10}"#,
            r#"{"verdict":"breaking","witness":1,"us":30}"#,
            r#"{"verdict":"breaking","us":20}"#,
        ] {
            score.add(&pair(Some(false)), &Reply::Line(line.to_owned()), 99.0);
        }
        assert_eq!((score.right, score.witnesses), (3, 1));
        assert!((score.quantile(0.5) - 20.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_wrong_answer_an_open_one_and_none_are_told_apart() {
        let mut score = Score::default();
        let line = |verdict: &str| Reply::Line(json!({"verdict": verdict, "us": 1}).to_string());
        score.add(&pair(Some(false)), &line("compatible"), 99.0);
        score.add(&pair(Some(true)), &line("breaking"), 99.0);
        score.add(&pair(Some(true)), &line("unknown"), 99.0);
        score.add(&pair(Some(true)), &line("refused"), 99.0);
        score.add(&pair(Some(true)), &Reply::Late, 99.0);
        score.add(&pair(None), &line("refused"), 99.0);
        assert_eq!((score.false_compatible, score.false_breaking), (1, 1));
        assert_eq!((score.unknown, score.failed), (1, 2));
        assert_eq!((score.unsettled, score.rightly_refused), (1, 1));
        assert!((score.quantile(1.0) - 99.0).abs() < f64::EPSILON);
    }
}
