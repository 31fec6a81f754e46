//! Every partner against every version that it lives with, a table a schema, with the answer for each version below.
//! Refuses to count what nothing shows as a pass.

use crate::model::{Cell, Proof, Report, counted};
use crate::report::html::mark::{self, Tone, mark};
use crate::report::html::page::{escape, prose};
use crate::report::html::table::rest;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Schemas with something open that have a table of their own.
const OPEN: usize = 60;
/// Schemas that fit everybody and have a table of their own; the others have a row each.
const FITTING: usize = 30;
/// Cells that are not shown to fit, told below their table.
const REASONS: usize = 20;

/// The matrix, schemas with something open first.
pub(super) fn matrix(report: &Report) -> String {
    if report.matrix.is_empty() {
        return "<p>No partner was held against any version: the contract check did not run, or there is no contract.</p>\n"
            .to_owned();
    }
    let mut entries: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in &report.matrix {
        entries.entry(&cell.entry).or_default().push(cell);
    }
    let (fitting, open): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, cells)| fits(cells));
    let mut out = legend();
    for (index, (entry, cells)) in open.iter().take(OPEN).enumerate() {
        out.push_str(&table(entry, cells, &format!("m-o{index}")));
    }
    out.push_str(&rest(open.len(), OPEN, "schema with something open"));
    if !fitting.is_empty() {
        out.push_str(&folded(&fitting, open.is_empty()));
    }
    out
}

fn fits(cells: &[&Cell]) -> bool {
    cells.iter().all(|cell| is_shown(cell))
}

fn is_shown(cell: &Cell) -> bool {
    matches!(cell.proof, Proof::Tested | Proof::Proved)
}

fn legend() -> String {
    format!(
        "<p class=\"legend\">{} against the schema and by exchanges that were seen &middot; {} against the schema only &middot; \
         {} shown, but too long ago &middot; {} nothing shows it &middot; {} a finding shows the opposite &middot; \
         - the partner does not live with it</p>\n",
        mark::proof(Proof::Tested),
        mark::proof(Proof::Proved),
        mark::proof(Proof::Stale),
        mark::proof(Proof::Unproven),
        mark::proof(Proof::Broken)
    )
}

/// Schemas that fit everybody: behind a fold when something else wants to be read.
fn folded(fitting: &[(&str, Vec<&Cell>)], opened: bool) -> String {
    let mut tables = String::new();
    for (index, (entry, cells)) in fitting.iter().take(FITTING).enumerate() {
        tables.push_str(&table(entry, cells, &format!("m-f{index}")));
    }
    let short: String = fitting.iter().skip(FITTING).map(line).collect();
    if !short.is_empty() {
        let _ = write!(
            tables,
            "<p>And these, every cell of which is tested or proved:</p>\n<ul class=\"short\">\n{short}</ul>\n"
        );
    }
    let open = if opened { " open" } else { "" };
    format!(
        "<details{open}><summary>{} where every partner fits every version</summary>\n{tables}</details>\n",
        schemas(fitting.len())
    )
}

fn schemas(count: usize) -> String {
    counted(count, "schema")
}

fn line((entry, cells): &(&str, Vec<&Cell>)) -> String {
    format!(
        "<li>{}: {} of {}</li>\n",
        escape(entry),
        counted(cells.len(), "cell"),
        counted(versions(cells).len(), "version")
    )
}

/// Versions with their status, in the order of the report.
fn versions<'a>(cells: &[&'a Cell]) -> Vec<(&'a str, &'a str)> {
    let mut versions: Vec<(&str, &str)> = Vec::new();
    for cell in cells {
        if !versions.iter().any(|(version, _)| *version == cell.version) {
            versions.push((&cell.version, &cell.status));
        }
    }
    versions
}

fn table(entry: &str, cells: &[&Cell], id: &str) -> String {
    let versions = versions(cells);
    let mut partners: BTreeMap<&str, BTreeMap<&str, &Cell>> = BTreeMap::new();
    for cell in cells {
        partners
            .entry(&cell.partner)
            .or_default()
            .insert(&cell.version, cell);
    }
    let mut out = format!(
        "<div class=\"scroll brief\" role=\"group\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table class=\"matrix\">\n\
         <caption id=\"{id}\">{}</caption>\n<thead><tr><th scope=\"col\">Partner</th>",
        escape(entry)
    );
    for (version, status) in &versions {
        let _ = write!(
            out,
            "<th scope=\"col\">{} <small>{}</small></th>",
            escape(version),
            escape(status)
        );
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (partner, row) in &partners {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escape(partner));
        for (version, _) in &versions {
            let shown = row.get(version).map_or_else(none, |cell| standing(cell));
            let _ = write!(out, "<td>{shown}</td>");
        }
        out.push_str("</tr>\n");
    }
    let _ = write!(
        out,
        "</tbody>\n<tfoot><tr><th scope=\"row\">safe to release?</th>"
    );
    for (version, _) in &versions {
        let _ = write!(out, "<td>{}</td>", safe(cells, version));
    }
    out.push_str("</tr></tfoot>\n</table>\n</div>\n");
    out.push_str(&reasons(cells));
    out
}

fn none() -> String {
    "<span aria-hidden=\"true\">-</span><span class=\"unseen\">does not live with it</span>"
        .to_owned()
}

fn standing(cell: &Cell) -> String {
    let mut text = format!(
        "{} <small>{}, {} seen</small>",
        mark::proof(cell.proof),
        counted(cell.interactions, "interaction"),
        counted(cell.exchanges, "exchange")
    );
    // A version on its way out that somebody still calls is a date to keep.
    if matches!(cell.status.as_str(), "deprecated" | "retired") && cell.interactions > 0 {
        let (sign, word) = if cell.exchanges > 0 {
            ('!', "still used")
        } else {
            ('\u{25c6}', "still asked for")
        };
        text.push(' ');
        text.push_str(&mark(Tone::Open, sign, word));
    }
    text
}

/// Whether `version` may reach everybody who lives with it. What nothing shows is no yes.
fn safe(cells: &[&Cell], version: &str) -> String {
    let of = |wanted: &dyn Fn(Proof) -> bool| {
        let of = cells
            .iter()
            .filter(|cell| cell.version == version && wanted(cell.proof));
        let names: Vec<&str> = of.map(|cell| cell.partner.as_str()).collect();
        names.join(", ")
    };
    let broken = of(&|proof| proof == Proof::Broken);
    let open = of(&|proof| matches!(proof, Proof::Stale | Proof::Unproven));
    if !broken.is_empty() {
        format!("{} {}", mark(Tone::Bad, '\u{2717}', "no:"), escape(&broken))
    } else if !open.is_empty() {
        format!("{} {}", mark(Tone::Open, '?', "not shown:"), escape(&open))
    } else {
        mark(Tone::Good, '\u{2713}', "yes")
    }
}

/// Why the cells that are not shown to fit are not.
fn reasons(cells: &[&Cell]) -> String {
    let open: Vec<&&Cell> = cells.iter().filter(|cell| !is_shown(cell)).collect();
    if open.is_empty() {
        return String::new();
    }
    let mut out = "<ul class=\"why\">\n".to_owned();
    for cell in open.iter().take(REASONS) {
        let because = if cell.because.is_empty() {
            "no reason was given".to_owned()
        } else {
            prose(&cell.because.join(", "))
        };
        let _ = writeln!(
            out,
            "<li>{} {}: {}, {because}</li>",
            escape(&cell.partner),
            escape(&cell.version),
            cell.proof.word()
        );
    }
    out.push_str("</ul>\n");
    out.push_str(&rest(open.len(), REASONS, "cell"));
    out
}
