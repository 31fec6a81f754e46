//! Payloads with something wrong in them, made from ones that are fine.

use proptest::prelude::Rng as _;
use proptest::test_runner::TestRng;

/// What a partner's program might write in place of something else.
const PIECES: &[&str] = &[
    "1e400",
    "-0",
    "1.0",
    "1e2",
    "12345678901234567890",
    "0.1",
    "-1",
    "01",
    "null",
    "true",
    "\"\"",
    "\"a b\"",
    "\"\\ud800\"",
    "\"\\u00e9\"",
    "\"\\u0041\"",
    "\"\u{a0}\"",
    "\"\u{e9}t\u{e9}\"",
    "\"\u{1}\"",
    "[]",
    "{}",
    "[[[[[[]]]]]]",
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"\\u0061\":1}",
    "\\",
    "\"",
    ",",
    ":",
    " ",
    "\t",
    "\n",
    "\u{feff}",
    "[1,1]",
    "[\"a\",\"a\"]",
    "2024-02-30",
    "\"x\":1,",
];

pub fn below(random: &mut TestRng, end: usize) -> usize {
    random.next_u32() as usize % end.max(1)
}

/// The text with one to three changes.
pub fn broken(random: &mut TestRng, text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=below(random, 3) {
        change(random, &mut text);
    }
    text
}

fn change(random: &mut TestRng, text: &mut Vec<u8>) {
    let at = below(random, text.len() + 1);
    let piece = PIECES[below(random, PIECES.len())].as_bytes();
    match below(random, 9) {
        0 => text.splice(at..at, piece.iter().copied()).for_each(drop),
        1 => text.truncate(at),
        2 if at < text.len() => text[at] = random.next_u32().to_le_bytes()[0],
        3 if at < text.len() => {
            text.remove(at);
        }
        4 => replace_value(text, at, piece),
        5 => repeat_member(text, at),
        6 => rename(text, at),
        7 => drop_member(text, at),
        _ => replace_value(text, at, b"\"Test\""),
    }
}

/// From behind a colon to the next comma or bracket.
fn value_at(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let from = at + text.get(at..)?.iter().position(|byte| *byte == b':')? + 1;
    let length = text
        .get(from..)?
        .iter()
        .position(|byte| b",]}".contains(byte))?;
    Some((from, from + length))
}

fn replace_value(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    if let Some((from, to)) = value_at(text, at) {
        text.splice(from..to, piece.iter().copied());
    }
}

fn member_at(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let (from, to) = value_at(text, at)?;
    let name_end = text.get(..from)?.iter().rposition(|byte| *byte == b'"')?;
    let name = text
        .get(..name_end)?
        .iter()
        .rposition(|byte| *byte == b'"')?;
    Some((name, to))
}

fn repeat_member(text: &mut Vec<u8>, at: usize) {
    if let Some((from, to)) = member_at(text, at) {
        let mut copy = text[from..to].to_vec();
        copy.push(b',');
        text.splice(from..from, copy);
    }
}

fn rename(text: &mut Vec<u8>, at: usize) {
    if let Some((from, _)) = member_at(text, at) {
        text.insert(from + 1, b'x');
    }
}

fn drop_member(text: &mut Vec<u8>, at: usize) {
    if let Some((from, to)) = member_at(text, at) {
        let to = to + usize::from(text.get(to) == Some(&b','));
        text.drain(from..to);
    }
}
