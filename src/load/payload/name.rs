//! The files that a name stands for.

use globset::GlobBuilder;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// A file with the name that is shown of it.
pub(super) struct Named {
    pub shown: String,
    /// `None` is standard input; an error says why there is nothing to open.
    pub path: Result<Option<PathBuf>, String>,
}

pub(super) fn expand(root: &Path, name: &Path) -> Vec<Named> {
    let shown = name.to_string_lossy().into_owned();
    let path = root.join(name);
    if shown == "-" {
        return vec![Named {
            shown,
            path: Ok(None),
        }];
    }
    if path.is_dir() {
        return files(&path)
            .filter_map(|item| below(name, &path, item))
            .collect();
    }
    if !path.exists() && shown.contains(['*', '?', '[']) {
        return matching(root, name);
    }
    vec![Named {
        shown,
        path: Ok(Some(path)),
    }]
}

fn files(folder: &Path) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
}

/// The files that a pattern means, in the order of their names: `*` stays within a folder, `**` does not.
fn matching(root: &Path, pattern: &Path) -> Vec<Named> {
    let shown = pattern.to_string_lossy().into_owned();
    let failed = |why: String| {
        vec![Named {
            shown: shown.clone(),
            path: Err(why),
        }]
    };
    let glob = GlobBuilder::new(&shown).literal_separator(true).build();
    let matcher = match glob {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return failed(format!("the pattern cannot be used: {}", error.kind())),
    };
    let folder = fixed(pattern);
    let below = root.join(&folder);
    if !below.exists() {
        return failed(NOTHING.to_owned());
    }
    let found: Vec<Named> = files(&below)
        .filter_map(|item| {
            let named = found(&folder, &below, item)?;
            let is_meant = named.path.is_err() || matcher.is_match(&named.shown);
            is_meant.then_some(named)
        })
        .collect();
    match found.is_empty() {
        true => failed(NOTHING.to_owned()),
        false => found,
    }
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

/// A payload file below a folder, or what could not be looked into; anything else is passed over.
fn below(name: &Path, folder: &Path, item: walkdir::Result<walkdir::DirEntry>) -> Option<Named> {
    let named = found(name, folder, item)?;
    let plain = unpacked(&named.shown);
    let is_payload = [".json", ".ndjson", ".jsonl"]
        .iter()
        .any(|end| plain.ends_with(end));
    (is_payload || named.path.is_err()).then_some(named)
}

/// A file below a folder that is called `name`, or what could not be looked into.
fn found(name: &Path, folder: &Path, item: walkdir::Result<walkdir::DirEntry>) -> Option<Named> {
    let shown = |path: &Path| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        name.join(below).to_string_lossy().into_owned()
    };
    match item {
        Ok(item) => item.file_type().is_file().then(|| Named {
            shown: shown(item.path()),
            path: Ok(Some(item.path().to_owned())),
        }),
        Err(error) => Some(Named {
            shown: shown(error.path().unwrap_or(folder)),
            path: Err("it cannot be opened".to_owned()),
        }),
    }
}

/// A name without the ending that says how the file is packed.
pub(super) fn unpacked(name: &str) -> &str {
    let plain = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"));
    plain.unwrap_or(name)
}
