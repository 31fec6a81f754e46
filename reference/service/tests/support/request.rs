//! Match requests about people of the fixture list.
//! Refuses anybody who is not on it.

use super::catalogue::root;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Person {
    pub id: String,
    pub family: String,
    pub given: Vec<String>,
    pub gender: String,
    pub birth_date: String,
    member: BTreeMap<String, String>,
    subscriber: BTreeMap<String, String>,
}

impl Person {
    pub fn all() -> Vec<Self> {
        #[derive(Deserialize)]
        struct List {
            person: Vec<Person>,
        }
        let text = std::fs::read_to_string(root().join("tests/people.toml")).unwrap();
        toml::from_str::<List>(&text).unwrap().person
    }

    /// Somebody of the same name and birth date under numbers of their own.
    pub fn twin(&self, number: usize) -> Self {
        let own = |numbers: &BTreeMap<String, String>| {
            let numbers = numbers.iter();
            let own =
                |(payer, value): (&String, &String)| (payer.clone(), format!("{value}-{number}"));
            numbers.map(own).collect()
        };
        Self {
            id: format!("{}-{number}", self.id),
            member: own(&self.member),
            subscriber: own(&self.subscriber),
            ..self.clone()
        }
    }

    /// Somebody else of the same name, with numbers and a birthday of their own: many numbers for one person look like a
    /// guess, and are refused.
    pub fn namesake(&self, number: usize) -> Self {
        let mut other = self.twin(number);
        let (year, day) = (1940 + number / 336, number % 336);
        other.birth_date = format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
        other
    }

    /// The person with this place in the list.
    pub fn number(index: usize) -> Self {
        Self::all().remove(index)
    }

    pub fn member(&self, payer: &str) -> String {
        self.member[payer].clone()
    }

    pub fn subscriber(&self, payer: &str) -> String {
        self.subscriber[payer].clone()
    }
}

fn coded(system: &str, code: &str) -> Value {
    let system = format!("http://terminology.hl7.org/CodeSystem/{system}");
    json!({"coding": [{"system": system, "code": code}]})
}

fn payer(id: &str) -> Value {
    json!({"identifier": {"system": super::PAYER_IDS, "value": id}, "display": id})
}

fn coverage(person: &Person, of: &str) -> Value {
    json!({
        "resourceType": "Coverage",
        "id": format!("cov-{of}"),
        "identifier": [{
            "type": coded("v2-0203", "MB"),
            "system": format!("https://{of}.example/member-ids"),
            "value": person.member(of),
        }],
        "status": "active",
        "subscriberId": person.subscriber(of),
        "beneficiary": {"reference": format!("Patient/{}", person.id)},
        "relationship": coded("subscriber-relationship", "self"),
        "period": {"start": "2025-01-01", "end": "2026-12-31"},
        "payor": [payer(of)],
    })
}

/// A consent that lets `discloser` tell `recipient`.
pub fn consent(person: &Person, discloser: &str, recipient: &str) -> Value {
    json!({
        "resourceType": "Consent",
        "id": "consent",
        "status": "active",
        "scope": coded("consentscope", "patient-privacy"),
        "category": [coded("v3-ActCode", "IDSCL")],
        "patient": {"reference": format!("Patient/{}", person.id)},
        "performer": [{"reference": format!("Patient/{}", person.id)}],
        "sourceReference": {"reference": "https://payer.example/DocumentReference/consent"},
        "policy": [{"uri": "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#sensitive"}],
        "provision": {
            "type": "permit",
            "period": {"start": "2026-01-01", "end": "2026-12-31"},
            "actor": [
                {"role": coded("provenance-participant-type", "performer"), "reference": payer(discloser)},
                {"role": coded("v3-ParticipationType", "IRCP"), "reference": payer(recipient)},
            ],
            "action": [coded("consentaction", "disclose")],
        },
    })
}

fn patient(person: &Person, known_to: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{
            "type": coded("v2-0203", "MB"),
            "system": format!("https://{known_to}.example/member-ids"),
            "value": person.member(known_to),
        }],
        "name": [{"use": "official", "family": person.family, "given": person.given}],
        "gender": person.gender,
        "birthDate": person.birth_date,
    })
}

/// What `client` sends to us about a person who was our member.
pub fn member_match(person: &Person, client: &str) -> Value {
    let us = "payer-exchange";
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberPatient", "resource": patient(person, client)},
        {"name": "CoverageToMatch", "resource": coverage(person, us)},
        {"name": "CoverageToLink", "resource": coverage(person, client)},
        {"name": "Consent", "resource": consent(person, us, client)},
    ]})
}

/// What `client` sends to us about many people at once.
pub fn bulk_match(people: &[Person], client: &str) -> Value {
    let member = |person: &Person| json!({"name": "MemberBundle", "part": member_match(person, client)["parameter"]});
    let members: Vec<Value> = people.iter().map(member).collect();
    json!({"resourceType": "Parameters", "parameter": members})
}

/// People by their places in the list; the first four are members of ours.
pub fn people(numbers: &[usize]) -> Vec<Person> {
    let people = numbers.iter();
    people.map(|number| Person::number(*number)).collect()
}

pub fn ids(people: &[Person]) -> Vec<String> {
    people.iter().map(|person| person.id.clone()).collect()
}

/// The request with another value at this place.
pub fn with(mut request: Value, pointer: &str, value: Value) -> Value {
    *request.pointer_mut(pointer).unwrap() = value;
    request
}

/// What our enterprise asks about many people who were members of `partner`.
pub fn bulk_exchange(people: &[Person], partner: &str) -> Value {
    let member = |person: &Person| {
        let single = exchange(person, partner);
        json!({
            "member_patient": single["member_patient"],
            "coverage_to_match": single["coverage_to_match"],
            "coverage_to_link": single["coverage_to_link"],
            "consent": single["consent"],
        })
    };
    json!({
        "kind": "bulk",
        "partner": partner,
        "members": people.iter().map(member).collect::<Vec<_>>(),
        "attestation": {"opted_in": true, "enrolled": true},
    })
}

/// What our enterprise asks about a person who was a member of `partner`.
pub fn exchange(person: &Person, partner: &str) -> Value {
    let us = "payer-exchange";
    json!({
        "kind": "single",
        "partner": partner,
        "member_patient": patient(person, us),
        "coverage_to_match": coverage(person, partner),
        "coverage_to_link": coverage(person, us),
        "consent": consent(person, partner, us),
        "attestation": {"opted_in": true, "enrolled": true},
    })
}
