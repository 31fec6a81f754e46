//! The sections of a report in Markdown: findings, who is hurt, decisions, checks, changes, limits.

use super::{code, prose};
use crate::model::{Change, Check, Effect, Hurt, Judged, Severity, counted};
use crate::report::Style;
use crate::report::hygiene::clean;
use crate::report::text::{again, source};
use crate::report::weight::worst_first;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Largest witness that a comment shows, in bytes.
const WITNESS_SHOWN: usize = 2_000;
/// Rows that a table may have before the rest is only counted.
const ROWS: usize = 40;
/// Rows of a table that is kept whatever else is cut.
const FEW: usize = 10;
/// Fingerprints that a comment names of one rule.
const PRINTS: usize = 40;

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
    let worth = worth(findings, everything);
    let mut parts: Vec<String> = worth
        .iter()
        .take(shown)
        .map(|judged| finding(judged, style))
        .collect();
    parts.extend(folded(worth.get(shown..).unwrap_or_default(), everything));
    if !everything {
        parts.extend(waived(findings));
    }
    parts
}

/// What is listed: all of it in the order of the report, or what counts, the worst first.
fn worth(findings: &[Judged], everything: bool) -> Vec<&Judged> {
    if everything {
        return findings.iter().collect();
    }
    let counts = |judged: &&Judged| judged.waived.is_none() && judged.severity > Severity::Info;
    worst_first(findings.iter().filter(counts))
}

/// What is not shown in full, a part for each rule, with the fingerprints by which it is found again.
fn folded(rest: &[&Judged], everything: bool) -> Vec<String> {
    let mut rules: BTreeMap<(&str, Reverse<Severity>, bool), Vec<String>> = BTreeMap::new();
    for judged in rest {
        let key = (
            judged.rule.as_str(),
            Reverse(judged.severity),
            judged.waived.is_some(),
        );
        rules
            .entry(key)
            .or_default()
            .push(code(&judged.fingerprint));
    }
    let most = if everything { usize::MAX } else { PRINTS };
    let mut parts = Vec::new();
    for ((rule, Reverse(severity), is_waived), prints) in &rules {
        let head = if parts.is_empty() {
            "\n**More**\n\n"
        } else {
            ""
        };
        let weight = if *is_waived { "waived " } else { "" };
        let named: Vec<&str> = prints.iter().take(most).map(String::as_str).collect();
        let more = match prints.len().saturating_sub(most) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        parts.push(format!(
            "{head}- {} {weight}{} {}: {}{more}\n",
            prints.len(),
            severity.word(),
            code(rule),
            named.join(", ")
        ));
    }
    parts
}

/// What waivers cover, in a line of its own: it is no error.
fn waived(findings: &[Judged]) -> Option<String> {
    let mut waivers: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for waiver in findings.iter().filter_map(|judged| judged.waived.as_ref()) {
        let until = (0, waiver.expires.as_str());
        waivers.entry(&waiver.id).or_insert(until).0 += 1;
    }
    let count: usize = waivers.values().map(|(count, _)| count).sum();
    let by: Vec<String> = waivers
        .iter()
        .take(ROWS)
        .map(|(id, (count, until))| format!("{count} by {} until {}", code(id), prose(until)))
        .collect();
    (count > 0).then(|| {
        format!(
            "\n**Waived**: {}: {}\n",
            counted(count, "finding"),
            by.join(", ")
        )
    })
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
