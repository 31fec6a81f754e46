//! The dynamic scope of a schema: which resource on the way to it was the first to define each dynamic anchor.
//! Refuses to remember the rest of the way.

use std::collections::BTreeMap;

/// Name of every dynamic anchor that stands in several resources, with the pointer that it leads to here.
///
/// The recursive anchor of 2019-09 is one without a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope(BTreeMap<String, String>);

impl Scope {
    /// Where the dynamic anchor `name` leads here; `None` where no resource on the way defines it.
    pub(super) fn leads(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The scope inside a resource that defines `anchors`: whoever came first on the way stays.
    pub(super) fn inside(&self, anchors: &BTreeMap<String, String>) -> Self {
        let mut scope = self.clone();
        for (name, at) in anchors {
            let known = scope.0.contains_key(name);
            if !known {
                scope.0.insert(name.clone(), at.clone());
            }
        }
        scope
    }
}

/// A schema of the document in one of the dynamic scopes that reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) at: String,
    pub(super) scope: Scope,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::inclusion::evaluate::Judgement;
    use crate::inclusion::{Dialect, Formats, Reading, Schema, Stop, Why};
    use serde_json::{Value, json};

    fn read(schema: &Value, dialect: Dialect) -> Result<Schema, Why> {
        let reading = Reading {
            dialect: Some(dialect),
            formats: Formats::Annotation,
        };
        Schema::read(schema, reading, &Stop::default())
    }

    /// Both validators must say this of each value.
    fn agree(schema: &Schema, accepted: &[Value], rejected: &[Value]) {
        for (values, wanted) in [(accepted, true), (rejected, false)] {
            for value in values {
                let judged = schema.program().root().judge(value);
                assert_eq!(judged == Judgement::Accepts, wanted, "{value}");
                assert_eq!(schema.accepts(value), wanted, "{value}");
            }
        }
    }

    /// A list whose kind of item the resource around it decides.
    fn lists() -> Value {
        json!({
            "$id": "https://h.example/root",
            "properties": {"texts": {"$ref": "texts"}, "counts": {"$ref": "counts"}, "any": {"$ref": "list"}},
            "$defs": {
                "texts": {"$id": "texts", "$ref": "list", "$defs": {"i": {"$dynamicAnchor": "item", "type": "string"}}},
                "counts": {"$id": "counts", "$ref": "list", "$defs": {"i": {"$dynamicAnchor": "item", "type": "integer"}}},
                "list": {"$id": "list", "items": {"$dynamicRef": "#item"}, "$defs": {"i": {"$dynamicAnchor": "item"}}}
            }
        })
    }

    #[test]
    fn a_dynamic_reference_leads_where_the_way_says() {
        let schema = read(&lists(), Dialect::Draft2020).unwrap();
        agree(
            &schema,
            &[json!({"texts": ["a"], "counts": [1], "any": ["a", 1]})],
            &[json!({"texts": [1]}), json!({"counts": ["a"]})],
        );
    }

    #[test]
    fn every_clone_knows_where_it_was_written() {
        let schema = read(&lists(), Dialect::Draft2020).unwrap();
        let flat = schema.flat();
        let lists = flat.origins.iter().filter(|(_, at)| *at == "/$defs/list");
        assert_eq!(lists.count(), 3);
        let rejecting = schema.blame(&json!({"texts": [1]})).unwrap();
        assert_eq!(flat.origin(&rejecting.0), "/$defs/texts/$defs/i");
    }

    #[test]
    fn a_recursive_reference_leads_to_the_outermost_resource_that_allows_it() {
        let tree = |is_open: bool| {
            json!({
                "$id": "https://h.example/strict", "$recursiveAnchor": is_open,
                "$ref": "tree", "unevaluatedProperties": false,
                "$defs": {"tree": {"$id": "tree", "$recursiveAnchor": true,
                    "properties": {"next": {"$recursiveRef": "#"}}}}
            })
        };
        let strict = read(&tree(true), Dialect::Draft2019).unwrap();
        agree(
            &strict,
            &[json!({"next": {"next": {}}})],
            &[json!({"next": {"other": 1}}), json!({"other": 1})],
        );
        let plain = read(&tree(false), Dialect::Draft2019).unwrap();
        agree(
            &plain,
            &[json!({"next": {"other": 1}})],
            &[json!({"other": 1})],
        );
    }

    #[test]
    fn a_plain_reference_to_a_dynamic_anchor_does_not_ask_for_the_way() {
        let mut schema = lists();
        *schema.pointer_mut("/$defs/list/items").unwrap() = json!({"$ref": "#item"});
        let schema = read(&schema, Dialect::Draft2020).unwrap();
        let value = json!({"texts": [1]});
        assert_eq!(schema.program().root().judge(&value), Judgement::Accepts);
    }

    #[test]
    fn too_many_ways_are_refused() {
        let resource = |number: usize| {
            let own = json!({"$dynamicAnchor": "item", "const": number});
            let id = format!("r{number}");
            (
                id.clone(),
                json!({"$id": id, "$ref": "list", "$defs": {"i": own}}),
            )
        };
        let schema = |count: usize| {
            let mut schema = lists();
            let branches: Vec<Value> = (0..count)
                .map(|n| json!({"$ref": format!("r{n}")}))
                .collect();
            let members = schema.as_object_mut().unwrap();
            members.insert("anyOf".to_owned(), Value::Array(branches));
            let definitions = schema
                .pointer_mut("/$defs")
                .unwrap()
                .as_object_mut()
                .unwrap();
            definitions.extend((0..count).map(resource));
            schema
        };
        assert!(read(&schema(60), Dialect::Draft2020).is_ok());
        let refused = read(&schema(70), Dialect::Draft2020).unwrap_err();
        assert_eq!(refused.to_string(), "cases (more than 64)");
    }
}
