//! How fast payloads are judged each way: `cargo run --release -p wire --example stream_speed SCHEMA LINES [ROUNDS]`.
//! The ways take turns, and the best round of each counts, so that what else runs on the machine matters little.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing)]

use serde_json::Value;
use std::time::{Duration, Instant};
use wire::json::{Document, Limits};
use wire::payload::Schema;
use wire::stream::{Program, Runner, Settled};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = std::fs::read(&arguments[1]).expect("a schema");
    let bundle: Value = serde_json::from_slice(&text).expect("JSON");
    let corpus = std::fs::read(&arguments[2]).expect("lines");
    let lines: Vec<&[u8]> = corpus
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect();
    let rounds = arguments
        .get(3)
        .map_or(5, |rounds| rounds.parse().expect("a number"));
    let validator = jsonschema::options()
        .offline()
        .should_validate_formats(false)
        .build(&bundle)
        .expect("a schema");
    let schema = Schema::compile(&bundle).ok();
    let started = Instant::now();
    let program = Program::compile(&bundle);
    println!("compiled in {:?}", started.elapsed());
    let mut runner = Runner::new(Limits::FILE);

    let mut ways: Vec<(&str, Box<dyn FnMut(&[u8]) -> bool + '_>)> = vec![
        (
            "fast",
            Box::new(|line| runner.accepts(&program, line) == Settled::Accepted),
        ),
        (
            "serde_json alone",
            Box::new(|line| serde_json::from_slice::<Value>(line).is_ok()),
        ),
        (
            "jsonschema on serde_json",
            Box::new(|line| {
                serde_json::from_slice::<Value>(line).is_ok_and(|value| validator.is_valid(&value))
            }),
        ),
    ];
    if let Some(schema) = &schema {
        ways.push((
            "wire, the full way",
            Box::new(|line| {
                Document::parse(line, &Limits::FILE)
                    .is_ok_and(|document| schema.accepts(document.value()))
            }),
        ));
    }
    let mut best = vec![(Duration::MAX, 0); ways.len()];
    for _ in 0..rounds {
        for ((_, way), best) in ways.iter_mut().zip(&mut best) {
            let started = Instant::now();
            let accepted = lines.iter().filter(|line| way(line)).count();
            *best = (best.0.min(started.elapsed()), accepted);
        }
    }
    for ((name, _), (time, accepted)) in ways.iter().zip(&best) {
        let speed = corpus.len() as f64 / time.as_secs_f64() / 1e6;
        let ratio = time.as_secs_f64() / best[0].0.as_secs_f64();
        println!(
            "{name:26} {speed:7.0} MB/s  {ratio:5.2}x the time of the fast way  {accepted} of {} accepted",
            lines.len()
        );
    }
}
