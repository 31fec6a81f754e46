//! Which rules were asked, and for each the way from the published statement to the result.

use crate::model::{Report, RulesRun, TraceLine, counted};
use crate::report::html::mark;
use crate::report::html::page::{code, escape, list, path, prose};
use crate::report::html::table::Table;

/// Rules that have a row.
const ROWS: usize = 200;
/// Rules that a line of counts names.
const NAMED: usize = 12;

/// The counts and the trace.
pub(super) fn rules(report: &Report) -> String {
    let run = &report.governance.rules;
    let trace = &report.governance.trace;
    let mut out = counts(run);
    if trace.is_empty() {
        out.push_str("<p>No rule was traced to its source in this run.</p>\n");
        return out;
    }
    out.push_str(
        &Table {
            caption: format!(
                "{}: from the source to the result",
                counted(trace.len(), "rule")
            ),
            columns: &[
                "Rule",
                "Must hold",
                "Source",
                "Serves rows",
                "Cases",
                "Findings",
                "Result",
            ],
            rows: trace.iter().map(row).collect(),
            most: ROWS,
            noun: "rule",
        }
        .html("t-trace"),
    );
    out
}

fn counts(run: &RulesRun) -> String {
    let rows = [
        ("expected", named(&run.expected, false)),
        ("evaluated", named(&run.evaluated, false)),
        ("not applicable", named(&run.not_applicable, true)),
        ("draft", named(&run.draft, true)),
        ("not evaluated", named(&run.not_evaluated, true)),
        (
            "published as",
            if run.page.is_empty() {
                "no digest of the rules page is on record".to_owned()
            } else {
                code(&run.page)
            },
        ),
    ];
    list(&rows)
}

/// A count, with the names where they are the news.
fn named(rules: &[String], told: bool) -> String {
    if !told || rules.is_empty() {
        return rules.len().to_string();
    }
    let mut names: Vec<String> = rules.iter().take(NAMED).map(|rule| path(rule)).collect();
    if rules.len() > NAMED {
        names.push(format!("and {} more", rules.len() - NAMED));
    }
    format!("{}: {}", rules.len(), names.join(", "))
}

fn row(line: &TraceLine) -> Vec<String> {
    vec![
        path(&line.rule),
        prose(&line.title),
        prose(&line.source),
        escape(&line.rows.join(", ")),
        line.cases.to_string(),
        line.findings.to_string(),
        mark::result(&line.result),
    ]
}
