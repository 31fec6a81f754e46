//! Turns at a folder of kept runs, so that two runs never follow the same record.
//! Refuses to go on where no turn can be had: two at once would make a fork.

use super::{StoreError, shelf};
use std::fs::{File, OpenOptions};
use std::path::Path;

/// Held by the one who adds to a folder of runs; it is let go when it is dropped, also by a death.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

/// Makes `folder` where it is not there yet and waits for its turn there.
///
/// Errors: the folder cannot be made or written to, or its file system knows no locks
pub fn held(folder: &Path) -> Result<Held, StoreError> {
    shelf(folder)?;
    let path = folder.join(".lock");
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let locked = file.and_then(|file| file.lock().map(|()| file));
    match locked {
        Ok(file) => Ok(Held { _file: file }),
        Err(source) => Err(StoreError { path, source }),
    }
}
