//! References between the resources of a payload, and to contained resources.
//! Refuses to follow anything that does not travel along.

use super::facts::{ContainedFacts, ReferenceFacts, SameAs, UNKNOWN};
use super::resource::{Resource, path, text, visit};
use serde_json::{Map, Value};

/// Elements by which the resources of a match request hold together: present without a literal reference, each is
/// a fact all the same.
///
/// Source: HRex 1.2.0 mm-6
const BINDING: [&str; 2] = ["Coverage.beneficiary", "Consent.patient"];

/// Part that names the member.
///
/// Source: HRex 1.2.0 hrex-parameters-member-match-in
const PATIENT: &str = "MemberPatient";

/// Every reference that is not to a contained resource.
pub(super) fn of(resources: &[Resource<'_>]) -> Vec<ReferenceFacts> {
    let mut found = Vec::new();
    for resource in resources {
        visit(resource.value, &mut |pointer, members| {
            let element = || format!("{}.{}", resource.kind, path(pointer));
            let literal = members.get("reference").and_then(Value::as_str);
            match literal {
                Some(target) if !target.starts_with('#') => {
                    let at = resource.pointer(&format!("{pointer}/reference"));
                    found.push(fact(resource, resources, at, element(), Some(target)));
                }
                None if may_bind(resource) && BINDING.contains(&element().as_str()) => {
                    let at = resource.pointer(pointer);
                    found.push(fact(resource, resources, at, element(), None));
                }
                Some(_) | None => {}
            }
        });
    }
    found
}

/// Whether the resource is of a type that has such an element.
fn may_bind(resource: &Resource<'_>) -> bool {
    let mut types = BINDING
        .iter()
        .filter_map(|element| element.split('.').next());
    types.any(|kind| kind == resource.kind)
}

fn fact(
    resource: &Resource<'_>,
    all: &[Resource<'_>],
    pointer: String,
    element: String,
    target: Option<&str>,
) -> ReferenceFacts {
    let target = target.and_then(local);
    let same_as = target.map_or(SameAs::Nothing, |named| same_as(resource, all, named));
    ReferenceFacts {
        pointer,
        member: resource.at.member(),
        part: resource.part.to_owned(),
        element,
        local: target.is_some(),
        resolves: same_as != SameAs::Nothing,
        same_as,
    }
}

/// Type and id of a relative reference.
fn local(reference: &str) -> Option<(&str, &str)> {
    let (kind, id) = reference.split_once('/')?;
    let is_type = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_type.then_some((kind, id))
}

fn same_as(from: &Resource<'_>, all: &[Resource<'_>], (kind, id): (&str, &str)) -> SameAs {
    let is_named = |other: &&Resource<'_>| other.kind == kind && other.id() == Some(id);
    let mut named = all.iter().filter(is_named).peekable();
    if named.peek().is_none() {
        return SameAs::Nothing;
    }
    let mut found = SameAs::Nothing;
    for other in named {
        let is_patient = other.part == PATIENT;
        match (from.at.is_beside(other.at), is_patient) {
            (true, true) => return SameAs::OwnPatient,
            (true, false) => found = SameAs::OtherPart,
            (false, true) if found == SameAs::Nothing => found = SameAs::OtherPatient,
            (false, _) => {}
        }
    }
    found
}

/// Every reference to a contained resource.
pub(super) fn contained(resources: &[Resource<'_>]) -> Vec<ContainedFacts> {
    let mut found = Vec::new();
    for resource in resources {
        visit(resource.value, &mut |pointer, members| {
            let literal = members.get("reference").and_then(Value::as_str);
            let Some(id) = literal.and_then(|target| target.strip_prefix('#')) else {
                return;
            };
            let target = target(resource, id);
            found.push(ContainedFacts {
                pointer: resource.pointer(&format!("{pointer}/reference")),
                element: extension(resource.value, pointer).unwrap_or_else(|| path(pointer)),
                resolves: target.is_some(),
                target: target.unwrap_or(UNKNOWN).to_owned(),
            });
        });
    }
    found
}

/// Type of the contained resource of this id; `#` alone is the resource that contains.
fn target<'a>(resource: &Resource<'a>, id: &str) -> Option<&'a str> {
    if id.is_empty() {
        return Some(resource.kind);
    }
    let mut contained = resource.contained();
    let (_, named) = contained.find(|(_, one)| text(one, "id") == Some(id))?;
    text(named, "resourceType")
}

/// Last part of the URL of the extension whose value stands at `pointer`.
fn extension(resource: &Value, pointer: &str) -> Option<String> {
    let (parent, _) = pointer.rsplit_once('/')?;
    let holder: &Map<String, Value> = resource.pointer(parent)?.as_object()?;
    let url = holder.get("url")?.as_str()?;
    let name = url.rsplit('/').next()?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (name.len() <= 64 && name.chars().all(is_word)).then(|| name.to_owned())
}
