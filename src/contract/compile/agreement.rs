//! The matcher and the compiled schemas over thousands of values: each lies on the side that it is said to lie on.
//!
//! Numbers have at most 15 digits: a validator sees doubles, and two longer numbers may be one double.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::tests::side;
use super::*;
use crate::contract::matching;
use crate::contract::rule::Part;
use crate::contract::terms::Terms;
use std::fmt::Write as _;
use wire::json::{Document, Limits};

/// Values a matcher.
///
/// Source: contract specification, section 13
const COUNT: usize = 10_000;

/// How a schema lies to its matcher.
///
/// Source: contract specification, section 4.3, column S
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Exactly,
    /// Only one bound is near; the other is what is always right.
    Aside,
}

/// Marsaglia's xorshift: enough for values, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'p, T: ?Sized>(&mut self, pool: &[&'p T]) -> &'p T {
        pool[self.roll(pool.len())]
    }
}

const TEXTS: [&str; 40] = [
    "",
    "x",
    "xy",
    "X",
    "a b",
    "1",
    "12",
    "007",
    "true",
    "false",
    "null",
    "1.0",
    "1.2.3",
    "1.2.3-rc.1+5",
    "01.2.3",
    "1.2.3-",
    "99999999999999999999.0.0",
    "2026-02-28",
    "2026-02-30",
    "2024-02-29",
    "2026-2-28",
    "23:59:59",
    "24:00:00",
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05+01:00",
    "2026-01-02T03:04:05",
    "2026-13-02T03:04:05Z",
    "$",
    "a$",
    "a$b",
    "\u{a0}",
    " ",
    "\t",
    "\n",
    "x\n",
    "\u{664}",
    "\u{e9}",
    "a.b",
    "A1_",
    "-",
];
const NUMBERS: [&str; 16] = [
    "0",
    "-0",
    "0.0",
    "1",
    "1.0",
    "1e0",
    "7",
    "7.0",
    "70e-1",
    "7.5",
    "75E-1",
    "-3",
    "12",
    "123456789012345",
    "0.125",
    "1E2",
];
const OTHERS: [&str; 7] = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[\"x\",7]",
    "{\"other\":1}",
];
const KEYS: [&str; 8] = ["b", "c", "other", "B", "", "k1", "a b", "\u{e9}"];

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn scalar(dice: &mut Dice) -> String {
    match dice.roll(5) {
        0 => quoted(dice.pick(&TEXTS)),
        1 => dice.pick(&NUMBERS).to_owned(),
        2 => dice.pick(&OTHERS).to_owned(),
        3 => (dice.roll(2000) as i64 - 1000).to_string(),
        _ => {
            let letters = ["a", "b", "x", "1", "2", ".", "-", " ", "\u{e9}"];
            let word: String = (0..dice.roll(6)).map(|_| dice.pick(&letters)).collect();
            quoted(&word)
        }
    }
}

/// JSON near `example`: mostly of its shape, here and there of another.
fn near(dice: &mut Dice, example: &Value) -> String {
    if dice.roll(9) == 0 {
        return scalar(dice);
    }
    match example {
        Value::Object(members) => {
            let mut parts: Vec<String> = Vec::new();
            let mut names: Vec<&str> = Vec::new();
            for (key, member) in members {
                if dice.roll(12) > 0 {
                    parts.push(format!("{}:{}", quoted(key), near(dice, member)));
                    names.push(key);
                }
            }
            let more = dice.pick(&KEYS);
            if dice.roll(4) == 0 && !names.contains(&more) {
                let like = members.values().next().unwrap_or(&Value::Null);
                parts.push(format!("{}:{}", quoted(more), near(dice, like)));
            }
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => {
            let mut parts: Vec<String> = items.iter().map(|item| near(dice, item)).collect();
            match (dice.roll(5), items.first()) {
                (0, Some(first)) => parts.push(near(dice, first)),
                (1, _) => parts.truncate(dice.roll(2)),
                _ => {}
            }
            format!("[{}]", parts.join(","))
        }
        scalar_example => match dice.roll(4) {
            0 => scalar_example.to_string(),
            1 if scalar_example.is_string() => quoted(dice.pick(&TEXTS)),
            1 if scalar_example.is_number() => dice.pick(&NUMBERS).to_owned(),
            2 if scalar_example.is_string() => same_letters(dice, scalar_example),
            _ => scalar(dice),
        },
    }
}

/// A text with the letters of another, some of them exchanged.
fn same_letters(dice: &mut Dice, example: &Value) -> String {
    let mut text = String::new();
    for letter in example.as_str().unwrap_or_default().chars() {
        match (dice.roll(8), letter.is_ascii_digit()) {
            (0, true) => write!(text, "{}", dice.roll(10)).unwrap(),
            (1, _) if dice.roll(4) == 0 => {}
            _ => text.push(letter),
        }
    }
    quoted(&text)
}

/// Every matcher, with examples, and how its schema lies.
fn cases() -> Vec<(&'static str, Value, Value, Lies)> {
    use Lies::{Aside, Exactly};
    let word = |word: &str| json!({ "match": word });
    let regex = |regex: &str| json!({ "match": "regex", "regex": regex });
    let list = json!([{ "n": "x", "v": 1 }, { "n": "y", "v": 2 }]);
    let variants = json!({ "match": "arrayContains", "variants": [
        { "index": 0, "rules": { "$.v": { "matchers": [word("number")] } } },
        { "index": 1, "rules": {} } ] });
    vec![
        (
            "equality",
            word("equality"),
            json!({ "b": [1, "x"] }),
            Exactly,
        ),
        ("regex", regex("x|[0-9.]+"), json!("x"), Aside),
        ("regex, words", regex(r"\w+\s?\d*"), json!("x1"), Aside),
        ("regex, end", regex(r"a\$"), json!("a$"), Aside),
        ("regex, flags", regex("(?i)x.?"), json!("x"), Aside),
        (
            "type",
            word("type"),
            json!({ "b": 1, "c": [{ "d": "x" }] }),
            Exactly,
        ),
        (
            "type, sized",
            json!({ "match": "type", "min": 1, "max": 2 }),
            json!(["x"]),
            Exactly,
        ),
        (
            "include",
            json!({ "match": "include", "value": "2." }),
            json!("1.2.3"),
            Aside,
        ),
        ("semver", word("semver"), json!("1.2.3"), Exactly),
        ("number", word("number"), json!(7), Exactly),
        ("integer", word("integer"), json!(7), Aside),
        ("decimal", word("decimal"), json!(7.0), Aside),
        ("boolean", word("boolean"), json!(true), Exactly),
        ("null", word("null"), json!(null), Exactly),
        ("date", word("date"), json!("2026-02-28"), Aside),
        ("time", word("time"), json!("23:59:59"), Aside),
        (
            "datetime",
            word("datetime"),
            json!("2026-01-02T03:04:05Z"),
            Aside,
        ),
        (
            "date, named",
            json!({ "match": "date", "format": "EEE d MMM y" }),
            json!("Fri 2 Jan 2026"),
            Aside,
        ),
        ("notEmpty, text", word("notEmpty"), json!("x"), Exactly),
        (
            "notEmpty, object",
            word("notEmpty"),
            json!({ "b": ["x"] }),
            Exactly,
        ),
        ("values", word("values"), json!({ "b": 1, "c": 2 }), Exactly),
        ("arrayContains", variants, list, Exactly),
        (
            "eachKey",
            json!({ "match": "eachKey", "rules": [regex("[a-z]")] }),
            json!({ "b": 1 }),
            Exactly,
        ),
        (
            "eachValue",
            json!({ "match": "eachValue", "rules": [word("type")] }),
            json!({ "b": 1 }),
            Exactly,
        ),
        (
            "eachValue, items",
            json!({ "match": "eachValue", "rules": [word("number")] }),
            json!([1]),
            Exactly,
        ),
    ]
}

/// Rules that join matchers or stand above one another.
fn joined() -> Vec<(&'static str, Value, Value, Lies)> {
    let either = |left: &str, right: &str| json!({ "combine": "OR", "matchers": [{ "match": left }, { "match": right }] });
    let one = |word: &str| json!({ "matchers": [{ "match": word }] });
    vec![
        (
            "type or null",
            json!({ "$.a": either("type", "null") }),
            json!({ "b": 1, "c": ["x"] }),
            Lies::Exactly,
        ),
        (
            "equality or null",
            json!({ "$.a": either("equality", "null"), "$.a.b": one("type") }),
            json!({ "b": 1 }),
            Lies::Aside,
        ),
        (
            "equality below type",
            json!({ "$.a": one("type"), "$.a.b": one("equality") }),
            json!({ "b": 1, "c": 2 }),
            Lies::Exactly,
        ),
        (
            "type below equality",
            json!({ "$.a": one("equality"), "$.a.b": one("type") }),
            json!({ "b": 1, "c": 2 }),
            Lies::Exactly,
        ),
        (
            "number below values",
            json!({ "$.a": one("values"), "$.a.*": one("number") }),
            json!({ "b": 1 }),
            Lies::Exactly,
        ),
    ]
}

#[test]
fn matcher_and_schema_agree_on_ten_thousand_values_a_matcher() {
    let single = cases().into_iter().map(|(name, matcher, example, lies)| {
        (
            name,
            json!({ "$.a": { "matchers": [matcher] } }),
            example,
            lies,
        )
    });
    for (seed, (name, rules, example, lies)) in single.chain(joined()).enumerate() {
        let example = json!({ "a": example });
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (seed as u64 + 1));
        let mut accepted = 0;
        for kind in [Side::Request, Side::Response] {
            accepted += agree(&mut dice, COUNT / 2, kind, name, &rules, &example, lies);
        }
        let least = COUNT / 200;
        assert!(
            (least..COUNT - least).contains(&accepted),
            "{name}: {accepted} of {COUNT} accepted"
        );
    }
}

/// How many of `count` values the matcher accepts.
fn agree(
    dice: &mut Dice,
    count: usize,
    kind: Side,
    name: &str,
    rules: &Value,
    example: &Value,
    lies: Lies,
) -> usize {
    let (content, parsed) = side(kind, example, rules);
    let json = content.body.json().unwrap();
    let rules = parsed.of(Part::Body);
    let source = Source {
        example: json,
        rules,
        optional: &[],
        side: kind,
    };
    let compiled = |bound| wire::payload::Schema::compile(&compile(&source, bound)).unwrap();
    let (wide, narrow) = (compiled(Bound::Wide), compiled(Bound::Narrow));
    let terms = Terms::default();
    let mut accepted = 0;
    for _ in 0..count {
        let text = near(dice, example);
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        let actual = Json::whole(document);
        let fits = matching::body(json, rules, &terms, kind, &actual).is_empty();
        let value = actual.value();
        let (is_in_wide, is_in_narrow) = (wide.accepts(value), narrow.accepts(value));
        assert!(
            fits || !is_in_narrow,
            "{name}, {kind:?}: narrow accepts {text}"
        );
        assert!(is_in_wide || !fits, "{name}, {kind:?}: wide refuses {text}");
        if lies == Lies::Exactly {
            assert!(
                is_in_wide == fits && is_in_narrow == fits,
                "{name}, {kind:?}: not exact on {text}"
            );
        }
        accepted += usize::from(fits);
    }
    accepted
}
