//! The shipped history: every step decided with a proof or a witness, as the published changes say.

use super::third;
use matchmark::catalogue::Catalogue;
use matchmark::compat::{Comparison, Pair, Side, compare, findings};
use matchmark::inclusion::{Answer, Budget};
use matchmark::model::{Bump, Direction, Effect, VersionId, WitnessSource};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct Published {
    entry: String,
    pair: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    from: String,
    to: String,
    effect: Effect,
    bump: BTreeMap<Direction, Bump>,
    forth: Option<String>,
    back: Option<String>,
}

impl Step {
    fn id(&self, entry: &str, version: &str) -> VersionId {
        VersionId {
            entry: entry.to_owned(),
            version: version.parse().unwrap(),
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> Catalogue {
    matchmark::load::folder(root(), None).unwrap().0.catalogue
}

fn published() -> Vec<Published> {
    let mut files: Vec<_> = std::fs::read_dir(root().join("tests/history"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let read = |path| toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.into_iter().map(read).collect()
}

fn compared(catalogue: &Catalogue, direction: Direction) -> Vec<(String, Step, Comparison)> {
    let mut all = Vec::new();
    for published in published() {
        for step in published.pair {
            let side = |version: &str| Side::of(catalogue, &step.id(&published.entry, version));
            let (old, new) = (side(&step.from), side(&step.to));
            let comparison = compare(&old, &new, direction, &Budget::default());
            all.push((published.entry.clone(), step, comparison));
        }
    }
    all
}

#[test]
fn every_published_step_is_decided_as_published() {
    let catalogue = shipped();
    let mut steps = 0;
    for (entry, step, comparison) in compared(&catalogue, Direction::Shared) {
        let name = format!("{entry} {} to {}", step.from, step.to);
        assert_eq!(comparison.effect, step.effect, "{name}: {comparison:#?}");
        assert!(comparison.open(Direction::Shared).is_empty(), "{name}");
        for (direction, bump) in &step.bump {
            assert_eq!(step.effect.cost(*direction).1, *bump, "{name}");
        }
        for (answer, example, accepting, rejecting) in [
            (&comparison.forth, &step.forth, &step.from, &step.to),
            (&comparison.back, &step.back, &step.to, &step.from),
        ] {
            assert_eq!(answer.is_breaking(), example.is_some(), "{name}");
            let Answer::Breaking { witness } = answer else {
                continue;
            };
            let bundle = |version: &str| catalogue.bundle(&step.id(&entry, version)).unwrap().value;
            let opinion =
                |version: &str| third::accepts(&bundle(version), "2020-12", &witness.value);
            assert_eq!(opinion(accepting), Some(true), "{name}");
            assert_eq!(opinion(rejecting), Some(false), "{name}");
        }
        steps += 1;
    }
    assert!(steps >= 9, "{steps} steps were compared");
}

#[test]
fn every_break_of_the_history_is_explained_by_single_changes() {
    let catalogue = shipped();
    for (entry, step, comparison) in compared(&catalogue, Direction::Shared) {
        let (from, to) = (step.id(&entry, &step.from), step.id(&entry, &step.to));
        let (old, new) = (Side::of(&catalogue, &from), Side::of(&catalogue, &to));
        let pair = Pair {
            old: (&from, &old),
            new: (&to, &new),
            direction: Direction::Shared,
        };
        let found = findings(&comparison, &pair, |id, pointer| {
            catalogue.place(id, pointer)
        });
        for finding in &found {
            println!(
                "{} {} {} {}",
                finding.place, finding.rule, finding.pointer, finding.message
            );
            println!(
                "    {:?}",
                finding.witness.as_ref().unwrap().value.as_ref().map(|v| v
                    .to_string()
                    .chars()
                    .take(200)
                    .collect::<String>())
            );
            assert!(!finding.rule.contains("unexplained"), "{finding:#?}");
            let witness = finding.witness.as_ref().unwrap();
            assert_eq!(
                witness.value.is_some(),
                witness.source == WitnessSource::Generated
            );
        }
        assert_eq!(found.is_empty(), step.effect == Effect::None);
    }
}
