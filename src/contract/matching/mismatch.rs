//! One difference between what a contract expects and what was seen, without any value.
//! Refuses to know how it was found.

use super::super::rule::Part;
use serde_json::Value;

/// One difference. All words are kinds and names of rules; undeclared keys of the payload are masked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    pub part: Part,
    /// Pointer into what was seen; keys that the contract does not show are `{key#1}`, or `#` and their mark where
    /// there is a seal.
    pub pointer: String,
    /// The matcher that failed, or `equality`, `json`, `key`, `length`, `media-type`, `presence`.
    pub rule: &'static str,
    /// Kind of what the contract shows.
    pub expected: &'static str,
    /// Kind of what was seen.
    pub actual: &'static str,
    /// Mark of what was seen, where there is a seal and anything was seen.
    pub mark: Option<String>,
    /// Pointer of the expectation in the contract file; empty where it has none.
    pub at: String,
    /// Pointer of the rule in the contract file, when a rule was in force.
    pub rule_at: Option<String>,
}

impl Mismatch {
    /// One sentence about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let subject = if self.pointer.is_empty() {
            self.part.word().to_owned()
        } else {
            format!("{} {}", self.part.word(), self.pointer)
        };
        match self.rule {
            "key" => format!("{subject} is not expected there"),
            "presence" => format!(
                "{subject} is {}, the contract reads {}",
                self.actual, self.expected
            ),
            "length" => format!("{subject} has another number of items than the contract shows"),
            "equality" if self.expected == self.actual => {
                format!(
                    "{subject} is another {} than the contract shows",
                    self.expected
                )
            }
            "equality" => format!(
                "{subject} is {}, the contract shows {}",
                self.actual, self.expected
            ),
            rule => format!("{subject} is {} and breaks the rule `{rule}`", self.actual),
        }
    }
}

/// The kind of a value, in one word.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
