//! Random pairs over every keyword: no proof falls to a value, no witness to a validator, inclusion is an order.
//! A slice in the suite; all of it where `MATCHMARK_PROVE` says so.

use super::ask::{Asked, ask, is_full, open, union};
use super::dice::Dice;
use super::evolution::evolved;
use super::generator::{DRAFTS, Grammar};
use super::tally::{Tally, each};
use super::third;
use super::value::{Mentioned, small};
use matchmark::inclusion::{Answer, Code, Schema};
use serde_json::Value;

/// Pairs of the whole proof, and of its slice.
///
/// Source: the acceptance table of the compatibility specification
const PAIRS: (u64, u64) = (100_000, 300);
/// Enumerated values that are thrown at every proof.
const VALUES: (usize, usize) = (2_000, 400);
/// Values from what a pair mentions.
const SAMPLES: (usize, usize) = (200, 60);
/// Of a hundred evolutions so many are decided, at least.
const DECIDED: usize = 98;

fn size<T>((full, slice): (T, T)) -> T {
    if is_full() { full } else { slice }
}

/// A pair as it would be written down.
#[derive(Clone, Debug)]
struct Pair {
    old: Value,
    new: Value,
    drafts: (&'static str, &'static str),
    is_evolution: bool,
}

impl Pair {
    fn drawn(seed: u64) -> Self {
        let dice = &mut Dice::new(seed);
        let draft = if dice.one_in(2) {
            DRAFTS[0]
        } else {
            dice.pick(&DRAFTS)
        };
        let depth = 1 + dice.roll(3);
        let old = Grammar::new(dice, draft).document(depth);
        let is_evolution = dice.roll(4) > 0;
        if is_evolution {
            let edits = 1 + dice.roll(3);
            let new = evolved(dice, draft, &old, edits);
            return Self {
                old,
                new,
                drafts: (draft, draft),
                is_evolution,
            };
        }
        let other = dice.pick(&DRAFTS);
        let new = Grammar::new(dice, other).document(depth);
        Self {
            old,
            new,
            drafts: (draft, other),
            is_evolution,
        }
    }

    fn line(&self) -> String {
        let (old, new) = self.drafts;
        serde_json::json!({"draft_old": old, "draft_new": new, "old": self.old, "new": self.new})
            .to_string()
    }
}

fn judged(pair: &Pair, seed: u64, values: &[Value], tally: &mut Tally) {
    let (Ok(old), Ok(new)) = (
        open(&pair.old, pair.drafts.0),
        open(&pair.new, pair.drafts.1),
    ) else {
        tally.count("unreadable");
        return;
    };
    let Asked { answer, elapsed } = ask(&old, &new);
    tally.slowest = tally.slowest.max(elapsed.as_millis());
    let separating = || found(pair, seed, values, &old, &new);
    match &answer {
        Answer::Compatible { .. } => {
            tally.count("compatible");
            let found = separating();
            tally.wrong.extend(
                found.map(|value| {
                    format!("called compatible, but {value} separates: {}", pair.line())
                }),
            );
        }
        Answer::Breaking { witness } => {
            tally.count("breaking");
            let value = &witness.value;
            let sides = ((&pair.old, pair.drafts.0), (&pair.new, pair.drafts.1));
            let objection = third::objection(sides.0, sides.1, value);
            let stands = old.accepts(value) && !new.accepts(value);
            if !stands || objection.is_some() || witness.refutes.is_some() {
                let refutes = witness.refutes;
                tally.wrong.push(format!(
                    "witness {value} ({objection:?}, refutes {refutes:?}): {}",
                    pair.line()
                ));
            }
        }
        Answer::Unknown { why } => {
            tally.count("unknown");
            *tally.codes.entry(why.code.word()).or_default() += 1;
            if why.code == Code::Time {
                tally.late.push(pair.line());
            }
            if why.code == Code::WorkerDied {
                tally.wrong.push(format!("died: {}", pair.line()));
            }
            let found = separating();
            tally
                .missed
                .extend(found.map(|value| format!("{why}, but {value}: {}", pair.line())));
        }
    }
    if pair.is_evolution {
        tally.count("evolutions");
        if !matches!(answer, Answer::Unknown { .. }) {
            tally.count("decided");
        }
    }
    if !ask(&old, &old).answer.is_compatible() {
        tally.wrong.push(format!("not in itself: {}", pair.line()));
    }
}

/// A value that the first side accepts and the second one rejects.
fn found(pair: &Pair, seed: u64, values: &[Value], old: &Schema, new: &Schema) -> Option<Value> {
    let separates = |value: &Value| old.accepts(value) && !new.accepts(value);
    let mentioned = Mentioned::of([&pair.old, &pair.new]);
    let dice = &mut Dice::new(seed ^ 0xabcd);
    values
        .iter()
        .find(|value| separates(value))
        .cloned()
        .or_else(|| {
            (0..size(SAMPLES))
                .map(|_| mentioned.value(dice, 3))
                .find(separates)
        })
}

#[test]
fn prove_compat_no_random_pair_is_answered_wrongly() {
    let values = small(size(VALUES));
    let tally = each(0..size(PAIRS), |seed, tally| {
        judged(&Pair::drawn(seed), seed, &values, tally);
    });
    println!("{:?} {:?}", tally.counts, tally.codes);
    println!("slowest {} ms; late: {:#?}", tally.slowest, tally.late);
    println!(
        "{} missed: {:#?}",
        tally.missed.len(),
        tally.missed.iter().take(3).collect::<Vec<_>>()
    );
    let wrong: Vec<_> = tally.wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{}: {wrong:#?}", tally.wrong.len());
    assert!(tally.slowest < super::ask::LIMIT.as_millis());
    let (decided, evolutions) = (tally.of("decided"), tally.of("evolutions"));
    assert!(
        decided * 100 >= evolutions * DECIDED,
        "{decided} of {evolutions} evolutions are decided: {:?}",
        tally.codes
    );
    assert!(tally.of("compatible") * 12 > evolutions && tally.of("breaking") * 4 > evolutions);
}

#[test]
fn prove_compat_inclusion_is_transitive_where_it_is_decided() {
    let tally = each(0..size((20_000, 60)), |seed, tally| {
        let dice = &mut Dice::new(seed ^ 0x7777);
        let draft = *dice.pick(&DRAFTS);
        let first = Grammar::new(dice, draft).document(2);
        let mut chain = vec![first];
        for _ in 0..2 {
            let last = chain.last().unwrap();
            let next = evolved(dice, draft, last, 1);
            chain.push(next);
        }
        let Ok(ready) = chain
            .iter()
            .map(|schema| open(schema, draft))
            .collect::<Result<Vec<_>, _>>()
        else {
            return;
        };
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
            let [a, b, c] = order.map(|at| &ready[at]);
            if !ask(a, b).answer.is_compatible() {
                continue;
            }
            // Whatever tells `a` and `c` apart lies in `b` too.
            if let Answer::Breaking { witness } = ask(a, c).answer {
                tally.count("carried");
                if !b.accepts(&witness.value) || ask(b, c).answer.is_compatible() {
                    tally
                        .wrong
                        .push(format!("{order:?} {}", Value::Array(chain.clone())));
                }
            } else if ask(b, c).answer.is_compatible() {
                tally.count("joined");
            }
        }
    });
    println!("{:?}", tally.counts);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.of("carried") > 5 && tally.of("joined") > 5);
}

#[test]
fn prove_compat_no_union_is_answered_wrongly() {
    let values = small(size(VALUES));
    let tally = each(0..size((20_000, 60)), |seed, tally| {
        let dice = &mut Dice::new(seed ^ 0x5555);
        let old = Grammar::new(dice, DRAFTS[0]).document(2);
        let parts = [0, 1].map(|_| evolved(dice, DRAFTS[0], &old, 2));
        let line = || serde_json::json!({"old": old, "parts": parts}).to_string();
        let opened = |schema: &Value| open(schema, DRAFTS[0]).ok();
        let (Some(left), [Some(one), Some(other)]) =
            (opened(&old), [opened(&parts[0]), opened(&parts[1])])
        else {
            return;
        };
        let alone = ask(&left, &one).answer;
        let right = [one, other];
        let separates =
            |value: &Value| left.accepts(value) && right.iter().all(|right| !right.accepts(value));
        match union(&left, &right).answer {
            Answer::Compatible { .. } => {
                tally.count("compatible");
                let found = values.iter().find(|value| separates(value));
                tally
                    .wrong
                    .extend(found.map(|value| format!("{value}: {}", line())));
            }
            Answer::Breaking { witness } => {
                tally.count("breaking");
                if !separates(&witness.value) || alone.is_compatible() {
                    tally
                        .wrong
                        .push(format!("witness {}: {}", witness.value, line()));
                }
            }
            Answer::Unknown { .. } => tally.count("unknown"),
        }
    });
    println!("{:?}", tally.counts);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.of("unknown") * 10 <= tally.of("compatible") + tally.of("breaking"));
}
