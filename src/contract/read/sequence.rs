//! The steps of all sequences of a file, held against one another.
//! Refuses to know how a step is brought about.

use super::desk::Desk;
use crate::contract::interaction::Interaction;
use crate::contract::message::MessageExpectation;
use crate::contract::promise::Sequence;
use std::collections::{BTreeMap, BTreeSet};

const BAD: &str = "contract/bad-sequence";

/// Rejects a step that stands twice, that waits for a step that is not there, or that waits for itself.
pub fn steps(desk: &mut Desk<'_>, interactions: &[Interaction], messages: &[MessageExpectation]) {
    let terms = interactions.iter().map(|found| &found.terms);
    let terms = terms.chain(messages.iter().map(|found| &found.terms));
    let mut sequences: BTreeMap<&str, BTreeMap<&str, &Sequence>> = BTreeMap::new();
    for sequence in terms.filter_map(|terms| terms.sequence.as_ref()) {
        let steps = sequences.entry(&sequence.id).or_default();
        if steps.contains_key(sequence.step.as_str()) {
            let pointer = format!("{}/step", sequence.pointer);
            desk.reject(BAD, &pointer, "another interaction is this step");
        } else {
            steps.insert(&sequence.step, sequence);
        }
    }
    for steps in sequences.values() {
        for sequence in steps.values() {
            waits(desk, sequence, steps);
        }
    }
}

fn waits(desk: &mut Desk<'_>, sequence: &Sequence, steps: &BTreeMap<&str, &Sequence>) {
    for (index, step) in sequence.after.iter().enumerate() {
        let pointer = format!("{}/after/{index}", sequence.pointer);
        if !steps.contains_key(step.as_str()) {
            desk.reject(
                BAD,
                &pointer,
                "no interaction of this sequence is this step",
            );
        } else if comes_after(step, &sequence.step, steps) {
            desk.reject(BAD, &pointer, "the steps wait for each other");
        }
    }
}

/// Whether `step` waits for `other`, or is it.
fn comes_after(step: &str, other: &str, steps: &BTreeMap<&str, &Sequence>) -> bool {
    let mut open = vec![step];
    let mut seen = BTreeSet::new();
    while let Some(step) = open.pop() {
        if step == other {
            return true;
        }
        if seen.insert(step)
            && let Some(sequence) = steps.get(step)
        {
            open.extend(sequence.after.iter().map(String::as_str));
        }
    }
    false
}
