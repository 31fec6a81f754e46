//! What a `$member-match` request says of a person, and what the member store says of one.
//! Refuses to read an attribute without a permit of the policy.

use super::policy::PersonSuffix;
use super::profile::{Comparable, Cover, Name, Origin, Permit, Profile, Provenance, Said, Source};
use super::{Attribute, MatchingPolicy, normalise};
use crate::consent::Organisation;
use crate::ids::MemberRef;
use crate::member_match::MemberMatch;
use crate::record::Day;
use serde_json::Value;

/// US Core extension of the sex at birth.
///
/// Source: US Core 3.1.1 us-core-birthsex
const BIRTH_SEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
/// Kinds of identifiers.
///
/// Source: HL7 v2 table 0203
const IDENTIFIER_KINDS: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// More values of one attribute than a person has are not looked at.
const MOST_VALUES: usize = 20;

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
    pub profile: Profile,
}

impl Asked {
    /// Reads the listed attributes of a request that came to `us`.
    #[must_use]
    pub fn read(parts: &MemberMatch<'_>, policy: &MatchingPolicy, us: &Organisation) -> Self {
        Self {
            payer: named_payer(parts.coverage_to_match, us),
            profile: Profile::read(policy, &Request(parts)),
        }
    }
}

/// What the member store says about one person.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub person: MemberRef,
    pub profile: Profile,
}

/// A request as somebody who says things of a person.
struct Request<'a>(&'a MemberMatch<'a>);

impl Source for Request<'_> {
    fn say(&self, permit: &Permit<'_>) -> Vec<Said> {
        let (patient, coverage) = (self.0.patient, self.0.coverage_to_match);
        let suffix = permit.policy().person_suffix.as_ref();
        let mut said = match permit.attribute() {
            Attribute::MemberId => member_ids(coverage, suffix),
            Attribute::SubscriberId => texts(coverage, "subscriberId", |text| {
                Comparable::Number(normalise::number(text, suffix))
            }),
            Attribute::BirthDate => texts(patient, "birthDate", |text| {
                Comparable::Date(normalise::date(text))
            }),
            Attribute::FamilyName => {
                names(patient, |name| Some(normalise::name(text(name, "family")?)))
            }
            Attribute::GivenName => names(patient, |name| Some(given(name))),
            Attribute::NameSuffix => suffixes(patient),
            Attribute::Address | Attribute::Place => addresses(patient),
            Attribute::Phone => contacts(patient, "phone", normalise::phone),
            Attribute::Email => contacts(patient, "email", normalise::word),
            Attribute::PlanId => classes(coverage, "plan"),
            Attribute::GroupId => classes(coverage, "group"),
            Attribute::PriorCoverage => cover(coverage).into_iter().collect(),
            Attribute::Gender => texts(patient, "gender", word),
            Attribute::BirthSex => items(patient, "extension")
                .filter(|one| text(one, "url") == Some(BIRTH_SEX))
                .filter_map(|one| text(one, "valueCode"))
                .map(|code| now(word(code)))
                .collect(),
            Attribute::Relationship => codes(coverage, "relationship"),
        };
        said.truncate(MOST_VALUES);
        said
    }
}

fn now(value: Comparable) -> Said {
    Said::new(value, Provenance::of(Origin::Request))
}

fn word(text: &str) -> Comparable {
    Comparable::Word(normalise::word(text))
}

fn texts(resource: &Value, name: &str, read: impl Fn(&str) -> Comparable) -> Vec<Said> {
    let said = text(resource, name).filter(|text| !text.trim().is_empty());
    said.map(|text| now(read(text))).into_iter().collect()
}

/// Identifiers typed as member number, and untyped ones, which the oldest version of the coverage allows.
///
/// Source: HRex 1.0.0 hrex-cov-1; HRex 1.2.0 slice memberid
fn member_ids(coverage: &Value, suffix: Option<&PersonSuffix>) -> Vec<Said> {
    items(coverage, "identifier")
        .filter(|id| id.get("type").is_none_or(is_member_number))
        .filter_map(|id| text(id, "value"))
        .map(|value| now(Comparable::Number(normalise::number(value, suffix))))
        .collect()
}

fn is_member_number(kind: &Value) -> bool {
    items(kind, "coding").any(|coding| {
        text(coding, "system") == Some(IDENTIFIER_KINDS) && text(coding, "code") == Some("MB")
    })
}

/// Something of each name; a name that was given up is a former one.
fn names(patient: &Value, read: impl Fn(&Value) -> Option<Vec<String>>) -> Vec<Said> {
    items(patient, "name")
        .filter_map(|name| Some((name, read(name)?)))
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(name, parts)| Said::new(Comparable::Name(Name::of(parts)), held(name)))
        .collect()
}

fn given(name: &Value) -> Vec<String> {
    items(name, "given")
        .filter_map(Value::as_str)
        .flat_map(normalise::words)
        .collect()
}

fn suffixes(patient: &Value) -> Vec<Said> {
    let written = |name: &Value| {
        let apart = items(name, "suffix").filter_map(Value::as_str);
        let apart: Vec<String> = apart.filter_map(normalise::lone_suffix).collect();
        let within = text(name, "family").and_then(normalise::suffix);
        apart.into_iter().chain(within).next()
    };
    items(patient, "name")
        .filter_map(|name| Some((written(name)?, held(name))))
        .map(|(suffix, held)| Said::new(Comparable::Word(suffix), held))
        .collect()
}

fn addresses(patient: &Value) -> Vec<Said> {
    items(patient, "address")
        .map(|address| {
            let lines: Vec<&str> = items(address, "line").filter_map(Value::as_str).collect();
            let part = |name| text(address, name).unwrap_or_default();
            let value = normalise::address(&lines, part("city"), part("postalCode"));
            Said::new(Comparable::Address(value), held(address))
        })
        .collect()
}

fn contacts(patient: &Value, system: &str, read: fn(&str) -> String) -> Vec<Said> {
    items(patient, "telecom")
        .filter(|contact| text(contact, "system") == Some(system))
        .filter_map(|contact| Some((text(contact, "value")?, held(contact))))
        .map(|(value, held)| Said::new(Comparable::Word(read(value)), held))
        .filter(|said| *said.value.expose() != Comparable::Word(String::new()))
        .collect()
}

/// Values of the classes of this kind.
///
/// Source: HL7 terminology, coverage-class
fn classes(coverage: &Value, kind: &str) -> Vec<Said> {
    class_values(coverage, kind)
        .map(|value| now(Comparable::Word(normalise::identifier(value))))
        .collect()
}

fn class_values<'a>(coverage: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a str> {
    items(coverage, "class")
        .filter(move |class| {
            class.get("type").is_some_and(|of| {
                items(of, "coding").any(|coding| text(coding, "code") == Some(kind))
            })
        })
        .filter_map(|class| text(class, "value"))
}

fn cover(coverage: &Value) -> Option<Said> {
    let payer = items(coverage, "payor")
        .find_map(|payor| text(payor.get("identifier")?, "value"))
        .map(normalise::identifier)?;
    let (start, end) = period(coverage);
    let class = class_values(coverage, "plan").next();
    Some(now(Comparable::Cover(Cover {
        payer,
        class: class.map(normalise::identifier).unwrap_or_default(),
        start,
        end,
    })))
}

fn codes(resource: &Value, element: &str) -> Vec<Said> {
    let element = resource.get(element).into_iter();
    element
        .flat_map(|concept| items(concept, "coding"))
        .filter_map(|coding| text(coding, "code"))
        .map(|code| now(word(code)))
        .collect()
}

/// When a name, an address or a contact held, by its period and its use.
fn held(element: &Value) -> Provenance {
    let (since, until) = period(element);
    let given_up = text(element, "use") == Some("old");
    Provenance {
        since,
        // An old value without an end has ended before it began to be compared.
        until: until.or(given_up.then_some(since).flatten()),
        ..Provenance::of(Origin::Request)
    }
}

fn period(element: &Value) -> (Option<Day>, Option<Day>) {
    let bound = |name| {
        let text = text(element.get("period")?, name)?;
        text.get(..10)?.parse().ok()
    };
    (bound("start"), bound("end"))
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
