//! `cargo xtask rows`: which capabilities have a test, and which of these tests hold.
//! A test shows a row when its name begins with the row's id: `row_s0_55_replay_finds_the_drift`.

use crate::fault::Fault;
use crate::{postgres, repository, shell};
use std::collections::BTreeMap;

const LIST: &str = "tests/rows.txt";

/// A capability: `S0-55 H replay of recorded payloads`.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    id: String,
    area: String,
    title: String,
}

/// How the tests of a row came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcome {
    passed: u32,
    failed: u32,
    /// A test that passed for want of what it needs, and said so: it shows nothing.
    not_run: u32,
}

/// Runs the tests that show a row and prints one line a row.
pub fn run() -> Result<(), Fault> {
    let rows = parse(&repository::read(LIST)?)?;
    let mut seen: BTreeMap<String, Outcome> = BTreeMap::new();
    let server = postgres::Server::start()?;
    let mut command = shell::cargo(&[
        "test",
        "--workspace",
        "--no-fail-fast",
        "--quiet",
        "--",
        "row_s",
        "--format",
        "pretty",
        "--show-output",
    ]);
    command.env(postgres::VARIABLE, &server.address);
    let succeeded = shell::follow(&mut command, |line| {
        if let Some((id, passed)) = result(line) {
            let outcome = seen.entry(id).or_default();
            if passed {
                outcome.passed += 1;
            } else {
                outcome.failed += 1;
            }
        }
        if let Some(id) = not_run(line) {
            seen.entry(id).or_default().not_run += 1;
        }
    })?;
    let unknown: Vec<&str> = seen
        .keys()
        .map(String::as_str)
        .filter(|id| !rows.iter().any(|row| row.id == **id))
        .collect();
    if !unknown.is_empty() {
        return Err(Fault::Said(format!(
            "tests name rows that {LIST} does not list: {}",
            unknown.join(", ")
        )));
    }
    show(&rows, &seen);
    let failed = seen.values().any(|outcome| outcome.failed > 0);
    if failed || !succeeded {
        return Err(Fault::Failed("at least one row".to_owned()));
    }
    Ok(())
}

fn show(rows: &[Row], seen: &BTreeMap<String, Outcome>) {
    let (mut hold, mut fail, mut left_out, mut open) = (0, 0, 0, 0);
    for row in rows {
        let word = match seen.get(&row.id) {
            Some(outcome) if outcome.failed > 0 => {
                fail += 1;
                "FAILS"
            }
            Some(outcome) if outcome.not_run > 0 => {
                left_out += 1;
                "not run"
            }
            Some(outcome) if outcome.passed > 0 => {
                hold += 1;
                "holds"
            }
            Some(_) | None => {
                open += 1;
                "no test yet"
            }
        };
        println!("{:<7}{:<5}{word:<13}{}", row.id, row.area, row.title);
    }
    println!(
        "\n{hold} hold, {fail} fail, {left_out} not run, {open} have no test yet, of {}",
        rows.len()
    );
}

fn parse(text: &str) -> Result<Vec<Row>, Fault> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            match (words.next(), words.next(), words.next()) {
                (Some(id), Some(area), Some(title)) => Ok(Row {
                    id: id.to_owned(),
                    area: area.to_owned(),
                    title: title.to_owned(),
                }),
                _ => Err(Fault::Said(format!(
                    "{LIST}: `{line}` is not `ID AREA TITLE`"
                ))),
            }
        })
        .collect()
}

/// The row and the outcome in a line such as `test replay::row_s0_55_finds_it ... ok`; ignored tests show nothing.
fn result(line: &str) -> Option<(String, bool)> {
    let (path, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let passed = match outcome {
        "ok" => true,
        "FAILED" => false,
        _ => return None,
    };
    let name = path
        .trim_end_matches(" - should panic")
        .rsplit("::")
        .next()?;
    let mut parts = name.strip_prefix("row_")?.split('_');
    let (family, number) = (parts.next()?, parts.next()?);
    let numbered = number.len() >= 2 && number.chars().all(|digit| digit.is_ascii_digit());
    numbered.then(|| (format!("{}-{number}", family.to_uppercase()), passed))
}

/// The row of a line such as `NOT RUN: S0-55 needs ...`, with which a test says that it had nothing to judge.
fn not_run(line: &str) -> Option<String> {
    let said = line.strip_prefix("NOT RUN: ")?;
    let id = said.split(' ').next()?;
    let (family, number) = id.split_once('-')?;
    let is_row = family.starts_with('S') && number.parse::<u32>().is_ok();
    is_row.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_names_its_row_by_the_beginning_of_its_name() {
        let row = |id: &str, passed| Some((id.to_owned(), passed));
        assert_eq!(
            result("test replay::row_s0_55_finds_it ... ok"),
            row("S0-55", true)
        );
        assert_eq!(
            result("test row_s0_102_dual ... FAILED"),
            row("S0-102", false)
        );
        assert_eq!(result("test narrow_s0_10_x ... ok"), None);
        assert_eq!(result("test row_s0_55_x ... ignored"), None);
        assert_eq!(result("running 3 tests"), None);
    }

    #[test]
    fn a_test_that_did_not_run_says_for_which_row() {
        let line = "NOT RUN: S0-55 needs the folder that MATCHMARK_SHARED names";
        assert_eq!(not_run(line).as_deref(), Some("S0-55"));
        assert_eq!(not_run("NOT RUN: set MATCHMARK_SHARED"), None);
    }

    #[test]
    fn every_listed_row_is_unique_and_belongs_to_an_area() {
        let rows = parse(&repository::read(LIST).unwrap()).unwrap();
        let ids: std::collections::BTreeSet<&str> =
            rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids.len(), rows.len());
        for row in &rows {
            assert!(
                row.area
                    .split('/')
                    .all(|area| ["H", "R", "O", "D"].contains(&area)),
                "{row:?}"
            );
        }
    }
}
