//! What waits for the board: each question with its owner, its options, its day, and what happens without an answer.

use crate::model::{DecisionNeeded, Report, counted};
use crate::report::html::page::{escape, list, path, prose};
use crate::report::html::table::rest;
use std::fmt::Write as _;

/// Decisions that the first sheet has room for.
const FRONT: usize = 5;
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
            "<p><a href=\"#decisions\">{more} more</a> wait for this board.</p>"
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
        out.push_str(&one(index + 1, decision));
    }
    out.push_str(&rest(decisions.len(), MOST, "decision"));
    out
}

fn one(number: usize, decision: &DecisionNeeded) -> String {
    let options: String = decision
        .options
        .iter()
        .map(|option| format!("<li>{}</li>", prose(option)))
        .collect();
    let rows = [
        ("owner", escape(&decision.owner)),
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
