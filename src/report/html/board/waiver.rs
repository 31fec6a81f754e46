//! The register of exceptions: every waiver of the repository, whatever its state.

use crate::model::{ApprovedBy, Report, WaiverLine, counted};
use crate::report::html::mark;
use crate::report::html::page::{code, escape, path, prose};
use crate::report::html::table::Table;
use chrono::{DateTime, NaiveDate};

/// Waivers that have a row.
const ROWS: usize = 150;
/// Subjects that one row names.
const SUBJECTS: usize = 8;

/// The whole register.
pub(super) fn register(report: &Report) -> String {
    let waivers = &report.governance.waivers;
    if waivers.is_empty() {
        return "<p>There is no waiver: every rule holds for everybody, or the gate is red.</p>\n"
            .to_owned();
    }
    Table {
        caption: format!(
            "{}: active, expired, unused and refused ones",
            counted(waivers.len(), "waiver")
        ),
        columns: &[
            "Waiver",
            "State",
            "Finding and ground",
            "Hurts",
            "Owner",
            "Approved",
            "Ends",
            "Renewed",
        ],
        rows: waivers
            .iter()
            .map(|line| row(line, &report.header.as_of))
            .collect(),
        most: ROWS,
        noun: "waiver",
    }
    .html("t-waivers")
}

fn row(line: &WaiverLine, as_of: &str) -> Vec<String> {
    vec![
        format!("{} <small>{}</small>", code(&line.id), escape(&line.class)),
        mark::waiver(line.state),
        ground(line),
        joined(&line.hurt, "nobody in this run"),
        format!(
            "{} <small>asked by {}</small>",
            escape(&line.owner),
            escape(&line.requested_by)
        ),
        approved(line),
        ends(line, as_of),
        line.renewals.to_string(),
    ]
}

fn ground(line: &WaiverLine) -> String {
    let mut subjects: Vec<String> = line
        .subjects
        .iter()
        .take(SUBJECTS)
        .map(|name| path(name))
        .collect();
    if line.subjects.len() > SUBJECTS {
        subjects.push(format!("and {} more", line.subjects.len() - SUBJECTS));
    }
    let subjects = if subjects.is_empty() {
        "covers nothing in this run".to_owned()
    } else {
        subjects.join(", ")
    };
    format!(
        "{} <small>{subjects}</small> <small>{}: {}</small>",
        path(&line.rule),
        escape(&line.why),
        prose(&line.reason)
    )
}

fn approved(line: &WaiverLine) -> String {
    let given = |one: &ApprovedBy| {
        format!(
            "<div>{} {} <small>{}</small></div>",
            escape(&one.role),
            day(&one.date),
            escape(&one.approver)
        )
    };
    let mut parts: Vec<String> = line.approved.iter().map(given).collect();
    parts.extend(
        line.lacking
            .iter()
            .map(|lacking| format!("<div><em>missing: {}</em></div>", prose(lacking))),
    );
    if parts.is_empty() {
        return "nobody yet".to_owned();
    }
    parts.concat()
}

/// The last day, how far off it is, and how old the exception is.
fn ends(line: &WaiverLine, as_of: &str) -> String {
    let left = match line.days_left {
        days if days < 0 => format!("{} ago", counted(days.unsigned_abs(), "day")),
        days => format!("{} left", counted(days.unsigned_abs(), "day")),
    };
    let age = age(&line.created, as_of).map_or_else(String::new, |days| {
        format!(", {} old", counted(days, "day"))
    });
    format!("{} <small>{left}{age}</small>", day(&line.expires))
}

/// A day or an instant, which stays on one line.
fn day(text: &str) -> String {
    format!("<span class=\"day\">{}</span>", escape(text))
}

fn age(created: &str, as_of: &str) -> Option<u64> {
    let created = NaiveDate::parse_from_str(created, "%Y-%m-%d").ok()?;
    let as_of = DateTime::parse_from_rfc3339(as_of).ok()?.date_naive();
    u64::try_from((as_of - created).num_days()).ok()
}

fn joined(names: &[String], none: &str) -> String {
    if names.is_empty() {
        none.to_owned()
    } else {
        escape(&names.join(", "))
    }
}
