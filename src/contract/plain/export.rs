//! A contract of ours as a plain Pact file.
//! Refuses to drop anything but our two groups.

use super::tree::Tree;
use crate::contract::path::below;
use serde_json::Value;
use wire::json::Document;

/// The file without `metadata.matchmark` and without `comments.references.matchmark`, formatted.
#[must_use]
pub fn export(document: &Document) -> String {
    without(document, String::new(), &["metadata", "interactions"]).pretty()
}

/// The value at `pointer` without our groups; `open` are the members on the way to one.
fn without(document: &Document, pointer: String, open: &[&str]) -> Tree {
    let kept = Tree::Kept(document.clone(), pointer.clone());
    match document.value().pointer(&pointer) {
        Some(Value::Object(members)) => {
            let mut written = Vec::new();
            for key in members.keys() {
                let at = below(&pointer, key);
                let tree = match (key.as_str(), open) {
                    ("matchmark", ["matchmark"]) => continue,
                    (name, open) if open.contains(&name) => without(document, at, inside(name)),
                    _ => Tree::Kept(document.clone(), at),
                };
                written.push((key.clone(), tree));
            }
            Tree::Object(written)
        }
        Some(Value::Array(items)) if open == ["comments"] => {
            let item = |index| without(document, format!("{pointer}/{index}"), open);
            Tree::List((0..items.len()).map(item).collect())
        }
        _ => kept,
    }
}

/// Which members of a member lead to one of our groups.
fn inside(name: &str) -> &'static [&'static str] {
    match name {
        "interactions" => &["comments"],
        "comments" => &["references"],
        "metadata" | "references" => &["matchmark"],
        _ => &[],
    }
}
