//! A store of evidence, opened and added to. Whoever comes second builds on what the first has kept.
//! Refuses to add to a store that cannot be trusted.

use super::error::GateError;
use crate::app::AppError;
use crate::evidence::{self, News, additions};
use crate::load::{self, Shelf};
use crate::model::{Archive, Fault, StorePlace};
use crate::store::{self, Delivered, Scratch};
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Tries to put something on a branch that others change too.
///
/// Source: CONTRACTS.md, section 10
const TRIES: u32 = 5;
/// Longest wait before the second try; each later one may be four times as long. On one machine nobody waits: a file
/// lock gives turns.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Everything in a store, and what of it cannot be trusted.
pub(super) fn open(root: &Path, place: &StorePlace) -> Result<(Archive, Vec<Fault>), AppError> {
    let shelf = match place {
        StorePlace::Folder(path) => load::shelf(&root.join(path))?,
        StorePlace::Git(name) => {
            let scratch = Scratch::new(root)?;
            load::branch(&load::remote(root, name)?, scratch.path())?
        }
    };
    Ok(evidence::archive(&shelf.files))
}

/// What is to be kept, given what is there.
pub(super) type Making<'a> = &'a dyn Fn(&Archive) -> Result<Vec<News>, AppError>;

/// Keeps what `making` makes of the store, and gives the paths that were written.
///
/// Errors: the store cannot be trusted or reached, or others are faster every time
pub(super) fn keep(
    root: &Path,
    place: &StorePlace,
    at: DateTime<Utc>,
    making: Making<'_>,
) -> Result<Vec<String>, AppError> {
    match place {
        StorePlace::Folder(path) => {
            let folder = root.join(path);
            store::shelf(&folder)?;
            let _turn = store::turn(&folder);
            let changes = made(place, &load::shelf(&folder)?, at, making)?;
            store::put(&folder, &changes)?;
            Ok(written(changes))
        }
        StorePlace::Git(name) => {
            let remote = load::remote(root, name)?;
            let _turn = local(&remote).map(|path| store::turn(&path));
            for attempt in 0..TRIES {
                match pushed(root, (place, &remote), at, making)? {
                    (Delivered::Yes, paths) => return Ok(paths),
                    (Delivered::Moved, paths) => std::thread::sleep(wait(attempt, salt(&paths))),
                }
            }
            Err(GateError::Contended(place.to_string()).into())
        }
    }
}

/// The folder of a remote on this machine.
fn local(remote: &str) -> Option<PathBuf> {
    let path = PathBuf::from(remote);
    path.is_dir().then_some(path)
}

/// One try, and the paths that it would have written.
fn pushed(
    root: &Path,
    (place, remote): (&StorePlace, &str),
    at: DateTime<Utc>,
    making: Making<'_>,
) -> Result<(Delivered, Vec<String>), AppError> {
    let scratch = Scratch::new(root)?;
    let shelf = load::branch(remote, scratch.path())?;
    let changes = made(place, &shelf, at, making)?;
    let head = shelf.head.as_deref();
    let delivered = store::push(scratch.path(), remote, head, &changes, at.timestamp());
    let delivered = delivered.map_err(|source| GateError::Push {
        store: place.to_string(),
        source,
    })?;
    Ok((delivered, written(changes)))
}

/// The files that make the news of this store.
fn made(
    place: &StorePlace,
    shelf: &Shelf,
    at: DateTime<Utc>,
    making: Making<'_>,
) -> Result<Vec<(String, Option<String>)>, AppError> {
    let (archive, faults) = evidence::archive(&shelf.files);
    if let Some(fault) = faults.into_iter().next() {
        return Err(GateError::Tampered {
            store: place.to_string(),
            path: fault.path,
            message: fault.message,
        }
        .into());
    }
    Ok(additions(&archive, &making(&archive)?, at))
}

fn written(changes: Vec<(String, Option<String>)>) -> Vec<String> {
    changes.into_iter().map(|(path, _)| path).collect()
}

/// A number that is another for everybody: names of records hold their digests.
fn salt(paths: &[String]) -> u32 {
    let bytes = paths.iter().flat_map(|path| path.bytes());
    bytes.fold(0, |salt: u32, byte| {
        salt.wrapping_mul(31).wrapping_add(u32::from(byte))
    })
}

/// How long to wait after a try: a part of a window that grows, other for each writer.
fn wait(attempt: u32, salt: u32) -> Duration {
    // Knuth's multiplicative hash spreads neighbouring numbers over the whole window.
    let part = salt.wrapping_add(attempt).wrapping_mul(2_654_435_761) >> 16;
    FIRST_WAIT * 4_u32.pow(attempt) * part / (1 << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_bounded_and_differs_between_writers() {
        for attempt in 0..TRIES {
            let most = FIRST_WAIT * 4_u32.pow(attempt);
            let waits: std::collections::BTreeSet<Duration> =
                (100..120).map(|salt| wait(attempt, salt)).collect();
            assert!(waits.iter().all(|wait| *wait < most));
            assert_eq!(waits.len(), 20);
        }
    }
}
