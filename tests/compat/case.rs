//! Hand-written pairs, one folder an area, each with its truth and, for breaks, a value that shows it.
//! Refuses to ask the engine.

use matchmark::model::Effect;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What a partner would have suffered.
    #[allow(dead_code)]
    note: String,
    #[serde(default = "newest")]
    draft: String,
    draft_old: Option<String>,
    draft_new: Option<String>,
    pub old: Value,
    pub new: Value,
    /// Whether everything that `old` accepts is accepted by `new`; `unknown` where one of them says nothing at all.
    pub verdict: Verdict,
    /// A value that only `old` accepts.
    #[serde(default, deserialize_with = "present")]
    pub witness: Option<Value>,
    /// A value that only `new` accepts.
    #[serde(default, deserialize_with = "present")]
    pub gained: Option<Value>,
    rule: Option<String>,
    pointer: Option<String>,
    #[serde(default)]
    also: Vec<Found>,
    pub effect: Effect,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Compatible,
    Breaking,
    Unknown,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub rule: String,
    pub pointer: String,
}

fn newest() -> String {
    "2020-12".to_owned()
}

/// A field that is there, whatever it holds: `null` is a value too.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl Case {
    /// The drafts of both sides.
    pub fn drafts(&self) -> (&str, &str) {
        (
            self.draft_old.as_deref().unwrap_or(&self.draft),
            self.draft_new.as_deref().unwrap_or(&self.draft),
        )
    }

    /// The findings that explain the pair, in order.
    pub fn wanted(&self) -> Vec<Found> {
        let first = self.rule.clone().zip(self.pointer.clone());
        let first = first.map(|(rule, pointer)| Found { rule, pointer });
        let mut wanted: Vec<Found> = first.into_iter().chain(self.also.iter().cloned()).collect();
        wanted.sort();
        wanted
    }
}

/// Every case by area and name.
pub fn cases() -> BTreeMap<String, Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat");
    let mut cases = BTreeMap::new();
    for area in std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        for file in std::fs::read_dir(&area)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
            let name = format!("{}/{}", stem(&area), stem(&file));
            let text = std::fs::read_to_string(&file).unwrap();
            let case =
                serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            cases.insert(name, case);
        }
    }
    cases
}
