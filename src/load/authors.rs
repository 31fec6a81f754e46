//! Who wrote a change, as git tells it, so that nobody approves what is his own.
//! Refuses to prove it: a name in a commit is what its author set.

use super::{LoadError, git};
use crate::catalogue::account as account_word;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Marks the first line of a commit.
const COMMIT: char = '\u{1}';
const BETWEEN: char = '\u{2}';
/// Name and address of who wrote a commit and of who made it, and its co-authors.
const FORMAT: &str = "--format=%x01%an%x02%ae%x02%cn%x02%ce%x02%(trailers:key=Co-authored-by,valueonly,separator=%x02)";

/// Names, addresses and accounts, as accounts are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authors {
    /// Of everything since the base, approvals left out: whoever commits an approval is no author of what it approves.
    pub change: BTreeSet<String>,
    /// Of each waiver, by path, however long ago.
    pub waivers: BTreeMap<String, BTreeSet<String>>,
}

/// Who wrote what lies between `base` and the head, and the waivers.
///
/// Errors: git cannot be run
pub fn authors(root: &Path, base: Option<&str>) -> Result<Authors, LoadError> {
    authors_of(root, base, "HEAD")
}

/// The same of what lies between `base` and the commit `head`.
///
/// Errors: git cannot be run
pub fn authors_of(root: &Path, base: Option<&str>, head: &str) -> Result<Authors, LoadError> {
    let mut authors = Authors::default();
    if let Some(base) = base {
        let range = format!("{base}..{head}");
        let others = ":(exclude)policies/approvals";
        let told = git::run(root, &["log", FORMAT, &range, "--", ".", others])?;
        for line in lines(&told) {
            authors.change.extend(accounts(&line));
        }
    }
    let asked = [
        "log",
        FORMAT,
        "--name-only",
        "--relative",
        "--end-of-options",
        head,
        "--",
        "policies/waivers",
    ];
    let told = git::run(root, &asked)?;
    let mut who = BTreeSet::new();
    for line in lines(&told) {
        if line.starts_with(COMMIT) {
            who = accounts(&line);
        } else if !line.is_empty() {
            authors.waivers.entry(line).or_default().extend(who.clone());
        }
    }
    Ok(authors)
}

fn lines(told: &Option<Vec<u8>>) -> Vec<String> {
    let text = String::from_utf8_lossy(told.as_deref().unwrap_or_default());
    text.lines().map(str::to_owned).collect()
}

/// Everything by which the authors of a commit may be called.
fn accounts(line: &str) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for part in line.trim_start_matches(COMMIT).split(BETWEEN) {
        let (name, address) = match part.split_once('<') {
            Some((name, address)) => (name, address.trim_end_matches('>')),
            None => (part, part),
        };
        let local = address.split('@').next().unwrap_or_default();
        // GitHub's own addresses begin with a number, a plus sign and the account.
        let account = local.rsplit('+').next().unwrap_or_default();
        for word in [name, address, local, account] {
            let word = account_word(word);
            if !word.is_empty() {
                called.insert(word);
            }
        }
    }
    called
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_known_by_name_address_and_account() {
        let line = "\u{1}Board Platform\u{2}12+board-platform@payer-exchange.example\u{2}Two <two@payer-exchange.example>";
        let known = accounts(line);
        for word in ["board platform", "board-platform", "two"] {
            assert!(known.contains(word), "{word}: {known:?}");
        }
        assert!(!known.contains(""));
    }
}
