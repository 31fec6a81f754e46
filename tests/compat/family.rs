//! Hand-written changes, one folder a keyword family. Every family looks at every case.

use super::third;
use matchmark::compat::{Comparison, Side, compare};
use matchmark::inclusion::{Answer, Budget, Dialect, Formats, Reading};
use matchmark::model::{Direction, Effect};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[allow(dead_code)]
    note: String,
    #[serde(default = "newest")]
    draft: String,
    old: Value,
    new: Value,
    /// Whether everything that `old` accepts is accepted by `new`.
    verdict: String,
    rule: Option<String>,
    pointer: Option<String>,
    #[serde(default)]
    also: Vec<Found>,
    effect: Effect,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone)]
#[serde(deny_unknown_fields)]
struct Found {
    rule: String,
    pointer: String,
}

fn newest() -> String {
    "2020-12".to_owned()
}

fn cases() -> BTreeMap<String, Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat");
    let mut cases = BTreeMap::new();
    for family in std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if !family.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&family)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let name = format!(
                "{}/{}",
                family.file_name().unwrap().to_string_lossy(),
                file.file_stem().unwrap().to_string_lossy()
            );
            let text = std::fs::read_to_string(&file).unwrap();
            let case =
                serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            cases.insert(name, case);
        }
    }
    cases
}

impl Case {
    fn compared(&self) -> Comparison {
        let side = |schema: &Value| {
            let reading = Reading {
                dialect: Dialect::named(&self.draft),
                formats: Formats::Annotation,
            };
            Side::read(schema, reading, &Budget::default())
        };
        compare(
            &side(&self.old),
            &side(&self.new),
            Direction::Shared,
            &Budget::default(),
        )
    }

    fn wanted(&self) -> Vec<Found> {
        let first = self.rule.clone().zip(self.pointer.clone());
        let first = first.map(|(rule, pointer)| Found { rule, pointer });
        let mut wanted: Vec<Found> = first.into_iter().chain(self.also.iter().cloned()).collect();
        wanted.sort();
        wanted
    }
}

#[test]
fn every_case_is_decided_and_explained_by_its_family_alone() {
    let mut wrong = Vec::new();
    for (name, case) in cases() {
        let comparison = case.compared();
        let mut found: Vec<Found> = comparison
            .explanations
            .iter()
            .map(|explanation| Found {
                rule: explanation.rule.to_owned(),
                pointer: explanation.new_pointer.clone(),
            })
            .collect();
        found.sort();
        let verdict = match comparison.forth {
            Answer::Compatible { .. } => "compatible",
            Answer::Breaking { .. } => "breaking",
            Answer::Unknown { .. } => "unknown",
        };
        if (verdict, comparison.effect, &found)
            != (case.verdict.as_str(), case.effect, &case.wanted())
        {
            wrong.push(format!(
                "{name}: {verdict} {:?} {found:?} {:?}",
                comparison.effect, comparison.back
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_third_validator_confirms_every_witness() {
    let mut confirmed = 0;
    for (name, case) in cases() {
        let comparison = case.compared();
        let opinion = |schema: &Value, value: &Value| third::accepts(schema, &case.draft, value);
        for (answer, accepting, rejecting) in [
            (&comparison.forth, &case.old, &case.new),
            (&comparison.back, &case.new, &case.old),
        ] {
            if let Answer::Breaking { witness } = answer {
                assert_eq!(
                    opinion(accepting, &witness.value),
                    Some(true),
                    "{name} {}",
                    witness.value
                );
                assert_eq!(
                    opinion(rejecting, &witness.value),
                    Some(false),
                    "{name} {}",
                    witness.value
                );
                confirmed += 1;
            }
        }
        for explanation in &comparison.explanations {
            let narrows = explanation.effect == Effect::Narrows;
            let (accepting, rejecting) = if narrows {
                (&case.old, &case.new)
            } else {
                (&case.new, &case.old)
            };
            let value = &explanation.witness.as_ref().unwrap().value;
            assert_eq!(opinion(accepting, value), Some(true), "{name} {value}");
            assert_eq!(opinion(rejecting, value), Some(false), "{name} {value}");
        }
    }
    assert!(confirmed > 30, "{confirmed} witnesses were confirmed");
}

#[test]
fn every_schema_includes_itself() {
    for (name, case) in cases() {
        for schema in [&case.old, &case.new] {
            let same = Case {
                old: schema.clone(),
                new: schema.clone(),
                ..Case {
                    also: Vec::new(),
                    ..copy(&case)
                }
            };
            assert_eq!(same.compared().effect, Effect::None, "{name}");
        }
    }
}

fn copy(case: &Case) -> Case {
    Case {
        note: String::new(),
        draft: case.draft.clone(),
        old: Value::Null,
        new: Value::Null,
        verdict: String::new(),
        rule: None,
        pointer: None,
        also: Vec::new(),
        effect: Effect::None,
    }
}

#[test]
fn two_runs_give_the_same_witnesses() {
    for (name, case) in cases() {
        assert_eq!(case.compared(), case.compared(), "{name}");
    }
}
