//! Two bodies, member by member: what is missing, added, of another type, of another value or in another order.
//! Refuses to tell what stands anywhere.

use super::Manner;
use super::kind::{ABSENT, kind, settled, told};
use super::volatile::is_volatile;
use crate::model::replayed::Departure;
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use wire::json::{canonical, pointer_escape};

/// Differences of one exchange that are told; one that differs in more is told by the first of them.
const MOST: usize = 100;
/// Longest list whose members are aligned; those of a longer one are compared position by position.
const ALIGNED: usize = 4_096;

/// Any position of a list, as patterns write it.
pub(super) const ITEM: &str = "*";

/// One difference and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub departure: Departure,
    pub at: String,
    pub was: String,
    pub now: String,
}

/// Everything in which `now` departs from `was`.
pub(super) fn differences(manner: &Manner, was: &Value, now: &Value) -> Vec<Spot> {
    let mut desk = Desk::new(manner, was);
    desk.compare(was, now);
    desk.spots
}

/// What is told of a value at a place that stands for another thing now.
pub(super) fn other(manner: &Manner, place: &[String], was: &Value, now: &Value) -> Spot {
    let mut desk = Desk::new(manner, was);
    desk.place = place.to_vec();
    desk.spot(Departure::ValueChanged, told(place, was), told(place, now))
}

/// The canonical text of `value` without what is another one each time.
pub(super) fn still(manner: &Manner, value: &Value) -> String {
    canonical(&Desk::new(manner, value).still(value))
}

struct Desk<'a> {
    manner: &'a Manner,
    /// The recorded body.
    root: &'a Value,
    /// Names from the root, and [`ITEM`] for any position.
    place: Vec<String>,
    /// The innermost object around the place.
    around: Option<&'a Value>,
    spots: Vec<Spot>,
}

impl<'a> Desk<'a> {
    fn new(manner: &'a Manner, root: &'a Value) -> Self {
        Self {
            manner,
            root,
            place: Vec::new(),
            around: None,
            spots: Vec::new(),
        }
    }

    fn is_volatile(&self, value: &Value) -> bool {
        self.manner.volatile.admit(&self.place)
            || is_volatile(self.root, self.around, &self.place, value)
    }

    fn compare(&mut self, was: &'a Value, now: &'a Value) {
        if self.spots.len() >= MOST {
            return;
        }
        if self.is_volatile(was) {
            // What is masked must still be there, and of its kind.
            if kind(was) != kind(now) {
                self.tell(Departure::TypeChanged, was, now);
            }
            return;
        }
        match (was, now) {
            (Value::Object(olds), Value::Object(news)) => {
                let around = self.around.replace(was);
                self.members(olds, news);
                self.around = around;
            }
            (Value::Array(was), Value::Array(now)) => self.items(was, now),
            (Value::String(one), Value::String(other)) if settled(one) == settled(other) => {}
            _ if canonical(was) == canonical(now) => {}
            _ if std::mem::discriminant(was) == std::mem::discriminant(now) => {
                self.tell(Departure::ValueChanged, was, now);
            }
            _ => self.tell(Departure::TypeChanged, was, now),
        }
    }

    fn members(&mut self, was: &'a Map<String, Value>, now: &'a Map<String, Value>) {
        for (name, value) in was {
            self.within(name.clone(), |desk| match now.get(name) {
                Some(other) => desk.compare(value, other),
                None => desk.missing(value),
            });
        }
        for (name, value) in now.iter().filter(|(name, _)| !was.contains_key(*name)) {
            self.within(name.clone(), |desk| desk.added(value));
        }
    }

    fn items(&mut self, was: &'a [Value], now: &'a [Value]) {
        let marks = |items: &'a [Value], desk: &mut Self| -> Vec<String> {
            items.iter().map(|item| desk.mark(item)).collect()
        };
        let (olds, news) = (marks(was, self), marks(now, self));
        if olds == news {
            return;
        }
        let order = |marks: &[String]| {
            let mut order: Vec<usize> = (0..marks.len()).collect();
            order.sort_by_key(|index| marks.get(*index));
            order
        };
        let (sorted_was, sorted_now) = (order(&olds), order(&news));
        let picked = |marks: &[String], order: &[usize]| -> Vec<String> {
            let found = order.iter().filter_map(|index| marks.get(*index).cloned());
            found.collect()
        };
        let (one, other) = (picked(&olds, &sorted_was), picked(&news, &sorted_now));
        let is_free = self.manner.unordered.admit(&self.place);
        match (one == other, is_free) {
            (true, true) => {}
            (true, false) => self.say(Departure::OrderChanged, "list".into(), "list".into()),
            (false, true) => self.align((was, &sorted_was, &one), (now, &sorted_now, &other)),
            (false, false) => {
                let all = |items: &[Value]| (0..items.len()).collect::<Vec<usize>>();
                self.align((was, &all(was), &olds), (now, &all(now), &news));
            }
        }
    }

    /// Compares what stands on both sides of a change, and tells what stands on one only.
    fn align(
        &mut self,
        (was, olds, one): (&'a [Value], &[usize], &[String]),
        (now, news, other): (&'a [Value], &[usize], &[String]),
    ) {
        let operations = match one.len().max(other.len()) <= ALIGNED {
            true => capture_diff_slices(Algorithm::Myers, one, other),
            false => vec![DiffOp::Replace {
                old_index: 0,
                old_len: one.len(),
                new_index: 0,
                new_len: other.len(),
            }],
        };
        for operation in operations {
            if let DiffOp::Equal { .. } = operation {
                continue;
            }
            let (left, right) = (operation.old_range(), operation.new_range());
            let pick = |index: usize, order: &[usize], range: &std::ops::Range<usize>| {
                let at = range.start + index;
                range
                    .contains(&at)
                    .then(|| order.get(at).copied())
                    .flatten()
            };
            for index in 0..left.len().max(right.len()) {
                let old = pick(index, olds, &left).and_then(|at| was.get(at));
                let new = pick(index, news, &right).and_then(|at| now.get(at));
                self.within(ITEM.to_owned(), |desk| match (old, new) {
                    (Some(old), Some(new)) => desk.compare(old, new),
                    (Some(old), None) => desk.missing(old),
                    (None, Some(new)) => desk.added(new),
                    (None, None) => {}
                });
            }
        }
    }

    /// What tells one item of this list from another: its canonical text without what is volatile.
    fn mark(&mut self, item: &'a Value) -> String {
        self.inside(ITEM.to_owned(), |desk| canonical(&desk.still(item)))
    }

    fn still(&mut self, value: &'a Value) -> Value {
        if self.is_volatile(value) {
            return kind(value).into();
        }
        match value {
            Value::String(text) => settled(text).into(),
            Value::Array(items) => {
                let items = items.iter();
                let mut still: Vec<Value> = items
                    .map(|item| self.inside(ITEM.to_owned(), |desk| desk.still(item)))
                    .collect();
                if self.manner.unordered.admit(&self.place) {
                    still.sort_by_cached_key(canonical);
                }
                still.into()
            }
            Value::Object(members) => {
                let around = self.around.replace(value);
                let still = members.iter().map(|(name, member)| {
                    let member = self.inside(name.clone(), |desk| desk.still(member));
                    (name.clone(), member)
                });
                let still = Value::Object(still.collect());
                self.around = around;
                still
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn inside<R>(&mut self, segment: String, work: impl FnOnce(&mut Self) -> R) -> R {
        self.place.push(segment);
        let result = work(self);
        self.place.pop();
        result
    }

    fn within(&mut self, segment: String, work: impl FnOnce(&mut Self)) {
        if self.spots.len() < MOST {
            self.inside(segment, work);
        }
    }

    fn missing(&mut self, value: &Value) {
        let was = told(&self.place, value);
        self.say(Departure::MemberMissing, was, ABSENT.to_owned());
    }

    fn added(&mut self, value: &Value) {
        let now = told(&self.place, value);
        self.say(Departure::MemberAdded, ABSENT.to_owned(), now);
    }

    fn tell(&mut self, departure: Departure, was: &Value, now: &Value) {
        let (was, now) = (told(&self.place, was), told(&self.place, now));
        self.say(departure, was, now);
    }

    fn say(&mut self, departure: Departure, was: String, now: String) {
        let spot = self.spot(departure, was, now);
        if !self.spots.contains(&spot) {
            self.spots.push(spot);
        }
    }

    /// A name that no schema declares is data, whatever it looks like.
    fn spot(&self, departure: Departure, was: String, now: String) -> Spot {
        let mut number = 0;
        let segments = self.place.iter();
        let at = segments.map(|segment| {
            if segment == ITEM || self.manner.declared.contains(segment) {
                return format!("/{}", pointer_escape(segment));
            }
            number += 1;
            format!("/{{key#{number}}}")
        });
        Spot {
            departure,
            at: at.collect(),
            was,
            now,
        }
    }
}
