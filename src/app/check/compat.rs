//! The compatibility check: every step between neighbouring versions, and from the newest release to the draft.

use super::{Question, Room};
use crate::app::{diff, hurts};
use crate::catalogue::{Entry, SchemaVersion};
use crate::compat::{Comparison, Pair, Side, compare, findings};
use crate::inclusion::Budget;
use crate::model::{Bump, Change, CheckName, Effect, Finding, VersionId};
use std::collections::BTreeMap;

/// What was judged: the room and every step with what it does.
pub(super) struct Judged {
    pub room: Room,
    pub changes: Vec<Change>,
}

/// A step to judge.
struct Step<'a> {
    entry: &'a Entry,
    old: &'a SchemaVersion,
    new: &'a SchemaVersion,
}

pub(super) fn check(question: &Question<'_>) -> Judged {
    let catalogue = &question.head.catalogue;
    let steps: Vec<Step<'_>> = catalogue.entries.values().flat_map(steps).collect();
    let sides: BTreeMap<&VersionId, Side> = steps
        .iter()
        .flat_map(|step| [&step.old.id, &step.new.id])
        .map(|id| (id, Side::of(catalogue, id)))
        .collect();
    let mut changes = Vec::new();
    let mut found = Vec::new();
    for step in &steps {
        let (Some(old), Some(new)) = (sides.get(&step.old.id), sides.get(&step.new.id)) else {
            continue;
        };
        let direction = step.entry.file.direction;
        let comparison = compare(old, new, direction, &Budget::default());
        let pair = Pair {
            old: (&step.old.id, old),
            new: (&step.new.id, new),
            direction,
        };
        let place = |id: &VersionId, pointer: &str| catalogue.place(id, pointer);
        let explained = findings(&comparison, &pair, place);
        let change = change(question, step, &comparison, &explained);
        if change.declared < change.required || change.effect == Effect::Unsure {
            found.extend(explained.into_iter().map(|finding| {
                let finding = finding.note("change", said(step, &change));
                hurts::with(finding, step.new, question.head)
            }));
        }
        changes.push(change);
    }
    Judged {
        room: room(&changes, found),
        changes,
    }
}

/// Neighbouring released versions, and the draft after the newest release below it.
fn steps(entry: &Entry) -> Vec<Step<'_>> {
    let released: Vec<&SchemaVersion> = entry.released().collect();
    let mut pairs: Vec<(&SchemaVersion, &SchemaVersion)> = released
        .iter()
        .zip(released.iter().skip(1))
        .map(|(old, new)| (*old, *new))
        .collect();
    if let Some(draft) = entry.draft() {
        let before = released.iter().rev().find(|old| old.number < draft.number);
        pairs.extend(before.or(released.last()).map(|old| (*old, draft)));
    }
    pairs
        .into_iter()
        .map(|(old, new)| Step { entry, old, new })
        .collect()
}

fn change(
    question: &Question<'_>,
    step: &Step<'_>,
    comparison: &Comparison,
    explained: &[Finding],
) -> Change {
    let known = |version: &SchemaVersion| {
        let before = question
            .base
            .and_then(|base| base.catalogue.version(&version.id));
        before.is_some_and(|before| before.digest == version.digest)
    };
    Change {
        entry: step.new.id.entry.clone(),
        from: step.old.id.version.to_string(),
        to: step.new.id.version.to_string(),
        new: question.base.is_some() && !known(step.new),
        effect: comparison.effect,
        declared: Bump::between(&step.old.number, &step.new.number),
        required: comparison.required,
        proof: diff::proof(comparison),
        details: diff::mentions(&comparison.explanations, explained),
    }
}

fn said(step: &Step<'_>, change: &Change) -> String {
    format!(
        "{} is {}: {} needs a {} version after {}, and {} is a {} one",
        change.entry,
        step.entry.file.direction.word(),
        change.to,
        change.required.word(),
        change.from,
        step.new.number,
        change.declared.word()
    )
}

fn room(changes: &[Change], found: Vec<Finding>) -> Room {
    let count = |new: bool| changes.iter().filter(|change| change.new == new).count();
    let undecided: Vec<String> = changes
        .iter()
        .filter(|change| change.proof.contains("not decided"))
        .map(|change| {
            format!(
                "{} {} -> {} is not decided both ways ({}); its version number assumes the worse.",
                change.entry, change.from, change.to, change.proof
            )
        })
        .collect();
    let mut not_proved = vec![
        "Formats such as `date` count as annotations, as JSON Schema 2020-12 has it.".to_owned(),
    ];
    not_proved.extend(undecided);
    Room::ran(
        CheckName::Compat,
        changes.len() as u64,
        "steps between versions",
    )
    .summary(format!(
        "{} released steps, {} new; {} need a major version",
        count(false),
        count(true),
        changes
            .iter()
            .filter(|change| change.required == Bump::Major)
            .count()
    ))
    .findings(found)
    .not_proved(not_proved)
}
