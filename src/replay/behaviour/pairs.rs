//! Two answers walked side by side, as far as they are alike.
//! Refuses to pair what may stand in any order.

use super::Manner;
use super::body::ITEM;
use serde_json::Value;

/// Hands over every two texts that stand at one place of both, with the place. What `enters` turns down is passed over.
pub(super) fn texts<'v>(
    manner: &Manner,
    was: &'v Value,
    now: &'v Value,
    enters: impl Fn(&[String]) -> bool,
    mut take: impl FnMut(&[String], &'v Value, &'v Value),
) {
    let mut walk = Walk {
        manner,
        place: Vec::new(),
        enters,
        take: &mut take,
    };
    walk.compare(was, now);
}

struct Walk<'w, E, T> {
    manner: &'w Manner,
    place: Vec<String>,
    enters: E,
    take: &'w mut T,
}

impl<'v, E: Fn(&[String]) -> bool, T: FnMut(&[String], &'v Value, &'v Value)> Walk<'_, E, T> {
    fn compare(&mut self, was: &'v Value, now: &'v Value) {
        if !(self.enters)(&self.place) {
            return;
        }
        match (was, now) {
            (Value::Object(olds), Value::Object(news)) => {
                for (name, old) in olds {
                    if let Some(new) = news.get(name) {
                        self.inside(name, old, new);
                    }
                }
            }
            (Value::Array(olds), Value::Array(news))
                if olds.len() == news.len()
                    && (olds.len() == 1 || !self.manner.unordered.admit(&self.place)) =>
            {
                for (old, new) in olds.iter().zip(news) {
                    self.inside(ITEM, old, new);
                }
            }
            (Value::String(_), Value::String(_)) => (self.take)(&self.place, was, now),
            _ => {}
        }
    }

    fn inside(&mut self, segment: &str, was: &'v Value, now: &'v Value) {
        self.place.push(segment.to_owned());
        self.compare(was, now);
        self.place.pop();
    }
}
