//! Rules as they are published, and what their cases prove, for a terminal and for a page.

use super::Style;
use super::card::table;
use super::hygiene::clean;
use super::markdown::{code, prose};
use super::text::Paint;
use crate::model::{PolicyCoverage, PolicyTrial, PublishedRule, RuleFlaw, RulesPage, counted};
use std::fmt::Write as _;

/// One line a rule.
pub(super) fn list(page: &RulesPage) -> String {
    let heads = ["rule", "weight", "owner", "status", "cases", "must hold"];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(page.rules.iter().map(|rule| {
        [
            clean(&rule.id),
            weights(rule),
            clean(&rule.owner),
            clean(&rule.status),
            format!("{} + {} -", rule.fires, rule.quiet),
            clean(&rule.title),
        ]
    }));
    let mut out = table(&rows);
    let waivable = page.rules.iter().filter(|rule| rule.waivable).count();
    let _ = writeln!(
        out,
        "{}, {waivable} may be waived; page {}",
        counted(page.rules.len(), "rule"),
        clean(&page.page)
    );
    out
}

/// `error`, or `warning, error by kind`, and from which stage it fails the gate.
fn weights(rule: &PublishedRule) -> String {
    let mut words = vec![rule.severity.word()];
    for severity in rule.severity_by_kind.values() {
        if !words.contains(&severity.word()) {
            words.push(severity.word());
        }
    }
    let first = rule.stages.iter().find(|stage| stage.fails);
    match first {
        Some(stage) => format!("{} (fails at {})", words.join("/"), clean(&stage.stage)),
        None => words.join("/"),
    }
}

/// The page that publishes the rules: same rules, same bytes.
pub(super) fn page(page: &RulesPage) -> String {
    let mut out = format!(
        "# Rules of this repository\n\nDigest of this page: {}. It stands in every report of `matchmark check` too, so a report \
         tells which rules it was judged by. {}.\n",
        code(&page.page),
        counted(page.rules.len(), "rule")
    );
    out.push_str("\n| rule | must hold | owner | local | pull-request | staging | release-candidate | waivable |\n|---|---|---|---|---|---|---|---|\n");
    for rule in &page.rules {
        let at = |stage: &str| {
            let found = rule.stages.iter().find(|weight| weight.stage == stage);
            found.map_or_else(String::new, |weight| {
                let fails = if weight.fails { ", fails" } else { "" };
                format!("{}{fails}", weight.severity.word())
            })
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            code(&rule.id),
            prose(&rule.title),
            prose(&rule.owner),
            at("local"),
            at("pull-request"),
            at("staging"),
            at("release-candidate"),
            waivable(rule)
        );
    }
    for rule in &page.rules {
        section(&mut out, rule);
    }
    out
}

fn waivable(rule: &PublishedRule) -> String {
    if !rule.waivable {
        return "never".to_owned();
    }
    let roles: Vec<String> = rule.approvers.iter().map(|role| prose(role)).collect();
    format!(
        "{} by {}",
        counted(rule.max_waiver_days, "day"),
        roles.join(", ")
    )
}

fn section(out: &mut String, rule: &PublishedRule) {
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| code(item)).collect();
        items.join(" ")
    };
    let _ = write!(
        out,
        "\n## {}\n\n{}\n\n",
        prose(&rule.id),
        prose(&rule.title)
    );
    let kinds = rule.severity_by_kind.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, severity)| format!("{} {}", code(kind), severity.word()))
        .collect();
    for (label, text) in [
        ("Why", prose(&rule.why)),
        ("Settled by", prose(&rule.remedy)),
        ("Source", prose(&rule.source)),
        (
            "Status",
            format!("{} since {}", rule.status, prose(&rule.since)),
        ),
        ("Judges", list(&rule.applies)),
        ("By kind", kinds.join(", ")),
        ("Rows", list(&rule.rows)),
        (
            "Cases",
            format!("{} that fire, {} that stay quiet", rule.fires, rule.quiet),
        ),
        ("Waivable", waivable(rule)),
        ("File", code(&rule.file)),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "- {label}: {text}");
        }
    }
    for (name, value) in &rule.params {
        let _ = writeln!(out, "- Parameter {}: {}", code(name), code(value));
    }
}

/// What was done with each rule, then everything that is wrong.
pub(super) fn trial(trial: &PolicyTrial, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let heads = [
        "rule", "cases", "names", "facts", "lines", "others", "result",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(trial.rules.iter().map(|rule| {
        [
            clean(&rule.id),
            format!("{} fire, {} quiet", rule.fires, rule.quiet),
            format!("{}/{} misspelt", rule.killed, rule.mutants),
            format!("{}/{} deleted", rule.needed, rule.reads),
            format!("{}/{} reached", rule.reached, rule.lines),
            format!("{} silent", rule.others),
            if rule.proven { "proven" } else { "NOT PROVEN" }.to_owned(),
        ]
    }));
    let mut out = table(&rows);
    for flaw in &trial.flaws {
        out.push('\n');
        self::flaw(&mut out, flaw, paint);
    }
    let proven = trial.rules.iter().filter(|rule| rule.proven).count();
    let cases: usize = trial.rules.iter().map(|rule| rule.fires + rule.quiet).sum();
    let _ = writeln!(
        out,
        "\n{}  {} of {} proven by {}",
        trial.verdict.word().to_uppercase(),
        proven,
        counted(trial.rules.len(), "rule"),
        counted(cases, "case")
    );
    out
}

fn flaw(out: &mut String, flaw: &RuleFlaw, paint: Paint) {
    let heading = format!("{}[{}]", flaw.severity.word(), clean(&flaw.rule));
    let _ = writeln!(out, "{} {}", paint.red(&heading), clean(&flaw.message));
    let _ = writeln!(out, "  --> {}", clean(&flaw.location.to_string()));
    if !flaw.remedy.is_empty() {
        let _ = writeln!(out, "  fix      {}", clean(&flaw.remedy));
    }
}

/// One line a text; the lines that no case reaches by their numbers.
pub(super) fn coverage(coverage: &PolicyCoverage) -> String {
    let mut rows = vec![["text", "lines", "reached", "not reached"].map(str::to_owned)];
    rows.extend(coverage.files.iter().map(|file| {
        let numbers: Vec<String> = file.unreached.iter().map(u32::to_string).collect();
        let left = match &file.obstacle {
            Some(why) => why.clone(),
            None => numbers.join(", "),
        };
        [
            clean(&file.file),
            file.lines.to_string(),
            file.reached.to_string(),
            clean(&left),
        ]
    }));
    let mut out = table(&rows);
    let _ = writeln!(
        out,
        "{} of {} of {} reached",
        coverage.reached,
        counted(coverage.lines, "line"),
        counted(coverage.files.len(), "text")
    );
    out
}
