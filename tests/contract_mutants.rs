//! Structural mutants of every shipped contract: nothing makes the reader panic, and nothing is read by halves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{ContractSource, Source};
use matchmark::contract::{plan, read};
use matchmark::model::rule;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Mutants of each contract when `MATCHMARK_PROVE=full` asks for the whole number.
const FULL: usize = 10_000;
/// Mutants of all contracts together otherwise.
const SLICE: usize = 1_800;

/// What no message may repeat.
const CANARY: &str = "canary";

struct Dice(TestRng);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(count).unwrap()).unwrap()
    }
}

/// Every contract file that ships: consumer, name, bytes.
fn shipped() -> Vec<(String, String, Vec<u8>)> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    for consumer in std::fs::read_dir(root).unwrap() {
        let consumer = consumer.unwrap().path();
        for file in std::fs::read_dir(&consumer).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|end| end == "json") {
                let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
                found.push((name(&consumer), name(&file), std::fs::read(&file).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Every pointer of a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                pointers(member, &format!("{at}/{}", escaped(key)), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Another value of the kinds that a careless hand writes.
fn replacement(old: &Value, other: Value, dice: &mut Dice) -> Value {
    match dice.below(9) {
        0 => Value::Null,
        1 => json!(-1.5),
        2 => json!(""),
        3 => json!([]),
        4 => json!({ CANARY: CANARY }),
        5 => json!("$.canary[*]"),
        6 => json!(old.to_string()),
        7 => json!([old]),
        _ => other,
    }
}

/// The parent of `pointer` loses, doubles, renames or nests what stands there.
fn moved(root: &mut Value, pointer: &str, dice: &mut Dice) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            let Some(value) = members.get(&key).cloned() else {
                return;
            };
            match dice.below(4) {
                0 => drop(members.shift_remove(&key)),
                1 => drop(members.insert(format!("{key}{CANARY}"), value)),
                2 => {
                    members.shift_remove(&key);
                    members.insert(format!("x{key}"), value);
                }
                _ => {
                    let nested = Map::from_iter([(key.clone(), value)]);
                    members.insert(key, Value::Object(nested));
                }
            }
        }
        Some(Value::Array(items)) => {
            let Some(value) = key
                .parse()
                .ok()
                .and_then(|at: usize| items.get(at))
                .cloned()
            else {
                return;
            };
            match dice.below(3) {
                0 => drop(items.pop()),
                1 => items.push(value),
                _ => items.reverse(),
            }
        }
        _ => {}
    }
}

/// One to three changes of structure.
fn mutated(base: &Value, pointers: &[String], dice: &mut Dice) -> Value {
    let mut value = base.clone();
    for _ in 0..=dice.below(3) {
        let pointer = &pointers[dice.below(pointers.len())];
        if dice.below(2) == 0 {
            moved(&mut value, pointer, dice);
            continue;
        }
        let other = base.pointer(&pointers[dice.below(pointers.len())]).unwrap();
        if let Some(target) = value.pointer_mut(pointer) {
            *target = replacement(target, other.clone(), dice);
        }
    }
    value
}

/// The text of a mutant; some are cut, and some hold a byte that is no text.
fn text(value: &Value, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = value.to_string().into_bytes();
    match dice.below(20) {
        0 => bytes.truncate(dice.below(bytes.len())),
        1 => {
            let at = dice.below(bytes.len());
            bytes[at] = b"\"{}[],:\x00\xff9"[dice.below(10)];
        }
        2 => {
            let text = String::from_utf8(bytes).unwrap();
            let doubled = text.replacen("\"method\":", "\"method\":\"GET\",\"method\":", 1);
            bytes = doubled.into_bytes();
        }
        _ => {}
    }
    bytes
}

#[derive(Default)]
struct Count {
    refused: usize,
    same: usize,
    other: usize,
}

fn judge(consumer: &str, bytes: &[u8], digest: &str, count: &mut Count) {
    let source = ContractSource {
        consumer: consumer.into(),
        source: Source::new("contract.json", bytes.to_vec()),
    };
    match read(&source) {
        Ok(contract) => {
            let planned = plan(&contract);
            for one in &contract.interactions {
                let is_planned = planned.iter().any(|known| known.interaction == one.key);
                assert_eq!(is_planned, one.terms.fault.is_none());
            }
            assert!(contract.digest().starts_with("sha256:"));
            if contract.digest() == digest {
                count.same += 1;
            } else {
                count.other += 1;
            }
        }
        Err(findings) => {
            count.refused += 1;
            assert!(!findings.is_empty(), "rejected without a word");
            for finding in &findings {
                assert!(rule(&finding.rule).is_some(), "{}", finding.rule);
                assert!(finding.place.line > 0 && finding.place.column > 0);
                assert!(!finding.remedy.is_empty());
            }
            assert!(!format!("{findings:?}").contains(CANARY));
        }
    }
}

#[test]
fn structural_mutants_of_every_contract_are_rejected_or_read_whole() {
    let full = std::env::var_os("MATCHMARK_PROVE").is_some_and(|word| word == "full");
    let contracts = shipped();
    let mutants = if full { FULL } else { SLICE / contracts.len() };
    for (consumer, name, bytes) in contracts {
        let base: Value = serde_json::from_slice(&bytes).unwrap();
        let source = ContractSource {
            consumer: consumer.clone(),
            source: Source::new("contract.json", bytes),
        };
        let digest = read(&source).expect("a contract that ships").digest();
        let mut all = Vec::new();
        pointers(&base, "", &mut all);
        let mut dice = Dice(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let mut count = Count::default();
        for _ in 0..mutants {
            let mutant = mutated(&base, &all, &mut dice);
            judge(&consumer, &text(&mutant, &mut dice), &digest, &mut count);
        }
        let Count {
            refused,
            same,
            other,
        } = count;
        assert_eq!(refused + same + other, mutants);
        assert!(
            refused > mutants / 10 && other > mutants / 100,
            "{consumer}/{name}: {refused} refused, {same} the same, {other} another contract"
        );
    }
}
