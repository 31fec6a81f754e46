//! Whether a schema is one, and says of its own examples what their folder says.

use crate::catalogue::{Catalogue, Example, SchemaVersion};
use crate::model::{Finding, Place};
use wire::payload::Schema;

/// Fewest examples of each kind that a version needs.
const FEWEST: usize = 1;

pub(super) fn version(catalogue: &Catalogue, version: &SchemaVersion) -> Vec<Finding> {
    let Ok(bundle) = catalogue.bundle(&version.id) else {
        // Said by the lint of names.
        return Vec::new();
    };
    let schema = match Schema::compile(&bundle.value) {
        Ok(schema) => schema,
        Err(fault) => {
            let place = catalogue.place(&version.id, &fault.pointer);
            return vec![
                Finding::new("catalogue/schema-invalid", version.id.to_string(), place)
                    .pointer(fault.pointer)
                    .kind("invalid")
                    .message(format!(
                        "`{}` is no valid JSON Schema 2020-12: {}",
                        version.id, fault.reason
                    ))
                    .remedy("mend the schema; nothing could be judged by it"),
            ];
        }
    };
    let mut findings = few(version);
    let accepted = version.accepted.iter();
    findings.extend(accepted.filter_map(|example| rejected(&schema, version, example)));
    for example in &version.rejected {
        if schema.accepts(example.document.value()) {
            let place = Place::start(&example.path);
            let said = format!("a rejected example of `{}` is accepted", version.id);
            findings.push(
                contradiction("catalogue/example-accepted", version, example, place).message(said),
            );
        }
    }
    findings
}

/// An accepted example that the schema rejects, though no part of it may say why.
fn rejected(schema: &Schema, version: &SchemaVersion, example: &Example) -> Option<Finding> {
    let problem = schema.problems(&example.document).into_iter().next();
    if problem.is_none() && schema.accepts(example.document.value()) {
        return None;
    }
    let (place, pointer, why) = problem.map_or_else(
        || {
            let why = "the schema does not say why".to_owned();
            (Place::start(&example.path), String::new(), why)
        },
        |problem| {
            let place = Place::at(&example.path, problem.position);
            (place, problem.pointer, problem.message)
        },
    );
    let said = format!("an accepted example of `{}` is rejected: {why}", version.id);
    Some(
        contradiction("catalogue/example-rejected", version, example, place)
            .pointer(pointer)
            .message(said),
    )
}

fn contradiction(rule: &str, version: &SchemaVersion, example: &Example, place: Place) -> Finding {
    let name = example.path.rsplit('/').next().unwrap_or_default();
    Finding::new(rule, version.id.to_string(), place)
        .kind(name)
        .remedy("mend the example or the schema, whichever is wrong")
}

fn few(version: &SchemaVersion) -> Vec<Finding> {
    [
        ("accepted", &version.accepted),
        ("rejected", &version.rejected),
    ]
    .into_iter()
    .filter(|(_, examples)| examples.len() < FEWEST)
    .map(|(kind, _)| {
        Finding::new(
            "catalogue/examples-missing",
            version.id.to_string(),
            Place::start(&version.path),
        )
        .kind(kind)
        .message(format!("`{}` has no {kind} example", version.id))
        .remedy(format!(
            "add one to schemas/{}/{}/{kind}",
            version.id.entry, version.id.version
        ))
    })
    .collect()
}
