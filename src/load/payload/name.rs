//! The files that a name stands for.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Component, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// A file with the name that is shown of it.
pub(super) struct Named {
    pub shown: String,
    /// `None` is standard input; an error says why there is nothing to open.
    pub path: Result<Option<PathBuf>, String>,
}

pub(super) fn expand(root: &Path, name: &Path) -> Vec<Named> {
    let shown = name.to_string_lossy().into_owned();
    if shown == "-" {
        return vec![Named {
            shown,
            path: Ok(None),
        }];
    }
    match Search::of(root, name) {
        Some(Ok(search)) => search.files(shown),
        Some(Err(why)) => vec![Named {
            shown,
            path: Err(why),
        }],
        None => vec![Named {
            shown,
            path: Ok(Some(root.join(name))),
        }],
    }
}

/// Where a folder or a pattern that was named looks for files, and which of them it takes.
pub(super) struct Search {
    folder: PathBuf,
    /// What the folder is called in the names that are shown.
    called: PathBuf,
    /// Without one, whatever is called as payloads are is taken.
    pattern: Option<GlobMatcher>,
}

impl Search {
    /// None for the name of one file. In a pattern `*` stays within a folder, `**` does not.
    ///
    /// Errors: the pattern cannot be used
    pub(super) fn of(root: &Path, name: &Path) -> Option<Result<Self, String>> {
        let (shown, path) = (name.to_string_lossy(), root.join(name));
        if path.is_dir() {
            return Some(Ok(Self {
                folder: path,
                called: name.to_owned(),
                pattern: None,
            }));
        }
        if path.exists() || !shown.contains(['*', '?', '[']) {
            return None;
        }
        let glob = GlobBuilder::new(&shown).literal_separator(true).build();
        let called = fixed(name);
        Some(match glob {
            Ok(glob) => Ok(Self {
                folder: root.join(&called),
                called,
                pattern: Some(glob.compile_matcher()),
            }),
            Err(error) => Err(format!("the pattern cannot be used: {}", error.kind())),
        })
    }

    /// Whether it takes a file that will stand `way` below `folder`, which is there and behind every link.
    pub(super) fn would_take(&self, folder: &Path, way: &Path) -> bool {
        let is_it = |item: &DirEntry| {
            let leads_to = || item.path().canonicalize();
            item.file_type().is_dir() && leads_to().is_ok_and(|it| it == folder)
        };
        walk(&self.folder)
            .filter_map(Result::ok)
            .filter(is_it)
            .any(|item| self.takes(&self.shown(&item.path().join(way))))
    }

    /// Its files in the order of their names; `asked` is the name that was given.
    fn files(&self, asked: String) -> Vec<Named> {
        let found: Vec<Named> = match self.folder.exists() {
            true => walk(&self.folder)
                .filter_map(|item| self.found(item))
                .collect(),
            false => Vec::new(),
        };
        match found.is_empty() && self.pattern.is_some() {
            true => vec![Named {
                shown: asked,
                path: Err(NOTHING.to_owned()),
            }],
            false => found,
        }
    }

    /// A file that it takes, or what could not be looked into; anything else is passed over.
    fn found(&self, item: walkdir::Result<DirEntry>) -> Option<Named> {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                return Some(Named {
                    shown: self.shown(error.path().unwrap_or(&self.folder)),
                    path: Err("it cannot be opened".to_owned()),
                });
            }
        };
        let shown = self.shown(item.path());
        let is_taken = item.file_type().is_file() && self.takes(&shown);
        is_taken.then(|| Named {
            shown,
            path: Ok(Some(item.into_path())),
        })
    }

    /// What a path below the folder is called.
    fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        self.called.join(below).to_string_lossy().into_owned()
    }

    fn takes(&self, shown: &str) -> bool {
        let is_payload = || {
            let plain = unpacked(shown);
            let ends = [".json", ".ndjson", ".jsonl"];
            ends.iter().any(|end| plain.ends_with(end))
        };
        let pattern = self.pattern.as_ref();
        pattern.map_or_else(is_payload, |pattern| pattern.is_match(shown))
    }
}

fn walk(folder: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> + use<> {
    WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
}

/// Why a pattern gives nothing.
const NOTHING: &str = "no file has a name of this pattern";

/// The folder that a pattern begins with.
fn fixed(pattern: &Path) -> PathBuf {
    let is_fixed = |part: &Component<'_>| {
        let text = part.as_os_str().to_string_lossy();
        !text.contains(['*', '?', '[', '{'])
    };
    pattern.components().take_while(is_fixed).collect()
}

/// A name without the ending that says how the file is packed.
pub(super) fn unpacked(name: &str) -> &str {
    let plain = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"));
    plain.unwrap_or(name)
}
