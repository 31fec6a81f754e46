//! Bodies of one kind, laid over one another: an example of values that nobody had, its rules, and what may be absent.
//! Refuses to keep a value that the schema does not fix and a name that it does not declare.

use super::guard::Guard;
use super::synthetic::{Shape, number};
use crate::contract::declared::Declared;
use crate::contract::matching::kind;
use crate::contract::path::{Path, Step};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What stands for every name that no schema declares.
pub const UNKNOWN: &str = "unknown";

/// A body as it is drafted.
#[derive(Debug, Default)]
pub struct Sketch {
    pub example: Value,
    /// Path to its rule, as the fourth edition writes it.
    pub rules: Map<String, Value>,
    /// Path and whether it may be `absent` or `null`.
    pub optional: Vec<(String, &'static str)>,
    /// What a person must look at, in words without a value.
    pub remarks: BTreeSet<String>,
}

/// Draws one sketch.
pub struct Hand<'a> {
    guard: &'a Guard,
    sketch: Sketch,
}

/// Where the hand is: from the body's root, and from the root of the rules in hand.
#[derive(Clone, Default)]
struct Spot {
    whole: Path,
    ruled: Path,
    /// A rule above reaches down to here.
    cascading: bool,
    /// The member of the object here that tells it from the items beside it.
    tag: Option<String>,
    /// This is such a member.
    telling: bool,
}

impl Spot {
    fn below(&self, step: &Step) -> Self {
        Self {
            whole: self.whole.then(step.clone()),
            ruled: self.ruled.then(step.clone()),
            cascading: self.cascading,
            tag: None,
            telling: matches!((step, &self.tag), (Step::Name(name), Some(tag)) if name == tag),
        }
    }
}

/// `samples` laid over one another; `declared` is what their schema says of this place.
#[must_use]
pub fn sketch(samples: &[&Value], declared: Option<&Declared>, guard: &Guard) -> Sketch {
    let mut hand = Hand {
        guard,
        sketch: Sketch::default(),
    };
    hand.sketch.example = hand.value(samples, declared, &Spot::default());
    hand.sketch
}

impl Hand<'_> {
    fn value(&mut self, samples: &[&Value], declared: Option<&Declared>, spot: &Spot) -> Value {
        let solid: Vec<&Value> = samples
            .iter()
            .copied()
            .filter(|value| !value.is_null())
            .collect();
        let Some(first) = solid.first() else {
            self.rule(spot, &json!({ "match": "null" }));
            return Value::Null;
        };
        if solid.len() < samples.len() {
            self.optional(spot, "null");
        }
        let alike: Vec<&Value> = solid
            .iter()
            .copied()
            .filter(|v| kind(v) == kind(first))
            .collect();
        if alike.len() < solid.len() {
            self.remark(
                spot,
                "holds values of several kinds; only the first kind is drafted",
            );
        }
        match first {
            Value::Object(_) => self.object(&alike, declared, spot),
            Value::Array(_) => self.array(&alike, declared, spot),
            _ => self.scalar(&alike, declared, spot),
        }
    }

    fn object(&mut self, samples: &[&Value], declared: Option<&Declared>, spot: &Spot) -> Value {
        let objects: Vec<&Map<String, Value>> = samples
            .iter()
            .filter_map(|value| value.as_object())
            .collect();
        let mut names: Vec<&str> = Vec::new();
        for name in objects.iter().flat_map(|object| object.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let member = |name: &str| declared.and_then(|declared| declared.member(name));
        let (known, foreign): (Vec<&str>, Vec<&str>) =
            names.into_iter().partition(|name| member(name).is_some());
        let mut example = Map::new();
        for name in known {
            let values: Vec<&Value> = objects
                .iter()
                .filter_map(|object| object.get(name))
                .collect();
            let below = spot.below(&Step::Name(name.to_owned()));
            if values.len() < objects.len() {
                self.optional(&below, "absent");
            }
            let declared = member(name).map(|member| &member.declared);
            example.insert(name.to_owned(), self.value(&values, declared, &below));
        }
        if !foreign.is_empty() {
            let has = |object: &&&Map<String, Value>| {
                foreign.iter().any(|name| object.contains_key(*name))
            };
            let always = objects.iter().filter(has).count() == objects.len();
            let values: Vec<&Value> = objects
                .iter()
                .flat_map(|object| foreign.iter().filter_map(|name| object.get(*name)))
                .collect();
            self.remark(
                spot,
                "has members that no schema declares; one called `unknown` stands for them",
            );
            let below = spot.below(&Step::Name(UNKNOWN.to_owned()));
            if !always {
                self.optional(&below, "absent");
            }
            example.insert(UNKNOWN.to_owned(), self.value(&values, None, &below));
        }
        Value::Object(example)
    }

    fn array(&mut self, samples: &[&Value], declared: Option<&Declared>, spot: &Spot) -> Value {
        let arrays: Vec<&Vec<Value>> = samples
            .iter()
            .filter_map(|value| value.as_array())
            .collect();
        let items = declared.and_then(|declared| declared.items.as_deref());
        let tagged: Vec<Vec<String>> = arrays.iter().map(|array| tags(array, items)).collect();
        let kinds: BTreeSet<&String> = tagged.iter().flatten().collect();
        let first = tagged.first().cloned().unwrap_or_default();
        if kinds.len() < 2 {
            return self.list(&arrays, items, spot);
        }
        if tagged.iter().all(|tags| *tags == first) {
            return self.tuple(&arrays, items, spot);
        }
        let always: Vec<String> = first
            .iter()
            .filter(|tag| tagged.iter().all(|tags| tags.contains(tag)))
            .fold(Vec::new(), |mut found, tag| {
                if !found.contains(tag) {
                    found.push(tag.clone());
                }
                found
            });
        if always.is_empty() {
            return self.list(&arrays, items, spot);
        }
        self.contained(&arrays, &tagged, &always, items, spot)
    }

    /// Items of one kind: any number of them, each like the one that is shown.
    fn list(&mut self, arrays: &[&Vec<Value>], items: Option<&Declared>, spot: &Spot) -> Value {
        let all: Vec<&Value> = arrays.iter().flat_map(|array| array.iter()).collect();
        if all.is_empty() {
            return Value::Array(Vec::new());
        }
        let least = usize::from(arrays.iter().all(|array| !array.is_empty()));
        self.rule(spot, &json!({ "match": "type", "min": least }));
        let below = Spot {
            cascading: true,
            ..spot.below(&Step::AnyIndex)
        };
        Value::Array(vec![self.value(&all, items, &below)])
    }

    /// Items that are told apart by what the schema fixes, always in the same order.
    fn tuple(&mut self, arrays: &[&Vec<Value>], items: Option<&Declared>, spot: &Spot) -> Value {
        let length = arrays.first().map_or(0, |array| array.len());
        let tags = arrays
            .first()
            .map(|array| tags(array, items))
            .unwrap_or_default();
        let drawn = (0..length).map(|index| {
            let samples: Vec<&Value> = arrays.iter().filter_map(|array| array.get(index)).collect();
            let below = Spot {
                tag: tags.get(index).and_then(|tag| member_of(tag)),
                ..spot.below(&Step::Index(index))
            };
            self.value(&samples, items, &below)
        });
        Value::Array(drawn.collect())
    }

    /// Items that are told apart by what the schema fixes, among others: those that are always there.
    fn contained(
        &mut self,
        arrays: &[&Vec<Value>],
        tagged: &[Vec<String>],
        always: &[String],
        items: Option<&Declared>,
        spot: &Spot,
    ) -> Value {
        self.remark(
            spot,
            "has items that are not always there; only those that are have been drafted",
        );
        let (mut examples, mut variants) = (Vec::new(), Vec::new());
        for (index, tag) in always.iter().enumerate() {
            let samples: Vec<&Value> = arrays
                .iter()
                .zip(tagged)
                .flat_map(|(array, tags)| array.iter().zip(tags))
                .filter_map(|(item, own)| (own == tag).then_some(item))
                .collect();
            let outer = std::mem::take(&mut self.sketch.rules);
            let below = Spot {
                whole: spot.whole.then(Step::Index(index)),
                tag: member_of(tag),
                ..Spot::default()
            };
            examples.push(self.value(&samples, items, &below));
            let rules = std::mem::replace(&mut self.sketch.rules, outer);
            variants.push(json!({ "index": index, "rules": rules }));
        }
        self.rule(
            spot,
            &json!({ "match": "arrayContains", "variants": variants }),
        );
        Value::Array(examples)
    }

    fn scalar(&mut self, samples: &[&Value], declared: Option<&Declared>, spot: &Spot) -> Value {
        let named = declared.filter(|named| samples.iter().all(|sample| named.names(sample)));
        if let Some(named) = named {
            return self.fixed(samples, named, spot);
        }
        match samples.first() {
            Some(Value::Bool(_)) => {
                self.rule(spot, &json!({ "match": "boolean" }));
                Value::Bool(true)
            }
            Some(Value::Number(_)) => {
                let (example, matcher) = number(samples.iter().copied(), self.guard);
                self.rule(spot, &matcher);
                example
            }
            _ => {
                let shape = Shape::common(samples.iter().filter_map(|sample| sample.as_str()));
                self.text(&shape, spot)
            }
        }
    }

    fn text(&mut self, shape: &Shape, spot: &Spot) -> Value {
        let Some(example) = shape.example(self.guard) else {
            self.remark(spot, "has so many values that none could be made up");
            self.rule(spot, &json!({ "match": "null" }));
            return Value::Null;
        };
        if *shape != Shape::Text || !spot.cascading {
            self.rule(spot, &shape.matcher());
        }
        Value::String(example)
    }

    /// Values that the schema itself names. A constant stays; of a list, any member may come.
    fn fixed(&mut self, samples: &[&Value], named: &Declared, spot: &Spot) -> Value {
        let mut seen: Vec<&Value> = Vec::new();
        for value in named.constants.iter().chain(&named.codes) {
            if samples.contains(&value) && !seen.contains(&value) {
                seen.push(value);
            }
        }
        let example = seen.first().map_or(Value::Null, |value| (*value).clone());
        if seen.len() == 1 && (spot.telling || named.constants.contains(&example)) {
            if spot.cascading {
                self.rule(spot, &json!({ "match": "equality" }));
            }
            return example;
        }
        let listed = named.codes.iter().filter(|_| !spot.telling);
        let mut texts: Vec<String> = Vec::new();
        for value in seen.into_iter().chain(listed) {
            match value.as_str().map(regex::escape) {
                Some(text) if texts.contains(&text) => {}
                Some(text) => texts.push(text),
                None => {
                    self.rule(spot, &json!({ "match": "type" }));
                    return example;
                }
            }
        }
        self.rule(spot, &json!({ "match": "regex", "regex": texts.join("|") }));
        example
    }

    fn rule(&mut self, spot: &Spot, matcher: &Value) {
        let list = json!({ "matchers": [matcher] });
        self.sketch.rules.insert(spot.ruled.to_string(), list);
    }

    fn optional(&mut self, spot: &Spot, is: &'static str) {
        self.sketch.optional.push((spot.whole.to_string(), is));
    }

    fn remark(&mut self, spot: &Spot, what: &str) {
        self.sketch
            .remarks
            .insert(format!("`{}` {what}", spot.whole));
    }
}

/// What tells the items of an array apart: the texts in them that the schema fixes.
fn tags(array: &[Value], items: Option<&Declared>) -> Vec<String> {
    array
        .iter()
        .map(|item| {
            let members = items.map_or(&[][..], |items| &items.members);
            members
                .iter()
                .filter_map(|member| {
                    let value = item.get(&member.name).filter(|value| value.is_string())?;
                    let fixed = member.declared.names(value);
                    fixed.then(|| format!("{}={value}", member.name))
                })
                .next()
                .unwrap_or_default()
        })
        .collect()
}

/// The member that a tag names.
fn member_of(tag: &str) -> Option<String> {
    tag.split_once('=').map(|(name, _)| name.to_owned())
}
