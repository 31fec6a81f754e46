//! What a refusal says: bound codes, and the FHIR OperationOutcome that carries them.
//! Refuses to know HTTP clients, clocks and payload values.

mod code;
mod expression;
mod operation_outcome;

pub use code::{Class, Code, Retry, UnknownCode};
pub use expression::expression;
pub use operation_outcome::{
    CODE_SYSTEM, Coding, Details, FINDING_SYSTEM, Issue, IssueSeverity, IssueType,
    OperationOutcome, ResourceType,
};
