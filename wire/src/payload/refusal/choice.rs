//! The forms of a choice, and which of them a value may have by what one of its members says.
//! Refuses to judge: a form that may fit is asked.

use super::node::NodeId;
use crate::payload::atlas::Spot;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Several forms for one value.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) forms: Vec<NodeId>,
    /// The index of every form.
    all: Vec<usize>,
    told: Option<Told>,
}

/// What tells forms apart: a member that they pin to words.
#[derive(Debug)]
struct Told {
    name: String,
    /// The forms that a word of the member leaves.
    by: HashMap<String, Vec<usize>>,
    /// The forms that every other word leaves.
    rest: Vec<usize>,
}

impl Choice {
    pub(super) fn of(spots: &[Spot<'_>], forms: Vec<NodeId>) -> Self {
        Self {
            all: (0..forms.len()).collect(),
            forms,
            told: Told::of(spots),
        }
    }

    /// The forms that may fit, by index: every other surely does not.
    pub(super) fn candidates(&self, value: &Value) -> &[usize] {
        let told = self.told.as_ref();
        let left = told.and_then(|told| Some(told.left(value.get(&told.name)?.as_str()?)));
        left.unwrap_or(&self.all)
    }
}

impl Told {
    fn left(&self, word: &str) -> &[usize] {
        self.by.get(word).unwrap_or(&self.rest)
    }

    /// By the member that most of the forms pin, where two do.
    fn of(spots: &[Spot<'_>]) -> Option<Self> {
        let mut pinning: BTreeMap<&str, usize> = BTreeMap::new();
        for spot in spots {
            let pins = |name: &&str| words(*spot, name).is_some_and(|words| !words.is_empty());
            let declared: BTreeSet<_> = spot.declared().collect();
            for name in declared.into_iter().filter(pins) {
                *pinning.entry(name).or_default() += 1;
            }
        }
        let (name, _) = pinning
            .into_iter()
            .filter(|(_, forms)| *forms > 1)
            .max_by_key(|(_, forms)| *forms)?;
        let (mut by, mut rest) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (index, spot) in spots.iter().enumerate() {
            let Some(words) = words(*spot, name) else {
                rest.push(index);
                continue;
            };
            for word in words.into_iter().collect::<BTreeSet<_>>() {
                by.entry(word.to_owned()).or_default().push(index);
            }
        }
        for left in by.values_mut() {
            left.extend(&rest);
            left.sort_unstable();
        }
        Some(Self {
            name: name.to_owned(),
            by,
            rest,
        })
    }
}

/// The words that a form lets its member have, where it lets it have nothing else; none where it forbids the member.
fn words<'a>(form: Spot<'a>, name: &str) -> Option<Vec<&'a str>> {
    match form.pinned(name) {
        Some(values) => values.iter().map(Value::as_str).collect(),
        None => form.forbids(name).then(Vec::new),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dialect::Dialect;
    use crate::payload::atlas::Atlas;
    use serde_json::json;

    #[test]
    fn only_forms_that_the_word_of_a_member_leaves_may_fit() {
        let kind = |words: Value| json!({"properties": {"kind": {"enum": words}}});
        let atlas = Atlas::new(
            &json!({"oneOf": [
                kind(json!(["a", "b"])),
                {"$ref": "#/$defs/b"},
                {"properties": {"other": true}, "additionalProperties": false},
                {"required": ["kind"]},
                kind(json!(["a", 1])),
            ], "$defs": {"b": kind(json!(["b"]))}}),
            Dialect::TwentyTwenty,
        );
        let spots: Vec<_> = atlas.root().unwrap().children("oneOf").collect();
        let choice = Choice::of(&spots, (0..5).collect());
        for (value, left) in [
            (json!({"kind": "a"}), &[0, 3, 4][..]),
            (json!({"kind": "b"}), &[0, 1, 3, 4]),
            (json!({"kind": "c"}), &[3, 4]),
            (json!({"kind": 1}), &[0, 1, 2, 3, 4]),
            (json!({}), &[0, 1, 2, 3, 4]),
            (json!(["kind"]), &[0, 1, 2, 3, 4]),
        ] {
            assert_eq!(choice.candidates(&value), left, "{value}");
        }
    }
}
