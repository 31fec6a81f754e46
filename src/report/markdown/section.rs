//! The sections of a comment: findings, checks, changes, limits.

use super::{code, prose};
use crate::model::{Change, Check, Effect, Judged, Severity};
use crate::report::Style;
use crate::report::hygiene::clean;
use crate::report::text::{again, source};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Largest witness that a comment shows, in bytes.
const WITNESS_SHOWN: usize = 2_000;
/// Rows that a table may have before the rest is only counted.
const ROWS: usize = 40;

/// The worst findings in full, one part each, then the others counted by rule.
pub(in crate::report) fn findings(
    findings: &[Judged],
    shown: usize,
    style: &Style<'_>,
) -> Vec<String> {
    let worth: Vec<&Judged> = findings
        .iter()
        .filter(|judged| judged.severity > Severity::Info)
        .collect();
    let mut parts: Vec<String> = worth
        .iter()
        .take(shown)
        .map(|judged| finding(judged, style))
        .collect();
    let mut rest: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for judged in worth.iter().skip(shown) {
        *rest
            .entry((judged.rule.as_str(), judged.severity.word()))
            .or_default() += 1;
    }
    if !rest.is_empty() {
        let mut part = "\n**More**\n\n".to_owned();
        for ((rule, severity), count) in rest.iter().take(ROWS) {
            let _ = writeln!(part, "- {count} {severity} {}", code(rule));
        }
        parts.push(part);
    }
    parts
}

fn finding(judged: &Judged, style: &Style<'_>) -> String {
    let waived = if judged.waived.is_some() {
        "waived "
    } else {
        ""
    };
    let mut part = format!(
        "\n### {waived}{} {}\n\n{}\n\n- place: {}\n",
        judged.severity.word(),
        code(&judged.rule),
        prose(&judged.message),
        code(&judged.location.to_string()),
    );
    for note in judged.notes.iter().take(ROWS) {
        let _ = writeln!(part, "- {}: {}", prose(&note.label), prose(&note.text));
    }
    if let Some(witness) = &judged.witness {
        let _ = writeln!(
            part,
            "- witness: accepted by {}, rejected by {}; {}",
            code(&witness.accepted_by),
            code(&witness.rejected_by),
            prose(&source(witness)),
        );
        if let Some(value) = witness
            .value
            .as_ref()
            .filter(|_| witness.bytes <= WITNESS_SHOWN)
        {
            // Written so, a backtick cannot end the block.
            let value = clean(&value.to_string()).replace('`', "\\u0060");
            let _ = writeln!(part, "\n  ```json\n  {value}\n  ```\n");
        }
        if let Some(command) = again(witness, &judged.fingerprint, style) {
            let _ = writeln!(part, "- again: {}", code(&command));
        }
    }
    for hurt in judged.hurts.iter().take(ROWS) {
        let place = hurt.place.as_ref().map_or_else(String::new, |place| {
            format!(" {}", code(&place.to_string()))
        });
        let _ = writeln!(
            part,
            "- hurts: **{}**{place} {}",
            prose(&hurt.who),
            prose(&hurt.why)
        );
    }
    if !judged.remedy.is_empty() {
        let _ = writeln!(part, "- fix: {}", prose(&judged.remedy));
    }
    part.push_str(&ending(judged));
    part
}

fn ending(judged: &Judged) -> String {
    match &judged.waived {
        Some(waiver) => format!(
            "- waived by {} until {}, owner {}\n",
            code(&waiver.id),
            prose(&waiver.expires),
            prose(&waiver.owner)
        ),
        None => format!("- fingerprint: {}\n", code(&judged.fingerprint)),
    }
}

/// The six checks as a table.
pub(super) fn checks(checks: &[Check]) -> String {
    let mut part = "\n| check | judged | result |\n| --- | --- | --- |\n".to_owned();
    for check in checks {
        let ran = if check.ran { "" } else { "**not run** " };
        let _ = writeln!(
            part,
            "| {} | {} {} | {ran}{} |",
            check.name.word(),
            check.subjects,
            prose(&check.unit),
            prose(&check.summary)
        );
    }
    part
}

/// The new changes with their details, one part each.
pub(in crate::report) fn changes(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .filter(|change| change.new)
        .map(change)
        .collect()
}

fn change(step: &Change) -> String {
    let mut part = format!(
        "\n{} {} to {}: declared {}, required **{}**; {}\n",
        code(&step.entry),
        code(&step.from),
        code(&step.to),
        step.declared.word(),
        step.required.word(),
        prose(&step.proof),
    );
    if !step.details.is_empty() {
        part.push_str("\n| effect | what | where |\n| --- | --- | --- |\n");
    }
    for mention in step.details.iter().take(ROWS) {
        let _ = writeln!(
            part,
            "| {} | {} | {} |",
            effect(mention.effect),
            prose(&mention.message),
            code(&mention.location.to_string())
        );
    }
    if step.details.len() > ROWS {
        let _ = writeln!(part, "\n{} more details", step.details.len() - ROWS);
    }
    part
}

/// What a change does, for people.
fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Narrows => "accepts less",
        Effect::Widens => "accepts more",
        Effect::Both => "accepts less and more",
        Effect::Unsure => "not settled",
    }
}

/// What the verdict does not prove.
pub(super) fn limits(limits: &[String]) -> String {
    let mut part = "\n**What this does not prove**\n\n".to_owned();
    if limits.is_empty() {
        part.push_str("- nothing was left out\n");
    }
    for limit in limits.iter().take(ROWS) {
        let _ = writeln!(part, "- {}", prose(limit));
    }
    if limits.len() > ROWS {
        let _ = writeln!(part, "- {} more", limits.len() - ROWS);
    }
    part
}
