//! Names that are other words for one name: nicknames, and spellings of names from other alphabets; versioned data.
//! Refuses to know whose names they are.

use crate::ids::DocumentNumber;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `reference/config/aliases/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Document {
    number: DocumentNumber,
    title: String,
    /// Every word of a group may stand for every other.
    nicknames: Vec<Vec<String>>,
    spellings: Vec<Vec<String>>,
    /// How letters of other alphabets are written with ours: what is written long, and its short form.
    digraphs: Vec<(String, String)>,
}

/// The table, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Document")]
pub struct Aliases {
    pub number: DocumentNumber,
    pub title: String,
    /// A word, and the groups in which it stands.
    groups: BTreeMap<String, Vec<usize>>,
    digraphs: Vec<(String, String)>,
}

impl From<Document> for Aliases {
    fn from(document: Document) -> Self {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let tables = document.nicknames.into_iter().chain(document.spellings);
        for (group, words) in tables.enumerate() {
            for word in words {
                groups.entry(word).or_default().push(group);
            }
        }
        Self {
            number: document.number,
            title: document.title,
            groups,
            digraphs: document.digraphs,
        }
    }
}

impl Aliases {
    /// A table without an entry.
    #[must_use]
    pub const fn empty(number: DocumentNumber) -> Self {
        Self {
            number,
            title: String::new(),
            groups: BTreeMap::new(),
            digraphs: Vec::new(),
        }
    }

    /// May one word stand for the other?
    #[must_use]
    pub fn same(&self, one: &str, other: &str) -> bool {
        let share = |groups: &Vec<usize>| {
            let others = self.groups.get(other);
            others.is_some_and(|others| groups.iter().any(|group| others.contains(group)))
        };
        self.groups.get(one).is_some_and(share) || self.folded(one) == self.folded(other)
    }

    /// The word with its long spellings made short.
    fn folded(&self, word: &str) -> String {
        self.digraphs
            .iter()
            .fold(word.to_owned(), |word, (long, short)| {
                word.replace(long, short)
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_of_one_group_and_long_spellings_stand_for_each_other() {
        let text = r#"{"number": 1, "title": "t", "nicknames": [["sample", "sam"], ["sam", "samuel"]],
            "spellings": [["yusuf", "youssef"]], "digraphs": [["ue", "u"]]}"#;
        let table: Aliases = serde_json::from_str(text).unwrap();
        assert!(table.same("sample", "sam") && table.same("samuel", "sam"));
        assert!(!table.same("sample", "samuel"));
        assert!(table.same("youssef", "yusuf"));
        assert!(table.same("mueller", "muller"));
        assert!(!table.same("miller", "muller"));
    }
}
