//! Whether a partner answered a check with what the check's document says.
//! Refuses to look at the answer to any other request.

use crate::data::step::Answer;
use crate::store::FileKept;
use domain::failure::Code;
use domain::fulfilment::Retrieval;
use domain::synthetic::Expected;
use serde_json::Value;
use std::collections::BTreeMap;

/// Is the answer about the member of the check? Nothing of anybody else is kept or fetched.
///
/// Errors: it is about somebody else, or records are wanted that nobody fetches
pub(crate) fn of_match(request: &Value, answer: &Answer, retrieval: Retrieval) -> Result<(), Code> {
    let (Some(expected), Answer::Now(found, _)) = (Expected::of(request), answer) else {
        return Ok(());
    };
    let fetched = expected.records.is_empty() || retrieval == Retrieval::GroupExport;
    let system = found.umb.system.as_deref();
    if expected.member.is(system, found.umb.value.expose()) && fetched {
        Ok(())
    } else {
        Err(Code::BadResponse)
    }
}

/// Has everything arrived that the check wants?
///
/// Errors: something has not
pub(crate) fn of_records(request: &Value, files: &[FileKept]) -> Result<(), Code> {
    let Some(expected) = Expected::of(request) else {
        return Ok(());
    };
    let mut arrived: BTreeMap<String, u64> = BTreeMap::new();
    for file in files.iter().filter(|file| file.body.is_some()) {
        if let Some(kind) = &file.kind {
            let count = arrived.entry(kind.to_string()).or_default();
            *count = count.saturating_add(file.count);
        }
    }
    match expected.is_met(&arrived) {
        true => Ok(()),
        false => Err(Code::BadResponse),
    }
}
