//! One question asked in other words: the verdict never turns, and a schema stays equal to its other spellings.

use super::ask::{ask, is_full, open};
use super::case::{Verdict, cases};
use super::dice::Dice;
use super::evolution::evolved;
use super::generator::{DRAFTS, Grammar};
use super::respelling::Respelling;
use matchmark::inclusion::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Random pairs of the whole proof, and of its slice.
const PAIRS: (u64, u64) = (5_000, 60);
/// Of a thousand questions so many may be decided in one spelling only.
const LOST: usize = 5;

/// Every so many-th question of the suite also holds each side against its other spelling; the whole proof always.
const THOROUGH: usize = 6;

/// A schema and the draft to read it in.
type Written = (Value, String);

/// What the respellings of many pairs did.
#[derive(Default)]
struct Tally {
    asked: usize,
    turned: Vec<String>,
    /// Pairs that are decided in one spelling and open in the other, by code.
    lost: BTreeMap<&'static str, usize>,
    samples: Vec<String>,
}

/// -1 breaking, 1 compatible, 0 open.
fn sign(answer: &Answer) -> i32 {
    match answer {
        Answer::Compatible { .. } => 1,
        Answer::Breaking { .. } => -1,
        Answer::Unknown { .. } => 0,
    }
}

fn code(answers: [&Answer; 2]) -> &'static str {
    let code = answers.into_iter().find_map(|answer| match answer {
        Answer::Unknown { why } => Some(why.code.word()),
        Answer::Compatible { .. } | Answer::Breaking { .. } => None,
    });
    code.unwrap_or("unreadable")
}

impl Tally {
    /// Asks about a pair as written and in every other spelling, and about each side and its other spelling.
    fn look(&mut self, name: &str, old: &Written, new: &Written) {
        let ready = |side: &Written| open(&side.0, &side.1).ok();
        let Some((left, right)) = ready(old).zip(ready(new)) else {
            return;
        };
        let plain = ask(&left, &right).answer;
        for respelling in Respelling::ALL {
            let (one, other) = (respelling.of(&old.0, &old.1), respelling.of(&new.0, &new.1));
            if one.is_none() && other.is_none() {
                continue;
            }
            let line = |note: &str| {
                format!(
                    "{name} {respelling:?} {note}: {}",
                    json!({"old": old, "new": new, "to": [one, other]})
                )
            };
            let (Some(a), Some(b)) = (
                one.as_ref().map_or(Some(left.clone()), ready),
                other.as_ref().map_or(Some(right.clone()), ready),
            ) else {
                *self.lost.entry("unreadable").or_default() += 1;
                self.samples.push(line("unreadable"));
                continue;
            };
            let again = ask(&a, &b).answer;
            self.asked += 1;
            match sign(&plain) * sign(&again) {
                -1 => self.turned.push(line("turned")),
                0 if sign(&plain) != sign(&again) => {
                    let code = code([&plain, &again]);
                    *self.lost.entry(code).or_default() += 1;
                    self.samples.push(line(code));
                }
                _ => {}
            }
            let thorough = is_full() || self.asked.is_multiple_of(THOROUGH);
            let sides = [(&left, &a), (&right, &b)];
            for (before, after) in sides.into_iter().filter(|_| thorough) {
                for (from, to) in [(before, after), (after, before)] {
                    let same = ask(from, to).answer;
                    self.asked += 1;
                    if same.is_breaking() {
                        self.turned.push(line("differs from itself"));
                    } else if !same.is_compatible() {
                        let code = code([&same, &same]);
                        *self.lost.entry(code).or_default() += 1;
                        self.samples.push(line(code));
                    }
                }
            }
        }
    }

    fn hold(&self) {
        println!("{} asked, lost {:?}", self.asked, self.lost);
        for sample in self.samples.iter().take(10) {
            println!("    {sample}");
        }
        let turned: Vec<_> = self.turned.iter().take(10).collect();
        assert!(turned.is_empty(), "{}: {turned:#?}", self.turned.len());
        let lost: usize = self.lost.values().sum();
        assert!(lost * 1000 <= self.asked * LOST, "{:?}", self.lost);
    }
}

#[test]
fn prove_compat_no_case_turns_when_it_is_written_differently() {
    let mut tally = Tally::default();
    for (name, case) in cases() {
        if case.verdict == Verdict::Unknown {
            continue;
        }
        let (draft_old, draft_new) = case.drafts();
        let old = (case.old.clone(), draft_old.to_owned());
        let new = (case.new.clone(), draft_new.to_owned());
        tally.look(&name, &old, &new);
    }
    tally.hold();
}

#[test]
fn prove_compat_no_random_pair_turns_when_it_is_written_differently() {
    let mut tally = Tally::default();
    let (full, slice) = PAIRS;
    for seed in 0..if is_full() { full } else { slice } {
        let dice = &mut Dice::new(seed ^ 0x3333);
        let draft = *dice.pick(&DRAFTS);
        let old = Grammar::new(dice, draft).document(2);
        let edits = 1 + dice.roll(2);
        let new = evolved(dice, draft, &old, edits);
        let written = |schema| (schema, draft.to_owned());
        tally.look(&seed.to_string(), &written(old), &written(new));
    }
    tally.hold();
}
