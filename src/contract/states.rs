//! The closed vocabulary of provider states: which states exist, in which version, with which parameters.
//! Refuses to know how a provider sets them up.

use semver::Version;
use serde_json::{Map, Value};

/// A state that the provider must be in before a request is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub name: String,
    pub params: Map<String, Value>,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Count,
    Flag,
    Word(&'static [&'static str]),
    /// `{start, end}`, ISO dates.
    Period,
    Texts,
    Objects,
}

/// The state that names the credentials a caller has.
pub const AUTHORIZATION: &str = "authorization";

/// One parameter of a state.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// One state of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    pub name: &'static str,
    /// Major, minor, patch.
    pub version: (u64, u64, u64),
    pub params: &'static [Param],
}

const fn must(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: true,
    }
}

const fn may(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: false,
    }
}

const fn word(name: &'static str, params: &'static [Param]) -> Word {
    Word {
        name,
        version: (1, 0, 0),
        params,
    }
}

/// A state that has been given optional parameters since its first version.
const fn grown(name: &'static str, params: &'static [Param]) -> Word {
    Word {
        name,
        version: (1, 1, 0),
        params,
    }
}

/// Every state with its parameters, in alphabetical order.
///
/// Source: the table of provider states of the contract specification, section 2
pub const VOCABULARY: &[Word] = &[
    word(
        AUTHORIZATION,
        &[
            may("scopes", Kind::Texts),
            may("token", Kind::Word(&["valid", "expired", "wrong-member"])),
        ],
    ),
    word(
        "consent",
        &[
            must("member", Kind::Text),
            must(
                "status",
                Kind::Word(&["active", "expired", "revoked", "absent"]),
            ),
            may("policy", Kind::Word(&["regular", "sensitive"])),
            may("recipient", Kind::Word(&["caller", "other"])),
            may("period", Kind::Period),
        ],
    ),
    word(
        "coverage",
        &[
            must("member", Kind::Text),
            may("role", Kind::Word(&["old", "new", "concurrent"])),
            may("period", Kind::Period),
            may("memberId", Kind::Text),
        ],
    ),
    word(
        "history",
        &[
            must("member", Kind::Text),
            may("from", Kind::Text),
            may("to", Kind::Text),
            may("gaps", Kind::Objects),
            may("financial", Kind::Flag),
        ],
    ),
    grown(
        "job",
        &[
            must("kind", Kind::Text),
            must(
                "phase",
                Kind::Word(&["accepted", "in-progress", "complete", "failed", "expired"]),
            ),
            may("progress", Kind::Text),
            may("id", Kind::Text),
            may("member", Kind::Text),
        ],
    ),
    word(
        "member",
        &[
            must("ref", Kind::Text),
            must("matches", Kind::Count),
            may(
                "tier",
                Kind::Word(&["deterministic", "probabilistic", "manual"]),
            ),
            may("identifiers", Kind::Objects),
        ],
    ),
    word(
        "outage",
        &[must("dependency", Kind::Text), may("kind", Kind::Text)],
    ),
    word(
        "partner",
        &[must("profile", Kind::Text), may("answer", Kind::Text)],
    ),
    grown(
        "request",
        &[
            must("state", Kind::Text),
            may("idempotencyKey", Kind::Text),
            may("member", Kind::Text),
        ],
    ),
    word(
        "throttle",
        &[must("limit", Kind::Count), may("retryAfterS", Kind::Count)],
    ),
];

/// The state with this name.
#[must_use]
pub fn known(name: &str) -> Option<&'static Word> {
    VOCABULARY.iter().find(|word| word.name == name)
}

impl Word {
    #[must_use]
    pub fn version(&self) -> Version {
        let (major, minor, patch) = self.version;
        Version::new(major, minor, patch)
    }

    /// The parameter with this name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }
}

impl Kind {
    #[must_use]
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Count => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Period => value.as_object().is_some_and(is_period),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Objects => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_object)),
        }
    }

    /// What is expected, in words.
    #[must_use]
    pub fn expectation(self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::Count => "a whole number, zero or more".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Period => "an object with `start` and `end`, each YYYY-MM-DD".to_owned(),
            Self::Texts => "an array of strings".to_owned(),
            Self::Objects => "an array of objects".to_owned(),
        }
    }
}

fn is_period(members: &Map<String, Value>) -> bool {
    members.len() == 2
        && ["start", "end"].iter().all(|name| {
            members
                .get(*name)
                .and_then(Value::as_str)
                .is_some_and(|text| text.parse::<chrono::NaiveDate>().is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_state_is_found_by_its_name_and_once() {
        for word in VOCABULARY {
            assert_eq!(known(word.name).map(|found| found.name), Some(word.name));
        }
        assert!(VOCABULARY.is_sorted_by(|left, right| left.name < right.name));
        assert!(known("weather").is_none());
    }

    #[test]
    fn a_parameter_holds_what_its_kind_says() {
        let period = json!({"start": "2026-01-01", "end": "2026-12-31"});
        assert!(Kind::Period.accepts(&period));
        assert!(!Kind::Period.accepts(&json!({"start": "2026-01-01"})));
        assert!(Kind::Word(&["valid"]).accepts(&json!("valid")));
        assert!(!Kind::Word(&["valid"]).accepts(&json!("other")));
        assert!(!Kind::Count.accepts(&json!(-1)));
    }
}
