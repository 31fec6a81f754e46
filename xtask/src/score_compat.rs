//! `cargo xtask score-compat OUT [PAIRS]`: what `compat --batch` answered, held against labelled pairs.
//! Refuses to ask the product anything: it reads two files.

use crate::fault::Fault;
use crate::repository;
use crate::third::{Opinion, opinion};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Least share of settled pairs that is answered rightly, in percent.
///
/// Source: the compatibility specification, acceptance; so are the others
const RIGHT: usize = 99;
const MEDIAN_US: u64 = 1_000;
const P95_US: u64 = 20_000;
/// The default budget of a line, and what may be spent beyond it.
const MOST_US: u64 = 2_250_000;
/// A pair whose schemas refer to each other in a circle.
const CIRCULAR_US: u64 = 100_000;

/// Prints the table; fails when a target is missed.
pub fn run(out: &Path, pairs: Option<&Path>) -> Result<(), Fault> {
    let pairs = pairs.map_or_else(labelled, Path::to_owned);
    let read = |path: &Path| std::fs::read_to_string(path).map_err(Fault::file(path));
    let score = Score::of(&lines(&read(&pairs)?)?, &lines(&read(out)?)?);
    println!("{score}");
    let missed = score.missed();
    if missed.is_empty() {
        return Ok(());
    }
    Err(Fault::Said(format!("missed: {}", missed.join("; "))))
}

fn labelled() -> PathBuf {
    let shared = std::env::var_os("MATCHMARK_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| repository::root().join("../shared"));
    shared.join("data/compat-pairs.ndjson")
}

fn lines(text: &str) -> Result<Vec<Value>, Fault> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            serde_json::from_str(line).map_err(|error| Fault::Said(format!("{error}: {line}")))
        })
        .collect()
}

/// How the answers to the pairs of one source came out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    pairs: usize,
    right: usize,
    false_compatible: Vec<String>,
    false_breaking: Vec<String>,
    unknown: Vec<String>,
}

#[derive(Debug, Default)]
struct Score {
    rows: BTreeMap<String, Row>,
    /// Pairs that have no answer, and those of them that were given one.
    unsettled: usize,
    settled_anyway: Vec<String>,
    breaks: usize,
    without_witness: Vec<String>,
    opinions: [Vec<String>; 3],
    us: Vec<u64>,
    circular_us: u64,
    unanswered: Vec<String>,
}

impl Score {
    fn of(pairs: &[Value], answers: &[Value]) -> Self {
        let number = |line: &Value| line.get("n").map(Value::to_string).unwrap_or_default();
        let answers: BTreeMap<String, &Value> = answers.iter().map(|a| (number(a), a)).collect();
        let mut score = Self::default();
        for pair in pairs {
            let n = number(pair);
            match answers.get(&n) {
                Some(answer) => score.add(&n, pair, answer),
                None => score.unanswered.push(n),
            }
        }
        score.us.sort_unstable();
        score
    }

    fn add(&mut self, n: &str, pair: &Value, answer: &Value) {
        let word =
            |line: &Value, key: &str| line.get(key).and_then(Value::as_str).map(str::to_owned);
        let source = word(pair, "source").unwrap_or_default();
        let us = answer.get("us").and_then(Value::as_u64).unwrap_or(u64::MAX);
        self.us.push(us);
        if source.ends_with("circular") {
            self.circular_us = self.circular_us.max(us);
        }
        let verdict = word(answer, "verdict").unwrap_or_default();
        self.witness(n, pair, answer, verdict == "breaking");
        let Some(truth) = pair.get("truth").and_then(Value::as_bool) else {
            self.unsettled += 1;
            let why = word(answer, "why").unwrap_or_default();
            if verdict != "unknown" || !why.starts_with("input/schema-invalid") {
                self.settled_anyway.push(n.to_owned());
            }
            return;
        };
        let row = self.rows.entry(source).or_default();
        row.pairs += 1;
        match (verdict.as_str(), truth) {
            ("compatible", true) | ("breaking", false) => row.right += 1,
            ("compatible", false) => row.false_compatible.push(n.to_owned()),
            ("breaking", true) => row.false_breaking.push(n.to_owned()),
            _ => row.unknown.push(n.to_owned()),
        }
    }

    fn witness(&mut self, n: &str, pair: &Value, answer: &Value, is_breaking: bool) {
        let witness = answer.get("witness");
        self.breaks += usize::from(is_breaking);
        if is_breaking != witness.is_some() {
            self.without_witness.push(n.to_owned());
        }
        if let Some(witness) = witness {
            let [confirmed, refuted, blind] = &mut self.opinions;
            match opinion(pair, witness) {
                Opinion::Confirmed => confirmed,
                Opinion::Refuted => refuted,
                Opinion::Blind => blind,
            }
            .push(n.to_owned());
        }
    }

    /// The time that `percent` of all lines stay within.
    fn percentile(&self, percent: usize) -> u64 {
        let place = (self.us.len() * percent).div_ceil(100).saturating_sub(1);
        self.us.get(place).copied().unwrap_or_default()
    }

    fn total(&self) -> Row {
        let mut total = Row::default();
        for row in self.rows.values() {
            total.pairs += row.pairs;
            total.right += row.right;
            total.false_compatible.extend(row.false_compatible.clone());
            total.false_breaking.extend(row.false_breaking.clone());
            total.unknown.extend(row.unknown.clone());
        }
        total
    }

    /// Every target that is missed, in words.
    fn missed(&self) -> Vec<String> {
        let total = self.total();
        let [_, refuted, _] = &self.opinions;
        let named = |what: &str, all: &[String]| {
            (!all.is_empty()).then(|| format!("{what}: {}", all.join(", ")))
        };
        let slow = |what: &str, us: u64, most: u64| {
            (us > most).then(|| format!("{what} {us} us, at most {most}"))
        };
        let too_few = total.right * 100 < total.pairs * RIGHT || total.pairs == 0;
        [
            named("false compatible", &total.false_compatible),
            named("false breaking", &total.false_breaking),
            too_few.then(|| format!("less than {RIGHT} % right")),
            named("answered although unsettled", &self.settled_anyway),
            named(
                "a break without a witness, or a witness without a break",
                &self.without_witness,
            ),
            named("witness refuted by a third validator", refuted),
            named("no answer", &self.unanswered),
            slow("median", self.percentile(50), MEDIAN_US),
            slow("95 of 100", self.percentile(95), P95_US),
            slow("slowest", self.percentile(100), MOST_US),
            slow("slowest circular", self.circular_us, CIRCULAR_US),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24}{:>7}{:>7}{:>18}{:>16}{:>9}",
            "source", "pairs", "right", "false compatible", "false breaking", "unknown"
        )?;
        let total = self.total();
        let rows = self.rows.iter().map(|(source, row)| (source.as_str(), row));
        for (source, row) in rows.chain([("all", &total)]) {
            writeln!(
                f,
                "{source:<24}{:>7}{:>7}{:>18}{:>16}{:>9}",
                row.pairs,
                row.right,
                row.false_compatible.len(),
                row.false_breaking.len(),
                row.unknown.len()
            )?;
        }
        if !total.unknown.is_empty() {
            writeln!(f, "unknown    {}", total.unknown.join(", "))?;
        }
        self.below(f)
    }
}

impl Score {
    /// What stands below the table.
    fn below(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [confirmed, refuted, blind] = self.opinions.each_ref().map(Vec::len);
        writeln!(
            f,
            "unsettled  {}, {} of them rightly left open",
            self.unsettled,
            self.unsettled - self.settled_anyway.len()
        )?;
        writeln!(
            f,
            "witnesses  {} breaking; a third validator confirms {confirmed}, refutes {refuted}, is blind for {blind}",
            self.breaks
        )?;
        write!(
            f,
            "time       median {} us, 95 of 100 within {} us, slowest {} us, slowest circular {} us",
            self.percentile(50),
            self.percentile(95),
            self.percentile(100),
            self.circular_us
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pair(n: u64, truth: Value) -> Value {
        json!({"n": n, "source": "made-up", "draft": "7", "old": {"type": "number"}, "new": {"type": "integer"}, "truth": truth})
    }

    fn answer(n: u64, verdict: &str, why: &str, us: u64) -> Value {
        json!({"n": n, "verdict": verdict, "why": why, "us": us})
    }

    fn breaking(n: u64, witness: Value) -> Value {
        json!({"n": n, "verdict": "breaking", "witness": witness, "why": "compat/type-narrowed at /type", "us": 9})
    }

    #[test]
    fn what_is_right_misses_nothing() {
        let pairs = [
            pair(1, json!(true)),
            pair(2, json!(false)),
            pair(3, Value::Null),
        ];
        let answers = [
            answer(1, "compatible", "proof/identical", 5),
            breaking(2, json!(0.5)),
            answer(3, "unknown", "input/schema-invalid at /items", 900),
        ];
        let score = Score::of(&pairs, &answers);
        assert_eq!(score.missed(), Vec::<String>::new());
        let table = score.to_string();
        assert!(
            table.contains("all                           2      2"),
            "{table}"
        );
        assert!(
            table.contains("confirms 1, refutes 0, is blind for 0"),
            "{table}"
        );
        assert!(
            table.contains("median 9 us, 95 of 100 within 900 us"),
            "{table}"
        );
    }

    #[test]
    fn each_target_that_is_missed_is_named() {
        let missed = |truth: Value, answer: Value| {
            let score = Score::of(&[pair(1, truth)], &[answer]);
            score.missed().join("; ")
        };
        for (truth, answered, word) in [
            (
                json!(false),
                answer(1, "compatible", "proof/residual", 1),
                "false compatible: 1",
            ),
            (json!(true), breaking(1, json!(0.5)), "false breaking: 1"),
            (
                json!(true),
                answer(1, "unknown", "time", 1),
                "less than 99 % right",
            ),
            (
                Value::Null,
                answer(1, "unknown", "time", 1),
                "answered although unsettled: 1",
            ),
            (
                json!(false),
                answer(1, "breaking", "x", 1),
                "a break without a witness",
            ),
            (
                json!(false),
                breaking(1, json!(3)),
                "witness refuted by a third validator: 1",
            ),
            (json!(true), answer(2, "compatible", "x", 1), "no answer: 1"),
            (
                json!(true),
                answer(1, "compatible", "x", 1_500),
                "median 1500 us",
            ),
        ] {
            let said = missed(truth, answered);
            assert!(said.contains(word), "{word} is not in: {said}");
        }
    }
}
