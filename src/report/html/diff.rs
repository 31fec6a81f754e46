//! The semantic changelog of two versions as a page: the step, every change in a table, each break with its proof.
//! Refuses to show a payload that was recorded or that stands in an example.

use super::finding::{Shape, article, before};
use super::page::{escape, limits, list, page, path, prose, section};
use super::step::{class, effect};
use crate::model::{Bump, Diff, Judged, Mention, Severity, Verdict};
use crate::report::Style;
use crate::report::diff::{judged, sentence};
use std::fmt::Write as _;

pub(in crate::report) fn diff(diff: &Diff, style: &Style<'_>) -> String {
    let change = &diff.change;
    let title = format!(
        "{} {} to {} - matchmark",
        change.entry, change.from, change.to
    );
    let main = format!(
        "{}{}{}",
        changes(diff),
        breaks(diff, style),
        limits(&diff.not_proved)
    );
    let footer = format!(
        "<p>Values of recorded payloads and of examples are never shown. Exit code {}.</p>\n",
        diff.exit_code
    );
    page(&title, &header(diff), &main, &footer)
}

fn header(diff: &Diff) -> String {
    let change = &diff.change;
    let (word, class) = match diff.verdict {
        Verdict::Go | Verdict::NoGo => (
            change.required.word().to_uppercase(),
            class(change.required, change.effect),
        ),
        Verdict::Undecided | Verdict::Empty | Verdict::Error => {
            (diff.verdict.word().to_uppercase(), "open")
        }
    };
    let mut declared = change.declared.word().to_owned();
    if change.declared != Bump::None && change.declared < change.required {
        declared.push_str(": too small");
    }
    let rows = [
        ("direction", escape(diff.direction.word())),
        ("declared", escape(&declared)),
        ("required", escape(change.required.word())),
        ("proof", prose(&change.proof)),
    ];
    format!(
        "<p class=\"tool\">matchmark diff</p>\n<h1>{} {} to {}</h1>\n\
         <p class=\"verdict {class}\"><strong>{word}</strong>{}</p>\n{}",
        escape(&change.entry),
        escape(&change.from),
        escape(&change.to),
        prose(&sentence(diff)),
        list(&rows)
    )
}

fn changes(diff: &Diff) -> String {
    let details = &diff.change.details;
    if details.is_empty() {
        let nothing = "<p>No change of what is accepted was found.</p>\n";
        return section("changes", "Changes", nothing);
    }
    let mut body = format!(
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"changes\" tabindex=\"0\">\n<table>\n\
         <caption>{} in the order in which they were found; the class is what each costs alone</caption>\n\
         <thead><tr><th scope=\"col\">Class</th><th scope=\"col\">Effect</th><th scope=\"col\">Change</th>\
         <th scope=\"col\">Rule</th><th scope=\"col\">New</th><th scope=\"col\">Old</th></tr></thead>\n<tbody>\n",
        crate::model::counted(details.len(), "change")
    );
    for mention in details {
        row(&mut body, diff, mention);
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    section("changes", "Changes", &body)
}

fn row(out: &mut String, diff: &Diff, mention: &Mention) {
    let bump = mention.effect.cost(diff.direction).1;
    let found = judged(diff, mention);
    let what = match found.filter(|found| is_shown(found)) {
        Some(found) => format!(
            "<a href=\"#f-{}\">{}</a>",
            escape(&found.fingerprint),
            prose(&mention.message)
        ),
        None => prose(&mention.message),
    };
    let _ = writeln!(
        out,
        "<tr><td class=\"class {}\">{}</td><td class=\"effect\">{}</td><td>{what}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        class(bump, mention.effect),
        bump.word(),
        effect(mention.effect),
        path(&mention.rule),
        path(&mention.location.to_string()),
        before(found).map_or_else(|| "-".to_owned(), |place| path(&place)),
    );
}

/// What breaks somebody, or is open.
fn is_shown(judged: &Judged) -> bool {
    judged.severity > Severity::Info
}

fn breaks(diff: &Diff, style: &Style<'_>) -> String {
    let shown = in_order(diff);
    if shown.is_empty() {
        return String::new();
    }
    let mut body = String::new();
    for found in shown {
        let shape = Shape {
            id: &found.fingerprint,
            level: 3,
            whole: false,
        };
        body.push_str(&article(found, &shape, style));
    }
    section("breaks", "What breaks, and how to see it", &body)
}

/// What breaks in the order of the table, then what has no row there.
fn in_order(diff: &Diff) -> Vec<&Judged> {
    let rows = &diff.change.details;
    let row = |found: &Judged| {
        let is_row = |mention: &Mention| judged(diff, mention) == Some(found);
        rows.iter().position(is_row).unwrap_or(rows.len())
    };
    let found = diff.findings.iter().filter(|found| is_shown(found));
    let mut shown: Vec<&Judged> = found.collect();
    shown.sort_by_key(|found| row(found));
    shown
}
