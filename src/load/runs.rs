//! Reads what a folder of kept runs holds: records, and the reports beside them.
//! Refuses to know what the files mean and to follow links.

use super::{LoadError, tree};
use crate::model::digest_of;
use std::collections::BTreeMap;
use std::path::Path;
use walkdir::WalkDir;

/// Folder of the reports beside the records.
const REPORTS: &str = "reports";

/// The records below `folder`; none where there is no such folder yet.
///
/// Errors: something in it cannot be opened
pub fn runs(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    below(folder, folder)
}

/// The same with the reports beside them.
///
/// Errors: as `runs`
pub fn runs_and_reports(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let mut files = runs(folder)?;
    files.extend(below(folder, &folder.join(REPORTS))?);
    Ok(files)
}

/// Whether there is such a folder: one that is named is not merely empty when it is missing.
#[must_use]
pub fn has_folder(folder: &Path) -> bool {
    folder.is_dir()
}

/// The files of one folder, with paths as seen from `root`.
fn below(root: &Path, folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for item in WalkDir::new(folder)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name()
    {
        let item = item.map_err(|error| LoadError::Io {
            path: folder.to_owned(),
            source: error.into(),
        })?;
        let name = item.file_name().to_string_lossy();
        // A lock, and what a writer that died left behind.
        if name.starts_with('.') || item.file_type().is_dir() {
            continue;
        }
        // A link has no bytes of its own, so that it never is what its name says.
        let bytes = match item.file_type().is_file() {
            true => tree::read(item.path(), tree::FILE_LIMIT).map_err(|_| LoadError::Io {
                path: item.path().to_owned(),
                source: std::io::Error::from(std::io::ErrorKind::InvalidData),
            })?,
            false => Vec::new(),
        };
        files.insert(tree::relative(root, item.path()), bytes);
    }
    Ok(files)
}

/// The digest of a file, such as the program itself.
///
/// Errors: it cannot be read
pub fn file_digest(path: &Path) -> Result<String, LoadError> {
    let file = std::fs::File::open(path);
    file.and_then(digest_of).map_err(|source| LoadError::Io {
        path: path.to_owned(),
        source,
    })
}
