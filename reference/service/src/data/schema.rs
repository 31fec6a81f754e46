//! One body against the catalogue's own schema of the request that it is.
//! Refuses to answer: it gives a code and the problems.

use domain::failure::Code;
use domain::snapshot::Snapshot;
use wire::json::{Document, Fault, FaultKind};
use wire::outcome::Code as Outcome;
use wire::payload::Problem;

/// The entry of the catalogue that requests are judged by.
pub(crate) const REQUEST: &str = "hrex-member-match-request";

/// The entry that questions about many members are judged by; the edition of the caller names the version.
pub(crate) const BULK: &str = "pdex-bulk-member-match-request";

/// The entry, and the version of it, that kick-offs of an export are judged by.
///
/// Source: PDex 2.2.0; the version before accepts the same
pub(crate) const EXPORT: (&str, &str) = ("davinci-data-export-request", "1.0.1");

/// A body that does not meet its schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invalid {
    pub code: Code,
    pub problems: Vec<Problem>,
}

/// Judges a document by one version of an entry.
///
/// Errors: everything that is wrong; a version that we do not hold
pub(crate) fn judge(
    snapshot: &Snapshot,
    entry: &str,
    version: &str,
    document: &Document,
) -> Result<(), Invalid> {
    let Some(schema) = snapshot.schema(entry, version) else {
        return Err(Invalid {
            code: Code::SchemaInvalid,
            problems: Vec::new(),
        });
    };
    if schema.accepts(document.value()) {
        return Ok(());
    }
    let problems = schema.problems(document);
    let code = code(&problems);
    Err(Invalid { code, problems })
}

/// Only when nothing else is wrong does a missing identifier decide.
fn code(problems: &[Problem]) -> Code {
    let only_identifier = !problems.is_empty()
        && problems
            .iter()
            .all(|problem| problem.code == Outcome::MissingIdentifier);
    if only_identifier {
        Code::MissingIdentifier
    } else {
        Code::BadBundle
    }
}

/// Why a text is no document, in our own codes.
pub(crate) const fn of_fault(fault: &Fault) -> Code {
    match fault.kind {
        FaultKind::TooDeep => Code::TooDeep,
        FaultKind::TooLarge | FaultKind::TooManyNodes => Code::TooLarge,
        FaultKind::DuplicateKey => Code::DuplicateKey,
        FaultKind::NotUtf8
        | FaultKind::Syntax(_)
        | FaultKind::Number
        | FaultKind::TrailingData
        | FaultKind::Empty => Code::NotJson,
    }
}
