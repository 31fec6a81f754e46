//! Whether the schema of a refusal binds its codes and leaves no room for a text: asked of the schema itself.
//! Refuses to read what a schema says of itself: a code is bound when a payload with another word is rejected.

use crate::catalogue::{Catalogue, SchemaVersion};
use crate::policy::input::{ErrorFacts, FieldFacts};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::outcome::Code;
use wire::payload::Schema;

/// Resource that refuses.
const OUTCOME: [&str; 1] = ["OperationOutcome"];
/// Where FHIR lets a refusal say anything at all: the holder below the resource, and the member.
const TEXTS: [(&str, &str); 3] = [
    ("", "text"),
    ("/issue/0", "diagnostics"),
    ("/issue/0/details", "text"),
];
/// A word that is none of our codes.
const NO_CODE: &str = "no-such-code-of-ours";
/// Where the first issue of a refusal names its code.
const CODING: &str = "/issue/0/details/coding/0/code";

/// One item for each version of the error entry that partners may use.
pub(super) fn of(catalogue: &Catalogue, errors: &str, fields: &[FieldFacts]) -> Vec<ErrorFacts> {
    let entry = catalogue.entry(errors).into_iter();
    entry
        .flat_map(|entry| entry.served())
        .map(|version| facts(catalogue, version, fields))
        .collect()
}

fn facts(catalogue: &Catalogue, version: &SchemaVersion, fields: &[FieldFacts]) -> ErrorFacts {
    let id = version.id.to_string();
    let bundle = catalogue.bundle(&version.id).ok();
    let schema = bundle.and_then(|bundle| Schema::compile(&bundle.value).ok());
    let examples = version.accepted.iter();
    let mut refusals = examples.filter_map(|example| {
        let payload = example.document.value();
        let at = super::resource(payload, &OUTCOME)?;
        let schema = schema.as_ref()?;
        schema.accepts(payload).then_some((schema, payload, at))
    });
    let refusal =
        refusals.find(|(_, payload, at)| payload.pointer(&format!("{at}{CODING}")).is_some());
    let mut texts: BTreeSet<String> = fields
        .iter()
        .filter(|field| field.schema == id && !field.bounded)
        .map(|field| field.pointer.clone())
        .collect();
    let mut codes = 0;
    let mut bound = false;
    if let Some((schema, payload, at)) = refusal {
        let word = |word: &str| {
            let place = format!("{at}{CODING}");
            set(payload, &place, json!(word)).is_some_and(|other| schema.accepts(&other))
        };
        codes = super::count(Code::ALL.iter().filter(|code| word(code.word())).count());
        let details = format!("{at}/issue/0/details");
        let without = without(payload, &details).is_some_and(|other| schema.accepts(&other));
        bound = codes > 0 && !word(NO_CODE) && !without;
        if open(schema, payload, &at) {
            texts.insert(String::new());
        }
    }
    ErrorFacts {
        schema: id,
        anchor: anchor(version.schema.value()),
        bound,
        codes,
        free_text: texts.into_iter().collect(),
    }
}

/// Whether the schema takes a text in one of the places that FHIR has for it, without an end to what it may say.
fn open(schema: &Schema, payload: &Value, at: &str) -> bool {
    TEXTS.iter().any(|(holder, member)| {
        let mut richer = payload.clone();
        let Some(holder) = richer.pointer_mut(&format!("{at}{holder}")) else {
            return false;
        };
        let Some(members) = holder.as_object_mut() else {
            return false;
        };
        let text = match *member == "text" && members.contains_key("resourceType") {
            true => json!({ "status": "additional", "div": NO_CODE }),
            false => json!(NO_CODE),
        };
        members.insert((*member).to_owned(), text);
        schema.accepts(&richer)
    })
}

fn set(payload: &Value, pointer: &str, value: Value) -> Option<Value> {
    let mut other = payload.clone();
    *other.pointer_mut(pointer)? = value;
    Some(other)
}

fn without(payload: &Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut other = payload.clone();
    other
        .pointer_mut(parent)?
        .as_object_mut()?
        .shift_remove(name)?;
    Some(other)
}

/// What describes the codes, or the whole schema where nothing does.
fn anchor(schema: &Value) -> String {
    const PLACE: &str = "/properties/issue/items/properties/details";
    let declared = schema.pointer(PLACE).is_some();
    if declared { PLACE } else { "" }.to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::tests::shipped;
    use super::*;
    use std::sync::Arc;
    use wire::json::{Document, Limits};

    /// The facts about refusals when their schema is another one.
    fn after(change: impl FnOnce(&mut Value)) -> ErrorFacts {
        let mut catalogue = shipped().catalogue;
        let entry = catalogue.entries.get_mut("p2p-operation-outcome").unwrap();
        let version = entry.versions.values_mut().next_back().unwrap();
        let mut schema = version.schema.value().clone();
        change(&mut schema);
        let text = schema.to_string();
        version.schema = Arc::new(Document::parse(text.as_bytes(), &Limits::FILE).unwrap());
        of(&catalogue, "p2p-operation-outcome", &[]).remove(0)
    }

    #[test]
    fn every_code_of_ours_is_bound_and_no_text_fits() {
        let facts = after(|_| {});
        assert!(facts.bound && facts.free_text.is_empty());
        assert_eq!(facts.codes, super::super::count(Code::ALL.len()));
    }

    #[test]
    fn a_refusal_that_takes_any_word_or_none_is_not_bound() {
        const DETAILS: &str = "/properties/issue/items/properties/details";
        let any = after(|schema| {
            let code = format!("{DETAILS}/properties/coding/items/oneOf/0/properties/code");
            schema
                .pointer_mut(&code)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .shift_remove("enum");
        });
        assert!(!any.bound);
        let none = after(|schema| {
            let required = schema
                .pointer_mut("/properties/issue/items/required")
                .unwrap();
            required
                .as_array_mut()
                .unwrap()
                .retain(|name| name != "details");
        });
        assert!(!none.bound);
    }

    #[test]
    fn a_refusal_that_may_carry_a_text_says_where() {
        let facts = after(|schema| {
            let issue = schema.pointer_mut("/properties/issue/items").unwrap();
            issue["properties"]["diagnostics"] = json!({ "type": "string" });
        });
        assert_eq!(facts.free_text, [""]);
    }
}
