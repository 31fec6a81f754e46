//! Keywords of a schema that are for people and ask nothing of a value.
//! Refuses those that say where a schema stands, though they ask as little.

/// Source: JSON Schema 2020-12 core, section 8.3, and validation, section 9
const ANNOTATIONS: [&str; 8] = [
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Whether a keyword says something and asks nothing; so do all that begin with `x-`.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}
