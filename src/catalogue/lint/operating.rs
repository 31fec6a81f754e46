//! Whether promises and alerts are what our own catalogue says they are, and whether operating files are named after what
//! they hold.

use crate::catalogue::{Catalogue, OperatingDocument, SchemaVersion, Workspace};
use crate::model::{Finding, Place};
use serde_json::Value;
use wire::payload::Schema;

const ID: &str = "catalogue/operating-invalid";

/// Everything that is wrong with operating documents, beside what policies ask of them.
pub(super) fn operating(head: &Workspace) -> Vec<Finding> {
    let all = &head.operating;
    let mut findings = Vec::new();
    for (entry, documents) in [("sla-document", &all.slas), ("alert-rule", &all.alerts)] {
        findings.extend(judged(&head.catalogue, entry, documents));
        let named = documents.iter().filter_map(|one| {
            let id = one.document.value().get("id").and_then(Value::as_str);
            other_name(&one.source.path, id?)
        });
        findings.extend(named);
    }
    let runbooks = all.runbooks.iter();
    findings.extend(runbooks.filter_map(|one| other_name(&one.source.path, &one.head.id)));
    let reviews = all.reviews.iter();
    findings.extend(reviews.filter_map(|one| {
        let day = one.file.date.to_string();
        other_name(&one.source.path, &day)
    }));
    findings
}

fn judged(catalogue: &Catalogue, entry: &str, documents: &[OperatingDocument]) -> Vec<Finding> {
    if documents.is_empty() {
        return Vec::new();
    }
    let versions = catalogue.entry(entry).into_iter();
    let newest = versions.flat_map(|entry| entry.served().next_back()).next();
    let Some((version, schema)) = newest.and_then(|version| compiled(catalogue, version)) else {
        let what = format!("nothing says what it must hold: the catalogue has no `{entry}` in use");
        let places = documents.iter().map(|one| Place::start(&one.source.path));
        return places
            .map(|place| invalid(place, "", "schema", what.clone()))
            .collect();
    };
    let mut findings = Vec::new();
    for one in documents {
        for problem in schema.problems(&one.document) {
            let place = Place::at(&one.source.path, one.document.nearest(&problem.pointer));
            let what = format!("it does not fit `{}`: {}", version.id, problem.message);
            findings.push(invalid(place, &problem.pointer, "shape", what));
        }
    }
    findings
}

fn compiled<'a>(
    catalogue: &Catalogue,
    version: &'a SchemaVersion,
) -> Option<(&'a SchemaVersion, Schema)> {
    let bundle = catalogue.bundle(&version.id).ok()?;
    Some((version, Schema::compile(&bundle.value).ok()?))
}

/// A file that is called otherwise than what it holds.
fn other_name(path: &str, id: &str) -> Option<Finding> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    (stem != id).then(|| {
        let what = "it calls itself otherwise than its file".to_owned();
        invalid(Place::start(path), "", "name", what)
    })
}

fn invalid(place: Place, pointer: &str, kind: &str, what: String) -> Finding {
    let path = place.file.clone();
    Finding::new(ID, path.clone(), place)
        .pointer(pointer)
        .kind(kind)
        .message(format!("`{path}` is no document that can be relied on: {what}"))
        .remedy("correct the document; `matchmark explain catalogue/operating-invalid` says where its form is written")
}
