//! How the numbers moved over earlier runs: small charts, and a table with the same numbers.
//! Refuses to draw what was not measured.

use crate::model::{Mismatch, Report, TrendPoint, counted};
use crate::report::html::mark::{self, mark};
use crate::report::html::page::{code, escape};
use crate::report::html::table::{Table, rest};
use crate::report::text::short;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Runs that have a row.
const ROWS: usize = 120;
/// Partners that have a chart of their own.
const CHARTS: usize = 12;
/// Size of a chart in its own units.
const WIDTH: u64 = 200;
const HEIGHT: u64 = 48;
/// Room for the dots at the border.
const EDGE: u64 = 4;

/// One number of every run, where it was measured.
struct Series {
    name: String,
    values: Vec<Option<u64>>,
    unit: fn(u64) -> String,
}

/// The charts of the first sheet; nothing where there is no run before this one.
pub(super) fn sparks(report: &Report) -> String {
    if report.governance.trend.is_empty() {
        return String::new();
    }
    let mut out = "<div class=\"sparks\">\n".to_owned();
    for series in ours(&report.governance.trend) {
        out.push_str(&figure(&series));
    }
    out.push_str(
        "</div>\n<p>The numbers stand in the <a href=\"#trend\">table of the trend</a>.</p>\n",
    );
    out
}

/// Every chart and the table.
pub(super) fn trend(report: &Report) -> String {
    let points = &report.governance.trend;
    if points.is_empty() {
        return "<p>No earlier run is on record for this page, so there is no trend to show. A packet made from evidence has one.</p>\n"
            .to_owned();
    }
    let partners = partners(points);
    let mut out = "<div class=\"sparks\">\n".to_owned();
    let rates = partners
        .iter()
        .take(CHARTS)
        .map(|partner| rate(points, partner));
    for series in ours(points).into_iter().chain(rates) {
        out.push_str(&figure(&series));
    }
    out.push_str("</div>\n");
    out.push_str(&rest(partners.len(), CHARTS, "chart of a partner"));
    out.push_str(&numbers(points, &partners));
    out
}

/// What is drawn of every repository.
fn ours(points: &[TrendPoint]) -> Vec<Series> {
    let series = |name: &str, value: &dyn Fn(&TrendPoint) -> Option<u64>, unit| Series {
        name: name.to_owned(),
        values: points.iter().map(value).collect(),
        unit,
    };
    vec![
        series("Open errors", &|point| Some(point.errors), plain),
        series("Waivers in force", &|point| Some(point.waivers), plain),
        series("Days to approve", &|point| point.days_to_approve, plain),
    ]
}

fn partners(points: &[TrendPoint]) -> Vec<&str> {
    let names: BTreeSet<&str> = points
        .iter()
        .flat_map(|point| point.mismatches.keys().map(String::as_str))
        .collect();
    names.into_iter().collect()
}

fn rate(points: &[TrendPoint], partner: &str) -> Series {
    let value = |point: &TrendPoint| point.mismatches.get(partner).and_then(per_mille);
    Series {
        name: format!("Mismatches of {partner}"),
        values: points.iter().map(value).collect(),
        unit: percent,
    }
}

/// Whole numbers, because two machines may round a fraction differently.
fn per_mille(mismatch: &Mismatch) -> Option<u64> {
    mismatch
        .mismatched
        .saturating_mul(1_000)
        .checked_div(mismatch.replayed)
}

fn plain(value: u64) -> String {
    value.to_string()
}

fn percent(value: u64) -> String {
    format!("{}.{} %", value / 10, value % 10)
}

fn figure(series: &Series) -> String {
    let known: Vec<u64> = series.values.iter().flatten().copied().collect();
    let (Some(first), Some(last), Some(most)) = (known.first(), known.last(), known.iter().max())
    else {
        return format!(
            "<figure><figcaption>{}: never measured</figcaption></figure>\n",
            escape(&series.name)
        );
    };
    let unit = series.unit;
    let caption = format!(
        "{}: {} first, <b>{}</b> last, {} at most, {}",
        escape(&series.name),
        unit(*first),
        unit(*last),
        unit(*most),
        counted(known.len(), "run")
    );
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" focusable=\"false\">\
         <path class=\"axis\" d=\"M0 {0}H{WIDTH}\"/>{1}</svg><figcaption>{caption}</figcaption></figure>\n",
        HEIGHT - 1,
        drawn(series, *most)
    )
}

/// A line through every measured run; a run that was not measured breaks it.
fn drawn(series: &Series, most: u64) -> String {
    let last = u64::try_from(series.values.len())
        .unwrap_or(1)
        .saturating_sub(1)
        .max(1);
    let (wide, high) = (WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE);
    let mut line = String::new();
    let mut dots = String::new();
    let mut pen = 'M';
    for (index, value) in (0_u64..).zip(&series.values) {
        let Some(value) = value else {
            pen = 'M';
            continue;
        };
        let x = EDGE + index * wide / last;
        let y = HEIGHT - EDGE - value.saturating_mul(high) / most.max(1);
        let _ = write!(line, "{pen}{x} {y}");
        pen = 'L';
        if index == last || series.values.len() < 20 {
            let _ = write!(dots, "<circle cx=\"{x}\" cy=\"{y}\" r=\"2\"/>");
        }
    }
    format!("<path class=\"line\" d=\"{line}\"/>{dots}")
}

fn numbers(points: &[TrendPoint], partners: &[&str]) -> String {
    let mut columns = vec![
        "As of",
        "Record",
        "Verdict",
        "Open errors",
        "Warnings",
        "Waivers in force",
        "Days to approve",
    ];
    columns.extend(partners);
    let unmeasured = || "-".to_owned();
    let row = |point: &TrendPoint| {
        let (tone, sign) = mark::verdict(point.verdict);
        let mut cells = vec![
            escape(&point.as_of),
            code(&short(&point.record)),
            mark(tone, sign, &point.verdict.word().to_uppercase()),
            point.errors.to_string(),
            point.warnings.to_string(),
            point.waivers.to_string(),
            point
                .days_to_approve
                .map_or_else(unmeasured, |days| days.to_string()),
        ];
        cells.extend(partners.iter().map(|partner| {
            point
                .mismatches
                .get(*partner)
                .map_or_else(unmeasured, |one| {
                    let rate = per_mille(one)
                        .map_or_else(String::new, |rate| format!(" ({})", percent(rate)));
                    format!("{} of {}{rate}", one.mismatched, one.replayed)
                })
        }));
        cells
    };
    Table {
        caption: "The numbers of the charts, oldest run first; for each partner how many replayed payloads were judged otherwise".to_owned(),
        columns: &columns,
        rows: points.iter().map(row).collect(),
        most: ROWS,
        noun: "run",
    }
    .html("t-trend")
}
