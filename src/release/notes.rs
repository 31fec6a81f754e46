//! The notes of one release as Markdown: what the step does, every change with its class, sealed.
//! Refuses to know how the changes were found.

use super::line::{Line, cell, code};
use super::seal::Seal;
use super::wording;
use crate::catalogue::{Catalogue, SchemaVersion};
use crate::model::{Bump, Direction, Effect};
use std::fmt::Write as _;

/// A step from one version to the next, as it was computed.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub catalogue: &'a Catalogue,
    pub direction: Direction,
    pub old: &'a SchemaVersion,
    pub new: &'a SchemaVersion,
    pub effect: Effect,
    pub required: Bump,
    pub lines: &'a [Line],
}

/// The whole `NOTES.md` of a step. The same step gives the same bytes, in `next` as in the folder of its number.
#[must_use]
pub fn text(step: &Step<'_>) -> String {
    let (old, new) = (step.old, step.new);
    let mut body = format!("# {} {}\n\n{}\n", new.id.entry, new.number, opening(step));
    if !new.file.notes.is_empty() {
        let _ = write!(body, "\n> {}\n", cell(&new.file.notes));
    }
    let rows = rows(step);
    if rows.is_empty() {
        body.push_str("\nNothing but the number is new.\n");
    } else {
        body.push_str("\n| class | effect | rule | where | change | before | to do |\n");
        body.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
        for row in rows {
            let _ = writeln!(body, "{row}");
        }
    }
    body.push('\n');
    Seal::of(step.catalogue, old, new).close(&body)
}

/// Which step it is, who reads and writes such payloads, and what it comes to for them.
fn opening(step: &Step<'_>) -> String {
    let declared = Bump::between(&step.old.number, &step.new.number);
    let mut text = format!(
        "A {} version of {}, after {}: {}.",
        declared.word(),
        kind(step.direction),
        step.old.number,
        outcome(step.effect)
    );
    if declared > step.required {
        let _ = write!(text, " A {} one would be enough.", step.required.word());
    }
    text
}

fn kind(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "a request",
        Direction::Response => "a response",
        Direction::Event => "an event",
        Direction::Shared => "what requests and responses share",
    }
}

fn outcome(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "the same payloads are accepted",
        Effect::Narrows => "some payloads are newly rejected",
        Effect::Widens => "some payloads are newly accepted",
        Effect::Both => "some payloads are newly rejected, others newly accepted",
        Effect::Unsure => "what it does to payloads was neither proved nor refuted",
    }
}

/// Heaviest class first, then as they were found; what only words changed stands last.
fn rows(step: &Step<'_>) -> Vec<String> {
    let mut lines: Vec<&Line> = step.lines.iter().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.class));
    let told = lines.into_iter().map(|line| line.row(step.direction));
    let words = wording::changed(step.old, step.new);
    let words = words.into_iter().map(|(keyword, count)| {
        let places = if count == 1 { "place" } else { "places" };
        format!(
            "| patch | none | - | {} | {} says something else in {count} {places} | - | none needed |",
            code("schema.json"),
            code(&keyword)
        )
    });
    told.chain(words).collect()
}
