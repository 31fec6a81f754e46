//! The sections of a report in Markdown: findings, who is hurt, decisions, checks, changes, limits.

use super::{code, prose};
use crate::model::{Change, Check, DecisionNeeded, Effect, Hurt, Judged, Severity};
use crate::report::Style;
use crate::report::hygiene::clean;
use crate::report::text::{again, source};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Largest witness that a comment shows, in bytes.
const WITNESS_SHOWN: usize = 2_000;
/// Rows that a table may have before the rest is only counted.
const ROWS: usize = 40;
/// Rows of a table that is kept whatever else is cut.
const FEW: usize = 10;
/// Commands that one decision shows.
const OPTIONS: usize = 3;

/// The worst findings in full, one part each, then the others counted by rule.
pub(in crate::report) fn findings(
    findings: &[Judged],
    shown: usize,
    style: &Style<'_>,
) -> Vec<String> {
    listed(findings, shown, false, style)
}

/// The same, and with `everything` also what is only worth knowing.
pub(super) fn listed(
    findings: &[Judged],
    shown: usize,
    everything: bool,
    style: &Style<'_>,
) -> Vec<String> {
    let worth: Vec<&Judged> = findings
        .iter()
        .filter(|judged| everything || judged.severity > Severity::Info)
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

/// Exceptions that were made in an emergency; nothing where there is none.
pub(super) fn emergency(waivers: &[String]) -> String {
    if waivers.is_empty() {
        return String::new();
    }
    let waivers: Vec<String> = waivers.iter().take(ROWS).map(|id| code(id)).collect();
    format!("\n**EMERGENCY** in force: {}\n", waivers.join(", "))
}

/// Everyone who is hurt by what no waiver covers, with the first reason.
pub(super) fn hurts(findings: &[Judged]) -> String {
    let mut hurt: BTreeMap<&str, (u64, &Judged, &Hurt)> = BTreeMap::new();
    for judged in findings.iter().filter(|judged| judged.waived.is_none()) {
        let mut told = std::collections::BTreeSet::new();
        for one in judged
            .hurts
            .iter()
            .filter(|one| told.insert(one.who.as_str()))
        {
            hurt.entry(&one.who).or_insert((0, judged, one)).0 += 1;
        }
    }
    if hurt.is_empty() {
        return String::new();
    }
    let mut part =
        "\n| who is hurt | findings | first | why |\n| --- | --- | --- | --- |\n".to_owned();
    for (who, (count, judged, one)) in hurt.iter().take(FEW) {
        let (who, rule, why) = (prose(who), code(&judged.rule), prose(&one.why));
        let _ = writeln!(part, "| {who} | {count} | {rule} | {why} |");
    }
    if hurt.len() > FEW {
        let _ = writeln!(part, "\n{} more are hurt", hurt.len() - FEW);
    }
    part
}

/// What waits for the board, with the commands that settle it.
pub(super) fn decisions(decisions: &[DecisionNeeded]) -> String {
    if decisions.is_empty() {
        return String::new();
    }
    let mut part = "\n**Waits for a decision**\n\n".to_owned();
    for decision in decisions.iter().take(FEW) {
        let by = decision
            .deadline
            .as_deref()
            .map_or_else(String::new, |day| format!(" by {}", prose(day)));
        let (subject, question) = (code(&decision.subject), prose(&decision.question));
        let roles = prose(&decision.roles.join(", "));
        let _ = writeln!(
            part,
            "- {subject} {question} Missing: {roles}{by}; otherwise: {}",
            prose(&decision.otherwise)
        );
        for option in decision.options.iter().take(OPTIONS) {
            let _ = writeln!(part, "  - {}", code(option));
        }
    }
    if decisions.len() > FEW {
        let _ = writeln!(part, "- {} more", decisions.len() - FEW);
    }
    part
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
