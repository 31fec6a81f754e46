//! One finding for a terminal: rule, place, source line, and what proves, hurts, fixes and waives it.

use super::Paint;
use crate::model::{Excerpt, Hurt, Judged, Severity, Witness, WitnessSource};
use crate::report::hygiene::clean;
use std::fmt::Write as _;

/// Longest witness that is shown in full, in bytes; a longer one stands in its file only.
const WITNESS_SHOWN: usize = 1_200;
/// Widest line of a witness.
const WITNESS_WIDTH: usize = 108;

/// Writes `judged` with everything that a person needs to settle it.
pub(in crate::report) fn finding(out: &mut String, judged: &Judged, paint: Paint) {
    let _ = writeln!(out, "{} {}", heading(judged, paint), clean(&judged.message));
    let _ = writeln!(out, "  --> {}", clean(&judged.location.to_string()));
    if let Some(excerpt) = &judged.excerpt {
        quote(out, excerpt, judged.location.line, judged.location.column);
    }
    for note in &judged.notes {
        labelled(out, &note.label, &note.text);
    }
    if let Some(witness) = &judged.witness {
        proof(out, witness, &judged.fingerprint);
    }
    hurts(out, &judged.hurts);
    if !judged.remedy.is_empty() {
        labelled(out, "fix", &judged.remedy);
    }
    labelled(out, ending(judged).0, &ending(judged).1);
}

fn heading(judged: &Judged, paint: Paint) -> String {
    let word = format!("{}[{}]", judged.severity.word(), clean(&judged.rule));
    let word = match judged.severity {
        Severity::Fault | Severity::Error => paint.red(&word),
        Severity::Undecided | Severity::Warning => paint.yellow(&word),
        Severity::Info => paint.blue(&word),
    };
    if judged.waived.is_some() {
        format!("waived {word}")
    } else {
        word
    }
}

/// The last line: by whom it is waived, how to waive it, or only where to read more.
fn ending(judged: &Judged) -> (&'static str, String) {
    let more = format!("matchmark explain {}", judged.rule);
    match &judged.waived {
        Some(waiver) => (
            "waived",
            format!(
                "by {} until {}, owner {}        more: {more}",
                waiver.id, waiver.expires, waiver.owner
            ),
        ),
        None if matches!(judged.severity, Severity::Error | Severity::Warning) => (
            "waive",
            format!(
                "a file in policies/waivers/ with fingerprints = [\"{}\"]        more: {more}",
                judged.fingerprint
            ),
        ),
        None => ("more", more),
    }
}

fn labelled(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "   = {:<8} {}", clean(label), clean(text));
}

fn continued(out: &mut String, text: &str) {
    let _ = writeln!(out, "              {text}");
}

fn quote(out: &mut String, excerpt: &Excerpt, line: u32, column: u32) {
    let wide = line.to_string().len();
    let _ = writeln!(out, "{:wide$} |", "");
    if let Some(before) = &excerpt.before {
        let _ = writeln!(out, "{:>wide$} | {}", line.saturating_sub(1), clean(before));
    }
    let _ = writeln!(out, "{line:>wide$} | {}", clean(&excerpt.line));
    let indent = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let carets = "^".repeat(usize::try_from(excerpt.length).unwrap_or(1));
    let _ = writeln!(out, "{:wide$} | {:indent$}{carets}", "", "");
}

fn proof(out: &mut String, witness: &Witness, fingerprint: &str) {
    let sides = format!(
        "accepted by {}, rejected by {}",
        witness.accepted_by, witness.rejected_by
    );
    labelled(out, "witness", &format!("{sides}; {}", source(witness)));
    match &witness.source {
        WitnessSource::Generated => {
            if let Some(value) = witness
                .value
                .as_ref()
                .filter(|_| witness.bytes <= WITNESS_SHOWN)
            {
                for line in folded(&value.to_string()) {
                    continued(out, &clean(&line));
                }
            }
            let file = format!(".matchmark/witness/{fingerprint}.json");
            continued(out, &again(&file, witness));
        }
        WitnessSource::Example { place, .. } => {
            continued(out, &again(&clean(&place.file), witness));
        }
        WitnessSource::Recorded { .. } => {}
    }
}

fn again(file: &str, witness: &Witness) -> String {
    // A contract is no schema: what can be tried alone is the version that accepts.
    let is_contract = witness.rejected_by.contains('#');
    let judge = if is_contract {
        &witness.accepted_by
    } else {
        &witness.rejected_by
    };
    format!("again: matchmark validate {file} --as {}", clean(judge))
}

/// Where a witness was come by, in half a sentence.
pub(in crate::report) fn source(witness: &Witness) -> String {
    let bytes = witness.bytes;
    match &witness.source {
        WitnessSource::Generated => format!("made from the schemas alone, {bytes} bytes"),
        WitnessSource::Example { place, digest } => {
            format!("the example {place}, {digest}, {bytes} bytes")
        }
        WitnessSource::Recorded { place, digest } => {
            format!("recorded at {place}, {digest}, {bytes} bytes, not shown")
        }
    }
}

/// A long JSON text in lines, broken after commas.
fn folded(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in text.split_inclusive(',') {
        let fits = lines.last().is_some_and(|line| {
            line.is_empty() || line.chars().count() + part.chars().count() <= WITNESS_WIDTH
        });
        match lines.last_mut().filter(|_| fits) {
            Some(line) => line.push_str(part),
            None => lines.push(part.to_owned()),
        }
    }
    lines
}

fn hurts(out: &mut String, hurts: &[Hurt]) {
    let wide = hurts
        .iter()
        .map(|hurt| hurt.who.chars().count())
        .max()
        .unwrap_or(0);
    for (index, hurt) in hurts.iter().enumerate() {
        let place = hurt
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place} "));
        let line = format!("{:<wide$}  {place}{}", hurt.who, hurt.why);
        if index == 0 {
            labelled(out, "hurts", &line);
        } else {
            continued(out, &clean(&line));
        }
    }
}
