//! Seeded random pairs over a small vocabulary: no proof falls to any small value, and inclusion behaves like inclusion.

use matchmark::inclusion::{Answer, Budget, Prover, Schema, engine};
use serde_json::{Map, Value, json};

/// Pairs of one run; the full proof takes more.
const PAIRS: usize = 250;

/// A linear congruential generator, so that every run sees the same pairs.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }

    fn schema(&mut self, depth: usize) -> Value {
        let mut schema = Map::new();
        for _ in 0..=self.roll(3) {
            let (keyword, value) = self.keyword(depth);
            schema.insert(keyword.to_owned(), value);
        }
        Value::Object(schema)
    }

    fn keyword(&mut self, depth: usize) -> (&'static str, Value) {
        let kinds = [
            "null", "boolean", "integer", "number", "string", "array", "object",
        ];
        let below = |dice: &mut Self| dice.schema(depth - 1);
        match self.roll(if depth == 0 { 9 } else { 18 }) {
            0 => ("type", json!(kinds[self.roll(7)])),
            1 => (
                "type",
                json!([kinds[self.roll(3)], kinds[3 + self.roll(4)]]),
            ),
            2 => ("minimum", json!(self.roll(3))),
            3 => ("exclusiveMaximum", json!(self.roll(3) + 1)),
            4 => ("multipleOf", json!([1.0, 0.5, 2.0][self.roll(3)])),
            5 => ("maxLength", json!(self.roll(3))),
            6 => (
                "enum",
                [
                    json!([0, "a", null]),
                    json!(["", 1, true]),
                    json!([[], {}, "b"]),
                ][self.roll(3)]
                .clone(),
            ),
            7 => (
                "required",
                json!([if self.roll(2) == 0 { "a" } else { "b" }]),
            ),
            8 => ("maxItems", json!(self.roll(3))),
            9 => ("properties", json!({"a": below(self)})),
            10 => ("additionalProperties", below(self)),
            11 => ("items", below(self)),
            12 => ("contains", below(self)),
            13 => ("allOf", json!([below(self), below(self)])),
            14 => ("anyOf", json!([below(self), below(self)])),
            15 => ("oneOf", json!([below(self), below(self)])),
            16 => ("not", below(self)),
            _ => ("uniqueItems", json!(true)),
        }
    }
}

/// Every value that can be built from a few scalars in two steps.
fn small_values() -> Vec<Value> {
    let scalars = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2),
        json!(0.5),
        json!(-1),
        json!(""),
        json!("a"),
        json!("bbb"),
    ];
    let mut values: Vec<Value> = scalars.to_vec();
    values.extend([json!([]), json!({})]);
    let once = values.clone();
    for a in &once {
        values.push(json!([a]));
        values.push(json!({"a": a}));
        values.push(json!({"b": a}));
        for b in &once {
            values.push(json!([a, b]));
            values.push(json!({"a": a, "b": b}));
        }
    }
    values
}

#[test]
fn no_proof_falls_to_a_small_value() {
    let mut dice = Dice(7);
    let values = small_values();
    let (mut proved, mut broken, mut open) = (0, 0, 0);
    for _ in 0..PAIRS {
        let left = dice.schema(2);
        let right = if dice.roll(2) == 0 {
            dice.schema(2)
        } else {
            edited(&mut dice, &left)
        };
        let (ready, other) = (Schema::new(&left).unwrap(), Schema::new(&right).unwrap());
        match engine().includes(
            &ready,
            std::slice::from_ref(&other),
            &[],
            &Budget::default(),
        ) {
            Answer::Compatible { .. } => {
                proved += 1;
                let found = values
                    .iter()
                    .find(|value| ready.accepts(value) && !other.accepts(value));
                assert_eq!(found, None, "{left} in {right}");
            }
            Answer::Breaking { witness } => {
                broken += 1;
                assert_eq!(witness.refutes, None, "{left} in {right}");
                assert!(ready.accepts(&witness.value) && !other.accepts(&witness.value));
            }
            Answer::Unknown { .. } => {
                open += 1;
                let found = values
                    .iter()
                    .find(|value| ready.accepts(value) && !other.accepts(value));
                assert_eq!(found, None, "a witness was missed: {left} in {right}");
            }
        }
    }
    println!("{proved} proved, {broken} broken, {open} open");
    assert!(proved > 20 && broken > 100 && open * 10 < PAIRS);
}

fn edited(dice: &mut Dice, schema: &Value) -> Value {
    let mut edited = schema.as_object().unwrap().clone();
    let (keyword, value) = dice.keyword(1);
    if dice.roll(3) == 0 {
        let first = edited.keys().next().cloned();
        first.and_then(|first| edited.shift_remove(&first));
    }
    edited.insert(keyword.to_owned(), value);
    Value::Object(edited)
}

#[test]
fn inclusion_is_reflexive_and_never_contradicts_itself() {
    let mut dice = Dice(11);
    let ask = |a: &Schema, b: &Schema| {
        engine().includes(a, std::slice::from_ref(b), &[], &Budget::default())
    };
    for _ in 0..PAIRS / 5 {
        let a = dice.schema(1);
        let (b, c) = (edited(&mut dice, &a), edited(&mut dice, &a));
        let ready = |schema: &Value| Schema::new(schema).unwrap();
        let (x, y, z) = (ready(&a), ready(&b), ready(&c));
        assert!(ask(&x, &x).is_compatible(), "{a}");
        if ask(&x, &y).is_compatible() && ask(&y, &z).is_compatible() {
            assert!(!ask(&x, &z).is_breaking(), "{a} {b} {c}");
        }
    }
}
