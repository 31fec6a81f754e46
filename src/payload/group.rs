//! Groups of members: who stands in which, and what a group tells of a consent.
//! Refuses to show who it is: a person is only compared with other persons of the same payload.

use super::facts::{DetailFacts, GroupFacts, GroupMemberFacts, UNKNOWN};
use super::resource::{Resource, items, text, visit};
use serde_json::Value;
use std::collections::BTreeSet;

/// Results of a bulk match.
///
/// Source: PDex 2.2.0 code system PdexMultiMemberMatchResultCS
const RESULTS: [&str; 3] = ["match", "nomatch", "consentconstraint"];

/// What does not make a submitted patient another one.
const NO_PERSON: [&str; 4] = ["id", "meta", "text", "contained"];

pub(super) fn of(resources: &[Resource<'_>]) -> Vec<GroupFacts> {
    let groups: Vec<&Resource<'_>> = resources.iter().filter(|r| r.kind == "Group").collect();
    let people: Vec<Vec<BTreeSet<String>>> = groups.iter().map(|group| people(group)).collect();
    groups
        .iter()
        .enumerate()
        .map(|(own, group)| GroupFacts {
            pointer: group.at.pointer(),
            code: code(group.value).to_owned(),
            members: members(group, own, &people),
            consent_details: consent_details(group),
        })
        .collect()
}

fn code(group: &Value) -> &'static str {
    let coding = group
        .get("code")
        .into_iter()
        .flat_map(|c| items(c, "coding"));
    let mut codes = coding.filter_map(|coding| text(coding, "code"));
    let known = codes.find_map(|code| RESULTS.iter().find(|result| **result == code));
    known.map_or(UNKNOWN, |result| result)
}

/// By which each member of a group can be known again: its own reference, and the person that was submitted.
fn people(group: &Resource<'_>) -> Vec<BTreeSet<String>> {
    items(group.value, "member")
        .map(|member| {
            let mut marks = BTreeSet::new();
            let Some(entity) = member.get("entity") else {
                return marks;
            };
            visit(entity, &mut |pointer, found| {
                let target = found.get("reference").and_then(Value::as_str);
                // What an extension names outside the group need not be a person.
                let is_person = |target: &&str| pointer.is_empty() || target.starts_with('#');
                let target = target.filter(is_person);
                marks.extend(target.and_then(|target| mark(group, target)));
            });
            marks
        })
        .collect()
}

fn mark(group: &Resource<'_>, target: &str) -> Option<String> {
    let Some(id) = target.strip_prefix('#') else {
        return Some(target.to_owned());
    };
    let mut contained = group.contained();
    let (_, person) = contained.find(|(_, one)| text(one, "id") == Some(id))?;
    if text(person, "resourceType") != Some("Patient") {
        return None;
    }
    let mut person = person.clone();
    let members = person.as_object_mut()?;
    members.retain(|name, _| !NO_PERSON.contains(&name.as_str()));
    // A patient of whom nothing was submitted is nobody in particular.
    (members.len() > 1).then(|| wire::json::canonical(&person))
}

fn members(
    group: &Resource<'_>,
    own: usize,
    people: &[Vec<BTreeSet<String>>],
) -> Vec<GroupMemberFacts> {
    let others = || people.iter().enumerate().filter(|(index, _)| *index != own);
    let marks = people.get(own).into_iter().flatten().enumerate();
    marks
        .map(|(index, marks)| {
            let stands_in = |others: &Vec<BTreeSet<String>>| {
                others.iter().any(|other| !other.is_disjoint(marks))
            };
            let count = others().filter(|(_, group)| stands_in(group)).count();
            GroupMemberFacts {
                pointer: group.pointer(&format!("/member/{index}")),
                other_groups: u32::try_from(count).unwrap_or(u32::MAX),
            }
        })
        .collect()
}

/// Whatever in a group tells of a consent.
fn consent_details(group: &Resource<'_>) -> Vec<DetailFacts> {
    let mut found = Vec::new();
    visit(group.value, &mut |pointer, members| {
        let is = |name: &str, holds: &dyn Fn(&str) -> bool| {
            members.get(name).and_then(Value::as_str).is_some_and(holds)
        };
        let form = if is("resourceType", &|kind| kind == "Consent") {
            "contained"
        } else if is("reference", &|target| target.starts_with("Consent/")) {
            "reference"
        } else if is("url", &|url| url.to_ascii_lowercase().contains("consent")) {
            "extension"
        } else {
            return;
        };
        found.push(DetailFacts {
            pointer: group.pointer(pointer),
            form: form.to_owned(),
        });
    });
    found
}
