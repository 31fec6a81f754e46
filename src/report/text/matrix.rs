//! The matrix for a terminal: a row a version, a column a partner, and what speaks against the cells that are not shown.

use super::Paint;
use crate::model::{Cell, Proof};
use crate::report::hygiene::clean;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Cells that are not shown to fit, told in full below the table.
const TOLD: usize = 12;

/// The whole matrix; nothing where there is none.
pub(super) fn matrix(out: &mut String, cells: &[Cell], paint: Paint) {
    if cells.is_empty() {
        return;
    }
    let partners: BTreeSet<&str> = cells.iter().map(|cell| cell.partner.as_str()).collect();
    let mut rows: BTreeMap<(usize, String), BTreeMap<&str, &Cell>> = BTreeMap::new();
    for (index, cell) in cells.iter().enumerate() {
        let name = format!("{} {}", clean(&cell.entry), clean(&cell.version));
        let first = rows.keys().find(|(_, known)| *known == name).cloned();
        let row = rows.entry(first.unwrap_or((index, name))).or_default();
        row.insert(&cell.partner, cell);
    }
    let names = rows.keys().map(|(_, name)| name.chars().count());
    let wide = names.max().unwrap_or(0).max("Matrix".len());
    let column = |partner: &str| partner.chars().count().max("unproven".len());
    let _ = write!(out, "{:<wide$}  {:<10}", "Matrix", "status");
    for partner in &partners {
        let _ = write!(out, "  {:<1$}", clean(partner), column(partner));
    }
    out.push('\n');
    for ((_, name), row) in &rows {
        let status = row.values().next().map_or("", |cell| &cell.status);
        let _ = write!(out, "{name:<wide$}  {:<10}", clean(status));
        for partner in &partners {
            let word = row.get(partner).map_or("-", |cell| cell.proof.word());
            let padding = column(partner).saturating_sub(word.len());
            let painted = row
                .get(partner)
                .map_or(word.to_owned(), |cell| painted(cell, paint));
            let _ = write!(out, "  {painted}{:padding$}", "");
        }
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
    reasons(out, cells);
    out.push('\n');
}

fn painted(cell: &Cell, paint: Paint) -> String {
    let word = cell.proof.word();
    match cell.proof {
        Proof::Tested | Proof::Proved => paint.green(word),
        Proof::Stale | Proof::Unproven => paint.yellow(word),
        Proof::Broken => paint.red(word),
    }
}

fn reasons(out: &mut String, cells: &[Cell]) {
    let open: Vec<&Cell> = cells
        .iter()
        .filter(|cell| !matches!(cell.proof, Proof::Tested | Proof::Proved))
        .collect();
    for cell in open.iter().take(TOLD) {
        let _ = writeln!(
            out,
            "  {} {} {}: {}, {}",
            clean(&cell.partner),
            clean(&cell.entry),
            clean(&cell.version),
            cell.proof.word(),
            clean(&cell.because.join(", "))
        );
    }
    if open.len() > TOLD {
        let _ = writeln!(
            out,
            "  ... {} more: the json format holds all",
            open.len() - TOLD
        );
    }
}
