//! The step that a change needs: computed, held against labels, and never undercut.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "support/gate.rs"]
mod support;
#[path = "version_bump/tally.rs"]
mod tally;

use matchmark::compat::{Side, answer, compare};
use matchmark::inclusion::{Budget, Formats};
use matchmark::model::{Bump, Direction, Effect, VersionId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use support::scenario::Scenario;
use support::{Repository, findings, root};
use tally::Tally;

const DIRECTIONS: [Direction; 4] = [
    Direction::Request,
    Direction::Response,
    Direction::Event,
    Direction::Shared,
];

/// Pairs of which both questions are labelled and that nothing settles.
const OPEN: usize = 6;

/// The labelled steps of one entry.
#[derive(Deserialize)]
struct Published {
    entry: String,
    pair: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    from: String,
    to: String,
    bump: BTreeMap<Direction, Bump>,
}

fn published() -> Vec<Published> {
    let files = std::fs::read_dir(root().join("tests/history")).unwrap();
    let read = |path| toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.map(|file| read(file.unwrap().path())).collect()
}

#[test]
fn row_s0_49_the_computed_step_of_every_published_change_is_its_label() {
    let catalogue = matchmark::load::folder(root(), None).unwrap().0.catalogue;
    let mut tally = Tally::default();
    for Published { entry, pair } in published() {
        for step in pair {
            let side = |version: &str| {
                let version = version.parse().unwrap();
                let entry = entry.clone();
                Side::of(&catalogue, &VersionId { entry, version })
            };
            let (old, new) = (side(&step.from), side(&step.to));
            let effect = compare(&old, &new, Direction::Shared, &Budget::default()).effect;
            for (direction, label) in &step.bump {
                let name = format!(
                    "{entry} {} to {} as {}",
                    step.from,
                    step.to,
                    direction.word()
                );
                tally.add(name, effect.cost(*direction).1, *label);
            }
        }
    }
    println!("{}", tally.shown());
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.all >= 60, "{} labels", tally.all);
}

/// A question and its reverse, both labelled: what is newly rejected, what newly accepted.
fn effect(forth: bool, back: bool) -> Effect {
    match (forth, back) {
        (true, true) => Effect::None,
        (false, true) => Effect::Narrows,
        (true, false) => Effect::Widens,
        (false, false) => Effect::Both,
    }
}

/// The questions of the labelled pairs by what they ask: old, new and the drafts of both.
fn questions(text: &str) -> BTreeMap<[String; 4], Value> {
    let ask = |line: &str| {
        let pair: Value = serde_json::from_str(line).unwrap();
        let of = |side: &str| {
            let draft = pair.get(format!("draft_{side}")).or(pair.get("draft"));
            (pair[side].to_string(), draft.unwrap().to_string())
        };
        let ((old, old_draft), (new, new_draft)) = (of("old"), of("new"));
        ([old, new, old_draft, new_draft], pair)
    };
    text.lines().map(ask).collect()
}

/// What the engine says of a question; `None` when it stays open.
fn answered(pair: &Value) -> Option<bool> {
    let line = pair.to_string();
    let text = answer(
        line.as_bytes(),
        Formats::Annotation,
        &Budget::default(),
        || 0,
    )
    .text;
    let said: Value = serde_json::from_str(&text).unwrap();
    match said["verdict"].as_str().unwrap() {
        "compatible" => Some(true),
        "breaking" => Some(false),
        _ => None,
    }
}

#[test]
fn row_s0_49_the_computed_step_of_hundreds_of_labelled_pairs_is_their_label() {
    let Ok(shared) = std::env::var("MATCHMARK_SHARED") else {
        println!("NOT RUN: set MATCHMARK_SHARED to the folder with data/compat-pairs.ndjson");
        return;
    };
    let text = std::fs::read_to_string(format!("{shared}/data/compat-pairs.ndjson")).unwrap();
    let questions = questions(&text);
    let (mut tally, mut open) = (Tally::default(), 0);
    for (key, pair) in &questions {
        let [old, new, old_draft, new_draft] = key.clone();
        let Some(reverse) = questions.get(&[new, old, new_draft, old_draft]) else {
            continue;
        };
        let label = |pair: &Value| pair["truth"].as_bool();
        let (Some(forth), Some(back)) = (label(pair), label(reverse)) else {
            continue;
        };
        let (Some(says_forth), Some(says_back)) = (answered(pair), answered(reverse)) else {
            open += 1;
            continue;
        };
        for direction in DIRECTIONS {
            let (computed, label) = (effect(says_forth, says_back), effect(forth, back));
            let name = format!("pair {} as {}", pair["n"], direction.word());
            tally.add(name, computed.cost(direction).1, label.cost(direction).1);
        }
    }
    println!("{}; {open} pairs stay open", tally.shown());
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.all >= 4 * 400, "{} labels", tally.all);
    assert!(open <= 2 * OPEN, "{open} pairs stay open");
}

/// What the gate says against the scenario's change when it calls itself `declared`.
fn refusals(name: &str, written: &str, declared: &str) -> Vec<String> {
    let repository = Repository::shipped();
    let scenario = Scenario::read(root(), name).unwrap();
    scenario.apply(&repository.path()).unwrap();
    let entry = "schemas/hrex-member-match-request";
    let number = |number: &str| format!("version = \"{number}\"\nstatus = \"draft\"");
    repository.edit(
        &format!("{entry}/entry.toml"),
        &number(written),
        &number(declared),
    );
    let id = |number: &str| format!("hrex-member-match-request/{number}\"");
    repository.edit(
        &format!("{entry}/next/schema.json"),
        &id(written),
        &id(declared),
    );
    let (report, _) = repository.check(&["--only", "compat,policy"]);
    let errors = findings(&report)
        .iter()
        .filter(|f| f["severity"] == "error");
    errors
        .map(|f| f["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn row_s0_49_a_step_that_is_declared_too_small_is_refused() {
    for (scenario, written, declared, refused) in [
        (
            "patch-says-too-little",
            "2.0.2",
            "2.0.2",
            Some("policy/bump-too-small"),
        ),
        ("patch-says-too-little", "2.0.2", "2.1.0", None),
        (
            "required-field-added",
            "2.1.0",
            "2.0.2",
            Some("compat/required-added"),
        ),
        (
            "required-field-added",
            "2.1.0",
            "2.1.0",
            Some("compat/required-added"),
        ),
        ("required-field-added", "2.1.0", "3.0.0", None),
    ] {
        let said = refusals(scenario, written, declared);
        let expected: Vec<&str> = refused.into_iter().collect();
        assert_eq!(said, expected, "{scenario} as {declared}");
    }
}
