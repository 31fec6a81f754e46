//! A replay as a page: the verdict, how it came out in numbers, each cause with what shows it, what is not proved.
//! Refuses to know whether payloads or exchanges were replayed.

use super::board::STYLE;
use super::finding::{Shape, article};
use super::mark;
use super::page::{escape, limits, list, path, prose, section, styled};
use super::table::Table;
use crate::model::Judged;
use crate::report::Style;
use crate::report::ledger::Ledger;

/// Findings that a page tells unless another number was asked for.
const SHOWN: usize = 100;

pub(in crate::report) fn ledger(ledger: &Ledger, style: &Style<'_>) -> String {
    let title = format!(
        "{} - {}",
        ledger.verdict.word().to_uppercase(),
        ledger.title
    );
    let main = format!(
        "{}{}{}",
        numbers(ledger),
        findings(ledger, style),
        limits(&ledger.limits)
    );
    let footer = format!(
        "<p>{} This page loads nothing and runs nothing. Exit code {}.</p>\n",
        escape(ledger.privacy),
        ledger.exit_code
    );
    styled(&title, STYLE, &header(ledger), &main, &footer)
}

fn header(ledger: &Ledger) -> String {
    let (tone, sign) = mark::verdict(ledger.verdict);
    let rows = [
        ("replayed", escape(&ledger.heading)),
        (
            "tool",
            escape(concat!("matchmark ", env!("CARGO_PKG_VERSION"))),
        ),
    ];
    format!(
        "<p class=\"tool\">matchmark, for the governance board</p>\n<h1>{}</h1>\n\
         <p class=\"verdict {}\"><strong><span aria-hidden=\"true\">{sign}</span> {}</strong>{}.</p>\n{}",
        escape(ledger.title),
        tone.class(),
        ledger.verdict.word().to_uppercase(),
        prose(&ledger.sentence),
        list(&rows)
    )
}

fn numbers(ledger: &Ledger) -> String {
    let counts = ledger.counts.iter();
    let rows = counts.map(|one| {
        vec![
            escape(one.what),
            one.count.to_string(),
            escape(&one.share),
            escape(&one.said),
        ]
    });
    let table = Table {
        caption: format!("Each {} counts once", ledger.noun),
        columns: &["outcome", "how many", "share", "remark"],
        rows: rows.collect(),
        most: usize::MAX,
        noun: "outcome",
    };
    section("numbers", "How it came out", &table.html("t-numbers"))
}

fn findings(ledger: &Ledger, style: &Style<'_>) -> String {
    if ledger.found.is_empty() {
        let nothing = "<p>Nothing was found.</p>\n";
        return section("findings", "What was found", nothing);
    }
    let most = style.max_findings.unwrap_or(SHOWN);
    let table = Table {
        caption: "The largest first; each is told in full below".to_owned(),
        columns: &["severity", "finding", "first seen"],
        rows: ledger.found.iter().enumerate().map(row).collect(),
        most,
        noun: "finding",
    };
    let mut body = table.html("t-findings");
    for (index, found) in ledger.found.iter().take(most).enumerate() {
        let id = name(index, found);
        let shape = Shape {
            id: &id,
            level: 3,
            whole: true,
        };
        body.push_str(&article(found, &shape, style));
    }
    section("findings", "What was found", &body)
}

/// What links lead to: two findings of one fingerprint differ by their row.
fn name(index: usize, found: &Judged) -> String {
    format!("{}-{}", found.fingerprint, index + 1)
}

fn row((index, found): (usize, &Judged)) -> Vec<String> {
    vec![
        mark::severity(found.severity),
        format!(
            "<a href=\"#f-{}\">{}</a>",
            escape(&name(index, found)),
            escape(&found.message.replace('`', ""))
        ),
        path(&found.location.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::required_added;

    #[test]
    fn two_findings_of_one_fingerprint_and_place_have_two_names() {
        let found = required_added();
        assert_ne!(name(0, &found), name(1, &found));
    }
}
