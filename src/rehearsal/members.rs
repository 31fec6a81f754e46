//! The people whom the states of a contract name, as the contract's own requests describe them.

use crate::contract::Planned;
use reference::Member;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everybody whom a state of `planned` names, by reference. Whom no match request describes, and no match is about,
/// is somebody of whom nothing but the reference is known; in a match the provider refuses the state.
pub(super) fn members(planned: &[Planned]) -> Vec<Member> {
    let mut members: BTreeMap<&str, Member> = BTreeMap::new();
    for (reference, interaction) in named(planned) {
        if let Some(member) = described(reference, &interaction.request.body) {
            members.entry(reference).or_insert(member);
        }
    }
    for (reference, interaction) in named(planned) {
        if !interaction.request.path.ends_with("$member-match") {
            let unknown = || Member::new(reference, reference, reference, "1970-01-01");
            members.entry(reference).or_insert_with(unknown);
        }
    }
    members.into_values().collect()
}

/// Everybody whom a state `member` names, with the interaction that it belongs to.
fn named(planned: &[Planned]) -> impl Iterator<Item = (&str, &Planned)> {
    planned.iter().flat_map(|interaction| {
        let states = interaction.states.iter();
        let members = states.filter(|state| state.name == "member");
        members
            .filter_map(|state| state.params.get("ref")?.as_str())
            .map(move |reference| (reference, interaction))
    })
}

/// The member whom a match request asks for.
fn described(reference: &str, body: &[u8]) -> Option<Member> {
    let request: Value = serde_json::from_slice(body).ok()?;
    let patient = part(&request, "MemberPatient")?;
    let family = patient.pointer("/name/0/family")?.as_str()?;
    let birth_date = patient.get("birthDate")?.as_str()?;
    let coverage = part(&request, "CoverageToMatch")?;
    let numbers = coverage
        .pointer("/identifier/0/value")
        .and_then(Value::as_str);
    let subscriber = coverage.get("subscriberId").and_then(Value::as_str);
    // A request without any number is about a member who has one all the same.
    let number = numbers.or(subscriber).unwrap_or(reference);
    let member = Member::new(reference, number, family, birth_date);
    Some(match subscriber {
        Some(subscriber) => member.with_subscriber_id(subscriber),
        None => member,
    })
}

/// The resource of the part with this name.
pub(super) fn part<'a>(parameters: &'a Value, name: &str) -> Option<&'a Value> {
    let parts = parameters.get("parameter")?.as_array()?;
    let named = |part: &&Value| part.get("name").and_then(Value::as_str) == Some(name);
    parts.iter().find(named)?.get("resource")
}
