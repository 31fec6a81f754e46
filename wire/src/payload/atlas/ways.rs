//! On how many ways the schemas of a bundle come to be asked about the parts of a value.
//! Refuses to judge: a schema that stands on a way is asked, whatever it says.

use super::plot::PlotId;
use super::{Atlas, REFERRING, Spot};
use serde_json::Value;
use std::collections::HashMap;

/// Schemas and parts of values inside each other that are followed.
const DEEPEST: usize = 400;

/// What stands for the name of a member.
static A_NAME: Value = Value::String(String::new());

impl Atlas {
    /// Whether all schemas together are asked at most so many times about a value and its parts, each as often as a way
    /// leads to it: schemas that hold themselves twice double that with every level.
    pub(in crate::payload) fn asks_at_most(&self, most: usize, value: &Value) -> bool {
        let mut ways = Ways {
            most,
            known: HashMap::new(),
        };
        let root = self.root();
        root.is_some_and(|root| ways.of(root, value, 0).is_some())
    }

    /// What the references of a schema may lead to.
    fn targets<'a>(&'a self, spot: Spot<'a>) -> impl Iterator<Item = Spot<'a>> {
        let told = REFERRING.iter().filter_map(|it| spot.target(it));
        let mut all: Vec<PlotId> = told.map(|target| target.id).collect();
        // The schemas around decide what these lead to: every one of that name, and every resource.
        if let Some((_, name)) = spot.text("$dynamicRef").and_then(|it| it.split_once('#')) {
            let named = self.anchors.iter().filter(|((_, known), _)| known == name);
            all.extend(named.map(|(_, id)| *id));
        }
        if spot.text("$recursiveRef").is_some() {
            all.extend(self.resources.values());
        }
        all.sort_unstable();
        all.dedup();
        all.into_iter().filter_map(|id| self.spot(id))
    }
}

struct Ways {
    most: usize,
    /// By schema and value; none while it is being found out.
    known: HashMap<(PlotId, *const Value), Option<usize>>,
}

impl Ways {
    /// `None` when they are too many, or come back to where they were.
    fn of(&mut self, spot: Spot<'_>, value: &Value, depth: usize) -> Option<usize> {
        let place = (spot.id, std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        if depth > DEEPEST || self.known.len() > self.most {
            return None;
        }
        self.known.insert(place, None);
        let mut ways = 1;
        for target in spot.atlas.targets(spot) {
            ways += self.of(target, value, depth + 1)?;
        }
        for keyword in spot.names() {
            ways += self.behind(spot, keyword, value, depth + 1)?;
        }
        let ways = (ways <= self.most).then_some(ways);
        self.known.insert(place, ways);
        ways
    }

    /// Of what stands behind a keyword.
    fn behind(
        &mut self,
        spot: Spot<'_>,
        keyword: &str,
        value: &Value,
        depth: usize,
    ) -> Option<usize> {
        let Some(child) = spot.child(keyword) else {
            return Some(0);
        };
        let group: Vec<_> = spot.children(keyword).collect();
        let (mut items, mut members) = (Vec::new(), Vec::new());
        match value {
            Value::Array(all) => items.extend(all),
            Value::Object(all) => members.extend(all.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        match keyword {
            "$defs" | "definitions" => Some(0),
            "properties" => {
                let members = child.names().iter().map(|name| value.get(name));
                let pairs = group.into_iter().zip(members);
                self.sum(
                    pairs.filter_map(|(schema, member)| Some((schema, member?))),
                    depth,
                )
            }
            "prefixItems" => self.sum(group.into_iter().zip(items), depth),
            "items" if child.is_list() => self.sum(group.into_iter().zip(items), depth),
            "items" | "additionalItems" | "unevaluatedItems" | "contains" => {
                self.sum(items.into_iter().map(|item| (child, item)), depth)
            }
            "additionalProperties" | "unevaluatedProperties" => {
                self.sum(members.into_iter().map(|member| (child, member)), depth)
            }
            "patternProperties" => {
                let each = |member| group.iter().map(move |schema| (*schema, member));
                self.sum(members.into_iter().flat_map(each), depth)
            }
            "propertyNames" => {
                let names = members.iter().map(|_| (child, &A_NAME));
                self.sum(names, depth)
            }
            "not" | "if" | "then" | "else" => self.of(child, value, depth),
            _ => self.sum(group.into_iter().map(|schema| (schema, value)), depth),
        }
    }

    fn sum<'a>(
        &mut self,
        mut pairs: impl Iterator<Item = (Spot<'a>, &'a Value)>,
        depth: usize,
    ) -> Option<usize> {
        pairs.try_fold(0_usize, |sum, (schema, value)| {
            let sum = sum + self.of(schema, value, depth)?;
            (sum <= self.most).then_some(sum)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use serde_json::json;

    /// Levels of a payload up to which a bundle asks at most 1,000 times.
    fn levels(bundle: &Value, dialect: Dialect) -> usize {
        let atlas = Atlas::new(bundle, dialect);
        let (mut value, mut levels) = (json!(1), 0);
        while levels < 90 && atlas.asks_at_most(1_000, &value) {
            value = json!({"a": value});
            levels += 1;
        }
        levels
    }

    #[test]
    fn ways_double_where_a_schema_holds_itself_twice_for_the_same_value() {
        let itself = json!({"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}});
        let base = json!({"$ref": "#/$defs/base", "$defs": {
            "base": {"properties": {"a": {"$ref": "#/$defs/more"}}},
            "more": {"allOf": [{"$ref": "#/$defs/base"}], "properties": {"a": {"$ref": "#/$defs/more"}}},
        }});
        for (bundle, least, most) in [
            (&itself, 90, 90),
            (&json!({"anyOf": [itself, {"type": "string"}]}), 90, 90),
            (&json!({"oneOf": [itself, itself]}), 6, 9),
            (
                &json!({"allOf": [{"oneOf": [itself, itself]}, itself]}),
                3,
                6,
            ),
            (&base, 6, 9),
            (
                &json!({"additionalProperties": {"$ref": "#"}, "patternProperties": {"a": {"$ref": "#"}}}),
                6,
                9,
            ),
            (
                &json!({"$dynamicAnchor": "n", "oneOf": [
                {"properties": {"a": {"$dynamicRef": "#n"}}}, {"properties": {"a": {"$dynamicRef": "#n"}}}]}),
                6,
                9,
            ),
            (
                &json!({"propertyNames": {"allOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]}, "$defs": {"n": {"allOf": [{"$ref": "#/$defs/o"}, {"$ref": "#/$defs/o"}]}, "o": true}}),
                90,
                90,
            ),
            (&json!({"$ref": "#"}), 0, 0),
        ] {
            let levels = levels(bundle, Dialect::TwentyTwenty);
            assert!((least..=most).contains(&levels), "{levels} of {bundle}");
        }
        let older = json!({"allOf": [{"properties": {"a": {"$recursiveRef": "#"}}}, {"properties": {"a": {"$recursiveRef": "#"}}}]});
        assert!(levels(&older, Dialect::TwentyNineteen) < 10);
    }
}
