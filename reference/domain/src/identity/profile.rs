//! What one side says of a person: values made comparable, each with where it comes from and since when it holds.
//! Refuses to be filled with an attribute that the policy has not given a permit for.

use super::{Attribute, MatchingPolicy, normalise};
use crate::masked::Masked;
use crate::record::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

vocabulary! {
    /// Who told us a value of a person.
    Origin {
        /// The request under decision.
        Request = "request",
        Enrollment = "enrollment",
        Claims = "claims",
        MemberPortal = "member-portal",
        Partner = "partner",
        /// A dispute or a review that a person decided.
        Resolution = "resolution",
    }
}

/// Where a value comes from, and when it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Who told us.
    pub origin: Origin,
    /// The first day on which it held; null where nobody said.
    #[serde(deserialize_with = "crate::record::told")]
    pub since: Option<Day>,
    /// The last day on which it held; null while it holds.
    #[serde(deserialize_with = "crate::record::told")]
    pub until: Option<Day>,
    /// The day on which it was last verified; null when it never was.
    #[serde(deserialize_with = "crate::record::told")]
    pub verified: Option<Day>,
}

impl Provenance {
    /// A value that holds, of which no day is known.
    #[must_use]
    pub const fn of(origin: Origin) -> Self {
        Self {
            origin,
            since: None,
            until: None,
            verified: None,
        }
    }

    /// Did it hold once, and does no more?
    #[must_use]
    pub const fn is_former(&self) -> bool {
        self.until.is_some()
    }
}

/// An identifier, with the suffix that tells the persons of one family apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    pub base: String,
    pub person: Option<String>,
}

/// A name by its parts, with what comparing it again and again would work out again and again.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    pub parts: Vec<String>,
    pub whole: String,
    /// How the whole sounds; nothing for a text of other letters.
    pub sound: Option<String>,
}

impl Name {
    #[must_use]
    pub fn of(parts: Vec<String>) -> Self {
        let whole = parts.concat();
        let sound = normalise::sound(&whole);
        Self {
            parts,
            whole,
            sound,
        }
    }
}

/// A postal address, each part as it compares.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Address {
    pub house: String,
    /// Street lines without house and unit, by what is worth comparing of them.
    pub lines: Vec<String>,
    pub unit: String,
    pub postal_code: String,
    pub city: String,
}

/// A coverage that the person had.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    pub payer: String,
    pub class: String,
    /// ISO dates; an open end is none.
    pub start: Option<Day>,
    pub end: Option<Day>,
}

/// A value as it compares.
#[derive(Clone, PartialEq, Eq)]
pub enum Comparable {
    Number(Number),
    Name(Name),
    /// The digits of a date, most significant first; fewer than eight where it is partial.
    Date(String),
    Address(Address),
    Cover(Cover),
    /// Whatever is equal or not.
    Word(String),
}

/// One value that one side says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub value: Masked<Comparable>,
    pub provenance: Provenance,
}

impl Said {
    #[must_use]
    pub fn new(value: Comparable, provenance: Provenance) -> Self {
        Self {
            value: Masked::new(value),
            provenance,
        }
    }
}

/// The leave to read one attribute. Only a policy that lists the attribute gives one.
#[derive(Debug)]
pub struct Permit<'p> {
    attribute: Attribute,
    policy: &'p MatchingPolicy,
}

impl<'p> Permit<'p> {
    /// The permits of a policy, one for each attribute that it lists.
    pub(super) fn all(policy: &'p MatchingPolicy) -> impl Iterator<Item = Self> {
        policy
            .attributes
            .iter()
            .map(move |&attribute| Self { attribute, policy })
    }

    /// What may be read.
    #[must_use]
    pub const fn attribute(&self) -> Attribute {
        self.attribute
    }

    /// By whose leave.
    #[must_use]
    pub const fn policy(&self) -> &'p MatchingPolicy {
        self.policy
    }
}

/// Somebody who can say something of a person: a request, a row of the member store.
pub trait Source {
    /// Every value of the permitted attribute, the present ones and the former ones.
    fn say(&self, permit: &Permit<'_>) -> Vec<Said>;
}

/// What a source says of one person, as far as a policy lets it be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile(BTreeMap<Attribute, Vec<Said>>);

impl Profile {
    /// Asks the source for every attribute that the policy lists, and for no other.
    #[must_use]
    pub fn read(policy: &MatchingPolicy, source: &dyn Source) -> Self {
        let said = Permit::all(policy).map(|permit| (permit.attribute(), source.say(&permit)));
        Self(said.filter(|(_, values)| !values.is_empty()).collect())
    }

    /// What is said of an attribute; nothing, when it is not known or was not to be read.
    #[must_use]
    pub fn said(&self, attribute: Attribute) -> &[Said] {
        self.0.get(&attribute).map_or(&[], Vec::as_slice)
    }

    /// The identifiers that are said under an attribute, as they compare, with and without the person behind them.
    #[must_use]
    pub fn numbers(&self, attribute: Attribute) -> Vec<&Number> {
        let said = self.said(attribute).iter();
        said.filter_map(|said| match said.value.expose() {
            Comparable::Number(number) => Some(number),
            Comparable::Name(_)
            | Comparable::Date(_)
            | Comparable::Address(_)
            | Comparable::Cover(_)
            | Comparable::Word(_) => None,
        })
        .collect()
    }

    /// Is anything said of it?
    #[must_use]
    pub fn says(&self, attribute: Attribute) -> bool {
        self.0.contains_key(&attribute)
    }
}
