//! The labelled pairs of the folder that `MATCHMARK_SHARED` names, when there is one.

use super::third;
use matchmark::compat::answer;
use matchmark::inclusion::{Budget, Formats};
use serde_json::Value;

/// Every pair that has an answer.
const RIGHT: usize = 699;

#[test]
fn the_labelled_pairs_are_never_answered_wrongly() {
    let Ok(shared) = std::env::var("MATCHMARK_SHARED") else {
        println!("NOT RUN: set MATCHMARK_SHARED to the folder with data/compat-pairs.ndjson");
        return;
    };
    let text = std::fs::read_to_string(format!("{shared}/data/compat-pairs.ndjson")).unwrap();
    let (mut right, mut settled) = (0, 0);
    let (mut open, mut wrong, mut doubted) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).unwrap();
        let budget = Budget::default();
        let answered = answer(line.as_bytes(), Formats::Annotation, &budget, || 0);
        assert!(answered.was_readable, "{line}");
        let answered: Value = serde_json::from_str(&answered.text).unwrap();
        assert_eq!(answered["n"], pair["n"]);
        settled += usize::from(pair["truth"].is_boolean());
        match (
            answered["verdict"].as_str().unwrap(),
            pair["truth"].as_bool(),
        ) {
            ("compatible", Some(true)) => right += 1,
            ("breaking", Some(false)) => {
                right += 1;
                if !confirmed(&pair, answered.get("witness").unwrap()) {
                    doubted.push(pair["n"].to_string());
                }
            }
            ("unknown", None) => {
                let why = answered["why"].as_str().unwrap();
                assert!(why.starts_with("input/schema-invalid"), "{why}");
            }
            ("unknown", Some(_)) => open.push(pair["n"].to_string()),
            (verdict, truth) => wrong.push(format!("{verdict}, not {truth:?}: {line}")),
        }
    }
    println!("{right} of {settled} right; open: {open:?}; a third validator differs: {doubted:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right >= RIGHT, "{right} right; open: {open:?}");
    // The third validator asserts formats up to draft 7; one pair turns on that.
    assert!(doubted.len() <= 1, "{doubted:?}");
}

fn confirmed(pair: &Value, witness: &Value) -> bool {
    let opinion = |side: &str| {
        let draft = pair.get(format!("draft_{side}")).or(pair.get("draft"));
        third::accepts(&pair[side], draft.unwrap().as_str().unwrap(), witness)
    };
    (opinion("old"), opinion("new")) == (Some(true), Some(false))
}
