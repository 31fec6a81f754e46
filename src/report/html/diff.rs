//! The semantic changelog of two versions as a page: the step, every change in a table, each break with its proof.
//! Refuses to show a payload that was recorded or that stands in an example.

use super::page::{code, escape, page, path, prose};
use crate::model::{Bump, Diff, Effect, Hurt, Judged, Mention, Severity, Verdict};
use crate::report::Style;
use crate::report::diff::{judged, sentence};
use crate::report::text::{again, source};
use std::fmt::Write as _;

/// Largest witness that a page shows, in bytes; a longer one stands in its file only.
const SHOWN: usize = 8_000;

pub(in crate::report) fn diff(diff: &Diff, style: &Style<'_>) -> String {
    let change = &diff.change;
    let title = format!(
        "{} {} to {} - matchmark",
        change.entry, change.from, change.to
    );
    let main = format!("{}{}{}", changes(diff), breaks(diff, style), limits(diff));
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

/// A word for the style sheet; what it means stands in words beside it.
fn class(bump: Bump, effect: Effect) -> &'static str {
    match (effect, bump) {
        (Effect::Unsure, _) => "open",
        (_, Bump::Major) => "major",
        (_, Bump::None | Bump::Patch | Bump::Minor) => "minor",
    }
}

fn list(rows: &[(&str, String)]) -> String {
    let mut out = "<dl>\n".to_owned();
    for (label, text) in rows {
        let _ = writeln!(out, "<dt>{}</dt><dd>{text}</dd>", escape(label));
    }
    out.push_str("</dl>\n");
    out
}

fn changes(diff: &Diff) -> String {
    let details = &diff.change.details;
    let mut out =
        "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">Changes</h2>\n".to_owned();
    if details.is_empty() {
        out.push_str("<p>No change of what is accepted was found.</p>\n</section>\n");
        return out;
    }
    let _ = write!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"changes\" tabindex=\"0\">\n<table>\n\
         <caption>{} in the order in which they were found; the class is what each costs alone</caption>\n\
         <thead><tr><th scope=\"col\">Class</th><th scope=\"col\">Effect</th><th scope=\"col\">Change</th>\
         <th scope=\"col\">Rule</th><th scope=\"col\">New</th><th scope=\"col\">Old</th></tr></thead>\n<tbody>\n",
        crate::model::counted(details.len(), "change")
    );
    for mention in details {
        row(&mut out, diff, mention);
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
    out
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

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "= same",
        Effect::Narrows => "&minus; narrows",
        Effect::Widens => "+ widens",
        Effect::Both => "~ both",
        Effect::Unsure => "? open",
    }
}

/// Where it stood before.
fn before(found: Option<&Judged>) -> Option<String> {
    let note = found?.notes.iter().find(|note| note.label == "before")?;
    let (_, place) = note.text.split_once(' ')?;
    Some(place.to_owned())
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
    let mut out = "<section aria-labelledby=\"breaks\">\n<h2 id=\"breaks\">What breaks, and how to see it</h2>\n".to_owned();
    for found in shown {
        article(&mut out, found, style);
    }
    out.push_str("</section>\n");
    out
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

fn article(out: &mut String, found: &Judged, style: &Style<'_>) {
    let mut rows = vec![
        (
            "rule",
            format!("{} ({})", code(&found.rule), found.severity.word()),
        ),
        ("new", path(&found.location.to_string())),
    ];
    rows.extend(before(Some(found)).map(|place| ("old", path(&place))));
    let notes = found.notes.iter().filter(|note| note.label != "before");
    rows.extend(notes.map(|note| (note.label.as_str(), prose(&note.text))));
    rows.extend(witness(found));
    if !found.hurts.is_empty() {
        rows.push(("hurts", hurts(&found.hurts)));
    }
    if !found.remedy.is_empty() {
        rows.push(("fix", prose(&found.remedy)));
    }
    let again = found
        .witness
        .as_ref()
        .and_then(|witness| again(witness, &found.fingerprint, style));
    rows.extend(again.map(|command| ("again", code(&command))));
    let _ = writeln!(
        out,
        "<article id=\"f-{0}\" aria-labelledby=\"h-{0}\">\n<h3 id=\"h-{0}\">{1}</h3>\n{2}</article>",
        escape(&found.fingerprint),
        prose(&found.message),
        list(&rows)
    );
}

fn witness(found: &Judged) -> Option<(&'static str, String)> {
    let witness = found.witness.as_ref()?;
    let mut text = format!(
        "accepted by {}, rejected by {}; {}",
        code(&witness.accepted_by),
        code(&witness.rejected_by),
        prose(&source(witness))
    );
    let value = witness.value.as_ref().filter(|_| witness.bytes <= SHOWN);
    if let Some(value) = value {
        let _ = write!(text, "<pre>{}</pre>", escape(&value.to_string()));
    }
    Some(("witness", text))
}

fn hurts(hurts: &[Hurt]) -> String {
    let mut out = "<ul>".to_owned();
    for hurt in hurts {
        let place = hurt.place.as_ref().map_or_else(String::new, |place| {
            format!(" {}", path(&place.to_string()))
        });
        let (who, why) = (escape(&hurt.who), prose(&hurt.why));
        let _ = write!(out, "<li><strong>{who}</strong> {why}{place}</li>");
    }
    out.push_str("</ul>");
    out
}

fn limits(diff: &Diff) -> String {
    if diff.not_proved.is_empty() {
        return String::new();
    }
    let mut out = "<section aria-labelledby=\"limits\">\n<h2 id=\"limits\">What this does not prove</h2>\n<ul>\n".to_owned();
    for limit in &diff.not_proved {
        let _ = writeln!(out, "<li>{}</li>", prose(limit));
    }
    out.push_str("</ul>\n</section>\n");
    out
}
