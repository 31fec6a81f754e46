//! Where the repository lies, and its files as text.

use crate::fault::Fault;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The text of a file, by its path from the root.
pub fn read(path: &str) -> Result<String, Fault> {
    let path = root().join(path);
    std::fs::read_to_string(&path).map_err(Fault::file(&path))
}

/// Writes a file and the folders above it, by its path from the root.
pub fn write(path: &str, text: &str) -> Result<(), Fault> {
    let path = root().join(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Fault::file(folder))?;
    }
    std::fs::write(&path, text).map_err(Fault::file(&path))
}

/// Writes files of a new folder; refuses a folder that is there already.
pub fn begin(folder: &str, files: &[(&str, String)]) -> Result<(), Fault> {
    if root().join(folder).exists() {
        return Err(Fault::Said(format!("{folder} is there already")));
    }
    for (name, text) in files {
        let path = format!("{folder}/{name}");
        write(&path, text)?;
        println!("  Created  {path}");
    }
    Ok(())
}

/// Refuses a name that is not kebab-case.
pub fn kebab_case(name: &str) -> Result<(), Fault> {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    let starts_with_letter = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    if starts_with_letter && name.split('-').all(word) {
        Ok(())
    } else {
        Err(Fault::Said(format!(
            "`{name}` is not kebab-case: lower-case words, joined by hyphens"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_words_joined_by_hyphens_are_kebab_case() {
        for (name, fits) in [
            ("hrex-coverage", true),
            ("x12", true),
            ("Hrex", false),
            ("hrex_coverage", false),
            ("-x", false),
            ("x--y", false),
            ("1x", false),
            ("", false),
        ] {
            assert_eq!(kebab_case(name).is_ok(), fits, "{name}");
        }
    }
}
