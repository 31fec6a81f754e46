//! Findings in numbers that a board can read: the first of a rule in full, its like as rows, remarks as counts.

use super::change::Group;
use crate::model::{Judged, Report, Severity, counted};
use crate::report::Style;
use crate::report::html::finding::{Shape, article};
use crate::report::html::mark;
use crate::report::html::page::{code, escape, path, prose};
use crate::report::html::table::Table;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Findings of one rule that are told in full.
const WHOLE: usize = 3;
/// Findings of one rule that have a row.
const ROWS: usize = 40;
/// Rules whose findings are told; the rest is counted.
const RULES: usize = 30;

/// What belongs to no new version.
pub(super) fn others(report: &Report, groups: &[Group<'_>], style: &Style<'_>) -> String {
    let is_owned = |found: &&Judged| groups.iter().any(|group| group.owns(found));
    let others: Vec<&Judged> = report
        .findings
        .iter()
        .filter(|found| !is_owned(found))
        .collect();
    if others.is_empty() {
        return "<p>Nothing else was found.</p>\n".to_owned();
    }
    listed(&others, "o", 3, style)
}

/// `found`, rule by rule in the order of their weight. `prefix` keeps names of two lists apart.
pub(super) fn listed(found: &[&Judged], prefix: &str, level: u8, style: &Style<'_>) -> String {
    let (loud, quiet): (Vec<&Judged>, Vec<&Judged>) = found
        .iter()
        .partition(|found| found.severity > Severity::Info);
    let mut rules: Vec<(&str, Vec<&Judged>)> = Vec::new();
    for one in loud {
        match rules.iter_mut().find(|(rule, _)| *rule == one.rule) {
            Some((_, list)) => list.push(one),
            None => rules.push((&one.rule, vec![one])),
        }
    }
    let mut out = String::new();
    for (index, (rule, list)) in rules.iter().enumerate() {
        let name = format!("{prefix}-{}", index + 1);
        if index < RULES {
            out.push_str(&of_rule(rule, list, &name, level, style));
        } else {
            let _ = writeln!(
                out,
                "<p class=\"more\">{} of {}: the json format holds them. {}</p>",
                counted(list.len(), "finding"),
                code(rule),
                prints(list)
            );
        }
    }
    out.push_str(&remarks(&quiet));
    out
}

fn of_rule(rule: &str, found: &[&Judged], name: &str, level: u8, style: &Style<'_>) -> String {
    let mut out = String::new();
    for (index, one) in found.iter().take(WHOLE).enumerate() {
        let id = format!("{name}-{}", index + 1);
        let shape = Shape {
            id: &id,
            level,
            whole: true,
        };
        out.push_str(&article(one, &shape, style));
    }
    if let Some(others) = found.get(WHOLE..).filter(|others| !others.is_empty()) {
        out.push_str(&alike(rule, others, name));
    }
    out
}

fn alike(rule: &str, found: &[&Judged], name: &str) -> String {
    let row = |found: &&Judged| {
        let hurts: Vec<&str> = found.hurts.iter().map(|hurt| hurt.who.as_str()).collect();
        let waived = found.waived.as_ref();
        let waived = waived.map_or_else(String::new, |waiver| {
            format!(" waived by {}", code(&waiver.id))
        });
        vec![
            path(&found.location.to_string()),
            format!("{}{waived}", mark::severity(found.severity)),
            format!(
                "{} <small>{}</small>",
                prose(&found.message),
                code(&found.fingerprint)
            ),
            escape(&hurts.join(", ")),
        ]
    };
    let table = Table {
        caption: format!(
            "{} more of {}, each with its fingerprint",
            found.len(),
            path(rule)
        ),
        columns: &["Place", "Weight", "What", "Hurts"],
        rows: found.iter().map(row).collect(),
        most: ROWS,
        noun: "finding",
    };
    let mut out = table.html(&format!("t-{name}"));
    if let Some(others) = found.get(ROWS..).filter(|others| !others.is_empty()) {
        let _ = writeln!(out, "<p class=\"more\">{}</p>", prints(others));
    }
    out
}

/// By these what has no row is found again in the json format, and named in a waiver.
fn prints(found: &[&Judged]) -> String {
    let prints: Vec<&str> = found.iter().map(|one| one.fingerprint.as_str()).collect();
    format!("Fingerprints: {}", code(&prints.join(" ")))
}

fn remarks(quiet: &[&Judged]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in quiet {
        *counts.entry(&found.rule).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(rule, count)| format!("{count} of {}", path(rule)))
        .collect();
    format!(
        "<p class=\"more\">{} that weigh nothing: {}. The json format holds them.</p>\n",
        counted(quiet.len(), "remark"),
        counts.join(", ")
    )
}
