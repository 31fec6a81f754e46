//! Turns bytes of ours into typed values, or into a finding with its place.

use crate::catalogue::Source;
use crate::model::{Finding, Place};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use wire::json::{Document, Limits};

/// A TOML file of ours as `T`; unknown keys are refused.
pub(super) fn toml<T: DeserializeOwned>(source: &Source, rule: &str) -> Result<T, Box<Finding>> {
    let Some(text) = source.text() else {
        return Err(malformed(
            rule,
            Place::start(&source.path),
            "is not UTF-8 text",
        ));
    };
    toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(
            || Place::start(&source.path),
            |span| source.place(span.start),
        );
        let first = error.message().lines().next().unwrap_or("is not TOML");
        malformed(rule, place, &format!("cannot be read: {first}"))
    })
}

/// A JSON file of ours, with its places.
pub(super) fn json(source: &Source, rule: &str) -> Result<Arc<Document>, Box<Finding>> {
    Document::parse(&source.bytes, &Limits::default())
        .map(Arc::new)
        .map_err(|fault| {
            let place = Place::at(&source.path, fault.position);
            malformed(rule, place, &format!("cannot be read: {fault}"))
        })
}

pub(super) fn malformed(rule: &str, place: Place, what: &str) -> Box<Finding> {
    let message = format!("`{}` {what}", place.file);
    Box::new(
        Finding::new(rule, place.file.clone(), place)
            .kind("malformed")
            .message(message)
            .remedy("mend the file; every other file was read all the same"),
    )
}
