//! Reads what a store of evidence holds: from a folder, or from the branch of a git remote.
//! Refuses to know what the files mean.

use super::{LoadError, git, tree};
use std::collections::BTreeMap;
use std::path::Path;
use walkdir::WalkDir;

/// The branch of a remote that holds evidence and nothing else.
const BRANCH: &str = "refs/heads/contract-evidence";
/// Folders that hold records; anything beside them is not ours.
const FOLDERS: [&str; 3] = ["evidence", "deployments", "events"];

/// What a store held when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    pub files: BTreeMap<String, Vec<u8>>,
    /// Commit of the branch, when there is one.
    pub head: Option<String>,
}

/// The files of a store below `folder`; none where there is no such folder yet.
///
/// Errors: something in it cannot be opened
pub fn shelf(folder: &Path) -> Result<Shelf, LoadError> {
    let mut shelf = Shelf::default();
    for name in FOLDERS {
        let below = folder.join(name);
        if !below.is_dir() {
            continue;
        }
        for item in WalkDir::new(&below).sort_by_file_name() {
            let item = item.map_err(|error| LoadError::Io {
                path: below.clone(),
                source: error.into(),
            })?;
            if item.file_type().is_dir() {
                continue;
            }
            let path = tree::relative(folder, item.path());
            if is_unfinished(&path) {
                continue;
            }
            let bytes = tree::read(item.path(), tree::FILE_LIMIT).map_err(|_| LoadError::Io {
                path: item.path().to_owned(),
                source: std::io::Error::from(std::io::ErrorKind::InvalidData),
            })?;
            shelf.files.insert(path, bytes);
        }
    }
    Ok(shelf)
}

/// Whether it is what a writer that died left beside its file.
fn is_unfinished(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with('.') && name.ends_with(".tmp")
}

/// The same of a remote's branch, fetched into the bare repository `scratch`, which must be empty.
///
/// Errors: git cannot be run, or the remote cannot be reached
pub fn branch(remote: &str, scratch: &Path) -> Result<Shelf, LoadError> {
    git::made(scratch)?;
    if !git::fetched(scratch, remote, BRANCH)? {
        return Ok(Shelf::default());
    }
    let Some(head) = git::resolve(scratch, BRANCH)? else {
        return Ok(Shelf::default());
    };
    let listing = git::list(scratch, &head, &FOLDERS)?;
    let files = git::read(scratch, listing.blobs)?
        .into_iter()
        .map(|(blob, bytes)| (blob.path, bytes))
        .collect();
    Ok(Shelf {
        files,
        head: Some(head),
    })
}

/// The URL of the remote that is called `name` below `root`; a path is seen from there, and a URL stands for itself.
///
/// Errors: git cannot be run
pub fn remote(root: &Path, name: &str) -> Result<String, LoadError> {
    if let Some(url) = git::remote(root, name)? {
        return Ok(located(root, &url));
    }
    Ok(located(root, name))
}

/// A path that leads somewhere from `root`, else `name` itself.
fn located(root: &Path, name: &str) -> String {
    let path = root.join(name);
    match path.canonicalize() {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => name.to_owned(),
    }
}

/// The branch that is checked out below `root`; none where a commit is.
///
/// Errors: git cannot be run
pub fn current_branch(root: &Path) -> Result<Option<String>, LoadError> {
    git::branch(root)
}
