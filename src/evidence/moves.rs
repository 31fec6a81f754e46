//! Kept moves of versions: what each file is worth, and the chain that they make.
//! Refuses to add to a chain that cannot be trusted.

use super::archive::Files;
use super::name;
use crate::model::{Kept, MoveRecord};
use std::collections::BTreeMap;

/// Where the record of a move is kept, below the root of the repository.
pub const MOVES: &str = ".matchmark/evidence/moves";

/// A file among kept moves that cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct MoveFault {
    pub path: String,
    pub why: &'static str,
}

/// The moves from the first to the last.
///
/// Shape: `files` by their names in the folder
/// Errors: a file is not what its name says, or the order has a gap or a fork
pub fn moves(files: &Files) -> Result<Vec<Kept<MoveRecord>>, MoveFault> {
    let mut after: BTreeMap<Option<String>, Kept<MoveRecord>> = BTreeMap::new();
    for (path, bytes) in files {
        let fault = |why| MoveFault {
            path: path.clone(),
            why,
        };
        let value: MoveRecord =
            serde_json::from_slice(bytes).map_err(|_| fault("it is no record of a move"))?;
        let (file, text, _) = move_file(&value);
        if text.as_bytes() != bytes || *path != file {
            return Err(fault("it is not the record that its name was made from"));
        }
        let previous = value.previous.clone();
        let kept = Kept {
            path: path.clone(),
            value,
        };
        if after.insert(previous, kept).is_some() {
            return Err(fault("it follows the same record as another"));
        }
    }
    linked(after)
}

fn linked(
    mut after: BTreeMap<Option<String>, Kept<MoveRecord>>,
) -> Result<Vec<Kept<MoveRecord>>, MoveFault> {
    let mut chain: Vec<Kept<MoveRecord>> = Vec::new();
    let mut last = None;
    while let Some(kept) = after.remove(&last) {
        if kept.value.number != chain.len() as u64 + 1 {
            return Err(MoveFault {
                path: kept.path,
                why: "its number does not follow that of the record before it",
            });
        }
        last = Some(digest_of(&kept.path));
        chain.push(kept);
    }
    match after.into_values().next() {
        Some(stray) => Err(MoveFault {
            path: stray.path,
            why: "the record before it is missing",
        }),
        None => Ok(chain),
    }
}

/// `record` as the one that follows `chain`.
#[must_use]
pub fn following(chain: &[Kept<MoveRecord>], record: MoveRecord) -> MoveRecord {
    MoveRecord {
        number: chain.len() as u64 + 1,
        previous: chain.last().map(|last| digest_of(&last.path)),
        ..record
    }
}

/// Name, text and digest of a record.
#[must_use]
pub fn move_file(record: &MoveRecord) -> (String, String, String) {
    let (text, hash) = name::text(record);
    (format!("{hash}.json"), text, format!("sha256:{hash}"))
}

fn digest_of(path: &str) -> String {
    format!("sha256:{}", path.strip_suffix(".json").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn record(step: &str) -> MoveRecord {
        MoveRecord {
            number: 0,
            previous: None,
            tool: "0.1.0".to_owned(),
            version: "a@1.0.0".to_owned(),
            step: step.to_owned(),
            from: "draft".to_owned(),
            to: "candidate".to_owned(),
            schema: "sha256:00".to_owned(),
            as_of: "2026-11-21T00:00:00Z".parse().unwrap(),
            requested_by: None,
            approved: Vec::new(),
            run: None,
            end: None,
            notices: BTreeMap::new(),
        }
    }

    fn three() -> Files {
        let mut files = Files::new();
        for step in ["propose", "release", "deprecate"] {
            let chain = moves(&files).unwrap();
            let (path, text, _) = move_file(&following(&chain, record(step)));
            files.insert(path, text.into_bytes());
        }
        files
    }

    #[test]
    fn moves_stand_in_the_order_in_which_they_were_made() {
        let chain = moves(&three()).unwrap();
        let steps: Vec<&str> = chain.iter().map(|kept| kept.value.step.as_str()).collect();
        assert_eq!(steps, ["propose", "release", "deprecate"]);
        assert!(moves(&Files::new()).unwrap().is_empty());
    }

    #[test]
    fn a_record_that_is_edited_missing_doubled_or_renamed_is_found() {
        let files = three();
        for path in files.keys() {
            let bytes = files.get(path).unwrap();
            for at in 0..bytes.len() {
                let mut files = files.clone();
                *files.get_mut(path).unwrap().get_mut(at).unwrap() ^= 1;
                assert!(moves(&files).is_err(), "byte {at}");
            }
            let mut renamed = files.clone();
            let bytes = renamed.remove(path).unwrap();
            renamed.insert(format!("{}.json", "0".repeat(64)), bytes);
            assert!(moves(&renamed).is_err());
        }
        let chain = moves(&files).unwrap();
        for kept in chain.iter().take(2) {
            let mut files = files.clone();
            files.remove(&kept.path);
            assert!(moves(&files).is_err(), "{}", kept.value.step);
        }
        let mut forked = files.clone();
        let (path, text, _) = move_file(&following(&chain[..1], record("withdraw")));
        forked.insert(path, text.into_bytes());
        assert!(moves(&forked).is_err());
    }
}
