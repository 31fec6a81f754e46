//! Each consent: how its period lies to the instant, and whether it names the two ends of the exchange.
//! Refuses to weigh anything that the schema of a consent already demands.

use super::circumstances::{Circumstances, Organisation, Parties};
use super::facts::{ConsentFacts, PartyFacts, PartyRole, PeriodFacts, PeriodState, YesNo};
use super::resource::{Resource, has_code, items, text};
use chrono::{DateTime, Utc};
use serde_json::Value;
use wire::date::span;

/// Roles of the actors of an HRex consent.
///
/// Source: HRex 1.2.0 hrex-consent, slices source and recipient of provision.actor
const DISCLOSER: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    "performer",
);
const RECIPIENT: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "IRCP",
);

pub(super) fn of(resources: &[Resource<'_>], circumstances: &Circumstances) -> Vec<ConsentFacts> {
    let consents = resources.iter().filter(|found| found.kind == "Consent");
    consents
        .map(|consent| ConsentFacts {
            pointer: consent.at.pointer(),
            member: consent.at.member(),
            period: period(consent, circumstances),
            parties: parties(consent, circumstances),
        })
        .collect()
}

fn period(consent: &Resource<'_>, circumstances: &Circumstances) -> PeriodFacts {
    let bound = |name: &str| {
        let written = consent.value.pointer("/provision/period")?.get(name)?;
        span(written.as_str()?, circumstances.zone)
    };
    let place = |name: &str| consent.pointer(&format!("/provision/period/{name}"));
    let (Some(start), Some(end), Some(now)) = (bound("start"), bound("end"), circumstances.as_of)
    else {
        return PeriodFacts {
            pointer: consent.at.pointer(),
            state: PeriodState::Unknown,
            days: 0,
        };
    };
    // An end that is past outranks a start to come: such a period never covered anything.
    if end.after <= now {
        PeriodFacts {
            pointer: place("end"),
            state: PeriodState::Ended,
            days: days(end.after, now),
        }
    } else if now < start.first {
        PeriodFacts {
            pointer: place("start"),
            state: PeriodState::NotBegun,
            days: days(now, start.first),
        }
    } else {
        PeriodFacts {
            pointer: place("end"),
            state: PeriodState::Covers,
            days: days(now, end.after),
        }
    }
}

fn days(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// Both ends of the exchange; where nobody knows who asked whom, the way round that the consent fits best.
fn parties(consent: &Resource<'_>, circumstances: &Circumstances) -> Vec<PartyFacts> {
    let ways = circumstances.parties.as_ref().map(Parties::ways);
    let told = ways.into_iter().flatten();
    let told = told.map(|parties| ends(consent, Some(&parties)));
    let strangers =
        |ends: &Vec<PartyFacts>| ends.iter().filter(|end| end.named == YesNo::No).count();
    told.min_by_key(strangers)
        .unwrap_or_else(|| ends(consent, None))
}

fn ends(consent: &Resource<'_>, parties: Option<&Parties>) -> Vec<PartyFacts> {
    [
        (PartyRole::Discloser, DISCLOSER, parties.map(|p| &p.payer)),
        (PartyRole::Recipient, RECIPIENT, parties.map(|p| &p.caller)),
    ]
    .into_iter()
    .map(|(role, code, wanted)| party(consent, role, code, wanted))
    .collect()
}

fn party(
    consent: &Resource<'_>,
    role: PartyRole,
    (system, code): (&str, &str),
    wanted: Option<&Organisation>,
) -> PartyFacts {
    let nothing = Value::Null;
    let provision = consent.value.get("provision").unwrap_or(&nothing);
    let of_role = |(_, actor): &(usize, &Value)| {
        let role = actor.get("role");
        role.is_some_and(|role| has_code(role, system, code))
    };
    let actors: Vec<(usize, &Value)> = items(provision, "actor")
        .enumerate()
        .filter(of_role)
        .collect();
    let named = wanted.map_or(YesNo::Unknown, |wanted| {
        match actors.iter().any(|(_, actor)| names(actor, wanted)) {
            true => YesNo::Yes,
            false => YesNo::No,
        }
    });
    let pointer = match (actors.first(), provision.get("actor")) {
        (Some((index, _)), _) => consent.pointer(&format!("/provision/actor/{index}")),
        (None, Some(_)) => consent.pointer("/provision/actor"),
        (None, None) => consent.at.pointer(),
    };
    PartyFacts {
        pointer,
        role,
        named,
    }
}

/// Only an identifier says who an actor is: a literal reference cannot be followed.
fn names(actor: &Value, organisation: &Organisation) -> bool {
    let identifier = actor.pointer("/reference/identifier");
    let part = |name: &str| identifier.and_then(|identifier| text(identifier, name));
    match (part("system"), part("value")) {
        (Some(system), Some(value)) => organisation.is_known_as(system, value),
        _ => false,
    }
}
