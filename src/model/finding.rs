//! One thing that is wrong, as a check says it: before anyone decides how heavy it weighs.

use super::{Direction, Effect, Severity, Subject, fingerprint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a file of the repository. Lines and columns start at 1.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Place {
    /// Path relative to the repository's root, with forward slashes.
    pub file: String,
    /// Counted from 1, as editors do.
    pub line: u32,
    /// Counted from 1 in Unicode scalar values, not in bytes.
    pub column: u32,
}

impl Place {
    /// The first character of a file.
    #[must_use]
    pub fn start(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 1,
            column: 1,
        }
    }

    /// Whether it is a place in what came from standard input.
    #[must_use]
    pub fn is_input(&self) -> bool {
        self.file == "-"
    }

    /// A position inside `file`.
    #[must_use]
    pub fn at(file: impl Into<String>, position: wire::json::Position) -> Self {
        Self {
            file: file.into(),
            line: position.line,
            column: position.column,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Where a witness comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum WitnessSource {
    /// Made from the two schemas alone; it may be shown.
    Generated,
    /// A catalogue example; synthetic, but shown by its place only.
    Example {
        /// Where the example stands.
        place: Place,
        /// Digest of the example's bytes.
        digest: String,
    },
    /// A recorded payload: cited by place and digest, never shown.
    Recorded {
        /// Where the record stands.
        place: Place,
        /// Digest of the record's bytes.
        digest: String,
    },
}

/// A payload that proves a break: accepted on one side, rejected on the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Witness {
    /// How the payload was come by.
    pub source: WitnessSource,
    /// `id@version` that accepts it.
    pub accepted_by: String,
    /// `id@version` that rejects it.
    pub rejected_by: String,
    /// Length of its canonical text.
    pub bytes: usize,
    /// The payload itself, only when it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

/// Someone whom a finding hurts.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Hurt {
    /// Partner, contract consumer or history.
    pub who: String,
    /// Why, in a few words without any payload value.
    pub why: String,
    /// Where that reliance is written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// One labelled line below a finding: `change`, `known`, `tried`, `owner`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// One word that says what kind of line it is.
    pub label: String,
    /// The line itself, without any payload value.
    pub text: String,
}

/// What decides a finding's severity. `app/judge` turns it into a `Severity`, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// As the table of rules says.
    ByRule,
    /// As the rule's own file says (policies).
    Declared(Severity),
    /// As the Effect x Direction table says (compatibility).
    Effect(Effect, Direction),
}

/// One thing that is wrong. Texts are built from names, kinds and schemas, never from a payload's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `<room>/<name>`; for everything but policies it stands in the tables of `model::rules`.
    pub rule: String,
    pub gravity: Gravity,
    pub subject: Subject,
    pub place: Place,
    /// JSON pointer into the subject's document; empty for the whole.
    pub pointer: String,
    /// What tells two findings of one rule at one pointer apart.
    pub kind: String,
    /// One sentence: what is wrong.
    pub message: String,
    /// One remedy, with the command where there is one.
    pub remedy: String,
    pub witness: Option<Witness>,
    pub hurts: Vec<Hurt>,
    pub notes: Vec<Note>,
}

impl Finding {
    /// A finding whose severity is that of its rule.
    #[must_use]
    pub fn new(rule: &str, subject: impl Into<Subject>, place: Place) -> Self {
        Self {
            rule: rule.to_owned(),
            gravity: Gravity::ByRule,
            subject: subject.into(),
            place,
            pointer: String::new(),
            kind: String::new(),
            message: String::new(),
            remedy: String::new(),
            witness: None,
            hurts: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[must_use]
    pub fn gravity(mut self, gravity: Gravity) -> Self {
        self.gravity = gravity;
        self
    }

    #[must_use]
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = kind.into();
        self
    }

    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    #[must_use]
    pub fn witness(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    #[must_use]
    pub fn hurt(mut self, hurt: Hurt) -> Self {
        self.hurts.push(hurt);
        self
    }

    #[must_use]
    pub fn note(mut self, label: &str, text: impl Into<String>) -> Self {
        self.notes.push(Note {
            label: label.to_owned(),
            text: text.into(),
        });
        self
    }

    /// What waivers match: rule, subject, pointer and kind, never the wording.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.rule, &self.subject, &self.pointer, &self.kind)
    }
}
