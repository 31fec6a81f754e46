//! Whether a file that is to be written is one that is read, whatever it is called: by a link, by a pattern, in a folder.
//! Refuses to look at what the files hold.

use super::name::{self, Search};
use std::path::{Path, PathBuf};

/// Whether `out` is `kept`, or stands below it.
#[must_use]
pub fn is_kept(out: &Path, kept: &Path) -> bool {
    let same = identity(out).is_some_and(|out| Some(out) == identity(kept));
    same || place(out).starts_with(place(kept))
}

/// Whether `out` is one of the files that `names` stand for, will be one once it is written, or stands below one.
#[must_use]
pub fn is_read(out: &Path, root: &Path, names: &[PathBuf]) -> bool {
    let (own, place) = (identity(out), place(out));
    let is_below = |name: &PathBuf| place.starts_with(self::place(&root.join(name)));
    let will_be = |name: &PathBuf| match (above(out), Search::of(root, name)) {
        (Some((folder, way)), Some(Ok(search))) => search.would_take(&folder, &way),
        _ => false,
    };
    let mut files = names
        .iter()
        .flat_map(|name| name::expand(root, name))
        .filter_map(|named| named.path.ok()?);
    let is_out = |file: PathBuf| {
        let same = own.is_some_and(|own| Some(own) == identity(&file));
        same || place == self::place(&file)
    };
    names.iter().any(|name| is_below(name) || will_be(name)) || files.any(is_out)
}

/// Where a path leads, behind every link; of a file that is not there yet, where the folders above it do.
fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match above(path) {
        Some((folder, way)) => folder.join(way),
        None => path.to_owned(),
    })
}

/// The nearest folder above a path that is there, behind every link, and the way from it to the path.
fn above(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let whole = std::path::absolute(path).ok()?;
    let mut folders = whole.ancestors().skip(1);
    folders.find_map(|folder| {
        let way = whole.strip_prefix(folder).ok()?;
        Some((folder.canonicalize().ok()?, way.to_owned()))
    })
}

/// What all hard links to one file have in common.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// What all hard links to one file have in common: only their place is known here.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
