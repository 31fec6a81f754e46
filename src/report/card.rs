//! Schemas and rules as a person asks for them by name: a list, a card, an explanation.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, short};
use crate::model::{EntryCard, Explanation, FieldCard, RuleCard, Severity, VersionCard, counted};
use std::fmt::Write as _;

/// All entries, one line each.
pub(super) fn list(entries: &[EntryCard]) -> String {
    let mut rows =
        vec![["schema", "versions", "direction", "owner", "phi", "source"].map(str::to_owned)];
    rows.extend(entries.iter().map(|entry| {
        [
            clean(&entry.id),
            standing(&entry.versions),
            entry.direction.word().to_owned(),
            clean(&entry.owner),
            clean(&entry.phi),
            clean(&entry.source),
        ]
    }));
    let mut out = table(&rows);
    let versions = entries.iter().flat_map(|entry| &entry.versions).count();
    let _ = writeln!(
        out,
        "{}, {}",
        counted(entries.len(), "schema"),
        counted(versions, "version")
    );
    out
}

/// `1.0.0 deprecated; 2.0.0, 2.0.1 released`: neighbours of one status stand together.
fn standing(versions: &[VersionCard]) -> String {
    let alike = versions.chunk_by(|one, next| one.status == next.status);
    let group = |group: &[VersionCard]| {
        let numbers: Vec<String> = group
            .iter()
            .map(|version| clean(&version.version))
            .collect();
        let status = group.first().map_or("", |version| &version.status);
        format!("{} {}", numbers.join(", "), clean(status))
    };
    alike.map(group).collect::<Vec<_>>().join("; ")
}

/// Cells in columns, each as wide as its widest cell.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut wide = [0; N];
    for row in rows {
        for (width, cell) in wide.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in wide.iter().zip(row) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// One entry with its versions and the meaning of its fields.
pub(super) fn entry(entry: &EntryCard) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}   {}", clean(&entry.id), clean(&entry.title));
    for (label, text) in [
        ("direction", entry.direction.word().to_owned()),
        ("owner", entry.owner.clone()),
        ("reviewers", entry.reviewers.join(", ")),
        ("escalation", entry.escalation.clone()),
        ("criticality", entry.criticality.clone()),
        ("phi", entry.phi.clone()),
        ("source", entry.source.clone()),
        ("profiles", entry.profiles.join(", ")),
        ("errors", entry.errors.clone()),
        ("identity", entry.identity.join(", ")),
        ("consent", entry.consent.clone()),
        ("depends on", entry.depends_on.join(", ")),
        ("needed by", entry.needed_by.join(", ")),
        ("used by", entry.used_by.join(", ")),
    ] {
        let text = if text.is_empty() { "-" } else { &text };
        let _ = writeln!(out, "  {label:<12} {}", clean(text));
    }
    versions(&mut out, &entry.versions);
    fields(&mut out, &entry.fields);
    out
}

fn versions(out: &mut String, versions: &[VersionCard]) {
    if versions.is_empty() {
        return;
    }
    let heads = [
        "version", "status", "guide", "released", "off on", "instead", "examples", "digest",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(versions.iter().map(|version| {
        let or_dash = |text: &Option<String>| clean(text.as_deref().unwrap_or("-"));
        [
            clean(&version.version),
            clean(&version.status),
            or_dash(&version.guide_version),
            or_dash(&version.released),
            or_dash(&version.sunset),
            or_dash(&version.replaced_by),
            format!("{} + {} -", version.accepted, version.rejected),
            clean(&short(&version.digest)),
        ]
    }));
    let _ = write!(out, "\n{}", table(&rows));
}

fn fields(out: &mut String, fields: &[FieldCard]) {
    if fields.is_empty() {
        return;
    }
    let mut rows = vec![["path", "phi", "means"].map(str::to_owned)];
    rows.extend(fields.iter().map(|field| {
        [
            clean(&field.pointer),
            clean(field.phi.as_deref().unwrap_or("-")),
            clean(&field.means),
        ]
    }));
    let _ = write!(out, "\n{}", table(&rows));
}

/// A rule or a schema, explained.
pub(super) fn explanation(explanation: &Explanation, style: &Style<'_>) -> String {
    match explanation {
        Explanation::Rule(card) => rule(card, Paint::new(style.color)),
        Explanation::Schema(card) => entry(card),
    }
}

fn rule(card: &RuleCard, paint: Paint) -> String {
    let heading = format!("{}[{}]", card.severity.word(), clean(&card.id));
    let heading = match card.severity {
        Severity::Fault | Severity::Error => paint.red(&heading),
        Severity::Undecided | Severity::Warning => paint.yellow(&heading),
        Severity::Info => paint.blue(&heading),
    };
    let mut out = format!("{heading} {}\n", clean(&card.title));
    let decided = card.file.as_deref().unwrap_or("the program");
    for (label, text) in [
        ("why", Some(card.why.as_str())),
        ("fix", Some(card.fix.as_str())),
        ("bad", card.bad.as_deref()),
        ("good", card.good.as_deref()),
        ("owner", card.owner.as_deref()),
        ("source", card.source.as_deref()),
        ("decided by", Some(decided)),
    ] {
        for (index, line) in text.unwrap_or_default().trim().lines().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(out, "  {label:<12} {}", clean(line));
        }
    }
    out
}
