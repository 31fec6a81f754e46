//! The rules against the code of the service that decides the same: where a rule fires, the service refuses with the
//! rule's outcome; where it is quiet, the service does not.

use crate::asking::{cases, shipped};
use chrono::{DateTime, Utc};
use matchmark::payload::Circumstances;
use matchmark::policy::{Rule, RuleBook};
use reference::domain::consent::{
    ConsentPolicy, Identifier, Organisation, Question, Segmentation, Standing, evaluate,
};
use reference::domain::failure::Code;
use reference::domain::member_match::{MemberMatch, Part};
use reference::domain::record::Given;
use reference::domain::workflow::Completion;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::outcome::Code as Outcome;

/// Rules that the service decides when it answers a match.
const DECIDED: [&str; 4] = [
    "consent-party-other",
    "consent-period",
    "member-crossed",
    "reference-elsewhere",
];

/// What a record of the service decides about itself.
const SELF_DECIDED: &str = "window-short";

/// Rules over messages that the service has no endpoint for yet.
const NOT_SERVED: [&str; 7] = [
    "amount-carried",
    "assertion-long-lived",
    "consent-detail-told",
    "contained-dangling",
    "member-in-two-groups",
    "prior-authorization-excluded",
    "remittance-carried",
];

#[test]
fn every_rule_is_decided_by_the_service_or_named_as_not_served() {
    let rules = shipped();
    let named = DECIDED.into_iter().chain(NOT_SERVED).chain([SELF_DECIDED]);
    let named: BTreeSet<&str> = named.collect();
    let known: BTreeSet<&str> = rules.keys().map(String::as_str).collect();
    assert_eq!(named, known);
}

#[test]
fn the_service_refuses_what_a_rule_finds_and_nothing_else() {
    let book = RuleBook::read(&shipped());
    let decided = |rule: &&Rule| DECIDED.contains(&rule.name.as_str());
    let mut compared = 0;
    for rule in book.rules.iter().filter(decided) {
        for (path, specimen, fires) in cases(rule) {
            let refusals = refusals(&specimen.payload, &specimen.circumstances);
            let refused: Vec<Outcome> = refusals.into_iter().flatten().collect();
            assert_eq!(!refused.is_empty(), fires, "{path}: {refused:?}");
            assert!(
                refused.iter().all(|code| Some(*code) == rule.file.outcome),
                "{path}: {refused:?}"
            );
            compared += 1;
        }
    }
    assert!(compared > 25, "{compared}");
}

#[test]
fn a_record_overstates_where_the_rule_finds_it_and_nowhere_else() {
    let book = RuleBook::read(&shipped());
    let rule = book.rules.iter().find(|rule| rule.name == SELF_DECIDED);
    let mut compared = 0;
    for (path, specimen, fires) in cases(rule.unwrap()) {
        // A window without an end is none for the service: it does not read such a record at all.
        let Ok(given) = Given::deserialize(&specimen.payload["data"]) else {
            assert!(!fires, "{path}");
            continue;
        };
        let calls_complete = specimen.payload["disposition"] == "complete";
        let overstates = calls_complete && given.completion() == Completion::Partial;
        assert_eq!(overstates, fires, "{path}");
        compared += 1;
    }
    assert!(compared > 5, "{compared}");
}

#[test]
fn one_member_is_refused_and_the_others_are_not() {
    let book = RuleBook::read(&shipped());
    for name in ["consent-period", "consent-party-other"] {
        let rule = book.rules.iter().find(|rule| rule.name == name).unwrap();
        let (_, specimen, _) = cases(rule)
            .find(|(path, _, _)| path.ends_with("/one-of-two-members.json"))
            .unwrap();
        let refusals = refusals(&specimen.payload, &specimen.circumstances);
        let refused = refusals.iter().filter(|refusal| refusal.is_some());
        assert_eq!((refusals.len(), refused.count()), (2, 1), "{name}");
    }
}

/// What the service would answer to each member of a request, were it asked for it alone.
fn refusals(payload: &Value, circumstances: &Circumstances) -> Vec<Option<Outcome>> {
    requests(payload)
        .iter()
        .map(|request| refusal(request, circumstances))
        .collect()
}

/// A match request for each member.
fn requests(payload: &Value) -> Vec<Value> {
    let parameters = payload["parameter"].as_array().unwrap();
    let bundles: Vec<Value> = parameters
        .iter()
        .filter(|parameter| parameter["name"] == "MemberBundle")
        .map(|bundle| json!({"resourceType": "Parameters", "parameter": bundle["part"]}))
        .collect();
    if bundles.is_empty() {
        vec![payload.clone()]
    } else {
        bundles
    }
}

fn refusal(request: &Value, circumstances: &Circumstances) -> Option<Outcome> {
    let parts = MemberMatch::read(request).unwrap();
    if !parts.reference_mismatches().is_empty() {
        return Some(Code::ReferenceMismatch.meaning().outcome);
    }
    let consent = parts.resource(Part::Consent);
    let parties = circumstances.parties.as_ref();
    // Where nobody said who is who, whoever the consent names is meant.
    let (discloser, recipient) = match parties {
        Some(parties) => (known(&parties.payer), known(&parties.caller)),
        None => (everybody(consent), everybody(consent)),
    };
    let question = Question {
        consent,
        patient: parts.patient_id(),
        discloser: &discloser,
        recipient: &recipient,
        standing: Standing::Open,
    };
    let policy = ConsentPolicy {
        segmentation: Segmentation::Tagged,
        zone: circumstances.zone,
    };
    let within: DateTime<Utc> = "2026-09-15T12:00:00Z".parse().unwrap();
    let now = circumstances.as_of.unwrap_or(within);
    let refused = evaluate(&question, &policy, now).err()?;
    assert!(refused.others.is_empty(), "{refused:?}");
    Some(Code::Consent(refused.first).meaning().outcome)
}

fn known(organisation: &matchmark::payload::Organisation) -> Organisation {
    let identifier = |(system, value): &(String, String)| Identifier {
        system: system.clone(),
        value: value.clone(),
    };
    Organisation {
        identifiers: organisation.identifiers.iter().map(identifier).collect(),
    }
}

fn everybody(consent: Option<&Value>) -> Organisation {
    let actors = consent.and_then(|consent| consent["provision"]["actor"].as_array());
    // A person who acts for a member is named by a reference, not by an identifier.
    let named = actors.into_iter().flatten().filter_map(|actor| {
        let identifier = &actor["reference"]["identifier"];
        Some(Identifier {
            system: identifier["system"].as_str()?.to_owned(),
            value: identifier["value"].as_str()?.to_owned(),
        })
    });
    Organisation {
        identifiers: named.collect(),
    }
}
