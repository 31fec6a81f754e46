//! Contracts and recorded payloads: counts by partner and by cause.
//! Refuses to show more of a payload than its place.

use crate::model::{Cell, Proof, ReplayCluster, Report, counted};
use crate::report::html::mark;
use crate::report::html::page::{escape, path};
use crate::report::html::table::Table;
use std::collections::{BTreeMap, BTreeSet};

/// Partners and causes that have a row.
const ROWS: usize = 100;

/// Both.
pub(super) fn proof(report: &Report) -> String {
    format!("{}{}", contracts(&report.matrix), clusters(report))
}

fn contracts(matrix: &[Cell]) -> String {
    let mut partners: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in matrix {
        partners.entry(&cell.partner).or_default().push(cell);
    }
    if partners.is_empty() {
        return "<p>No contract was held against any version in this run.</p>\n".to_owned();
    }
    Table {
        caption: "Contracts by partner: versions that it lives with, and how far it is shown that they fit".to_owned(),
        columns: &["Partner", "Schemas", "Versions", "Tested", "Proved", "Stale", "Unproven", "Broken"],
        rows: partners.iter().map(|(name, cells)| partner(name, cells)).collect(),
        most: ROWS,
        noun: "partner",
    }
    .html("t-contracts")
}

fn partner(name: &str, cells: &[&Cell]) -> Vec<String> {
    let entries: BTreeSet<&str> = cells.iter().map(|cell| cell.entry.as_str()).collect();
    let of = |proof| {
        cells
            .iter()
            .filter(|cell| cell.proof == proof)
            .count()
            .to_string()
    };
    vec![
        escape(name),
        entries.len().to_string(),
        cells.len().to_string(),
        of(Proof::Tested),
        of(Proof::Proved),
        of(Proof::Stale),
        of(Proof::Unproven),
        of(Proof::Broken),
    ]
}

fn clusters(report: &Report) -> String {
    let clusters = &report.governance.clusters;
    if clusters.is_empty() {
        return "<p>No recorded payload is judged otherwise than when it was recorded, or none was replayed; the first sheet says which.</p>\n"
            .to_owned();
    }
    let payloads: u64 = clusters.iter().map(|cluster| cluster.count).sum();
    Table {
        caption: format!(
            "{} judged otherwise, {}, largest first",
            counted(payloads, "recorded payload"),
            counted(clusters.len(), "cause")
        ),
        columns: &[
            "Payloads", "Partner", "Version", "Verdict", "Cause", "Field", "First",
        ],
        rows: clusters.iter().map(cluster).collect(),
        most: ROWS,
        noun: "cause",
    }
    .html("t-clusters")
}

fn cluster(cluster: &ReplayCluster) -> Vec<String> {
    vec![
        cluster.count.to_string(),
        escape(&cluster.partner),
        escape(&cluster.version),
        mark::shift(&cluster.shift),
        path(&cluster.rule),
        path(&cluster.pointer),
        path(&cluster.first.to_string()),
    ]
}
