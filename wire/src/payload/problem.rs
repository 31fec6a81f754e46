//! One thing that is wrong with a payload, in words that hold nothing of it.
//! Refuses to know how it was found.

use crate::json::Position;
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
    /// One sentence: what must hold.
    pub message: String,
    /// Kind, length and character shape of what stands there: `string, 10 characters, shape 99/99/9999`.
    pub found: Option<String>,
    /// What the schema asks for.
    pub want: Option<String>,
    /// What the field means: `x-semantics` of the schema.
    pub means: Option<String>,
    /// Which form of several was judged, and how many others were folded.
    pub form: Option<String>,
    /// The bound code that a refusal for this problem carries.
    pub code: Code,
}
