//! What even this verdict leaves open: the limits of every check, and every cell that nothing shows.

use crate::model::{Judged, Proof, Report, Severity, counted};
use crate::report::html::page::{escape, path, prose};
use crate::report::html::table::rest;
use std::fmt::Write as _;

/// Sentences and cells that are shown.
const MOST: usize = 50;

/// The whole list.
pub(super) fn limits(report: &Report) -> String {
    let mut out = list(
        report.not_proved.iter().map(|limit| prose(limit)).collect(),
        "limit",
        "Every check says that it left nothing out.",
    );
    let idle = report.checks.iter().filter(|check| !check.ran);
    let idle: Vec<String> = idle
        .map(|check| {
            format!(
                "The check {} did not run: {}",
                check.name.word(),
                prose(&check.summary)
            )
        })
        .collect();
    if !idle.is_empty() {
        out.push_str(&list(idle, "check", ""));
    }
    out.push_str("<h3>Questions that could not be settled</h3>\n");
    let open = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Undecided);
    out.push_str(&list(open.map(question).collect(), "question", "None."));
    out.push_str("<h3>Partners for whom nothing recent shows that they fit</h3>\n");
    out.push_str(&list(cells(report), "version", "None."));
    out
}

fn question(found: &Judged) -> String {
    format!(
        "{} {}",
        prose(&found.message),
        path(&found.location.to_string())
    )
}

fn cells(report: &Report) -> Vec<String> {
    let open = report
        .matrix
        .iter()
        .filter(|cell| matches!(cell.proof, Proof::Stale | Proof::Unproven));
    open.map(|cell| {
        format!(
            "{} with {} {}: {}, {}",
            escape(&cell.partner),
            escape(&cell.entry),
            escape(&cell.version),
            cell.proof.word(),
            prose(&cell.because.join(", "))
        )
    })
    .collect()
}

fn list(items: Vec<String>, noun: &str, none: &str) -> String {
    if items.is_empty() {
        return format!("<p>{none}</p>\n");
    }
    let mut out = format!("<ul aria-label=\"{}\">\n", counted(items.len(), noun));
    for item in items.iter().take(MOST) {
        let _ = writeln!(out, "<li>{item}</li>");
    }
    out.push_str("</ul>\n");
    out.push_str(&rest(items.len(), MOST, noun));
    out
}
