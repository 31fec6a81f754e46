//! What changed: a row a step between versions, then each new version with what it does, to whom, and how to see it.

use super::findings;
use crate::model::{Change, Judged, Mention, Report, counted};
use crate::report::Style;
use crate::report::html::finding::before;
use crate::report::html::mark;
use crate::report::html::page::{escape, list, path, prose};
use crate::report::html::table::{Table, rest};
use std::fmt::Write as _;

/// Steps of one table.
const ROWS: usize = 200;
/// New versions that are shown in full.
const WHOLE: usize = 40;
/// Differences of one version.
const DETAILS: usize = 60;

/// A new version with every step that leads to it, and what was found about it.
pub(super) struct Group<'a> {
    pub steps: Vec<&'a Change>,
    pub findings: Vec<&'a Judged>,
    /// `entry@version`.
    id: String,
}

impl Group<'_> {
    /// Whether `found` is about this version.
    pub(super) fn owns(&self, found: &Judged) -> bool {
        found.subject == self.id
            || found.kind.split(' ').next() == Some(&self.id)
            || found
                .subject
                .strip_suffix(&self.id)
                .is_some_and(|rest| rest.ends_with(' '))
    }

    pub(super) fn name(&self) -> String {
        self.id.clone()
    }
}

/// The new versions, in the order of their steps.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in report.changes.iter().filter(|change| change.new) {
        let id = format!("{}@{}", change.entry, version(&change.to));
        match groups.iter_mut().find(|group| group.id == id) {
            Some(group) => group.steps.push(change),
            None => groups.push(Group {
                steps: vec![change],
                findings: Vec::new(),
                id,
            }),
        }
    }
    for found in &report.findings {
        if let Some(group) = groups.iter_mut().find(|group| group.owns(found)) {
            group.findings.push(found);
        }
    }
    groups
}

/// `next (2.1.0)` is the version `next`.
fn version(label: &str) -> &str {
    label.split(' ').next().unwrap_or(label)
}

/// Every step as a row; those of the released history are folded.
pub(super) fn overview(report: &Report, groups: &[Group<'_>]) -> String {
    let (new, known): (Vec<&Change>, Vec<&Change>) =
        report.changes.iter().partition(|change| change.new);
    let mut out = if new.is_empty() {
        "<p>No version is new or changed against the base.</p>\n".to_owned()
    } else {
        let caption = format!("{} of this change", counted(new.len(), "step"));
        steps(&new, groups, caption).html("t-new")
    };
    if !known.is_empty() {
        let heading = counted(known.len(), "known step");
        let table = steps(
            &known,
            groups,
            "What each step declares, and what it takes".to_owned(),
        );
        let _ = write!(
            out,
            "<details><summary>The released history: {heading}</summary>\n{}</details>\n",
            table.html("t-known")
        );
    }
    out
}

fn steps<'a>(changes: &[&Change], groups: &[Group<'_>], caption: String) -> Table<'a> {
    Table {
        caption,
        columns: &[
            "Schema", "From", "To", "Declared", "Required", "Number", "Class", "Effect",
        ],
        rows: changes.iter().map(|change| row(change, groups)).collect(),
        most: ROWS,
        noun: "step",
    }
}

fn row(change: &Change, groups: &[Group<'_>]) -> Vec<String> {
    let is_it = |group: &Group<'_>| group.steps.iter().any(|step| std::ptr::eq(*step, change));
    let name = match groups.iter().position(is_it).filter(|index| *index < WHOLE) {
        Some(index) => format!("<a href=\"#c-{}\">{}</a>", index + 1, escape(&change.entry)),
        None => escape(&change.entry),
    };
    vec![
        name,
        escape(&change.from),
        escape(&change.to),
        change.declared.word().to_owned(),
        change.required.word().to_owned(),
        mark::number(change),
        mark::class(change),
        mark::effect(change.effect).to_owned(),
    ]
}

/// Every new version in full.
pub(super) fn each(groups: &[Group<'_>], style: &Style<'_>) -> String {
    if groups.is_empty() {
        return "<p>There is no new version to look into.</p>\n".to_owned();
    }
    let mut out = String::new();
    for (index, group) in groups.iter().take(WHOLE).enumerate() {
        out.push_str(&one(index + 1, group, style));
    }
    out.push_str(&rest(groups.len(), WHOLE, "new version"));
    out
}

fn one(number: usize, group: &Group<'_>, style: &Style<'_>) -> String {
    let Some(step) = group.steps.first() else {
        return String::new();
    };
    let froms: Vec<&str> = group.steps.iter().map(|step| step.from.as_str()).collect();
    let mut rows = vec![
        (
            "direction",
            format!("{}: {}", escape(step.direction.word()), read_by(step)),
        ),
        ("effect", mark::effect(step.effect).to_owned()),
        (
            "number",
            format!(
                "declared {}, required {}: {}",
                step.declared.word(),
                step.required.word(),
                mark::number(step)
            ),
        ),
        ("proof", prose(&step.proof)),
    ];
    if froms.len() > 1 {
        rows.push(("compared with", escape(&froms.join(", "))));
    }
    let mut out = format!(
        "<div class=\"change\" id=\"c-{number}\">\n<h3>{} {} to {} {}</h3>\n{}",
        escape(&step.entry),
        escape(&step.from),
        escape(&step.to),
        mark::class(step),
        list(&rows)
    );
    out.push_str(&details(number, group, step));
    out.push_str(&textual(step));
    out.push_str(&findings::listed(
        &group.findings,
        &format!("c{number}"),
        4,
        style,
    ));
    out.push_str("</div>\n");
    out
}

/// Who depends on it, said in words.
fn read_by(step: &Change) -> &'static str {
    use crate::model::Direction;
    match step.direction {
        Direction::Request => "partners send it, we read it; accepting less hurts them",
        Direction::Response => "we send it, partners read it; sending more hurts them",
        Direction::Event => "we send it unasked, partners read it; sending more hurts them",
        Direction::Shared => "it travels both ways; accepting less and sending more both hurt",
    }
}

fn details(number: usize, group: &Group<'_>, step: &Change) -> String {
    if step.details.is_empty() {
        return "<p>No single difference is told: only the answer of the whole was asked for.</p>\n".to_owned();
    }
    Table {
        caption: format!("{}, as meaning", counted(step.details.len(), "difference")),
        columns: &["Field", "Change", "Effect", "After", "Before"],
        rows: step
            .details
            .iter()
            .map(|mention| detail(group, mention))
            .collect(),
        most: DETAILS,
        noun: "difference",
    }
    .html(&format!("t-c{number}"))
}

fn detail(group: &Group<'_>, mention: &Mention) -> Vec<String> {
    let found = group.findings.iter().find(|found| {
        found.rule == mention.rule
            && found.pointer == mention.pointer
            && found.location == mention.location
    });
    vec![
        path(&mention.pointer),
        prose(&mention.message),
        mark::effect(mention.effect).to_owned(),
        path(&mention.location.to_string()),
        before(found.copied())
            .map_or_else(|| "absent or unchanged".to_owned(), |place| path(&place)),
    ]
}

/// The lines of the two files, folded.
fn textual(step: &Change) -> String {
    if step.lines.is_empty() {
        return String::new();
    }
    let lines: String = step.lines.iter().map(|line| escape(line) + "\n").collect();
    format!(
        "<details><summary>The same as lines of the file</summary><pre>{lines}</pre></details>\n"
    )
}
