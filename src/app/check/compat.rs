//! The compatibility check: every step between neighbouring versions, and from those before it to each new one.

use super::{Question, Room, assumption, on_record};
use crate::app::{diff, hurts};
use crate::catalogue::{Catalogue, Entry, FormatMode, SchemaVersion};
use crate::compat::{Comparison, Pair, Side, Strict, explained, findings, weigh};
use crate::inclusion::Budget;
use crate::model::{
    Bump, Change, CheckName, Direction, Finding, VersionId, changed_lines, counted,
};
use crate::release::unnamed;
use std::collections::{BTreeMap, BTreeSet};

/// Changed lines of a file that a report holds; the file itself holds them all.
const LINES: usize = 120;

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

impl Step<'_> {
    /// Whether there is no release between the two.
    fn is_nearest(&self) -> bool {
        let mut between = self.entry.released();
        !between.any(|one| one.number > self.old.number && one.number < self.new.number)
    }
}

pub(super) fn check(question: &Question<'_>) -> Judged {
    let catalogue = &question.head.catalogue;
    let entries = catalogue.entries.values();
    let steps: Vec<Step<'_>> = entries.flat_map(|entry| steps(question, entry)).collect();
    let new = steps.iter().filter(|step| is_new(question, step.new));
    let asked: BTreeSet<&VersionId> = new.map(|step| &step.old.id).collect();
    let sides = on_record::known(sides(catalogue, &steps), &asked, question.head);
    let (sides, mut found) = assumption::tested(sides, question.head);
    let mut changes = Vec::new();
    let mut short: BTreeSet<&VersionId> = BTreeSet::new();
    for step in &steps {
        let (Some(old), Some(new)) = (sides.get(&step.old.id), sides.get(&step.new.id)) else {
            continue;
        };
        let depth = if short.contains(&step.new.id) {
            Depth::Weighed
        } else {
            Depth::Explained
        };
        let (change, told) = judged(question, step, (old, new), depth);
        if change.declared < change.required {
            short.insert(&step.new.id);
        }
        found.extend(told);
        changes.push(change);
    }
    let found = once(found);
    Judged {
        room: room(&changes, found, limits(question, &sides)),
        changes,
    }
}

/// What one step does, and what there is to say of it.
fn judged(
    question: &Question<'_>,
    step: &Step<'_>,
    (old, new): (&Side, &Side),
    depth: Depth,
) -> (Change, Vec<Finding>) {
    let catalogue = &question.head.catalogue;
    let comparison = compared(question, step, (old, new), depth);
    let pair = Pair {
        old: (&step.old.id, old),
        new: (&step.new.id, new),
        direction: step.entry.file.direction,
    };
    let place = |id: &VersionId, pointer: &str| catalogue.place(id, pointer);
    let mut explained = findings(&comparison, &pair, place);
    // What there is to say of the answers themselves is said whatever the number is.
    let mut found = explained.split_off(comparison.explanations.len());
    let change = change(question, step, &comparison, &explained);
    found.extend(unnamed(step.entry, (step.old, step.new), &explained));
    // What stays open requires a major version; one that is declared settles it.
    if change.declared < change.required {
        found.extend(explained.into_iter().map(|finding| {
            let finding = finding.note("change", said(step, &change));
            hurts::with(finding, Some(&step.old.id), step.new, question.head)
        }));
    }
    (change, found)
}

fn sides<'a>(catalogue: &Catalogue, steps: &[Step<'a>]) -> BTreeMap<&'a VersionId, Side> {
    steps
        .iter()
        .flat_map(|step| [&step.old.id, &step.new.id])
        .map(|id| (id, Side::of(catalogue, id)))
        .collect()
}

/// One finding for what is found against several older versions: the one against the newest of them, which comes first.
fn once(mut found: Vec<Finding>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    found.retain(|finding| seen.insert(finding.fingerprint()));
    found
}

/// How far a step has to be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// The step from a nearer version has told already why the number does not fit.
    Weighed,
    Explained,
}

/// A step that fits its number is only weighed when it stood in the base with its notes or leaves a nearer version out;
/// any other one is explained as well.
fn compared(
    question: &Question<'_>,
    step: &Step<'_>,
    (old, new): (&Side, &Side),
    depth: Depth,
) -> Comparison {
    let (direction, budget) = (step.entry.file.direction, Budget::default());
    let weighed = weigh(old, new, direction, &budget);
    let fits = Bump::between(&step.old.number, &step.new.number) >= weighed.required;
    let is_known = !is_new(question, step.new) && !has_new_notes(question, step.new);
    if depth == Depth::Weighed || (fits && (is_known || !step.is_nearest())) {
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

/// Whether the base has other notes of the version, so that these have to be held against the changes once.
fn has_new_notes(question: &Question<'_>, version: &SchemaVersion) -> bool {
    question.base.is_some_and(|base| {
        let before = base.catalogue.version(&version.id);
        version.notes != before.and_then(|before| before.notes.clone())
    })
}

/// Neighbouring released versions; and for every new one, and the draft, the versions before it that it must fit.
fn steps<'a>(question: &Question<'_>, entry: &'a Entry) -> Vec<Step<'a>> {
    let released: Vec<&SchemaVersion> = entry.released().collect();
    let neighbours = released.iter().zip(released.iter().skip(1));
    let mut pairs: Vec<(&SchemaVersion, &SchemaVersion)> =
        neighbours.map(|(old, new)| (*old, *new)).collect();
    let against = question.head.config.gate.against;
    let fresh = released.iter().copied().filter(|new| is_new(question, new));
    for new in fresh.chain(entry.draft()) {
        pairs.extend(entry.before(new, against).into_iter().map(|old| (old, new)));
    }
    // The nearest version first: what it tells is not told again of those before it.
    pairs.sort_by(|(old, new), (older, newer)| new.id.cmp(&newer.id).then(older.id.cmp(&old.id)));
    pairs.dedup_by_key(|(old, new)| (&new.id, &old.id));
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
        direction: step.entry.file.direction,
        effect: comparison.effect,
        declared: Bump::between(&step.old.number, &step.new.number),
        required: comparison.required,
        proof: diff::proof(comparison) + assumed(comparison),
        details: diff::mentions(&comparison.explanations, explained),
        lines: lines(question, step),
    }
}

/// The changed lines of a new version's file against the nearest one before it.
fn lines(question: &Question<'_>, step: &Step<'_>) -> Vec<String> {
    if !is_new(question, step.new) || !step.is_nearest() {
        return Vec::new();
    }
    changed_lines(step.old.schema.text(), step.new.schema.text(), LINES)
}

fn assumed(comparison: &Comparison) -> &'static str {
    if comparison.strict == Strict::default() {
        ""
    } else {
        "; assumes declared-producer"
    }
}

/// How far a step moved its number, and how far it has to.
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

/// What the answers rest on: how formats are read, and what is assumed of whom.
fn limits(question: &Question<'_>, sides: &BTreeMap<&VersionId, Side>) -> Vec<String> {
    let entries = question.head.catalogue.entries.values();
    let asserting: Vec<&str> = entries
        .filter(|entry| entry.file.format == FormatMode::Assertion)
        .map(|entry| entry.file.id.as_str())
        .collect();
    let mut limits = vec![match asserting.as_slice() {
        [] => FormatMode::Annotation.limit().to_owned(),
        entries => format!(
            "Formats such as `date` restrict in {}; elsewhere they count as annotations.",
            entries.join(", ")
        ),
    }];
    let assuming = sides.iter().filter(|(_, side)| side.assumes());
    let assuming: BTreeSet<&str> = assuming.map(|(id, _)| id.entry.as_str()).collect();
    limits.extend(assuming.into_iter().map(|entry| {
        format!(
            "{entry} assumes declared-producer: its senders are taken to emit only what their own schema declares."
        )
    }));
    limits
}

fn room(changes: &[Change], found: Vec<Finding>, limits: Vec<String>) -> Room {
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
    let mut not_proved = limits;
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
mod tests;
