//! The labelled pairs of the folder that `MATCHMARK_SHARED` names, when there is one.
use super::third;
use matchmark::inclusion::{
    Answer, Budget, Dialect, Formats, Prover, Reading, Schema, Stop, engine,
};
use serde_json::Value;
use std::time::Instant;

#[test]
fn the_labelled_pairs_are_never_answered_wrongly() {
    let Ok(shared) = std::env::var("MATCHMARK_SHARED") else {
        println!("NOT RUN: set MATCHMARK_SHARED to the folder with data/compat-pairs.ndjson");
        return;
    };
    let text = std::fs::read_to_string(format!("{shared}/data/compat-pairs.ndjson")).unwrap();
    let (mut right, mut unknown, mut wrong, mut times) = (0, Vec::new(), Vec::new(), Vec::new());
    let mut settled = 0;
    let mut third_no = Vec::new();
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).unwrap();
        let side = |schema: &str, draft: &str| {
            let draft = pair
                .get(draft)
                .or(pair.get("draft"))
                .unwrap()
                .as_str()
                .unwrap();
            let reading = Reading {
                dialect: Dialect::named(draft),
                formats: Formats::Annotation,
            };
            (
                Schema::read(&pair[schema], reading, &Stop::default()),
                draft.to_owned(),
            )
        };
        let start = Instant::now();
        let (old, draft_old) = side("old", "draft_old");
        let (new, draft_new) = side("new", "draft_new");
        let answer = match (old, new) {
            (Ok(old), Ok(new)) => engine().includes(&old, &[new], &[], &Budget::default()),
            (Err(why), _) | (_, Err(why)) => Answer::Unknown { why },
        };
        let us = start.elapsed().as_micros();
        times.push(us);
        if us > 50_000 {
            println!("slow {us} {} {:?}", pair["n"], answer);
        }
        let truth = pair["truth"].as_bool();
        settled += usize::from(truth.is_some());
        let n = &pair["n"];
        match (&answer, truth) {
            (Answer::Compatible { .. }, Some(true)) => right += 1,
            (Answer::Breaking { witness }, Some(false)) => {
                right += 1;
                let a = third::accepts(&pair["old"], &draft_old, &witness.value);
                let b = third::accepts(&pair["new"], &draft_new, &witness.value);
                if (a, b) != (Some(true), Some(false)) {
                    third_no.push(format!("{n} {} {a:?} {b:?}", witness.value));
                }
            }
            (Answer::Unknown { why }, _) => unknown.push(format!(
                "{n} {} truth {truth:?} {:.200} => {:.200}",
                why,
                pair["old"].to_string(),
                pair["new"].to_string()
            )),
            (answer, truth) => wrong.push(format!("{n} {answer:?} {truth:?} {line}")),
        }
    }
    times.sort();
    println!(
        "right {right} of {settled}, unknown {}, wrong {}",
        unknown.len(),
        wrong.len()
    );
    println!(
        "median {} us, p95 {} us, max {} us",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1]
    );
    for line in &unknown {
        println!("unknown {line}");
    }
    for line in &third_no {
        println!("third {line}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
