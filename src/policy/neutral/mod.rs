//! A document in which nothing is wrong: what a fixture leaves out is taken from here.
//! Refuses to know any rule; a rule that fires on it is wrong, or it is.

mod agreed;
mod operation;

use super::input::{
    Case, ConsentFacts, ExampleFacts, FieldFacts, FileFacts, FolderShape, IdentityFacts, Input,
    MapFacts, SchemaFacts, SemanticsFacts, SemanticsState, TransformFacts, UNKNOWN, VERSION,
};
use crate::catalogue::{PhiClass, Status};
use crate::model::{Direction, Stage};
use serde_json::{Map, Value, json};
use wire::transform::Via;

/// A document in which nothing is wrong that holds the facts of `partial`, each item completed; without parameters.
#[must_use]
pub fn neutral(partial: &Map<String, Value>) -> Value {
    complete(partial, Map::new())
}

/// The document that holds the facts of `partial` and these parameters, and is neutral in all others.
///
/// A collection that `partial` leaves out is empty; an item that it holds is completed member by member.
#[must_use]
pub fn complete(partial: &Map<String, Value>, params: Map<String, Value>) -> Value {
    let mut over = partial.clone();
    let template = template().to_value();
    let members = template.as_object().into_iter().flatten();
    for (collection, _) in members.filter(|(_, member)| member.is_array()) {
        over.entry(collection).or_insert_with(|| json!([]));
    }
    over.insert("params".to_owned(), Value::Object(params));
    merged(&template, &Value::Object(over))
}

/// `over` laid over `template`; each item of a list is laid over the template's first.
fn merged(template: &Value, over: &Value) -> Value {
    match (template, over) {
        (Value::Object(template), Value::Object(over)) => {
            let mut merged = template.clone();
            for (key, value) in over {
                let member = template
                    .get(key)
                    .map_or_else(|| value.clone(), |t| self::merged(t, value));
                merged.insert(key.clone(), member);
            }
            Value::Object(merged)
        }
        (Value::Array(template), Value::Array(over)) => {
            let item = |value| {
                template
                    .first()
                    .map_or_else(|| Value::clone(value), |t| merged(t, value))
            };
            Value::Array(over.iter().map(item).collect())
        }
        _ => over.clone(),
    }
}

/// One item of every kind, each as it should be.
fn template() -> Input {
    Input {
        input_version: VERSION.to_owned(),
        as_of: "2026-01-01".to_owned(),
        stage: Stage::Local,
        params: Map::new(),
        schemas: vec![schema()],
        fields: vec![field()],
        operations: vec![operation::operation()],
        transforms: vec![transform()],
        changes: vec![agreed::change()],
        deprecations: vec![agreed::deprecation()],
        contracts: vec![agreed::contract()],
        replays: vec![agreed::replay()],
        partners: vec![agreed::partner()],
        slas: vec![agreed::sla()],
        alerts: vec![agreed::alert()],
        runbooks: vec![agreed::runbook()],
        areas: vec![agreed::area()],
        processes: vec![agreed::process()],
        externals: vec![agreed::external()],
        responses: vec![agreed::response()],
        reviews: vec![agreed::review()],
    }
}

fn schema() -> SchemaFacts {
    SchemaFacts {
        id: "some-entry@1.0.0".to_owned(),
        entry: "some-entry".to_owned(),
        entry_case: Case::Kebab,
        version: "1.0.0".to_owned(),
        folder: "1.0.0".to_owned(),
        folder_shape: FolderShape::Number,
        direction: Direction::Shared,
        status: Status::Released,
        guide: "some guide".to_owned(),
        owner: "some-team".to_owned(),
        reviewers: vec!["some-reviewers".to_owned()],
        escalation: "on-call@some.example".to_owned(),
        phi_max: PhiClass::P0,
        phi: vec![PhiClass::P0.word().to_owned()],
        operational: false,
        identity: IdentityFacts {
            matching: false,
            pointer: "/identity".to_owned(),
            listed: 0,
            tags: Vec::new(),
        },
        financial: Vec::new(),
        consent: ConsentFacts {
            bearing: false,
            missing: Vec::new(),
            anchor: String::new(),
        },
        examples: ExampleFacts {
            accepted: 2,
            rejected: 2,
        },
        files: vec![FileFacts {
            path: "schemas/some-entry/1.0.0/schema.json".to_owned(),
            name: "schema".to_owned(),
            case: Case::Flat,
        }],
    }
}

fn field() -> FieldFacts {
    FieldFacts {
        schema: "some-entry@1.0.0".to_owned(),
        entry: "some-entry".to_owned(),
        pointer: "/properties/status".to_owned(),
        name: "status".to_owned(),
        words: vec!["status".to_owned()],
        case: Case::Flat,
        semantics: SemanticsFacts {
            state: SemanticsState::SaysMore,
            adds: 99,
            tag: "some.tag".to_owned(),
        },
        phi: PhiClass::P0.word().to_owned(),
        since: "1.0.0".to_owned(),
        source: UNKNOWN.to_owned(),
        required: true,
        bounded: true,
        operational: false,
    }
}

fn transform() -> TransformFacts {
    TransformFacts {
        file: "schemas/some-entry/transforms/1.0.0-to-2.0.0.toml".to_owned(),
        from: "some-entry@1.0.0".to_owned(),
        to: "some-entry@2.0.0".to_owned(),
        maps: vec![MapFacts {
            pointer: "/map/0".to_owned(),
            via: Via::Rename,
            from_pointer: "/properties/status".to_owned(),
            to_pointer: "/properties/state".to_owned(),
            from_tag: "some.tag".to_owned(),
            to_tag: "some.tag".to_owned(),
            invents: false,
        }],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::policy::input::fault;

    #[test]
    fn a_completed_document_fits_the_schema_of_the_input() {
        let partial = json!({
            "schemas": [{"id": "a@1.0.0", "consent": {"missing": ["status"]}}],
            "fields": [{}, {"name": "x"}]
        });
        let document = complete(partial.as_object().unwrap(), Map::new());
        assert_eq!(fault(&document), None);
        assert_eq!(document["schemas"][0]["consent"]["bearing"], json!(false));
        assert_eq!(document["fields"][1]["name"], json!("x"));
        assert_eq!(document["operations"], json!([]));
    }

    #[test]
    fn a_document_that_lacks_a_fact_does_not_fit() {
        assert!(fault(&json!({})).is_some());
        let whole = template().to_value();
        assert_eq!(fault(&whole), None);
        for path in super::super::path::leaves(&whole) {
            let (lacking, removed) = super::super::path::without(&whole, &path);
            assert!(removed && fault(&lacking).is_some(), "{path}");
        }
    }
}
