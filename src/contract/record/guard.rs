//! What traffic said, so that nothing which is written holds any of it.
//! Refuses to give any of it out again.

use super::traffic::{Cargo, Carried, Taken};
use serde_json::Value;
use std::collections::BTreeSet;

/// Shortest text that may not even be a part of another one.
///
/// Source: as where errors may not echo a request, contract specification, section 7
const PART: usize = 4;

/// Every text of the traffic: values, names that only it has, segments of paths.
#[derive(Debug, Default)]
pub struct Guard {
    texts: BTreeSet<String>,
}

impl Guard {
    #[must_use]
    pub fn of(traffic: &[Taken]) -> Self {
        let mut texts = BTreeSet::new();
        for taken in traffic {
            texts.extend(taken.path.iter().cloned());
            for (name, value) in &taken.query {
                texts.extend([name.clone(), value.clone()]);
            }
            carried(&taken.request, &mut texts);
            carried(&taken.response, &mut texts);
        }
        texts.remove("");
        Self { texts }
    }

    /// Whether the traffic never said `text`, nor anything that is a part of it.
    ///
    /// Shape: candidates are short, so looking every part of them up takes no time however much was recorded
    #[must_use]
    pub fn is_new(&self, text: &str) -> bool {
        let starts = text.char_indices().map(|(at, _)| at);
        let mut parts = starts
            .flat_map(|from| (from + PART..=text.len()).filter_map(move |to| text.get(from..to)));
        !self.texts.contains(text) && !parts.any(|part| self.texts.contains(part))
    }

    /// The first of `candidates` that the traffic never said.
    pub fn first<T: ToString>(&self, candidates: impl Iterator<Item = T>) -> Option<T> {
        candidates
            .take(MOST)
            .find(|candidate| self.is_new(&candidate.to_string()))
    }
}

/// Candidates that are tried for one value.
///
/// Source: more than any recording has values of one kind; beyond that the value is left out
const MOST: usize = 100_000;

fn carried(side: &Carried, texts: &mut BTreeSet<String>) {
    for (name, value) in &side.headers {
        texts.insert(value.clone());
        // A list of values is as many values.
        texts.extend(value.split([',', ';', ' ']).map(str::to_owned));
        texts.insert(name.clone());
    }
    match &side.body {
        Cargo::None => {}
        Cargo::Json(value) => scalars(value, texts),
        Cargo::Other(text) => {
            texts.insert(text.clone());
            texts.extend(text.split_whitespace().map(str::to_owned));
        }
    }
}

fn scalars(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            texts.insert(number.to_string());
        }
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| scalars(item, texts)),
        Value::Object(members) => {
            for (key, member) in members {
                texts.insert(key.clone());
                scalars(member, texts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_said_is_new_nor_a_text_around_it() {
        let guard = Guard {
            texts: BTreeSet::from(["M100".to_owned(), "abc".to_owned()]),
        };
        for said in ["M100", "abc", "x-M100", "M1007", "\u{e9}M100"] {
            assert!(!guard.is_new(said), "{said}");
        }
        for new in ["M10", "abcd", "\u{e9}", ""] {
            assert!(guard.is_new(new), "{new}");
        }
        assert_eq!(guard.first(100_u32..), Some(100));
        assert_eq!(guard.first(["abc", "M1001", "b"].into_iter()), Some("b"));
    }
}
