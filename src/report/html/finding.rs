//! One finding on a page: rule, places, what proves it, whom it hurts, what settles it.
//! Refuses to show a payload that was recorded or that stands in an example.

use super::page::{code, escape, list, path, prose};
use crate::model::{Excerpt, Hurt, Judged, WitnessSource, rule};
use crate::report::Style;
use crate::report::text::{again, source};
use std::fmt::Write as _;

/// Largest witness that a page shows, in bytes; a longer one stands in its file only.
const SHOWN: usize = 8_000;

/// Where an article stands and how much it tells.
pub(super) struct Shape<'a> {
    /// Name that links lead to, once on a page.
    pub id: &'a str,
    /// Level of its heading.
    pub level: u8,
    /// Whether to tell why the rule is one, the line itself and what a waiver must name.
    pub whole: bool,
}

/// Where it stood before.
pub(super) fn before(found: Option<&Judged>) -> Option<String> {
    let note = found?.notes.iter().find(|note| note.label == "before")?;
    let (_, place) = note.text.split_once(' ')?;
    Some(place.to_owned())
}

/// The finding with everything that is needed to settle it.
pub(super) fn article(found: &Judged, shape: &Shape<'_>, style: &Style<'_>) -> String {
    let mut rows = vec![
        (
            "rule",
            format!("{} ({})", code(&found.rule), found.severity.word()),
        ),
        (place_label(found, shape), path(&found.location.to_string())),
    ];
    rows.extend(before(Some(found)).map(|place| ("old", path(&place))));
    rows.extend(why(found, shape));
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
    rows.extend(ending(found, shape));
    let quoted = found.excerpt.as_ref().filter(|_| shape.whole);
    format!(
        "<article id=\"f-{0}\" aria-labelledby=\"h-{0}\">\n<h{3} id=\"h-{0}\">{1}</h{3}>\n{2}{4}</article>\n",
        escape(shape.id),
        prose(&found.message),
        list(&rows),
        shape.level,
        quoted.map_or_else(String::new, excerpt)
    )
}

/// What has an older side has a newer one; anything else just stands somewhere.
fn place_label(found: &Judged, shape: &Shape<'_>) -> &'static str {
    match before(Some(found)) {
        None if shape.whole => "place",
        Some(_) | None => "new",
    }
}

/// Why the rule is one; a rule of the board tells it with its source in the table of rules.
fn why(found: &Judged, shape: &Shape<'_>) -> Option<(&'static str, String)> {
    let rule = rule(&found.rule).filter(|_| shape.whole)?;
    Some(("why", prose(rule.why)))
}

fn ending(found: &Judged, shape: &Shape<'_>) -> Option<(&'static str, String)> {
    match &found.waived {
        Some(waiver) => Some((
            "waived",
            format!(
                "by {} until {}, owner {}: shown, but it does not fail the gate",
                code(&waiver.id),
                escape(&waiver.expires),
                escape(&waiver.owner)
            ),
        )),
        None if shape.whole => Some(("fingerprint", code(&found.fingerprint))),
        None => None,
    }
}

/// The line of our own file that it is about.
fn excerpt(excerpt: &Excerpt) -> String {
    let before = excerpt.before.iter().map(|line| escape(line) + "\n");
    let before: String = before.collect();
    format!(
        "<details><summary>The line in the file</summary><pre>{before}{}</pre></details>\n",
        escape(&excerpt.line)
    )
}

fn witness(found: &Judged) -> Option<(&'static str, String)> {
    let witness = found.witness.as_ref()?;
    let mut text = format!(
        "accepted by {}, rejected by {}; {}",
        code(&witness.accepted_by),
        code(&witness.rejected_by),
        prose(&source(witness))
    );
    let may_be_shown = matches!(witness.source, WitnessSource::Generated) && witness.bytes <= SHOWN;
    if let Some(value) = witness.value.as_ref().filter(|_| may_be_shown) {
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
