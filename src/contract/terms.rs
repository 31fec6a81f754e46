//! What our own groups say of a contract: ranges, outcome, closed and forbidden places, the consumer's reader.
//! Refuses to know Pact's own members.

use super::path::Path;
use super::promise::{Fault, History, Sequence};
use super::rule::Part;
use super::states::State;
use chrono::NaiveDate;
use semver::VersionReq;
use serde_json::Value;
use std::collections::BTreeMap;
use wire::outcome::{Class, Code};

/// `metadata.matchmark`.
#[derive(Clone, Debug)]
pub struct FileTerms {
    pub owner: String,
    pub introduced: Option<NaiveDate>,
    pub sunset: Option<NaiveDate>,
    /// Vocabulary name to range, one for every state that is used.
    pub states: BTreeMap<String, VersionReq>,
    pub reader: Reader,
}

/// `comments.references.matchmark` of an interaction.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub request: Option<SchemaRange>,
    pub response: Option<SchemaRange>,
    /// Of a message.
    pub contents: Option<SchemaRange>,
    pub polarity: Polarity,
    pub outcome: Option<Outcome>,
    pub closed: Vec<Scope>,
    pub forbidden: Vec<Scope>,
    /// Names in lower case.
    pub forbidden_headers: Vec<String>,
    pub optional: Vec<Optional>,
    pub edges: Vec<Edge>,
    pub history: Option<History>,
    pub sequence: Option<Sequence>,
    /// Value of the header `Idempotency-Key` that the request carries.
    pub idempotency_key: Option<String>,
    pub fault: Option<Fault>,
    pub reader: Option<Reader>,
    pub owner: Option<String>,
    pub introduced: Option<NaiveDate>,
    pub sunset: Option<NaiveDate>,
}

/// A catalogue entry and the versions of it that the consumer lives with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRange {
    pub id: String,
    pub range: VersionReq,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// Whether the provider must serve or refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polarity {
    #[default]
    Positive,
    Negative,
}

/// What an error means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub class: Class,
    pub code: Code,
    pub retryable: bool,
    pub side_effects: SideEffects,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// What a refusal may leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideEffects {
    None,
    Any,
}

/// Which side of an interaction a place lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Request,
    /// What the consumer reads: an answer, or the contents of a message.
    Response,
}

impl Side {
    /// The word that stands in contracts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// Values of the body of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub side: Side,
    pub path: Path,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// A value that need not look like the example.
#[derive(Clone, Debug, PartialEq)]
pub struct Optional {
    pub scope: Scope,
    pub variants: Vec<Alternative>,
}

/// What may stand in the place of an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    pub is: Instead,
    /// States that make the provider give it.
    pub states: Vec<State>,
}

/// What stands there instead of the example.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    Absent,
    Null,
    Value(Value),
}

/// What the consumer's parser really bears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    pub unknown_fields: UnknownFields,
    pub field_order: FieldOrder,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownFields {
    #[default]
    Ignore,
    Reject,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldOrder {
    #[default]
    Any,
    /// The order of the example.
    Fixed,
}

/// What an interaction exercises beside the plain case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    MissingIdentifier,
    PartialHistory,
    ExpiredConsent,
    RevokedConsent,
    WrongRecipient,
    NoMatch,
    MultipleMatch,
    DuplicateMember,
    MalformedPayload,
    ConflictingField,
    Throttled,
    VersionMismatch,
}

impl Edge {
    pub const ALL: [Self; 12] = [
        Self::MissingIdentifier,
        Self::PartialHistory,
        Self::ExpiredConsent,
        Self::RevokedConsent,
        Self::WrongRecipient,
        Self::NoMatch,
        Self::MultipleMatch,
        Self::DuplicateMember,
        Self::MalformedPayload,
        Self::ConflictingField,
        Self::Throttled,
        Self::VersionMismatch,
    ];

    /// The tag that stands in contracts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::MissingIdentifier => "missing-identifier",
            Self::PartialHistory => "partial-history",
            Self::ExpiredConsent => "expired-consent",
            Self::RevokedConsent => "revoked-consent",
            Self::WrongRecipient => "wrong-recipient",
            Self::NoMatch => "no-match",
            Self::MultipleMatch => "multiple-match",
            Self::DuplicateMember => "duplicate-member",
            Self::MalformedPayload => "malformed-payload",
            Self::ConflictingField => "conflicting-field",
            Self::Throttled => "throttled",
            Self::VersionMismatch => "version-mismatch",
        }
    }
}

impl FileTerms {
    /// What holds for a file without our group: its consumer answers for it.
    #[must_use]
    pub fn of_plain(consumer: &str) -> Self {
        Self {
            owner: consumer.to_owned(),
            introduced: None,
            sunset: None,
            states: BTreeMap::new(),
            reader: Reader::default(),
        }
    }
}

impl Terms {
    /// Whether no side of the interaction is held against the catalogue.
    #[must_use]
    pub fn names_no_schema(&self) -> bool {
        self.request.is_none() && self.response.is_none() && self.contents.is_none()
    }

    /// The closed or optional places of one side, with the part that rules speak of.
    pub fn optional_on(&self, side: Side) -> impl Iterator<Item = &Optional> {
        self.optional
            .iter()
            .filter(move |optional| optional.scope.side == side)
    }

    /// The paths of `closed` on one side.
    pub fn closed_on(&self, side: Side) -> impl Iterator<Item = &Scope> {
        self.closed.iter().filter(move |scope| scope.side == side)
    }
}

/// All parts that rules may speak of, by side.
#[must_use]
pub fn parts(side: Side) -> &'static [Part] {
    match side {
        Side::Request => &[Part::Path, Part::Query, Part::Header, Part::Body],
        Side::Response => &[Part::Status, Part::Header, Part::Body],
    }
}
