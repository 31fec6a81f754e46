//! Keeps made-up payloads beside the repository, so that both verdicts on them can be seen again.

use crate::model::{Judged, WitnessSource};
use crate::store::{self, StoreError};
use std::path::Path;

/// Writes every witness that was made from schemas; what was recorded is never copied.
///
/// Errors: the first that cannot be written
pub(super) fn keep(root: &Path, findings: &[Judged]) -> Result<(), StoreError> {
    for finding in findings {
        let Some(witness) = &finding.witness else {
            continue;
        };
        if let (WitnessSource::Generated, Some(value)) = (&witness.source, &witness.value) {
            store::witness(root, &finding.fingerprint, value)?;
        }
    }
    Ok(())
}
