//! Digests over many files at once: rules, recorded payloads, states, schemas with everything they refer to.
//! Refuses to know what the files say.

use crate::catalogue::{Catalogue, SchemaVersion};
use crate::contract::VOCABULARY;
use crate::evidence::of_value;
use crate::model::digest;
use std::collections::BTreeMap;

/// Over the rules and profiles that decide; their cases and the waivers decide nothing by themselves.
pub(super) fn policy_set(inputs: &BTreeMap<String, String>) -> String {
    let decides = |path: &str| {
        let is_rule = path.starts_with("policies/rules/") || path.starts_with("policies/payload/");
        let is_text = path.ends_with("/rule.toml") || path.ends_with("/rule.rego");
        (is_rule && is_text) || path.starts_with("policies/profiles/")
    };
    over(inputs, decides).unwrap_or_else(|| digest(b""))
}

/// Over the recorded payloads; none where there are none.
pub(super) fn corpus(inputs: &BTreeMap<String, String>) -> Option<String> {
    over(inputs, |path| path.starts_with("payloads/"))
}

fn over(inputs: &BTreeMap<String, String>, counts: impl Fn(&str) -> bool) -> Option<String> {
    let lines: Vec<String> = inputs
        .iter()
        .filter(|(path, _)| counts(path))
        .map(|(path, digest)| format!("{path}\u{0}{digest}\n"))
        .collect();
    (!lines.is_empty()).then(|| digest(lines.concat().as_bytes()))
}

/// Of every state of the vocabulary, by name.
pub(super) fn states() -> BTreeMap<String, String> {
    let words = VOCABULARY.iter();
    words
        .map(|word| (word.name.to_owned(), digest(format!("{word:?}").as_bytes())))
        .collect()
}

/// Of a version with everything it refers to; of its own text where a reference leads nowhere.
pub(super) fn schema(catalogue: &Catalogue, version: &SchemaVersion) -> String {
    let bundle = catalogue.bundle(&version.id);
    bundle.map_or_else(|_| version.digest.clone(), |bundle| of_value(&bundle.value))
}
