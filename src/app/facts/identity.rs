//! By what a member is recognised in the payloads of a version: the meanings of what its entry lists.

use super::count;
use crate::catalogue::{Entry, Meanings};
use crate::policy::input::{IdentityFacts, UNKNOWN};
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::pointer_segments;
use wire::transform::Path;

/// How the operations that ask who a member is end, whoever publishes them.
const MATCH: &str = "member-match";

/// `bundle` is the version as one document, where it can be made.
pub(super) fn of(entry: &Entry, bundle: Option<&Value>) -> IdentityFacts {
    let meanings = bundle.map(Meanings::of);
    let listed = &entry.file.identity;
    let tags: BTreeSet<String> = listed
        .iter()
        .flat_map(|pointer| tags(meanings.as_ref(), pointer))
        .collect();
    let operation = entry.file.operation.as_ref();
    IdentityFacts {
        matching: operation.is_some_and(|operation| operation.name.ends_with(MATCH)),
        pointer: "/identity".to_owned(),
        listed: count(listed.len()),
        tags: tags.into_iter().collect(),
    }
}

/// What the place means that an identity pointer leads to; the word for what is not known where nothing says so.
fn tags(meanings: Option<&Meanings<'_>>, pointer: &str) -> BTreeSet<String> {
    let meaning = path(pointer).and_then(|path| meanings?.at(&path));
    let tags = meaning.map(|meaning| meaning.tags).unwrap_or_default();
    match tags.is_empty() {
        true => BTreeSet::from([UNKNOWN.to_owned()]),
        false => tags,
    }
}

/// An identity pointer as a path: a step into a list means each of its items anyway.
fn path(pointer: &str) -> Option<Path> {
    let steps = pointer_segments(pointer)?;
    let names: Vec<&str> = steps
        .iter()
        .map(AsRef::as_ref)
        .filter(|step| *step != "*")
        .collect();
    names.join(".").parse().ok()
}
