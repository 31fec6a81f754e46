//! What we hold of a person over time: every value with its days, its source and when it was verified.
//! Refuses to overwrite: a new value ends the old one, which stays and still finds the person.

use super::policy::PersonSuffix;
use super::profile::{Comparable, Cover, Name, Origin, Permit, Provenance, Said, Source};
use super::{Attribute, normalise};
use crate::masked::Masked;
use crate::record::Day;
use serde::{Deserialize, Serialize};

/// A value as it was told, before it is made comparable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Raw {
    Text(String),
    Address {
        lines: Vec<String>,
        city: String,
        postal_code: String,
    },
    Cover {
        payer: String,
        class: String,
        start: Option<Day>,
        end: Option<Day>,
    },
}

/// One value of one attribute, as long as it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub attribute: Attribute,
    pub value: Masked<Raw>,
    pub provenance: Provenance,
}

/// A change that a record does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheld {
    #[error("the value of {0} would end before it began")]
    EndsBeforeItBegan(Attribute),
    #[error("the value of {0} is already held")]
    Known(Attribute),
}

/// Everything that we hold of one person. Entries are only ever added and ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonRecord {
    entries: Vec<Entry>,
}

impl PersonRecord {
    /// A record of these entries, as a store gives them back.
    #[must_use]
    pub fn of(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds a value beside those that hold: a second address, an alias.
    #[must_use]
    pub fn with(mut self, attribute: Attribute, value: Raw, provenance: Provenance) -> Self {
        self.entries.push(Entry {
            attribute,
            value: Masked::new(value),
            provenance,
        });
        self
    }

    /// Adds a text of which only the origin is known.
    #[must_use]
    pub fn said(self, attribute: Attribute, text: &str, origin: Origin) -> Self {
        self.with(
            attribute,
            Raw::Text(text.to_owned()),
            Provenance::of(origin),
        )
    }

    /// From `on`, the attribute is another one: a married name, a new address. What held before stays as former.
    ///
    /// Errors: a value that already holds, a value that would end before it began
    pub fn changed(
        &self,
        attribute: Attribute,
        value: Raw,
        origin: Origin,
        on: Day,
    ) -> Result<Self, Unheld> {
        let mut next = self.clone();
        let holds =
            |entry: &&mut Entry| entry.attribute == attribute && !entry.provenance.is_former();
        for entry in next.entries.iter_mut().filter(holds) {
            if *entry.value.expose() == value {
                return Err(Unheld::Known(attribute));
            }
            if entry.provenance.since.is_some_and(|since| since > on) {
                return Err(Unheld::EndsBeforeItBegan(attribute));
            }
            entry.provenance.until = Some(on);
        }
        let provenance = Provenance {
            since: Some(on),
            verified: Some(on),
            ..Provenance::of(origin)
        };
        Ok(next.with(attribute, value, provenance))
    }
}

impl Source for PersonRecord {
    fn say(&self, permit: &Permit<'_>) -> Vec<Said> {
        let suffix = permit.policy().person_suffix.as_ref();
        let entries = self.entries.iter();
        entries
            .filter(|entry| kept_under(permit.attribute()) == entry.attribute)
            .filter_map(|entry| {
                let value = comparable(entry.attribute, entry.value.expose(), suffix)?;
                Some(Said::new(value, entry.provenance))
            })
            .collect()
    }
}

/// The place is a part of the address, and kept with it.
const fn kept_under(attribute: Attribute) -> Attribute {
    match attribute {
        Attribute::Place => Attribute::Address,
        Attribute::MemberId
        | Attribute::SubscriberId
        | Attribute::BirthDate
        | Attribute::FamilyName
        | Attribute::GivenName
        | Attribute::NameSuffix
        | Attribute::Address
        | Attribute::Phone
        | Attribute::Email
        | Attribute::PlanId
        | Attribute::GroupId
        | Attribute::PriorCoverage
        | Attribute::Gender
        | Attribute::BirthSex
        | Attribute::Relationship => attribute,
    }
}

/// The comparable form; nothing for a value that says nothing.
fn comparable(
    attribute: Attribute,
    raw: &Raw,
    suffix: Option<&PersonSuffix>,
) -> Option<Comparable> {
    match raw {
        Raw::Text(text) if text.trim().is_empty() => None,
        Raw::Text(text) => text_of(attribute, text, suffix),
        Raw::Address {
            lines,
            city,
            postal_code,
        } => {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let address = normalise::address(&lines, city, postal_code);
            Some(Comparable::Address(address))
        }
        Raw::Cover {
            payer,
            class,
            start,
            end,
        } => Some(Comparable::Cover(Cover {
            payer: normalise::identifier(payer),
            class: normalise::identifier(class),
            start: *start,
            end: *end,
        })),
    }
}

fn text_of(attribute: Attribute, text: &str, suffix: Option<&PersonSuffix>) -> Option<Comparable> {
    let word = |text: String| (!text.is_empty()).then_some(Comparable::Word(text));
    let name = |parts: Vec<String>| (!parts.is_empty()).then(|| Comparable::Name(Name::of(parts)));
    match attribute {
        Attribute::MemberId | Attribute::SubscriberId => {
            Some(Comparable::Number(normalise::number(text, suffix)))
        }
        Attribute::BirthDate => Some(Comparable::Date(normalise::date(text))),
        Attribute::FamilyName => name(normalise::name(text)),
        Attribute::GivenName => name(normalise::words(text)),
        Attribute::NameSuffix => word(normalise::lone_suffix(text)?),
        Attribute::Phone => word(normalise::phone(text)),
        Attribute::PlanId | Attribute::GroupId => word(normalise::identifier(text)),
        Attribute::Email | Attribute::Gender | Attribute::BirthSex | Attribute::Relationship => {
            word(normalise::word(text))
        }
        Attribute::Address | Attribute::Place | Attribute::PriorCoverage => None,
    }
}
