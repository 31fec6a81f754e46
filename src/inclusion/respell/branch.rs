//! Demands that 2020-12 has no room for beside the others: they become branches of their own.
//! Refuses to know any keyword but references and `contains`.

use super::{Speller, Written};
use crate::inclusion::answer::{Code, Why};
use crate::inclusion::dialect::Dialect;
use crate::inclusion::pointer;
use crate::inclusion::scope::Target;
use serde_json::{Map, Value, json};

impl Speller<'_> {
    /// What the references beside each other lead to.
    pub(super) fn targets(
        &self,
        members: &Map<String, Value>,
        at: &str,
    ) -> Result<Vec<Target>, Why> {
        let index = self.spelling.index;
        let mut targets = Vec::new();
        for keyword in ["$ref", "$recursiveRef", "$dynamicRef"] {
            let known = match keyword {
                "$ref" => true,
                "$recursiveRef" => self.spelling.dialect == Dialect::Draft2019,
                _ => self.spelling.dialect == Dialect::Draft2020,
            };
            let Some(Value::String(reference)) = members.get(keyword).filter(|_| known) else {
                continue;
            };
            let target = match keyword {
                "$ref" => index.resolve(at, reference),
                _ => index.resolve_dynamic(at, reference, &self.scope),
            };
            let open = || Why::new(Code::Reference).at(pointer::step(at, keyword));
            let at = target.ok_or_else(open)?;
            let scope = index.scope(&self.scope, &at);
            targets.push(Target { at, scope });
        }
        Ok(targets)
    }

    /// Writes the references to `targets`: one as it is, the others as branches.
    pub(super) fn refer(
        &mut self,
        targets: Vec<Target>,
        written: &mut Written,
        (at, flat): (&str, &str),
    ) {
        for target in targets {
            let place = if written.contains_key("$ref") {
                self.branch(written, (at, flat), json!({"$ref": ""}))
            } else {
                written.insert("$ref".to_owned(), Value::String(String::new()));
                flat.to_owned()
            };
            let place = pointer::step(&place, "$ref");
            self.references.push((place, target));
        }
    }

    /// Adds a branch that must hold too, and gives its pointer.
    fn branch(&mut self, written: &mut Written, (at, flat): (&str, &str), schema: Value) -> String {
        let all = written.entry("allOf".to_owned());
        let all = all.or_insert_with(|| Value::Array(Vec::new()));
        let count = all.as_array().map_or(0, Vec::len);
        if let Value::Array(all) = all {
            all.push(schema);
        }
        let place = pointer::steps(flat, ["allOf", &count.to_string()]);
        self.origins.push((place.clone(), at.to_owned()));
        place
    }

    /// Puts `contains` behind two negations: the demand stays, what it has seen does not pass.
    pub(super) fn hide_contains(&mut self, written: &mut Written, (at, flat): (&str, &str)) {
        let Some(contains) = written.remove("contains") else {
            return;
        };
        let mut demand = Map::from_iter([("contains".to_owned(), contains)]);
        for count in ["maxContains", "minContains"] {
            demand.extend(written.remove(count).map(|value| (count.to_owned(), value)));
        }
        let hidden = json!({"not": {"not": demand}});
        let place = self.branch(written, (at, flat), hidden);
        let from = pointer::step(flat, "contains");
        let to = pointer::steps(&place, ["not", "not", "contains"]);
        let moved = |flat: &mut String| {
            let below = flat.strip_prefix(&from).filter(|below| is_below(below));
            if let Some(below) = below {
                *flat = format!("{to}{below}");
            }
        };
        self.references.iter_mut().for_each(|(flat, _)| moved(flat));
        self.origins.iter_mut().for_each(|(flat, _)| moved(flat));
    }
}

/// Whether the rest of a pointer leads down from where it was cut, or nowhere.
fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::inclusion::evaluate::Judgement;
    use crate::inclusion::{Dialect, Formats, Reading, Schema, Stop};
    use serde_json::{Value, json};

    fn read(schema: &Value, dialect: Dialect) -> Schema {
        let reading = Reading {
            dialect: Some(dialect),
            formats: Formats::Annotation,
        };
        Schema::read(schema, reading, &Stop::default()).unwrap()
    }

    fn judged(schema: &Schema, value: &Value) -> bool {
        schema.program().root().judge(value) == Judgement::Accepts
    }

    #[test]
    fn references_side_by_side_must_both_hold() {
        let schema = json!({
            "$ref": "#/$defs/a", "$dynamicRef": "#/$defs/b", "allOf": [{"maxLength": 3}],
            "$defs": {"a": {"type": "string"}, "b": {"minLength": 2}}
        });
        let schema = read(&schema, Dialect::Draft2020);
        for (value, wanted) in [("a", false), ("ab", true), ("abcd", false)] {
            assert_eq!(judged(&schema, &json!(value)), wanted);
            assert_eq!(schema.accepts(&json!(value)), wanted);
        }
        assert!(!judged(&schema, &json!(7)));
        assert_eq!(schema.flat().origin("/allOf/0"), "/allOf/0");
        assert_eq!(schema.flat().origin("/allOf/1"), "");
    }

    #[test]
    fn contains_marks_items_from_2020_on_only() {
        let schema = json!({
            "contains": {"$ref": "#/$defs/a"}, "maxContains": 2, "unevaluatedItems": false,
            "allOf": [{"contains": {"type": "null"}, "minContains": 0}],
            "$defs": {"a": {"type": "string"}}
        });
        let (old, new) = (
            read(&schema, Dialect::Draft2019),
            read(&schema, Dialect::Draft2020),
        );
        assert!(!judged(&old, &json!(["a"])) && judged(&new, &json!(["a"])));
        assert!(!judged(&old, &json!([])) && !judged(&new, &json!([])));
        assert!(judged(&new, &json!(["a", null, "b"])));
        let inside = "/allOf/1/not/not/contains";
        assert!(old.flat().document.pointer(inside).is_some());
        assert_eq!(old.flat().origin(inside), "/contains");
        let below = "/allOf/0/allOf/0/not/not/contains";
        assert_eq!(old.flat().origin(below), "/allOf/0/contains");
    }

    #[test]
    fn contains_stays_as_it_is_where_nobody_asks_what_it_has_seen() {
        let schema = read(&json!({"contains": {"type": "null"}}), Dialect::Draft2019);
        let wanted = json!({"contains": {"type": "null"}});
        assert_eq!(schema.flat().document, wanted);
    }
}
