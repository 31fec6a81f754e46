//! The step between two versions of an entry, computed and explained, for the verbs that tell of it.

use super::check::assumption::tested;
use crate::catalogue::{Catalogue, Entry, SchemaVersion, Workspace};
use crate::compat::{Comparison, Pair, Side, compare, findings, weigh};
use crate::inclusion::Budget;
use crate::model::{Direction, Finding, VersionId};
use crate::release::{Line, Step, text};

/// How much is asked about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// What it costs.
    Weighed,
    /// Which changes cost that as well.
    Explained,
}

/// Both questions about the step from `old` to `new`, as the gate asks them: what records refute is not assumed.
pub(super) fn compared(
    workspace: &Workspace,
    direction: Direction,
    (old, new): (&SchemaVersion, &SchemaVersion),
    depth: Depth,
) -> Comparison {
    let side = |id| Side::of(&workspace.catalogue, id);
    let sides = [&old.id, &new.id].map(|id| (id, side(id)));
    let (sides, _) = tested(sides.into(), workspace);
    let known = |id| sides.get(id).cloned().unwrap_or_else(|| side(id));
    let ask = match depth {
        Depth::Weighed => weigh,
        Depth::Explained => compare,
    };
    ask(
        &known(&old.id),
        &known(&new.id),
        direction,
        &Budget::default(),
    )
}

/// What a comparison found, with places in `catalogue`.
pub(super) fn told(
    catalogue: &Catalogue,
    direction: Direction,
    (old, new): (&SchemaVersion, &SchemaVersion),
    comparison: &Comparison,
) -> Vec<Finding> {
    let sides = (Side::of(catalogue, &old.id), Side::of(catalogue, &new.id));
    let pair = Pair {
        old: (&old.id, &sides.0),
        new: (&new.id, &sides.1),
        direction,
    };
    let place = |id: &VersionId, pointer: &str| catalogue.place(id, pointer);
    findings(comparison, &pair, place)
}

/// The notes of the step from `old` to `new`.
pub(super) fn notes(
    catalogue: &Catalogue,
    direction: Direction,
    (old, new): (&SchemaVersion, &SchemaVersion),
    comparison: &Comparison,
) -> String {
    let found = told(catalogue, direction, (old, new), comparison);
    let lines: Vec<Line> = found.iter().filter_map(|one| Line::of(one, new)).collect();
    text(&Step {
        catalogue,
        direction,
        old,
        new,
        effect: comparison.effect,
        required: comparison.required,
        lines: &lines,
    })
}

/// Path and text of the notes of every version of `entry` that owes some.
pub(super) fn all_notes(workspace: &Workspace, entry: &Entry) -> Vec<(String, String)> {
    let owing = entry
        .versions
        .values()
        .filter(|new| crate::release::owes_notes(new));
    let steps = owing.filter_map(|new| Some((entry.followed(new)?, new)));
    steps
        .map(|step| {
            let direction = entry.file.direction;
            let comparison = compared(workspace, direction, step, Depth::Explained);
            let path = format!("schemas/{}/{}/NOTES.md", entry.file.id, step.1.id.version);
            (
                path,
                notes(&workspace.catalogue, direction, step, &comparison),
            )
        })
        .collect()
}
