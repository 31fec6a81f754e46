//! One value against one schema of the document: where it does not fit.
//! Refuses to repeat a value: a misfit is a pointer and the keyword that refuses.

use super::expand::{Stop, expanded};
use super::pool::Pool;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use wire::json::pointer_escape;

/// Most misfits of one value that are told.
const MOST: usize = 50;

/// Steps that one match of a pattern may go back.
///
/// Source: as for payloads
const BACKTRACK_LIMIT: usize = 50_000;

/// Bytes that one compiled pattern may take.
///
/// Source: as for payloads
const PATTERN_SIZE: usize = 2 * 1024 * 1024;

/// Who wrote the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The consumer sends it whole.
    Sent,
    /// The consumer shows what it reads of it.
    Shown,
}

/// Where a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// Pointer in the value.
    pub pointer: String,
    pub why: &'static str,
}

/// What was found out about a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub misfits: Vec<Misfit>,
    /// What could not be used: a pointer in the document, and why.
    pub gaps: Vec<Gap>,
}

/// A part of the document that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub at: String,
    pub why: &'static str,
}

/// A reference that leads nowhere.
pub const DEAD_END: &str = "the reference leads to nothing in this document";
const UNUSABLE: &str = "the schema cannot be used as it is written";
const TOO_MUCH: &str = "the schema needs more work for this example than is done";

/// Judges `value` by the schema at `at`.
pub fn judge(pool: &Pool, at: &str, value: &Value, side: Side) -> Judged {
    let mut judged = Judged::default();
    let gap = |why| Gap {
        at: at.to_owned(),
        why,
    };
    let expanded = match expanded(pool, at, value, side) {
        Ok(expanded) => expanded,
        Err(Stop) => {
            judged.gaps.push(gap(TOO_MUCH));
            return judged;
        }
    };
    let dead_ends = expanded.gaps.into_iter();
    judged
        .gaps
        .extend(dead_ends.map(|at| Gap { at, why: DEAD_END }));
    match compiled(&expanded.schema) {
        Some(validator) => judged.misfits = misfits(&validator, value),
        None => judged.gaps.push(gap(UNUSABLE)),
    }
    judged
}

fn misfits(validator: &Validator, value: &Value) -> Vec<Misfit> {
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut misfits = Vec::new();
    for error in validator.iter_errors(value).take(MOST) {
        let pointer = error.instance_path().as_str().to_owned();
        match error.kind() {
            Kind::UnevaluatedProperties { unexpected }
            | Kind::AdditionalProperties { unexpected } => {
                let each = unexpected.iter().take(MOST);
                misfits.extend(each.map(|name| Misfit {
                    pointer: format!("{pointer}/{}", pointer_escape(name)),
                    why: "the schema declares no member of this name",
                }));
            }
            kind => misfits.push(Misfit {
                pointer,
                why: words(kind.keyword()),
            }),
        }
    }
    misfits.sort();
    misfits.dedup();
    misfits
}

/// Whether `value` fits the schema at `at`, as far as that can be told.
pub fn fits(pool: &Pool, at: &str, value: &Value, side: Side) -> bool {
    judge(pool, at, value, side).misfits.is_empty()
}

/// A schema that the validator takes.
pub fn compiled(schema: &Value) -> Option<Validator> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_LIMIT)
        .size_limit(PATTERN_SIZE);
    jsonschema::draft202012::options()
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(patterns)
        .build(schema)
        .ok()
}

fn words(keyword: &str) -> &'static str {
    match keyword {
        "type" => "the value is of another type",
        "enum" => "the value is none of the listed ones",
        "const" => "the value is not the one that is fixed",
        "required" | "dependentRequired" => "a required member is missing",
        "format" => "the value does not have the format",
        "pattern" => "the value does not match the pattern",
        "minimum" | "exclusiveMinimum" => "the number is too small",
        "maximum" | "exclusiveMaximum" => "the number is too large",
        "multipleOf" => "the number is not a multiple of the step",
        "minLength" => "the text is too short",
        "maxLength" => "the text is too long",
        "minItems" | "contains" | "minContains" => "the array lacks items",
        "maxItems" | "maxContains" | "unevaluatedItems" | "additionalItems" => {
            "the array has too many items"
        }
        "uniqueItems" => "two items of the array are equal",
        "minProperties" => "the object has too few members",
        "maxProperties" => "the object has too many members",
        "propertyNames" => "the name of a member does not fit",
        "anyOf" => "none of the alternatives fits",
        "oneOf" => "not exactly one of the alternatives fits",
        "falseSchema" => "the value names no branch that there is",
        "not" => "the schema refuses what stands here",
        _ => "the value does not fit its schema",
    }
}
