//! Judges the lines of a file one way, for whoever measures it:
//! `judge_lines fast|full|told|crate|parse SCHEMA LINES [ROUNDS]` (build it with `--release`).
#![allow(clippy::print_stdout, clippy::expect_used)]

use serde_json::Value;
use wire::json::{Document, Limits};
use wire::payload::Schema;
use wire::stream::{Program, Runner, Settled};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (way, schema, lines, rounds) = match arguments.as_slice() {
        [way, schema, lines] => (way, schema, lines, 1),
        [way, schema, lines, rounds] => (way, schema, lines, rounds.parse().expect("a number")),
        _ => return println!("judge_lines fast|full|told|crate|parse SCHEMA LINES [ROUNDS]"),
    };
    let text = std::fs::read(schema).expect("a schema");
    let bundle: Value = serde_json::from_slice(&text).expect("JSON");
    let text = std::fs::read(lines).expect("lines");
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let judge = judge(way, &bundle);
    let accepted = accepted(judge, &lines, rounds);
    println!("{way}: {accepted} of {}", lines.len() * rounds);
}

type Judge<'a> = Box<dyn FnMut(&[u8]) -> bool + 'a>;

fn accepted(mut judge: Judge<'_>, lines: &[&[u8]], rounds: usize) -> usize {
    let round = |_| lines.iter().filter(|line| judge(line)).count();
    (0..rounds).map(round).sum()
}

fn judge<'a>(way: &str, bundle: &Value) -> Judge<'a> {
    match way {
        "fast" => {
            let (program, mut runner) = (Program::compile(bundle), Runner::new(Limits::FILE));
            Box::new(move |line| runner.judge(&program, line) == Settled::Accepted)
        }
        "full" => {
            let schema = Schema::published(bundle.clone()).expect("a schema");
            Box::new(move |line| {
                Document::parse(line, &Limits::FILE)
                    .is_ok_and(|document| schema.accepts(document.value()))
            })
        }
        "told" => {
            let (schema, mut runner) = (
                Schema::published(bundle.clone()).expect("a schema"),
                Runner::new(Limits::FILE),
            );
            Box::new(move |line| {
                let settled = schema.settled(&mut runner, line);
                let told = |document| match settled {
                    Settled::Refused => schema.problems_of_refused(&document),
                    Settled::Accepted | Settled::Unsettled => schema.problems(&document),
                };
                settled == Settled::Accepted
                    || Document::parse(line, &Limits::FILE)
                        .is_ok_and(|document| told(document).is_empty())
            })
        }
        "crate" => {
            let options = jsonschema::options().offline();
            let options = options.should_validate_formats(false);
            let validator = options.build(bundle).expect("a schema");
            Box::new(move |line| {
                serde_json::from_slice(line).is_ok_and(|value: Value| validator.is_valid(&value))
            })
        }
        _ => Box::new(|line| serde_json::from_slice::<Value>(line).is_ok()),
    }
}
