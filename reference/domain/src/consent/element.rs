//! One judgement per item of an HRex consent.
//! Refuses to weigh them: each is found in order, missing or invalid.

use super::{ConsentPolicy, Flaw, Item, Organisation, Policy, Question, Segmentation};
use crate::Timestamp;
use serde_json::Value;
use wire::date::{Span, span};

/// Source: HRex 1.2.0 hrex-consent, value sets and patterns of the profile
const SCOPE: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/consentscope",
    "patient-privacy",
);
const CATEGORY: (&str, &str) = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL");
const DISCLOSER: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    "performer",
);
const RECIPIENT: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "IRCP",
);
const ACTION: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/consentaction",
    "disclose",
);
const POLICY_PAGE: &str =
    "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#";
/// Elements of `provision` that the profile sets to 0..0.
///
/// Source: HRex 1.2.0 hrex-consent
const UNSUPPORTED: [&str; 7] = [
    "securityLabel",
    "purpose",
    "class",
    "code",
    "dataPeriod",
    "data",
    "provision",
];

/// What is wrong with `item` of `consent`, if anything is.
pub(super) fn flaw(
    item: Item,
    consent: &Value,
    question: &Question<'_>,
    rules: &ConsentPolicy,
    now: Timestamp,
) -> Option<Flaw> {
    let provision = consent.get("provision");
    match item {
        Item::Status => is(consent.get("status"), |status| status == "active"),
        Item::Scope => is(consent.get("scope"), |scope| has_code(scope, SCOPE)),
        Item::Category => is(consent.get("category"), |all| {
            items(all).filter(|one| has_code(one, CATEGORY)).count() == 1
        }),
        Item::Patient => is(reference(consent.get("patient")), |found| {
            let target = found
                .as_str()
                .and_then(|text| text.strip_prefix("Patient/"));
            target.is_some() && target == question.patient
        }),
        Item::Performer => is(consent.get("performer"), |all| {
            let mut performers = items(all).peekable();
            let agrees = |one| is_member(one, question) || is_representative(one, consent);
            performers.peek().is_some() && performers.all(agrees)
        }),
        Item::Source => source(consent),
        Item::Policy => is(consent.get("policy"), |_| honours(policy(consent), rules)),
        Item::Type => is(provision.and_then(|p| p.get("type")), |t| t == "permit"),
        Item::PeriodStart => is(bound(provision, "start"), |text| {
            instants(text, rules).is_some_and(|span| span.first <= now)
        }),
        Item::PeriodEnd => is(bound(provision, "end"), |text| {
            instants(text, rules).is_some_and(|span| now < span.after)
        }),
        Item::Discloser => actor(provision, DISCLOSER, question.discloser),
        Item::Recipient => actor(provision, RECIPIENT, question.recipient),
        Item::Action => is(provision.and_then(|p| p.get("action")), |all| {
            items(all).count() == 1 && items(all).all(|one| has_code(one, ACTION))
        }),
    }
}

/// Does it hold an element that the profile forbids?
pub(super) fn has_unsupported(consent: &Value) -> bool {
    consent
        .get("provision")
        .is_some_and(|provision| UNSUPPORTED.iter().any(|name| provision.get(name).is_some()))
}

/// The one HRex policy that the consent names; none when it names none or two.
pub(super) fn policy(consent: &Value) -> Option<Policy> {
    let mut named = items(consent.get("policy")?)
        .filter_map(|policy| policy.get("uri")?.as_str()?.strip_prefix(POLICY_PAGE));
    match (named.next(), named.next()) {
        (Some(one), None) => one.parse().ok(),
        _ => None,
    }
}

fn honours(policy: Option<Policy>, rules: &ConsentPolicy) -> bool {
    match (policy, rules.segmentation) {
        (Some(Policy::Sensitive), _) | (Some(Policy::Regular), Segmentation::Tagged) => true,
        (Some(Policy::Regular), Segmentation::Untagged) | (None, _) => false,
    }
}

fn is(found: Option<&Value>, holds: impl FnOnce(&Value) -> bool) -> Option<Flaw> {
    match found {
        None => Some(Flaw::Missing),
        Some(value) if holds(value) => None,
        Some(_) => Some(Flaw::Invalid),
    }
}

/// A reference to a document, which is never followed; an attachment is none.
fn source(consent: &Value) -> Option<Flaw> {
    let found = ["sourceReference", "sourceAttachment"]
        .iter()
        .find_map(|name| consent.get(name));
    is(found, |source| {
        let typed = source.get("type").is_some_and(|t| t == "DocumentReference");
        let named = source
            .get("reference")
            .and_then(Value::as_str)
            .is_some_and(|text| text.split('/').any(|part| part == "DocumentReference"));
        typed || named
    })
}

fn actor(
    provision: Option<&Value>,
    role: (&str, &str),
    organisation: &Organisation,
) -> Option<Flaw> {
    let mut named = provision
        .and_then(|p| p.get("actor"))
        .into_iter()
        .flat_map(items)
        .filter(|actor| actor.get("role").is_some_and(|r| has_code(r, role)))
        .peekable();
    if named.peek().is_none() {
        return Some(Flaw::Missing);
    }
    let found = named.any(|actor| names(actor, organisation));
    (!found).then_some(Flaw::Invalid)
}

fn names(actor: &Value, organisation: &Organisation) -> bool {
    let text = |name: &str| {
        actor
            .pointer(&format!("/reference/identifier/{name}"))?
            .as_str()
    };
    match (text("system"), text("value")) {
        (Some(system), Some(value)) => organisation.is_known_as(system, value),
        _ => false,
    }
}

/// When the consent ends, if it says so.
pub(super) fn end(consent: Option<&Value>, rules: &ConsentPolicy) -> Option<Timestamp> {
    let text = bound(consent?.get("provision"), "end")?;
    Some(instants(text, rules)?.after)
}

fn bound<'a>(provision: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    provision?.get("period")?.get(name)
}

fn instants(text: &Value, rules: &ConsentPolicy) -> Option<Span> {
    span(text.as_str()?, rules.zone)
}

fn reference(element: Option<&Value>) -> Option<&Value> {
    element?.get("reference")
}

/// Is it the member itself who agreed?
fn is_member(performer: &Value, question: &Question<'_>) -> bool {
    let named = reference(Some(performer)).and_then(Value::as_str);
    let named = named.and_then(|text| text.strip_prefix("Patient/"));
    named.is_some() && named == question.patient
}

/// Is it somebody who stands for the member, and whom the consent names as an actor with a role?
///
/// Source: PDex 2.2.0 pdex-205, pdex-206
fn is_representative(performer: &Value, consent: &Value) -> bool {
    let Some(named) = reference(Some(performer)).and_then(Value::as_str) else {
        return false;
    };
    let contained = |id| {
        let inside = consent.get("contained").into_iter().flat_map(items);
        let mut people = inside.filter(|one| {
            one.get("resourceType")
                .is_some_and(|kind| kind == "RelatedPerson")
        });
        people.any(|one| one.get("id").is_some_and(|own| own == id))
    };
    let is_person = match named.strip_prefix('#') {
        Some(id) => contained(id),
        // A parent may be a member too, and either may stand at another server.
        None => {
            let kind = named.rsplit('/').nth(1);
            kind.is_some_and(|kind| ["RelatedPerson", "Patient"].contains(&kind))
        }
    };
    let actors = consent
        .pointer("/provision/actor")
        .into_iter()
        .flat_map(items);
    let mut actors = actors.filter(|actor| actor.get("role").is_some());
    is_person
        && actors.any(|actor| reference(actor.get("reference")).is_some_and(|text| text == named))
}

fn has_code(concept: &Value, (system, code): (&str, &str)) -> bool {
    concept
        .get("coding")
        .into_iter()
        .flat_map(items)
        .any(|coding| {
            coding.get("system").is_some_and(|found| found == system)
                && coding.get("code").is_some_and(|found| found == code)
        })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
