//! Lines that nobody would write on purpose, a seeded stream of them: one answer each, in order, and nothing falls over.
//! Refuses to know which answer is right, where a line is a question at all.

use super::caller::Caller;
use super::children;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Lines of a run in the suite, and of one at full size.
const SLICE: u64 = 2_000;
const FULL: u64 = 1_000_000;
const SEED: u64 = 0x6d61_7463_686d_6172;
/// Most memory of the process and of each of its children.
const MEMORY: u64 = 1 << 30;

/// Questions that the stream starts from; together they use most keywords.
const SEEDS: &[&str] = &[
    r##"{"n":0,"old":{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]{2,5}$"}},"required":["a"],"additionalProperties":false},"new":{"type":"object","properties":{"a":{"type":"string","minLength":1},"b":{"$ref":"#/definitions/b"}},"definitions":{"b":{"enum":[1,"x",null]}}},"draft":"7"}"##,
    r##"{"n":0,"old":{"type":"array","prefixItems":[{"const":1}],"items":{"type":"number","multipleOf":0.01},"contains":{"minimum":3},"minContains":2,"uniqueItems":true},"new":{"type":"array","maxItems":12},"draft":"2020-12"}"##,
    r##"{"n":0,"old":{"$defs":{"t":{"type":"object","properties":{"left":{"$ref":"#/$defs/t"},"right":{"$ref":"#/$defs/t"}},"unevaluatedProperties":false}},"$ref":"#/$defs/t"},"new":{"$recursiveRef":"#"},"draft_old":"2019-09","draft_new":"2019-09"}"##,
    r##"{"n":0,"old":{"minimum":0,"exclusiveMinimum":true,"maximum":1e3,"format":"date"},"new":{"oneOf":[{"type":"integer"},{"type":"number","not":{"multipleOf":1}}]},"draft_old":"4","draft_new":"6"}"##,
    r##"{"n":0,"old":{"if":{"required":["k"]},"then":{"dependentRequired":{"k":["v"]}},"else":{"propertyNames":{"maxLength":3}}},"new":{"anyOf":[{"patternProperties":{"^x-":true,"^(?=y)":false}},{"minProperties":1,"maxProperties":4}]},"draft":"2020-12"}"##,
    r##"{"n":0,"old":true,"new":false,"draft":"2019-09"}"##,
    r##"{"n":0,"old":{"allOf":[{"dependencies":{"a":["b"],"c":{"minProperties":2}}},{"items":[{},{"type":"null"}],"additionalItems":false}]},"new":{"$dynamicRef":"#x","$defs":{"x":{"$dynamicAnchor":"x"}}},"draft":"7"}"##,
];

/// Pieces of JSON that are legal somewhere and surprising everywhere.
const ODD: &[&str] = &[
    "18446744073709551617",
    "-0.0",
    "1e400",
    "1e-400",
    "0.30000000000000004",
    "9007199254740993",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "null",
    "true",
    "\"#/definitions\"",
    "{\"$ref\":\"#\"}",
    "{\"not\":{\"$ref\":\"#\"}}",
    "{\"pattern\":\"(a*)*b\"}",
    "{\"pattern\":\"[\"}",
    "{\"enum\":[]}",
    "{\"type\":[]}",
    "{\"maxLength\":1e300}",
    "{\"minItems\":4294967296}",
    "{\"multipleOf\":1e-308}",
    "{\"allOf\":[{\"$ref\":\"#\"}]}",
    "{\"required\":[\"a\",\"a\"]}",
    "{\"n\":1,\"n\":2}",
    "\"draft\"",
    "-",
    "\u{7f}",
    "\\",
    "\"",
    "{",
    "[",
    "}",
    "]",
    ",",
    ":",
];

const DRAFTS: &[&str] = &[
    "4", "6", "7", "2019-09", "2020-12", "3", "", "next", "2020-12 ",
];

/// The same numbers every time, whatever the machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % most.max(1) as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// The line number `n` of the stream, without its end. It may be blank.
fn line(dice: &mut Dice, n: u64) -> Vec<u8> {
    let seed = dice
        .pick(SEEDS)
        .replacen("\"n\":0", &format!("\"n\":{n}"), 1);
    let mut line = match dice.below(10) {
        0 => nested(dice, n).into_bytes(),
        1 => free(dice, n).into_bytes(),
        2 => seed.replace("7", dice.pick(DRAFTS)).into_bytes(),
        3 => spliced(dice, &seed),
        4 => seed.as_bytes()[..dice.below(seed.len() + 1)].to_vec(),
        5..=6 => replaced(dice, &seed),
        _ => seed.into_bytes(),
    };
    if dice.below(4) == 0 {
        mutate(dice, &mut line);
    }
    for byte in &mut line {
        if *byte == b'\n' {
            *byte = b' ';
        }
    }
    line
}

/// Single bytes changed, taken away, doubled.
fn mutate(dice: &mut Dice, line: &mut Vec<u8>) {
    for _ in 0..=dice.below(3) {
        let at = dice.below(line.len());
        match dice.below(3) {
            _ if line.is_empty() => line.push(b'x'),
            0 => line[at] = dice.roll().to_le_bytes()[0],
            1 => {
                line.remove(at);
            }
            _ => line.insert(at, line[at]),
        }
    }
}

/// The head of one seed and the tail of another.
fn spliced(dice: &mut Dice, seed: &str) -> Vec<u8> {
    let other = dice.pick(SEEDS).as_bytes();
    let (end, start) = (dice.below(seed.len()), dice.below(other.len()));
    [&seed.as_bytes()[..end], &other[start..]].concat()
}

/// A seed with some of its values exchanged for odd ones.
fn replaced(dice: &mut Dice, seed: &str) -> Vec<u8> {
    let mut pieces: Vec<String> = seed.split(':').map(str::to_owned).collect();
    for _ in 0..=dice.below(2) {
        let at = dice.below(pieces.len());
        let kept = pieces[at]
            .find([',', '}', ']'])
            .map_or(String::new(), |end| pieces[at][end..].to_owned());
        pieces[at] = format!("{}{kept}", dice.pick(ODD));
    }
    pieces.join(":").into_bytes()
}

/// Brackets inside each other, closed or not.
fn nested(dice: &mut Dice, n: u64) -> String {
    let depth = 1 << dice.below(13);
    let (open, shut) = *dice.pick(&[
        &("[", "]"),
        &("{\"not\":", "}"),
        &("{\"items\":", "}"),
        &("{\"allOf\":[", "]}"),
        &("{\"a\":", "}"),
    ]);
    let shut = if dice.below(4) == 0 { "" } else { shut };
    format!(
        "{{\"n\":{n},\"old\":{}true{},\"new\":{{}},\"draft\":\"7\"}}",
        open.repeat(depth),
        shut.repeat(depth)
    )
}

/// JSON without any plan, as one or both sides.
fn free(dice: &mut Dice, n: u64) -> String {
    let (old, new) = (value(dice, 4), value(dice, 4));
    json!({"n": n, "old": old, "new": new, "draft": dice.pick(DRAFTS)}).to_string()
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    const WORDS: &[&str] = &[
        "type",
        "properties",
        "a",
        "items",
        "required",
        "not",
        "anyOf",
        "oneOf",
        "enum",
        "const",
        "minimum",
        "pattern",
        "$ref",
        "#",
        "string",
        "object",
        "maxLength",
        "contains",
        "additionalProperties",
        "uniqueItems",
        "if",
        "then",
    ];
    match dice.below(if depth == 0 { 4 } else { 7 }) {
        0 => Value::Bool(dice.below(2) == 0),
        1 => json!(dice.below(9)),
        2 => json!(dice.pick(WORDS)),
        3 => json!(dice.below(1000) as f64 / 100.0),
        4 => (0..dice.below(4)).map(|_| value(dice, depth - 1)).collect(),
        _ => {
            let members =
                (0..dice.below(4)).map(|_| (dice.pick(WORDS).to_owned(), value(dice, depth - 1)));
            Value::Object(members.collect())
        }
    }
}

/// What is wrong with an answer to `line`; nothing when it is as it must be.
fn fault(line: &[u8], answer: &Value) -> Option<&'static str> {
    let read = serde_json::from_slice::<Value>(line).ok();
    let own = read.map(|line| line.get("n").cloned().unwrap_or(Value::Null));
    let is_breaking = answer["verdict"] == "breaking";
    let is_known =
        is_breaking || answer["verdict"] == "compatible" || answer["verdict"] == "unknown";
    let why = answer["why"].as_str().unwrap_or_default();
    [
        // Our reader keeps the number of what it refuses to itself, and reads deeper than this test does.
        (
            answer["n"].is_null() || own.is_none_or(|own| answer["n"] == own),
            "another line's number",
        ),
        (is_known, "a verdict that does not exist"),
        (
            is_breaking == answer.get("witness").is_some(),
            "a witness without a break, or a break without",
        ),
        (!why.is_empty(), "no reason"),
        (!why.starts_with("worker-died"), "a dead worker"),
        (answer["us"].is_u64(), "no time"),
    ]
    .into_iter()
    .find_map(|(holds, fault)| (!holds).then_some(fault))
}

#[test]
fn prove_batch_survives_fuzzed_lines() {
    let is_full = std::env::var_os("MATCHMARK_PROVE").is_some();
    let count = if is_full { FULL } else { SLICE };
    let mut caller = Caller::start(&["--jobs", "2", "--budget-ms", "500"]);
    let id = caller.id();
    let mut stdin = caller.stdin();
    let sent = Arc::new(Mutex::new(VecDeque::new()));
    let asked = Arc::clone(&sent);
    let writer = std::thread::spawn(move || {
        let mut dice = Dice(SEED);
        for n in 0..count {
            let line = line(&mut dice, n);
            Caller::write(&mut stdin, &line);
            if !line.iter().all(u8::is_ascii_whitespace) {
                asked.lock().unwrap().push_back(line);
            }
        }
        // Read to its end before the input ends: what the processes held is asked of them alive.
        stdin
    });
    let (mut answered, mut numbered, mut peak) = (0_u64, 0_u64, 0_u64);
    while !writer.is_finished() || !sent.lock().unwrap().is_empty() {
        if sent.lock().unwrap().is_empty() {
            std::thread::yield_now();
            continue;
        }
        let answer = caller.answer();
        let line = sent.lock().unwrap().pop_front().unwrap();
        if let Some(fault) = fault(&line, &answer) {
            let line: String = String::from_utf8_lossy(&line).chars().take(400).collect();
            panic!("{fault}: {answer} to {line}");
        }
        answered += 1;
        numbered += u64::from(!answer["n"].is_null());
        if answered.is_multiple_of(500) {
            let all = children::of(id).into_iter().chain([id]);
            peak = all.map(children::peak).chain([peak]).max().unwrap();
        }
    }
    drop(writer.join().unwrap());
    assert!(matches!(caller.finish(), Some(0 | 2)));
    println!(
        "{count} lines, {answered} answers, {numbered} with a number; at most {} MiB",
        peak >> 20
    );
    assert!(
        numbered > count / 3,
        "{numbered} numbers are too few to tell the order"
    );
    assert!(peak < MEMORY, "{peak} bytes");
}
