//! Random edits explained: every break has a finding with a place on both sides and a value of its own.

use super::ask::{is_full, open, reading};
use super::dice::Dice;
use super::evolution::evolved;
use super::generator::{DRAFTS, Grammar};
use super::tally::{Tally, each};
use matchmark::compat::{Side, compare};
use matchmark::inclusion::Budget;
use matchmark::model::{Direction, Effect};
use serde_json::json;

/// Pairs of the whole proof, and of its slice.
const PAIRS: (u64, u64) = (10_000, 100);
/// Of a hundred findings so many may name no single change.
const UNEXPLAINED: usize = 10;

fn look(seed: u64, tally: &mut Tally) {
    let dice = &mut Dice::new(seed ^ 0x1111);
    let draft = *dice.pick(&DRAFTS);
    let old = Grammar::new(dice, draft).document(2);
    let edits = 1 + dice.roll(2);
    let new = evolved(dice, draft, &old, edits);
    let (Ok(left), Ok(right)) = (open(&old, draft), open(&new, draft)) else {
        return;
    };
    let side = |schema| Side::read(schema, reading(draft), &Budget::default());
    let compared = compare(
        &side(&old),
        &side(&new),
        Direction::Shared,
        &Budget::default(),
    );
    let line = |fault: String| {
        format!(
            "{fault}: {}",
            json!({"draft": draft, "old": old, "new": new})
        )
    };
    for (effect, answer) in [
        (Effect::Narrows, &compared.forth),
        (Effect::Widens, &compared.back),
    ] {
        let found = compared.explanations.iter().any(|one| one.effect == effect);
        if found != answer.is_breaking() {
            tally.wrong.push(line(format!("{effect:?} {answer:?}")));
        }
    }
    for one in &compared.explanations {
        let Some(witness) = &one.witness else {
            continue;
        };
        tally.count("findings");
        if one.rule.contains("unexplained") {
            tally.count("unexplained");
            tally
                .missed
                .push(line(format!("{} {}", one.rule, one.new_pointer)));
        }
        let (before, after) = (left.accepts(&witness.value), right.accepts(&witness.value));
        let separates =
            (before, after) == (one.effect == Effect::Narrows, one.effect == Effect::Widens);
        let placed =
            old.pointer(&one.old_pointer).is_some() && new.pointer(&one.new_pointer).is_some();
        if !separates || !placed {
            tally.wrong.push(line(format!("{one:?}")));
        }
    }
}

#[test]
fn prove_compat_every_random_break_is_explained() {
    let (full, slice) = PAIRS;
    let tally = each(0..if is_full() { full } else { slice }, look);
    println!("{:?}", tally.counts);
    for sample in tally.missed.iter().take(3) {
        println!("    {sample}");
    }
    let wrong: Vec<_> = tally.wrong.iter().take(10).collect();
    assert!(wrong.is_empty(), "{}: {wrong:#?}", tally.wrong.len());
    let (found, unexplained) = (tally.of("findings"), tally.of("unexplained"));
    assert!(
        unexplained * 100 <= found * UNEXPLAINED,
        "{unexplained} of {found} findings"
    );
}
