//! The compatibility check: every step between neighbouring versions, and from the newest release to the draft.

use super::{Question, Room};
use crate::app::{diff, hurts};
use crate::catalogue::{Catalogue, Entry, SchemaVersion};
use crate::compat::{Comparison, Pair, Side, explained, findings, weigh};
use crate::inclusion::Budget;
use crate::model::{Bump, Change, CheckName, Direction, Finding, VersionId, counted};
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
        let comparison = compared(question, step, (old, new));
        let pair = Pair {
            old: (&step.old.id, old),
            new: (&step.new.id, new),
            direction,
        };
        let place = |id: &VersionId, pointer: &str| catalogue.place(id, pointer);
        let explained = findings(&comparison, &pair, place);
        let change = change(question, step, &comparison, &explained);
        // What stays open requires a major version; one that is declared settles it.
        found.extend(too_small(step, &change, catalogue));
        if change.declared < change.required {
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

/// A step that stood in the base and fits its number is weighed, any other one explained as well.
fn compared(question: &Question<'_>, step: &Step<'_>, (old, new): (&Side, &Side)) -> Comparison {
    let (direction, budget) = (step.entry.file.direction, Budget::default());
    let weighed = weigh(old, new, direction, &budget);
    let fits = Bump::between(&step.old.number, &step.new.number) >= weighed.required;
    if fits && !is_new(question, step.new) {
        return weighed;
    }
    explained(weighed, old, new, &budget)
}

/// Whether the base has no such version, or another text of it.
fn is_new(question: &Question<'_>, version: &SchemaVersion) -> bool {
    question.base.is_some_and(|base| {
        let before = base.catalogue.version(&version.id);
        before.is_none_or(|before| before.digest != version.digest)
    })
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
    Change {
        entry: step.new.id.entry.clone(),
        from: step.old.id.version.to_string(),
        to: step.new.id.version.to_string(),
        new: is_new(question, step.new),
        effect: comparison.effect,
        declared: Bump::between(&step.old.number, &step.new.number),
        required: comparison.required,
        proof: diff::proof(comparison),
        details: diff::mentions(&comparison.explanations, explained),
    }
}

/// A step that breaks nobody but says less than it does. What breaks somebody has findings of its own.
fn too_small(step: &Step<'_>, change: &Change, catalogue: &Catalogue) -> Option<Finding> {
    (change.declared < change.required && change.required == Bump::Minor).then(|| {
        Finding::new(
            "compat/bump-too-small",
            step.new.id.to_string(),
            catalogue.place(&step.new.id, "/$id"),
        )
        .pointer("/$id")
        .kind("minor")
        .message(said(step, change))
        .remedy(format!(
            "declare a minor version in schemas/{}/entry.toml",
            change.entry
        ))
    })
}

fn said(step: &Step<'_>, change: &Change) -> String {
    format!(
        "{} is {}: {} needs a {} version after {}, and {} is {}",
        change.entry,
        kind(step.entry.file.direction),
        change.to,
        change.required.word(),
        change.from,
        step.new.number,
        match change.declared {
            Bump::None => "the same".to_owned(),
            declared => format!("a {} one", declared.word()),
        }
    )
}

/// What travels in this direction, in words.
fn kind(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "a request",
        Direction::Response => "a response",
        Direction::Event => "an event",
        Direction::Shared => "shared by requests and responses",
    }
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
    let is_major = |change: &&Change| change.required == Bump::Major;
    let breaking = changes.iter().filter(is_major);
    let short = changes
        .iter()
        .filter(|change| change.declared < change.required);
    Room::ran(
        CheckName::Compat,
        changes.len() as u64,
        "steps between versions",
    )
    .summary(format!(
        "{}, {} new; {} major, {} with too small a number",
        counted(count(false), "known step"),
        count(true),
        breaking.count(),
        short.count()
    ))
    .findings(found)
    .not_proved(not_proved)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::load;
    use std::path::Path;

    const ENTRY: &str = "id = 'a'\ntitle = 'A'\ndirection = 'request'\ncriticality = 'low'\nphi = 'P0'\n\
        guide = 'matchmark'\nerrors = 'none'\nidentity = []\nconsent = 'none'\n\
        [[version]]\nversion = '1.0.0'\nstatus = 'released'\n[[version]]\nstatus = 'draft'\n";

    /// A draft of this number that refers to what is not there, so that nothing about it can be proved.
    fn judged(root: &Path, number: &str) -> Judged {
        for (path, text) in [
            ("entry.toml", format!("{ENTRY}version = '{number}'\n")),
            ("1.0.0/schema.json", "{\"type\": \"object\"}".to_owned()),
            (
                "next/schema.json",
                "{\"$ref\": \"https://matchmark.example/schemas/b/1.0.0\"}".to_owned(),
            ),
        ] {
            let path = root.join("schemas/a").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (head, _) = load::folder(root, None).unwrap();
        check(&Question {
            head: &head,
            base: None,
            as_of: chrono::DateTime::UNIX_EPOCH,
            jobs: 1,
        })
    }

    #[test]
    fn what_stays_open_is_settled_by_a_major_version_and_by_no_smaller_one() {
        let folder = tempfile::tempdir().unwrap();
        for (number, open) in [("1.1.0", 1), ("2.0.0", 0)] {
            let room = judged(folder.path(), number).room;
            let rules = room.findings.iter().map(|finding| finding.rule.as_str());
            assert_eq!(
                rules.filter(|rule| *rule == "compat/not-proved").count(),
                open
            );
            let is_said = room
                .not_proved
                .iter()
                .any(|said| said.contains("not decided"));
            assert!(is_said, "{number}");
        }
    }
}
