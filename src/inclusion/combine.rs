//! Puts several respelt schemas into one document: all of them must hold, or one of them is edited.
//! Refuses to read anything but respelt schemas.

use super::dialect::{Dialect, subschemas};
use super::flat::Flat;
use super::pointer;
use serde_json::{Map, Value, json};

/// A document that accepts what all of `documents` (respelt) accept.
pub(crate) fn all_of(documents: &[&Value]) -> Value {
    let mut definitions = Map::new();
    let mut branches = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        let prefix = format!("s{number}.");
        let root = import(document, &prefix, &mut definitions);
        let name = format!("s{number}");
        branches.push(json!({"$ref": format!("#/$defs/{name}")}));
        definitions.insert(name, root);
    }
    json!({"allOf": branches, "$defs": definitions})
}

/// One change of a respelt document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    /// Pointer of the schema that changes.
    pub(crate) at: String,
    pub(crate) what: What,
}

/// What becomes of the schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// These keywords get these values; `None` takes the keyword away.
    Keywords(Vec<(String, Option<Value>)>),
    /// Another schema stands in its place.
    Whole(Value),
    /// A copy of the definition at this pointer stands in its place, so that a change there stays there.
    Unfold(String),
}

/// How the definitions of the other document are called in an edited one.
const OTHER: &str = "other.";

/// `base` with `edits` applied; what they bring in may refer to the definitions of `base` and of `other`.
pub(crate) fn edited(base: &Flat, edits: &[Edit], other: &Flat) -> Value {
    let own = definitions(&base.document);
    // A definition of both documents stays as `base` has it: what changed behind it is an edit of its own.
    let foreign = |name: &str| !own.contains_key(name) || name.contains('-');
    let mut document = base.document.clone();
    for edit in edits {
        let Some(schema) = document.pointer_mut(&edit.at) else {
            continue;
        };
        match &edit.what {
            What::Unfold(definition) => {
                let copy = base.document.pointer(definition).cloned();
                *schema = copy.unwrap_or(Value::Bool(true));
            }
            What::Whole(value) => *schema = renamed(value, OTHER, &foreign),
            What::Keywords(keywords) => set(schema, keywords, &foreign),
        }
    }
    if let Value::Bool(always) = document {
        document = if always {
            json!({})
        } else {
            json!({"not": {}})
        };
    }
    let brought = definitions(&other.document).into_iter();
    let brought = brought.map(|(name, definition)| {
        (
            format!("{OTHER}{name}"),
            renamed(&definition, OTHER, &|_| true),
        )
    });
    let all: Map<String, Value> = own.clone().into_iter().chain(brought).collect();
    if let (Value::Object(members), false) = (&mut document, all.is_empty()) {
        // An edit of the root may have taken them away, an edit of a definition must be kept.
        let kept = members.shift_remove("$defs");
        let kept = kept.as_ref().and_then(Value::as_object).cloned();
        let all = all.into_iter().chain(kept.unwrap_or_default()).collect();
        members.insert("$defs".to_owned(), Value::Object(all));
    }
    document
}

fn definitions(document: &Value) -> Map<String, Value> {
    let definitions = document.get("$defs").and_then(Value::as_object);
    definitions.cloned().unwrap_or_default()
}

fn set(schema: &mut Value, keywords: &[(String, Option<Value>)], foreign: &dyn Fn(&str) -> bool) {
    if !schema.is_object() {
        *schema = match schema {
            Value::Bool(false) => json!({"not": {}}),
            _ => json!({}),
        };
    }
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    for (keyword, value) in keywords {
        match value {
            Some(value) => {
                let alone = json!({keyword: value});
                let value = renamed(&alone, OTHER, foreign).get(keyword).cloned();
                members.insert(keyword.clone(), value.unwrap_or(Value::Null));
            }
            None => {
                members.shift_remove(keyword);
            }
        }
    }
}

fn import(document: &Value, prefix: &str, definitions: &mut Map<String, Value>) -> Value {
    let mut root = renamed(document, prefix, &|_| true);
    if let Some(members) = root.as_object_mut()
        && let Some(Value::Object(own)) = members.shift_remove("$defs")
    {
        for (name, definition) in own {
            definitions.insert(format!("{prefix}{name}"), definition);
        }
    }
    root
}

/// `schema` with every reference to a definition that `asked` holds for named with `prefix`.
fn renamed(schema: &Value, prefix: &str, asked: &dyn Fn(&str) -> bool) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let mut changed = schema.clone();
    for (steps, below) in subschemas(Dialect::Draft2020, members) {
        let at = pointer::steps("", steps.iter().map(String::as_str));
        if let Some(slot) = changed.pointer_mut(&at) {
            *slot = renamed(below, prefix, asked);
        }
    }
    if let Some(Value::String(reference)) = changed.get_mut("$ref")
        && let Some(name) = reference.strip_prefix("#/$defs/")
        && asked(name)
    {
        *reference = format!("#/$defs/{prefix}{name}");
    }
    changed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{Schema, Stop};

    fn ready(document: &Value) -> Schema {
        Schema::read(
            document,
            crate::inclusion::Reading::default(),
            &Stop::default(),
        )
        .unwrap()
    }

    #[test]
    fn a_combination_accepts_what_all_accept() {
        let a = ready(&json!({"properties": {"a": {"$ref": "#"}}, "type": ["object", "null"]}));
        let b = ready(&json!({"$ref": "#/$defs/x", "$defs": {"x": {"maxProperties": 1}}}));
        let both = ready(&all_of(&[&a.flat().document, &b.flat().document]));
        assert!(both.accepts(&json!({"a": {"a": null}})));
        assert!(!both.accepts(&json!({"a": 1})));
        assert!(!both.accepts(&json!({"a": null, "b": 1})));
    }

    #[test]
    fn an_edit_may_bring_a_reference_along() {
        let old = ready(&json!({"properties": {"a": {"type": "string"}}}));
        let new = ready(
            &json!({"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"const": {"$ref": "kept"}}}}),
        );
        let a = new
            .flat()
            .document
            .pointer("/properties/a")
            .unwrap()
            .clone();
        let edit = Edit {
            at: "/properties/a".into(),
            what: What::Whole(a),
        };
        let changed = ready(&edited(old.flat(), &[edit], new.flat()));
        assert!(changed.accepts(&json!({"a": {"$ref": "kept"}})));
        assert!(!changed.accepts(&json!({"a": "x"})));
    }

    #[test]
    fn what_an_edit_keeps_of_a_cycle_still_leads_there() {
        let schema =
            |branches: Value| json!({"$ref": "#/$defs/e", "$defs": {"e": {"anyOf": branches}}});
        let next = json!({"type": "array", "items": {"$ref": "#/$defs/e"}});
        let old = ready(&schema(json!([{"type": "null"}, next])));
        let new = ready(&schema(json!([{"type": "null"}, next, {"const": 1}])));
        let at = old.flat().document.pointer("/$ref").unwrap();
        let at = at.as_str().unwrap().trim_start_matches('#').to_owned();
        let mut branches = old
            .flat()
            .document
            .pointer(&format!("{at}/anyOf"))
            .unwrap()
            .clone();
        branches.as_array_mut().unwrap().push(json!({"const": 1}));
        let what = What::Keywords(vec![("anyOf".to_owned(), Some(branches))]);
        let changed = ready(&edited(old.flat(), &[Edit { at, what }], new.flat()));
        assert!(changed.accepts(&json!([[1], null])));
        assert!(!changed.accepts(&json!([2])));
    }

    #[test]
    fn the_root_may_be_unfolded() {
        let old = ready(
            &json!({"$ref": "#/$defs/l", "$defs": {"l": {"items": {"$ref": "#/$defs/l"}, "maxItems": 1}}}),
        );
        let definition = old.flat().document.pointer("/$ref").unwrap();
        let definition = definition
            .as_str()
            .unwrap()
            .trim_start_matches('#')
            .to_owned();
        let edits = [
            Edit {
                at: String::new(),
                what: What::Unfold(definition),
            },
            Edit {
                at: String::new(),
                what: What::Keywords(vec![("maxItems".to_owned(), None)]),
            },
        ];
        let changed = ready(&edited(old.flat(), &edits, old.flat()));
        assert!(changed.accepts(&json!([0, [0]])));
        assert!(!changed.accepts(&json!([[0, 0]])));
    }
}
