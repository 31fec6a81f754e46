//! The outward shape of files: their length, their opening words, no trace of one machine.
//! Refuses to know what the code does.

use crate::source::Source;
use regex::Regex;

/// Lines that a reader can hold in mind.
///
/// Source: DESIGN of the house, "Under 400 lines; over 250 look for the second noun"
const LONGEST: usize = 400;

/// Files that are longer than a reader can hold.
pub fn too_long(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(source, lines)| {
            format!(
                "{}: {lines} lines, {LONGEST} at most; look for the second noun",
                source.path
            )
        })
        .collect()
}

/// Files that do not open with what they know, and rooms that do not say what they refuse to know.
pub fn headless(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let header = header(&source.text);
        if !is_sentence(&header) {
            complaints.push(format!(
                "{}:1: open with `//!` and a sentence that says what the file knows",
                source.path
            ));
        } else if is_room(&source.path) && !header.contains("efuses to know") {
            complaints.push(format!(
                "{}:1: a room also says what it refuses to know",
                source.path
            ));
        }
    }
    complaints
}

/// Lines that name a folder of one machine.
pub fn machine_paths(sources: &[Source]) -> Vec<String> {
    let folders = ["work", "tmp", "root", "home", "Users"].join("|");
    let pattern =
        Regex::new(&format!(r"(^|[\s\x22'`(=\[,])/({folders})/[A-Za-z]")).expect("a pattern");
    sources
        .iter()
        .flat_map(|source| {
            let named = source
                .text
                .lines()
                .enumerate()
                .filter(|(_, line)| pattern.is_match(line));
            named.map(|(number, _)| {
                format!(
                    "{}:{}: names a folder of one machine",
                    source.path,
                    number + 1
                )
            })
        })
        .collect()
}

/// The words of the `//!` lines that a file opens with.
fn header(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn is_sentence(header: &str) -> bool {
    let first = header
        .split_inclusive(". ")
        .next()
        .unwrap_or_default()
        .trim_end();
    first.split_whitespace().count() >= 3 && first.ends_with(['.', ':'])
}

/// Whether the file is the face of a room or of a crate that others lean on.
fn is_room(path: &str) -> bool {
    let crates = [
        "wire/src/lib.rs",
        "reference/domain/src/lib.rs",
        "reference/service/src/lib.rs",
    ];
    let inner = path.strip_prefix("src/").unwrap_or_default();
    crates.contains(&path) || inner.split('/').count() == 2 && inner.ends_with("/mod.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_401_lines_is_caught() {
        let long = Source::new("src/compat/mod.rs", &"\n".repeat(LONGEST + 1));
        let fits = Source::new("src/compat/walk.rs", &"\n".repeat(LONGEST));
        assert_eq!(too_long(&[long, fits]).len(), 1);
    }

    #[test]
    fn a_file_without_opening_words_is_caught() {
        for (text, wrong) in [
            ("use std::fs;", 1),
            ("//! .\nfn f() {}", 1),
            ("// One thing that is wrong.", 1),
            ("//! One thing that is wrong,\n//! as a check says it.\n", 0),
        ] {
            let source = Source::new("src/model/finding.rs", text);
            assert_eq!(headless(&[source]).len(), wrong, "{text}");
        }
    }

    #[test]
    fn a_room_that_refuses_nothing_is_caught() {
        let silent = Source::new("src/compat/mod.rs", "//! Two versions, one verdict.\n");
        let clear = Source::new(
            "src/compat/mod.rs",
            "//! Two versions, one verdict.\n//! Refuses to know partners.\n",
        );
        assert_eq!(headless(&[silent]).len(), 1);
        assert_eq!(headless(&[clear]).len(), 0);
    }

    #[test]
    fn a_folder_of_one_machine_is_caught() {
        let folder = ["", "home", "someone", "x"].join("/");
        let named = Source::new("docs/a.md", &format!("see {folder}"));
        let address = Source::new("docs/b.md", &format!("see https://payer.example{folder}"));
        assert_eq!(machine_paths(&[named]).len(), 1);
        assert_eq!(machine_paths(&[address]).len(), 0);
    }
}
