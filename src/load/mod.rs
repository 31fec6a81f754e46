//! Reads: folders, git revisions, payload files. The only room that opens files or runs git.
//! Refuses to know rules: what is unreadable becomes a finding, what the world denies becomes an error.

mod approval;
mod archive;
mod assemble;
mod authors;
mod config;
mod contract;
mod entry;
mod extent;
mod git;
mod letterhead;
mod operating;
mod payload;
mod process;
mod question;
mod read;
mod runs;
mod schema;
#[cfg(feature = "service")]
mod service;
mod traffic;
mod transform;
mod tree;

pub use archive::{Shelf, branch, current_branch, remote, shelf};
pub use authors::{Authors, authors, authors_of};
pub use contract::{contract, state_map};
pub use git::{Base, Head, base, committed_at, git_version, has_commit, head, is_shallow, made_at};
pub use payload::{PayloadPart, Piece, is_kept, is_read, payloads};
pub use process::resident;
pub use question::{Line, questions};
pub use runs::{file_digest, has_folder, runs, runs_and_reports};
pub use schema::{schema, schema_at, unlisted_draft};
#[cfg(feature = "service")]
pub use service::service;
pub use traffic::traffic;

use crate::catalogue::{Config, Source, Workspace};
use crate::model::Finding;
use extent::Extent;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Why nothing could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot run git")]
    GitMissing(#[source] std::io::Error),
    #[error("git {command} failed: {message}")]
    Git { command: String, message: String },
    #[error("{0} is not a revision of this repository")]
    UnknownRevision(String),
    #[error("{name}: {reason}")]
    Schema { name: String, reason: String },
    #[error("there is no {}; start the service with `matchmark serve --dev`, or name the folder of another with `--service DIR`", .0.display())]
    NoService(PathBuf),
    #[error("{} has no matchmark.toml and none of the folders schemas, contracts, policies, partners, payloads; {advice}", path.display())]
    NotAWorkspace { path: PathBuf, advice: String },
}

/// The working tree below `root`, and everything in it that could not be read.
///
/// Errors: `root` is no folder or holds nothing of ours
pub fn folder(root: &Path, config: Option<&Path>) -> Result<(Workspace, Vec<Finding>), LoadError> {
    let files = tree::folder(root, config, Extent::Whole)?;
    Ok(assemble::workspace(files, None))
}

/// What the payloads of a run are judged by, as it stands below `root`: configuration, schemas without their examples,
/// payload rules. Nothing else is opened, and digests are those of these files.
///
/// Errors: as of [`folder`]
pub fn judging(root: &Path, config: Option<&Path>) -> Result<(Workspace, Vec<Finding>), LoadError> {
    let files = tree::folder(root, config, Extent::Judging)?;
    Ok(assemble::workspace(files, None))
}

/// The same with the digest of every file of the workspace, none of which is held for that.
///
/// Errors: as of [`folder`]
pub fn replaying(
    root: &Path,
    config: Option<&Path>,
) -> Result<(Workspace, Vec<Finding>), LoadError> {
    let files = tree::folder(root, config, Extent::Named)?;
    Ok(assemble::workspace(files, None))
}

/// What payloads were judged by in a commit, where `config` is read as it was there; a schema that is the same in `beside`
/// is held once.
///
/// Errors: as of [`revision`]
pub fn judging_at(
    root: &Path,
    commit: &str,
    config: Option<&Path>,
    beside: &Workspace,
) -> Result<(Workspace, Vec<Finding>), LoadError> {
    let files = tree::revision(root, commit, config, Extent::Judging)?;
    Ok(assemble::workspace(files, Some(beside)))
}

/// The configuration alone; every key has a default, and so has the file.
///
/// Errors: it cannot be opened or read
pub fn config(root: &Path, config: Option<&Path>) -> Result<Config, LoadError> {
    let path = config.map_or_else(|| root.join(tree::CONFIG), Path::to_path_buf);
    let unreadable = |reason: String| LoadError::Schema {
        name: path.display().to_string(),
        reason,
    };
    if config.is_none() && !path.is_file() {
        return Ok(Config::default());
    }
    let bytes = tree::read(&path, tree::FILE_LIMIT).map_err(unreadable)?;
    let source = Source::new(tree::CONFIG.to_owned(), bytes);
    config::read(&source).map_err(|finding| unreadable(finding.message))
}

/// The same of a commit, read as git objects; nothing of it is executed.
///
/// Errors: git is missing, or the commit is
pub fn revision(root: &Path, commit: &str) -> Result<(Workspace, Vec<Finding>), LoadError> {
    let files = tree::revision(root, commit, None, Extent::Whole)?;
    Ok(assemble::workspace(files, None))
}

/// Digest of every file of ours in a commit, by path.
///
/// Errors: git is missing, or the commit is
pub fn inputs_of(root: &Path, commit: &str) -> Result<BTreeMap<String, String>, LoadError> {
    let mut files = tree::revision(root, commit, None, Extent::Named)?;
    let sources = files.sources.into_iter();
    let sources = sources.map(|(path, source)| (path, source.digest()));
    files.digests.extend(sources);
    Ok(files.digests)
}

/// One file that a command names, seen from `root`.
///
/// Errors: it cannot be opened, or is larger than a file of ours may be
pub fn named(root: &Path, name: &Path) -> Result<Source, LoadError> {
    let shown = name.to_string_lossy().into_owned();
    let bytes = tree::read(&root.join(name), tree::FILE_LIMIT);
    match bytes {
        Ok(bytes) => Ok(Source::new(shown, bytes)),
        Err(reason) => Err(LoadError::Schema {
            name: shown,
            reason,
        }),
    }
}

/// The first of `paths` below `root` that is a file.
#[must_use]
pub fn first(root: &Path, paths: &[&str]) -> Option<Source> {
    let read = |path: &&str| Some(Source::new(*path, text(root, path)?.into_bytes()));
    paths.iter().find_map(read)
}

/// The same of a commit.
///
/// Errors: git cannot be run
pub fn first_of(root: &Path, commit: &str, paths: &[&str]) -> Result<Option<Source>, LoadError> {
    let mut files = tree::only(root, commit, paths)?;
    Ok(paths.iter().find_map(|path| files.remove(*path)))
}

/// The files that a configured path names: itself, or what stands directly in it, in order of their names.
/// What is not there or is no file gives nothing.
#[must_use]
pub fn papers(root: &Path, path: &str) -> Vec<Source> {
    let is_plain = Path::new(path)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    if !is_plain {
        return Vec::new();
    }
    let files = WalkDir::new(root.join(path))
        .max_depth(1)
        .sort_by_file_name();
    let files = files.into_iter().filter_map(Result::ok);
    files
        .filter(|item| item.file_type().is_file())
        .filter_map(|item| {
            let bytes = tree::read(item.path(), tree::FILE_LIMIT).ok()?;
            Some(Source::new(tree::relative(root, item.path()), bytes))
        })
        .collect()
}

/// The text of a file of ours below `root`, to quote a line of it.
#[must_use]
pub fn text(root: &Path, path: &str) -> Option<String> {
    let path = root.join(path);
    let bytes = tree::read(&path, tree::FILE_LIMIT).ok()?;
    String::from_utf8(bytes).ok()
}
