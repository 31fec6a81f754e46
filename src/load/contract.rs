//! Contract files that a user names, and the maps of provider states beside them.

use super::{LoadError, read, tree};
use crate::catalogue::{Source, StateMapFile};
use crate::model::Finding;
use std::path::Path;

/// The file at `path` below `root`, wherever it lies.
///
/// Errors: it cannot be opened, or is larger than any file of ours may be
pub fn contract(root: &Path, path: &Path) -> Result<Source, LoadError> {
    let whole = root.join(path);
    // One byte too many is told by whoever reads it, with its place.
    let bytes = tree::read(&whole, tree::FILE_LIMIT + 1).map_err(|why| LoadError::Io {
        path: whole.clone(),
        source: std::io::Error::other(why),
    })?;
    Ok(Source::new(shown(path), bytes))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The map of provider states at `path` below `root`; nothing when there is no such file.
///
/// Errors: it is there and cannot be read as one
pub fn state_map(root: &Path, path: &Path) -> Result<Option<(Source, StateMapFile)>, Box<Finding>> {
    let Ok(bytes) = tree::read(&root.join(path), tree::FILE_LIMIT) else {
        return Ok(None);
    };
    let source = Source::new(shown(path), bytes);
    let file = parsed(&source)?;
    Ok(Some((source, file)))
}

/// A map of provider states.
pub(super) fn parsed(source: &Source) -> Result<StateMapFile, Box<Finding>> {
    read::toml(source, "catalogue/state-map-unreadable")
}
