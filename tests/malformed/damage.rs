//! Seeded damage to a payload's text: bytes lost, doubled, exchanged, members of another type.
//! Refuses to keep a payload whole on purpose; now and then the damage does no harm.

use serde_json::{Value, json};

/// A linear congruential generator, so that every run sees the same damage.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

/// The text after one to three blows.
pub fn damaged(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if dice.roll(2) == 0 {
        let mut value: Value = serde_json::from_str(text).unwrap();
        mistype(&mut value, dice);
        bytes = value.to_string().into_bytes();
        if dice.roll(2) == 0 {
            return bytes;
        }
    }
    for _ in 0..=dice.roll(3) {
        blow(&mut bytes, dice);
    }
    bytes
}

/// Puts a value of some other type where one stands.
fn mistype(value: &mut Value, dice: &mut Dice) {
    let below = match value {
        Value::Object(members) if !members.is_empty() => {
            let at = dice.roll(members.len());
            members.values_mut().nth(at)
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.roll(items.len());
            items.get_mut(at)
        }
        _ => None,
    };
    match below {
        Some(below) if dice.roll(4) > 0 => mistype(below, dice),
        Some(below) => *below = other(dice),
        None => *value = other(dice),
    }
}

fn other(dice: &mut Dice) -> Value {
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{feff}\u{1f9ea}"),
        json!([]),
        json!([[[{}]]]),
        json!({}),
        json!({ "": { "resourceType": [] } }),
    ];
    others[dice.roll(others.len())].clone()
}

fn blow(bytes: &mut Vec<u8>, dice: &mut Dice) {
    if bytes.is_empty() {
        return;
    }
    let at = dice.roll(bytes.len());
    match dice.roll(7) {
        0 => bytes.truncate(at),
        1 => {
            bytes.remove(at);
        }
        2 => bytes.insert(at, b"{}[],:\"\\0-e\x00\xff"[dice.roll(13)]),
        3 => bytes[at] ^= 1 << dice.roll(8),
        4 => {
            let piece = bytes[at..(at + 1 + dice.roll(40)).min(bytes.len())].to_vec();
            let to = dice.roll(bytes.len());
            bytes.splice(to..to, piece);
        }
        5 => {
            let deep = 1 + dice.roll(400);
            bytes.splice(at..at, std::iter::repeat_n(b'[', deep));
        }
        _ => {
            bytes.drain(at..(at + 1 + dice.roll(40)).min(bytes.len()));
        }
    }
}
