//! Makes a witness smaller without losing what it shows.
//! Refuses to take more than its steps.

use super::mutate::{drop_one, places, with};
use serde_json::{Value, json};

/// `value` made smaller by at most `steps` tries, each kept only if the result still `shows` the difference.
pub(super) fn minimise(
    value: &Value,
    steps: usize,
    mut shows: impl FnMut(&Value) -> bool,
) -> Value {
    let mut best = value.clone();
    let mut left = steps;
    loop {
        let before = best.clone();
        for change in [removals, replacements] {
            if !pass(&mut best, &mut left, &change, &mut shows) {
                return best;
            }
        }
        if best == before {
            return best;
        }
    }
}

type Change = fn(&Value, &str) -> Vec<Value>;

/// One way over all places; `false` when the steps are used up.
fn pass(
    best: &mut Value,
    left: &mut usize,
    change: &Change,
    shows: &mut impl FnMut(&Value) -> bool,
) -> bool {
    let mut open = places(best);
    // Parents first: what goes as a whole saves the steps for its parts.
    open.reverse();
    while let Some(place) = open.pop() {
        for smaller in change(best, &place) {
            if is_not_smaller(&smaller, best) {
                continue;
            }
            if *left == 0 {
                return false;
            }
            *left -= 1;
            if shows(&smaller) {
                *best = smaller;
                open = places(best)
                    .into_iter()
                    .filter(|other| open.contains(other) || *other == place)
                    .rev()
                    .collect();
                break;
            }
        }
    }
    true
}

fn is_not_smaller(one: &Value, other: &Value) -> bool {
    let (one, other) = (one.to_string(), other.to_string());
    (one.len(), &one) >= (other.len(), &other)
}

fn removals(value: &Value, place: &str) -> Vec<Value> {
    drop_one(value, place).into_iter().collect()
}

fn replacements(value: &Value, place: &str) -> Vec<Value> {
    let Some(part) = value.pointer(place) else {
        return Vec::new();
    };
    let candidates: Vec<Value> = match part {
        Value::String(text) => {
            let half = text
                .chars()
                .take(text.chars().count() / 2)
                .collect::<String>();
            let mut short = text.clone();
            short.pop();
            vec![json!(""), json!("a"), json!(half), json!(short)]
        }
        Value::Number(_) => vec![json!(0), json!(1), json!(-1), json!(0.5)],
        Value::Array(items) if !items.is_empty() => vec![json!(0), json!([]), json!({})],
        Value::Object(members) if !members.is_empty() => vec![json!(0), json!({})],
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => vec![json!(0)],
    };
    candidates
        .into_iter()
        .map(|candidate| with(value, place, candidate))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shows_the_difference_stays() {
        let value = json!({"a": {"b": ["long", "words"]}, "c": 12345});
        let small = minimise(&value, 200, |value| value.pointer("/a/b/0").is_some());
        assert_eq!(small, json!({"a": {"b": [""]}}));
    }

    #[test]
    fn no_step_means_no_change() {
        let value = json!({"a": 1});
        assert_eq!(minimise(&value, 0, |_| true), value);
    }
}
