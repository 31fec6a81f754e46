//! The labelled pairs of the shared folder, each with the question that it asks.
//! Refuses to know who answers it.

use crate::fault::Fault;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The folder of material that is too large for the repository.
pub const SHARED: &str = "MATCHMARK_SHARED";

/// Two schemas, and whether everything that the old one accepts is accepted by the new one.
pub struct Pair {
    pub old: Value,
    pub new: Value,
    pub draft_old: String,
    pub draft_new: String,
    /// None where one side is no schema, so that no answer is right.
    pub truth: Option<bool>,
}

impl Pair {
    /// The question as one line.
    pub fn line(&self) -> String {
        json!({
            "n": 1, "old": self.old, "new": self.new,
            "draft": self.draft_old, "draft_old": self.draft_old, "draft_new": self.draft_new,
        })
        .to_string()
    }
}

/// The file of the pairs; none where there is no such folder.
pub fn file() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os(SHARED)?);
    Some(folder.join("data").join("compat-pairs.ndjson"))
}

/// Every pair, in the order of the file.
pub fn read() -> Result<Vec<Pair>, Fault> {
    let Some(path) = file() else {
        return Ok(Vec::new());
    };
    let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
    text.lines()
        .map(|line| {
            pair(line).ok_or_else(|| Fault::Said("a labelled pair is malformed".to_owned()))
        })
        .collect()
}

fn pair(line: &str) -> Option<Pair> {
    let line: Value = serde_json::from_str(line).ok()?;
    let draft = |side: &str| {
        let own = line.get(side).or_else(|| line.get("draft"))?;
        own.as_str().map(str::to_owned)
    };
    Some(Pair {
        old: line.get("old")?.clone(),
        new: line.get("new")?.clone(),
        draft_old: draft("draft_old")?,
        draft_new: draft("draft_new")?,
        truth: line.get("truth")?.as_bool(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pair_has_a_draft_on_each_side_and_may_have_no_truth() {
        let both = pair(r#"{"old":true,"new":{},"draft":"7","truth":true}"#).unwrap();
        assert_eq!((both.draft_new.as_str(), both.truth), ("7", Some(true)));
        let each = r#"{"old":{},"new":{},"draft_old":"4","draft_new":"2020-12","truth":null}"#;
        let each = pair(each).unwrap();
        assert_eq!((each.draft_old.as_str(), each.truth), ("4", None));
        assert!(each.line().contains(r#""draft_new":"2020-12""#));
    }
}
