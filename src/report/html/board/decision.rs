//! What waits for the board: each question with its owner, its options, its day, and what happens without an answer.

use crate::model::{DecisionNeeded, Report, counted};
use crate::report::html::page::{code, escape, list, path, prose};
use crate::report::html::table::rest;
use crate::report::hygiene::is_command;
use std::fmt::Write as _;

/// Decisions that the first sheet has room for.
const FRONT: usize = 4;
/// Decisions that are shown in full.
const MOST: usize = 50;

/// The first of them, one line each, for the first sheet.
pub(super) fn front(report: &Report) -> String {
    let decisions = &report.governance.decisions;
    if decisions.is_empty() {
        return "<p>Nothing waits for a decision of this board.</p>\n".to_owned();
    }
    let mut out = "<ol class=\"asks\">\n".to_owned();
    for (index, decision) in decisions.iter().take(FRONT).enumerate() {
        let _ = writeln!(
            out,
            "<li><a href=\"#d-{}\">{}</a> {} <span class=\"due\">{}</span></li>",
            index + 1,
            escape(&decision.subject),
            prose(&decision.question),
            due(decision)
        );
    }
    out.push_str("</ol>\n");
    if decisions.len() > FRONT {
        let more = decisions.len() - FRONT;
        let _ = writeln!(
            out,
            "<p><a href=\"#decisions\">{more} more</a> in full below.</p>"
        );
    }
    out
}

fn due(decision: &DecisionNeeded) -> String {
    decision.deadline.as_ref().map_or_else(
        || "no deadline".to_owned(),
        |day| format!("by {}", escape(day)),
    )
}

/// All of them in full.
pub(super) fn all(report: &Report) -> String {
    let decisions = &report.governance.decisions;
    if decisions.is_empty() {
        return "<p>No waiver, version, rule or partner waits for this board.</p>\n".to_owned();
    }
    let mut out = format!(
        "<p>{}, most urgent first.</p>\n",
        counted(decisions.len(), "decision")
    );
    for (index, decision) in decisions.iter().take(MOST).enumerate() {
        out.push_str(&one(index + 1, decision, reason(report, decision)));
    }
    out.push_str(&rest(decisions.len(), MOST, "decision"));
    out
}

/// Why the exception is asked for, in the words of its file.
fn reason<'a>(report: &'a Report, decision: &DecisionNeeded) -> &'a str {
    let waivers = &report.governance.waivers;
    let waiver = waivers.iter().find(|line| line.id == decision.subject);
    waiver.map_or("", |line| &line.reason)
}

fn one(number: usize, decision: &DecisionNeeded, reason: &str) -> String {
    let shown = |option: &String| match is_command(option) {
        true => code(option),
        false => prose(option),
    };
    let options: String = decision
        .options
        .iter()
        .map(|option| format!("<li>{}</li>", shown(option)))
        .collect();
    let rows = [
        ("owner", escape(&decision.owner)),
        ("reason given", prose(reason)),
        ("not decided yet", escape(&decision.roles.join(", "))),
        ("options", format!("<ul>{options}</ul>")),
        ("deadline", due(decision)),
        ("if nobody decides", prose(&decision.otherwise)),
        ("file", path(&decision.location.to_string())),
    ];
    let rows: Vec<(&str, String)> = rows
        .into_iter()
        .filter(|(_, text)| !text.is_empty() && text != "<ul></ul>")
        .collect();
    format!(
        "<article id=\"d-{number}\" aria-labelledby=\"dh-{number}\">\n\
         <h3 id=\"dh-{number}\">{number}. {}: {}</h3>\n{}</article>\n",
        escape(&decision.subject),
        prose(&decision.question),
        list(&rows)
    )
}
