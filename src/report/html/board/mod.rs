//! The page that a board reads, prints and signs: one report, from the verdict to the digests of what was read.
//! Refuses to know anything but the report's value.

mod appendix;
mod change;
mod cover;
mod decision;
mod findings;
mod letterhead;
mod limit;
mod matrix;
mod proof;
mod rule;
mod trend;
mod waiver;

use super::page::{self, escape, styled};
use crate::model::Report;
use crate::report::Style;
use std::fmt::Write as _;

pub(super) const STYLE: &str = include_str!("style.css");

/// A part of the page: what leads to it and what stands in it.
struct Section {
    id: &'static str,
    title: &'static str,
    /// Markup below the heading.
    body: String,
}

/// The whole page.
pub(in crate::report) fn board(report: &Report, style: &Style<'_>) -> String {
    let groups = change::groups(report);
    let sections = sections(report, &groups, style);
    let mut main = cover::cover(report, &groups);
    main.push_str(&contents(&sections));
    for section in &sections {
        main.push_str(&page::section(section.id, section.title, &section.body));
    }
    let letterhead = report.governance.letterhead.as_ref();
    let more = letterhead.map_or("", |letterhead| letterhead.style.as_str());
    styled(
        &cover::title(report),
        &format!("{STYLE}{more}"),
        &cover::header(report),
        &main,
        &footer(report),
    )
}

fn sections(report: &Report, groups: &[change::Group<'_>], style: &Style<'_>) -> Vec<Section> {
    let section = |id, title, body| Section { id, title, body };
    vec![
        section("decisions", "Decisions in full", decision::all(report)),
        section("changes", "Changes", change::overview(report, groups)),
        section("matrix", "Compatibility matrix", matrix::matrix(report)),
        section(
            "differences",
            "Each change and whom it hurts",
            change::each(groups, style),
        ),
        section(
            "findings",
            "Other findings",
            findings::others(report, groups, style),
        ),
        section("waivers", "Waiver register", waiver::register(report)),
        section("rules", "Rules and their sources", rule::rules(report)),
        section("proof", "Contracts and replay", proof::proof(report)),
        section("limits", "What this does not prove", limit::limits(report)),
        section("trend", "Trend", trend::trend(report)),
        section(
            "appendix",
            "Appendix: what was read",
            appendix::appendix(report),
        ),
    ]
}

fn contents(sections: &[Section]) -> String {
    let mut out = "<nav aria-label=\"Contents\">\n<ol>\n".to_owned();
    for section in sections {
        let (id, title) = (section.id, section.title);
        let _ = writeln!(out, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    out.push_str("</ol>\n</nav>\n");
    out
}

fn footer(report: &Report) -> String {
    let own = letterhead::footer(report);
    format!(
        "{own}<p>Made by {} from one report value; exit code {}. No value of a payload is shown. This page loads nothing and runs nothing.</p>\n",
        escape(&report.header.tool),
        report.exit_code
    )
}
