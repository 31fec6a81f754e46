//! Lists and reads the files of a workspace, from a folder or from a commit.

use super::extent::{Extent, JUDGING, Use};
use super::{LoadError, git};
use crate::catalogue::{Config, Source};
use crate::model::digest_of;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use walkdir::{DirEntry, WalkDir};

/// Largest file of ours that is read; payload histories may be larger.
pub(super) const FILE_LIMIT: u64 = 16 << 20;
/// Largest history file that is read.
pub(super) const HISTORY_LIMIT: u64 = 1 << 30;

/// The folders of a workspace, and the file that configures it.
pub(super) const FOLDERS: [&str; 5] = ["contracts", "partners", "payloads", "policies", "schemas"];
pub(super) const CONFIG: &str = "matchmark.toml";

/// The files of one revision, and those that could not be read with the reason.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub extent: Extent,
    pub sources: BTreeMap<String, Source>,
    /// Digests of files that were read and are not kept.
    pub digests: BTreeMap<String, String>,
    pub unreadable: BTreeMap<String, String>,
}

impl Files {
    fn of(extent: Extent) -> Self {
        Self {
            extent,
            ..Self::default()
        }
    }

    /// Takes of a file that can be read what is wanted of it.
    fn take(&mut self, path: String, mut input: impl Read) -> std::io::Result<()> {
        match self.extent.of(&path) {
            Use::Kept => {
                let mut bytes = Vec::new();
                input.read_to_end(&mut bytes)?;
                self.add(path, Ok(bytes));
            }
            Use::Digested => {
                self.digests.insert(path, digest_of(input)?);
            }
            Use::PassedOver => {}
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: Result<Vec<u8>, String>) {
        match bytes {
            Ok(bytes) => {
                self.sources.insert(path.clone(), Source::new(path, bytes));
            }
            Err(why) => {
                self.unreadable.insert(path, why);
            }
        }
    }

    /// Adds what `commit` holds below these paths.
    fn stored(&mut self, root: &Path, commit: &str, paths: &[&str]) -> Result<(), LoadError> {
        let listed = git::list(root, commit, paths)?;
        for path in listed.others {
            self.add(path, Err(NO_FILE.to_owned()));
        }
        let mut wanted = Vec::new();
        for blob in listed.blobs {
            let limit = limit(&blob.path);
            if blob.size > limit {
                self.add(blob.path, Err(too_large(limit)));
            } else {
                wanted.push(blob);
            }
        }
        git::each(root, wanted, |blob, input| self.take(blob.path, input))
    }

    /// Adds the configuration of `commit`: what `named` is there, where one was named. It may be in none.
    fn configured(
        &mut self,
        root: &Path,
        commit: &str,
        named: Option<&Path>,
    ) -> Result<(), LoadError> {
        let Some(named) = named else {
            return self.stored(root, commit, &[CONFIG]);
        };
        let Some((top, path)) = git::below_top(root, named)? else {
            return Ok(());
        };
        let mut files = Self::of(Extent::Whole);
        files.stored(&top, commit, &[&path])?;
        let source = files.sources.remove(&path);
        let why = files.unreadable.remove(&path);
        if let Some(found) = source.map(|it| Ok(it.bytes.to_vec())).or(why.map(Err)) {
            self.add(CONFIG.to_owned(), found);
        }
        Ok(())
    }

    /// Those of the folders of a commit that are looked into.
    fn wanted(&self, folders: Vec<String>) -> Vec<String> {
        match self.extent {
            Extent::Whole | Extent::Named => folders,
            Extent::Judging => JUDGING.map(str::to_owned).into(),
        }
    }

    /// Adds everything that stands in a folder and is looked at.
    fn walk(&mut self, root: &Path, name: &str) {
        let extent = self.extent;
        let items = WalkDir::new(root.join(name)).sort_by_file_name();
        let is_reached = |item: &DirEntry| extent.reaches(&relative(root, item.path()));
        for item in items.into_iter().filter_entry(is_reached) {
            match item {
                Ok(item) if item.file_type().is_dir() => {}
                Ok(item) => self.found(root, &item),
                Err(error) => {
                    let path = error.path().map(|path| relative(root, path));
                    let path = path.unwrap_or_else(|| name.to_owned());
                    self.add(path, Err("it cannot be opened".to_owned()));
                }
            }
        }
    }

    /// What stands at `item`: a file is read, anything else that is no folder is listed as unread.
    fn found(&mut self, root: &Path, item: &DirEntry) {
        let shown = relative(root, item.path());
        let why = if item.path().to_str().is_none() {
            // Two such names may look the same; one of them would be lost.
            "its name is not UTF-8 text".to_owned()
        } else if !item.file_type().is_file() {
            NO_FILE.to_owned()
        } else {
            return self.open(shown, item.path());
        };
        self.add(shown, Err(why));
    }

    fn open(&mut self, shown: String, path: &Path) {
        let limit = limit(&shown);
        match self.extent.of(&shown) {
            Use::Kept => self.add(shown, read(path, limit)),
            Use::Digested => match digested(path, limit) {
                Ok(digest) => {
                    self.digests.insert(shown, digest);
                }
                Err(why) => self.add(shown, Err(why)),
            },
            Use::PassedOver => {}
        }
    }
}

/// Why a link or a device is not read.
const NO_FILE: &str = "it is no file; links are not followed";

fn limit(path: &str) -> u64 {
    if path.starts_with("payloads/") {
        HISTORY_LIMIT
    } else {
        FILE_LIMIT
    }
}

/// The folders of a revision: ours, and those in which its configuration keeps operating documents.
///
/// One that leads out of the repository, or is none, is not read; the assembly says so.
fn folders(files: &Files) -> Vec<String> {
    let mut folders: Vec<String> = FOLDERS.map(str::to_owned).into();
    let text = files.sources.get(CONFIG).and_then(Source::text);
    let config = text.and_then(|text| toml::from_str::<Config>(text).ok());
    let operating = config.and_then(|config| config.operating);
    for folder in operating
        .into_iter()
        .flat_map(|it| [it.documents, it.runbooks])
    {
        let known = folders.iter().any(|known| is_below(&folder, known));
        if is_folder(&folder) && !known {
            folders.push(folder);
        }
    }
    folders
}

/// Whether `path` is `folder` or stands in it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a text names a folder inside a repository, by plain names with slashes between them.
pub(super) fn is_folder(text: &str) -> bool {
    let plain = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains('\\');
    text.split('/').all(plain)
}

/// Every file of ours below `root`; a link is listed as unreadable, not followed.
pub(super) fn folder(
    root: &Path,
    config: Option<&Path>,
    extent: Extent,
) -> Result<Files, LoadError> {
    let io = |source| LoadError::Io {
        path: root.to_path_buf(),
        source,
    };
    if !std::fs::metadata(root).map_err(io)?.is_dir() {
        return Err(io(std::io::Error::from(std::io::ErrorKind::NotADirectory)));
    }
    let mut files = Files::of(extent);
    let config_path = config.map_or_else(|| root.join(CONFIG), Path::to_path_buf);
    let mut anything = false;
    if config.is_some() || config_path.is_file() {
        anything = true;
        let bytes = read(&config_path, FILE_LIMIT);
        // A file that somebody names is meant; its defaults are not.
        if let (Some(named), Err(reason)) = (config, &bytes) {
            return Err(LoadError::Schema {
                name: named.display().to_string(),
                reason: reason.clone(),
            });
        }
        files.add(CONFIG.to_owned(), bytes);
    }
    let folders = folders(&files);
    anything |= folders.iter().any(|name| root.join(name).is_dir());
    // The walk begins at whole folders of ours: one that began further down would follow a link that it begins at.
    for name in folders.iter().filter(|name| extent.reaches(name)) {
        if root.join(name).is_dir() {
            files.walk(root, name);
        }
    }
    if anything {
        Ok(files)
    } else {
        Err(LoadError::NotAWorkspace {
            path: root.to_path_buf(),
            advice: advice(root),
        })
    }
}

/// What to do where nothing of ours is: go to the repository around it, or make one.
fn advice(root: &Path) -> String {
    let whole = root.canonicalize().unwrap_or_default();
    let mut around = whole.ancestors().skip(1);
    match around.position(|folder| folder.join(CONFIG).is_file()) {
        Some(between) => {
            let up = vec![".."; between + 1].join("/");
            let plain = root.components().collect::<std::path::PathBuf>();
            let way = match plain.as_os_str().is_empty() || plain == Path::new(".") {
                true => up,
                false => format!("{}/{up}", plain.display()),
            };
            format!("the repository is at {way}/; use -C {way}")
        }
        None => "run `matchmark init`".to_owned(),
    }
}

/// Everything of the working tree that can change what a run comes to.
pub(super) fn watched(root: &Path) -> Vec<String> {
    let mut files = Files::default();
    files.add(CONFIG.to_owned(), read(&root.join(CONFIG), FILE_LIMIT));
    let mut watched = folders(&files);
    watched.extend(
        [
            CONFIG,
            "CODEOWNERS",
            ".github/CODEOWNERS",
            "docs/CODEOWNERS",
        ]
        .map(str::to_owned),
    );
    watched
}

/// Every file of ours in `commit`, as git stores it; `config` is configured by in place of `matchmark.toml`.
pub(super) fn revision(
    root: &Path,
    commit: &str,
    config: Option<&Path>,
    extent: Extent,
) -> Result<Files, LoadError> {
    let mut files = Files::of(extent);
    files.configured(root, commit, config)?;
    let folders = files.wanted(folders(&files));
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    files.stored(root, commit, &folders)?;
    Ok(files)
}

/// Some files of `commit`, by path.
pub(super) fn only(
    root: &Path,
    commit: &str,
    paths: &[&str],
) -> Result<BTreeMap<String, Source>, LoadError> {
    let mut files = Files::default();
    files.stored(root, commit, paths)?;
    Ok(files.sources)
}

/// Bytes of a file, or why there are none.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| unopened(&error))?;
    within(bytes, limit)
}

/// Digest of a file, or why there is none; it is not held.
fn digested(path: &Path, limit: u64) -> Result<String, String> {
    let digest = |file: std::fs::File| match file.metadata()?.len() > limit {
        true => Ok(None),
        false => digest_of(file).map(Some),
    };
    let digest = std::fs::File::open(path).and_then(digest);
    digest
        .map_err(|error| unopened(&error))?
        .ok_or_else(|| too_large(limit))
}

/// Why a file could not be opened.
pub(super) fn unopened(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        kind => format!("it cannot be opened: {kind}"),
    }
}

/// `bytes`, unless there are more than `limit`.
pub(super) fn within(bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

fn too_large(limit: u64) -> String {
    format!("it is larger than {} MiB", limit >> 20)
}

pub(super) fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}
