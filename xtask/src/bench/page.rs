//! `docs/BENCHMARKS.md`: what was measured, as tables that a person compares.
//! Refuses to measure; each measurement owns one section and leaves the others as they stand.

use super::peer::{ABSENT, PEERS};
use super::score::Score;
use crate::fault::Fault;
use crate::repository;
use std::fmt::Write as _;

const PAGE: &str = "docs/BENCHMARKS.md";

const HEAD: &str = "# Benchmarks

What the program costs beside what others cost. Each table is of one run on one machine, one checker after the other;
compare within a table, not across machines. `cargo xtask bench compat` measures its two sections again, `cargo xtask bench
scale` the second of them, `cargo xtask bench payloads` how many payloads a second of CPU holds.
";

/// One line of the table of checkers.
pub struct Row {
    name: String,
    measured: Option<(Score, f64)>,
}

impl Row {
    pub fn of(name: &str, score: Score, cpu: f64) -> Self {
        Self {
            name: name.to_owned(),
            measured: Some((score, cpu)),
        }
    }

    pub fn absent(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            measured: None,
        }
    }
}

/// Prints the table of checkers and writes its section; the second row is the ground of the ratios.
pub fn pairs(rows: &[Row]) -> Result<(), Fault> {
    let ground = rows.get(1).and_then(|row| row.measured.as_ref());
    let (median, cpu) = ground.map_or((1.0, 1.0), |(score, cpu)| (score.quantile(0.5), *cpu));
    let mut table = "| checker | right | false compatible | false breaking | unknown | no answer | witnesses | no schema, \
                     left open | median us | p95 us | max us | median, ratio | CPU, ratio |\n\
                     |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for row in rows {
        let _ = match &row.measured {
            None => writeln!(
                table,
                "| {} | does not install here |||||||||||||",
                row.name
            ),
            Some((score, spent)) => writeln!(
                table,
                "| {} | {} of {} | {} | {} | {} | {} | {} | {} of {} | {} | {} | {} | {} | {} |",
                row.name,
                score.right,
                score.settled,
                score.false_compatible,
                score.false_breaking,
                score.unknown,
                score.failed,
                score.witnesses,
                score.rightly_refused,
                score.unsettled,
                rounded(score.quantile(0.5)),
                rounded(score.quantile(0.95)),
                rounded(score.quantile(1.0)),
                rounded(score.quantile(0.5) / median.max(1.0)),
                rounded(spent / cpu.max(0.001)),
            ),
        };
    }
    println!("\n{table}");
    write(
        "checkers",
        &format!("{}\n{table}\n{}", INTRODUCTION, notes()),
    )
}

const INTRODUCTION: &str = "## Is every value of the old schema a value of the new one?

Labelled pairs of schemas (`compat-pairs.ndjson` of the shared folder: cases of three published checkers and a generator,
relabelled by what set inclusion says). *Right* and the five columns behind it count the pairs that have an answer; *no
answer* is a pair that a checker refuses, dies of, or has not answered after 10 s. *Witnesses* are right breaks shown with a
value that the crate `jsonschema` accepts under the old schema and rejects under the new one. In the last group one side is no
schema at all. Every checker answers line by line in one process; times are its own, of the judgement alone, without start,
import and reading the line (matchmark's include reading it). Ratios are to containment by the crate `jsonschema`
(`canonical`, `covers`) alone, which has no witness, no second opinion and no bound on its work. CPU is user and system time
of the whole run.
";

fn notes() -> String {
    let mut notes = String::new();
    for peer in PEERS {
        let _ = writeln!(notes, "- {} {}: {}.", peer.name, peer.version, peer.note);
    }
    for (name, why) in ABSENT {
        let _ = writeln!(notes, "- Not measured: {name}: {why}.");
    }
    notes
}

/// Three figures, which is more than such a run can hold.
pub fn rounded(number: f64) -> String {
    match number {
        small if small < 10.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        large => format!("{large:.0}"),
    }
}

/// Writes the section `name`, and leaves the others as they stand.
pub fn write(name: &str, text: &str) -> Result<(), Fault> {
    let page = repository::read(PAGE).unwrap_or_else(|_| HEAD.to_owned());
    repository::write(PAGE, &replaced(&page, name, text))?;
    println!("  Written  {PAGE}");
    Ok(())
}

fn replaced(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (
        format!("<!-- {name} -->"),
        format!("<!-- end of {name} -->"),
    );
    let section = format!("{begin}\n{}\n{end}", text.trim_end());
    let parts = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    match parts {
        Some((before, after)) => format!("{before}{section}{after}"),
        None => format!("{}\n\n{section}\n", page.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let page = replaced(&replaced("# Head\n", "a", "one\n"), "b", "two");
        let again = replaced(&page, "a", "three");
        assert!(again.contains("<!-- a -->\nthree\n<!-- end of a -->"));
        assert!(again.contains("two") && !again.contains("one"));
        assert_eq!(replaced(&again, "a", "three"), again);
    }

    #[test]
    fn a_figure_has_three_digits() {
        assert_eq!(
            [0.127, 12.34, 1234.5].map(rounded),
            ["0.13", "12.3", "1234"]
        );
    }
}
