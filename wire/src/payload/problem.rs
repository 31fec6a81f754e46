//! One thing that is wrong with a payload, in words that hold nothing of it.
//! Refuses to know how it was found.

use super::id;
use crate::json::{Fault, FaultKind, Position};
use crate::outcome::Code;

/// One thing that is wrong with a payload. All texts come from the schema, from kinds and from counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `payload/required-missing` and its like.
    pub id: &'static str,
    /// Pointer into the payload; names that no schema declares are masked as `{key#1}`.
    pub pointer: String,
    /// The same path as a FHIRPath-like expression, up to the first masked name.
    pub expression: String,
    /// Pointer of the failing keyword in the bundle.
    pub schema_pointer: String,
    pub position: Position,
    /// One sentence: what is wrong.
    pub message: String,
    /// What stands there: `string, 10 characters, shape 99/99/9999`. The kind comes first; lengths and shape, which
    /// strict redaction drops, stand behind the first comma.
    pub found: Option<String>,
    /// What the schema asks for.
    pub want: Option<String>,
    /// What the field means: `x-semantics` of the schema.
    pub means: Option<String>,
    /// Which form of several was judged, and how many others were folded.
    pub form: Option<String>,
    /// The published statement behind it, as the schema names it: `HRex 1.2.0 us-core-15`.
    pub statement: Option<String>,
    /// The bound code that a refusal for this problem carries.
    pub code: Code,
}

impl Problem {
    /// What a text that is no readable JSON document has for a problem.
    #[must_use]
    pub fn from_fault(fault: &Fault) -> Self {
        let (id, code) = match fault.kind {
            FaultKind::NotUtf8
            | FaultKind::Syntax(_)
            | FaultKind::Number
            | FaultKind::TrailingData
            | FaultKind::Empty => (id::NOT_JSON, Code::Malformed),
            FaultKind::DuplicateKey => (id::DUPLICATE_KEY, Code::Malformed),
            FaultKind::TooDeep => (id::TOO_DEEP, Code::Malformed),
            FaultKind::TooLarge | FaultKind::TooManyNodes => (id::TOO_LARGE, Code::TooLarge),
        };
        Self {
            id,
            pointer: String::new(),
            expression: "Resource".to_owned(),
            schema_pointer: String::new(),
            position: fault.position,
            message: fault.kind.to_string(),
            found: None,
            want: None,
            means: None,
            form: None,
            statement: None,
            code,
        }
    }

    /// The one code that a refusal for these problems carries: the code that all share, or else `bad-bundle`; what is
    /// wrong with the text outranks what is wrong with its content. `None` when there is no problem.
    #[must_use]
    pub fn code_of(problems: &[Self]) -> Option<Code> {
        let first = problems.first()?.code;
        let has = |code| problems.iter().any(|problem| problem.code == code);
        let text = [Code::TooLarge, Code::Malformed];
        let shared = problems.iter().all(|problem| problem.code == first);
        let text = text.into_iter().find(|code| has(*code));
        Some(text.unwrap_or(if shared { first } else { Code::BadBundle }))
    }

    /// The order of a report.
    pub(super) fn rank(&self) -> (Position, &str, &str, &str, &str) {
        let words = (self.message.as_str(), self.schema_pointer.as_str());
        (self.position, &self.pointer, self.id, words.0, words.1)
    }

    /// Whether a reader could not tell the two apart.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let rank = |problem: &Self| (problem.position, problem.id);
        rank(self) == rank(other)
            && self.pointer == other.pointer
            && self.message == other.message
            && self.want == other.want
    }
}
