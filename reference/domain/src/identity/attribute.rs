//! The attributes of a person, as a request and as the member store give them.
//! Refuses to read an attribute that the policy does not list.

use super::{MatchingPolicy, normalise};
use crate::consent::Organisation;
use crate::ids::MemberRef;
use crate::masked::Masked;
use crate::member_match::{MemberMatch, Part};
use serde_json::Value;

vocabulary! {
    /// What a policy may let the matcher look at.
    Attribute {
        MemberId = "member-id",
        SubscriberId = "subscriber-id",
        BirthDate = "birth-date",
        FamilyName = "family-name",
    }
}

impl Attribute {
    /// The part of a request that says it.
    #[must_use]
    pub const fn source(self) -> Part {
        match self {
            Self::MemberId | Self::SubscriberId => Part::CoverageToMatch,
            Self::BirthDate | Self::FamilyName => Part::MemberPatient,
        }
    }

    /// Where the attribute stands in a request.
    #[must_use]
    pub fn expression(self, parts: &MemberMatch<'_>) -> String {
        let element = match self {
            Self::MemberId => "identifier",
            Self::SubscriberId => "subscriberId",
            Self::BirthDate => "birthDate",
            Self::FamilyName => "name",
        };
        parts.expression(self.source(), element)
    }
}

/// Whose identifiers the request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedPayer {
    /// Ours, or the coverage names its payer by no identifier.
    Us,
    Other,
}

/// What a request says, ready to be compared.
#[derive(Clone, Debug)]
pub struct Asked {
    pub payer: NamedPayer,
    pub member_ids: Vec<Masked<String>>,
    pub subscriber_id: Option<Masked<String>>,
    pub birth_date: Option<Masked<String>>,
    pub families: Vec<Masked<Vec<String>>>,
}

impl Asked {
    /// Reads the listed attributes of a request that came to `us`.
    #[must_use]
    pub fn read(parts: &MemberMatch<'_>, policy: &MatchingPolicy, us: &Organisation) -> Self {
        let listed = |attribute| policy.reads(attribute);
        let coverage = parts.coverage_to_match;
        Self {
            payer: named_payer(coverage, us),
            member_ids: if listed(Attribute::MemberId) {
                member_ids(coverage)
            } else {
                Vec::new()
            },
            subscriber_id: text(coverage, "subscriberId")
                .filter(|_| listed(Attribute::SubscriberId))
                .map(|id| Masked::new(normalise::identifier(id))),
            birth_date: text(parts.patient, "birthDate")
                .filter(|_| listed(Attribute::BirthDate))
                .map(|date| Masked::new(date.to_owned())),
            families: if listed(Attribute::FamilyName) {
                families(parts.patient)
            } else {
                Vec::new()
            },
        }
    }
}

/// What the member store says about one person.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub person: MemberRef,
    pub member_id: Option<Masked<String>>,
    pub subscriber_id: Option<Masked<String>>,
    pub birth_date: Option<Masked<String>>,
    /// Present and earlier family names.
    pub families: Vec<Masked<Vec<String>>>,
}

fn named_payer(coverage: &Value, us: &Organisation) -> NamedPayer {
    let identifiers: Vec<(&str, &str)> = items(coverage, "payor")
        .filter_map(|payor| payor.get("identifier"))
        .filter_map(|id| Some((text(id, "system")?, text(id, "value")?)))
        .collect();
    let ours = identifiers
        .iter()
        .any(|(system, value)| us.is_known_as(system, value));
    if identifiers.is_empty() || ours {
        NamedPayer::Us
    } else {
        NamedPayer::Other
    }
}

/// Identifiers typed as member number, and untyped ones, which the oldest version of the coverage allows.
///
/// Source: HRex 1.0.0 hrex-cov-1; HRex 1.2.0 slice memberid
fn member_ids(coverage: &Value) -> Vec<Masked<String>> {
    items(coverage, "identifier")
        .filter(|id| id.get("type").is_none_or(is_member_number))
        .filter_map(|id| text(id, "value"))
        .map(|value| Masked::new(normalise::identifier(value)))
        .collect()
}

fn is_member_number(kind: &Value) -> bool {
    items(kind, "coding").any(|coding| {
        text(coding, "system") == Some("http://terminology.hl7.org/CodeSystem/v2-0203")
            && text(coding, "code") == Some("MB")
    })
}

fn families(patient: &Value) -> Vec<Masked<Vec<String>>> {
    items(patient, "name")
        .filter_map(|name| text(name, "family"))
        .map(|family| Masked::new(normalise::name(family)))
        .collect()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
