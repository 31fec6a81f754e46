//! A witness for a terminal: which side accepts it, where it was come by, how to see it again.
//! Refuses to show a payload that was recorded or that stands in an example.

use crate::model::{Witness, WitnessSource};
use crate::report::Style;
use crate::report::command::{command, word};
use crate::report::hygiene::clean;

/// Longest witness that is shown in full, in bytes; a longer one stands in its file only.
const SHOWN: usize = 1_200;
/// Widest line of a witness.
const WIDTH: usize = 108;
/// Digits of a digest that people are shown; the machine formats hold all.
const DIGITS: usize = 12;

/// What it proves, then the witness itself and the command that shows it again, one line each.
pub(in crate::report) fn witness(
    witness: &Witness,
    fingerprint: &str,
    style: &Style<'_>,
) -> Vec<String> {
    let mut lines = vec![format!(
        "accepted by {}, rejected by {}; {}",
        side(&witness.accepted_by),
        side(&witness.rejected_by),
        source(witness)
    )];
    match &witness.source {
        WitnessSource::Generated => {
            if let Some(value) = witness.value.as_ref().filter(|_| witness.bytes <= SHOWN) {
                lines.extend(folded(&value.to_string()));
            }
        }
        WitnessSource::Example { .. } | WitnessSource::Recorded { .. } => {}
    }
    lines.extend(again(witness, fingerprint, style).map(|command| format!("again: {command}")));
    lines.iter().map(|line| clean(line)).collect()
}

/// The command that shows one of the two verdicts, with the side that `validate` can judge by; none for a payload that
/// was recorded.
pub(in crate::report) fn again(
    witness: &Witness,
    fingerprint: &str,
    style: &Style<'_>,
) -> Option<String> {
    let file = match &witness.source {
        WitnessSource::Generated => format!(".matchmark/witness/{fingerprint}.json"),
        WitnessSource::Example { place, .. } => place.file.clone(),
        WitnessSource::Recorded { .. } => return None,
    };
    let validate = |flag: &str| {
        let rest = format!("{} {flag}", word(&file));
        command(style.folder, "validate", &rest)
    };
    let rejects = against(&witness.rejected_by).map(|flag| validate(&flag));
    rejects.or_else(|| {
        let flag = against(&witness.accepted_by)?;
        Some(format!("{}        valid there", validate(&flag)))
    })
}

/// How `validate` is told to judge by `side`; a contract is nothing that it can judge by, nor is a git revision.
fn against(side: &str) -> Option<String> {
    if side.contains(['#', ':']) {
        return None;
    }
    file_of(side).map_or_else(
        || Some(format!("--schema-only --as {}", word(side))),
        |file| Some(format!("--schema {}", word(file))),
    )
}

/// A side as people know it: a file has no version.
fn side(side: &str) -> &str {
    file_of(side).unwrap_or(side)
}

/// The path of a side that is a schema file; the id of an entry has neither a slash nor a dot.
fn file_of(side: &str) -> Option<&str> {
    let (entry, _) = side.split_once('@')?;
    entry.contains(['/', '.']).then_some(entry)
}

/// Where a witness was come by, in half a sentence.
pub(in crate::report) fn source(witness: &Witness) -> String {
    let bytes = witness.bytes;
    match &witness.source {
        WitnessSource::Generated => format!("made from the schemas alone, {bytes} bytes"),
        WitnessSource::Example { place, digest } => {
            format!("the example {place}, {}, {bytes} bytes", short(digest))
        }
        WitnessSource::Recorded { place, digest } => {
            format!(
                "recorded at {place}, {}, {bytes} bytes, not shown",
                short(digest)
            )
        }
    }
}

/// The first digits of a digest, as many as tell two files apart by eye.
pub(in crate::report) fn short(digest: &str) -> String {
    let (name, digits) = digest.split_once(':').unwrap_or(("", digest));
    if name.is_empty() || digits.chars().count() <= DIGITS {
        return digest.to_owned();
    }
    let digits: String = digits.chars().take(DIGITS).collect();
    format!("{name}:{digits}..")
}

/// A long JSON text in lines, broken after commas.
fn folded(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in text.split_inclusive(',') {
        let fits = lines.last().is_some_and(|line| {
            line.is_empty() || line.chars().count() + part.chars().count() <= WIDTH
        });
        match lines.last_mut().filter(|_| fits) {
            Some(line) => line.push_str(part),
            None => lines.push(part.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_judged_by_its_entry_or_its_file() {
        assert_eq!(
            against("hrex-coverage@next").as_deref(),
            Some("--schema-only --as hrex-coverage@next")
        );
        assert_eq!(
            against("old/schema.json@next").as_deref(),
            Some("--schema old/schema.json")
        );
        assert_eq!(against("contracts/northwind/a.json#one"), None);
    }

    #[test]
    fn a_digest_is_named_by_its_first_digits() {
        assert_eq!(short("sha256:0123456789abcdef"), "sha256:0123456789ab..");
        assert_eq!(short("sha256:00"), "sha256:00");
    }
}
