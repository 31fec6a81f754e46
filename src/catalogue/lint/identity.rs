//! Whether the attributes that an entry calls identifying are those that its schema marks, and whether what it says of
//! consent is what its schema shows.

use super::value::{Group, Values};
use crate::catalogue::{ConsentNeed, Entry, PhiClass, SchemaVersion};
use crate::model::Finding;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::{pointer_escape, pointer_segments};

/// Deepest value in which a mark is looked for; a schema that refers to itself ends here.
const DEEPEST: usize = 16;

/// What the newest version shows of identity and consent, against what the entry says of itself.
pub(super) fn entry(entry: &Entry, newest: &SchemaVersion, bundle: &Value) -> Vec<Finding> {
    let values = Values::of(bundle);
    let mut findings = identity(entry, newest, &values);
    findings.extend(consent(entry, &values));
    findings
}

fn identity(entry: &Entry, newest: &SchemaVersion, values: &Values<'_>) -> Vec<Finding> {
    let mut marked = BTreeSet::new();
    marks(values, &values.top(), "", 0, &mut marked);
    let listed: BTreeSet<&String> = entry.file.identity.iter().collect();
    let mut findings = Vec::new();
    for pointer in &listed {
        let (kind, said) = if !leads(values, pointer) {
            ("unresolved", "leads to nothing in")
        } else if !marked.is_empty() && !marked.contains(*pointer) {
            ("unmarked", "is not marked with `x-identity` in")
        } else {
            continue;
        };
        let message = format!("the identity `{pointer}` {said} `{}`", newest.id);
        findings.push(mismatch(entry, pointer, kind, message));
    }
    for pointer in marked.iter().filter(|pointer| !listed.contains(pointer)) {
        let message = format!(
            "`{}` marks `{pointer}` with `x-identity`, and the entry does not list it",
            newest.id
        );
        findings.push(mismatch(entry, pointer, "unlisted", message));
    }
    findings
}

fn mismatch(entry: &Entry, pointer: &str, kind: &str, message: String) -> Finding {
    let place = entry.source.find("identity =");
    Finding::new("catalogue/identity-mismatch", &*entry.file.id, place)
        .pointer("/identity")
        .kind(format!("{kind} {pointer}"))
        .message(message)
        .remedy("let `identity` of the entry and `x-identity` of its newest schema name the same attributes")
}

/// Whether the schema describes a value at this pointer into a payload.
fn leads(values: &Values<'_>, pointer: &str) -> bool {
    let Some(steps) = pointer_segments(pointer) else {
        return false;
    };
    let mut here = vec![values.top()];
    for step in &steps {
        let next = here.iter().flat_map(|group| match step.as_ref() {
            "*" => values.items(group),
            name => {
                let members = values.members(group).into_iter();
                members
                    .filter(|member| member.name.as_deref() == Some(name))
                    .collect()
            }
        });
        here = next.collect();
    }
    !here.is_empty()
}

/// Pointers into a payload of everything that is marked.
fn marks(
    values: &Values<'_>,
    group: &Group<'_>,
    path: &str,
    depth: usize,
    found: &mut BTreeSet<String>,
) {
    let marked =
        |site: &super::value::Site<'_>| site.schema.get("x-identity") == Some(&Value::Bool(true));
    if group.sites.iter().any(|site| !site.asks && marked(site)) {
        found.insert(path.to_owned());
    }
    if depth >= DEEPEST {
        return;
    }
    for member in values.members(group) {
        let name = member.name.as_deref().unwrap_or_default();
        marks(
            values,
            &member,
            &format!("{path}/{}", pointer_escape(name)),
            depth + 1,
            found,
        );
    }
    for item in values.items(group) {
        marks(values, &item, &format!("{path}/*"), depth + 1, found);
    }
}

fn consent(entry: &Entry, values: &Values<'_>) -> Option<Finding> {
    let bears = values.all().iter().any(|group| is_consent(values, group));
    let (kind, said) = match (entry.file.consent, bears) {
        (ConsentNeed::Bearing, false) => (
            "absent",
            "says that a consent travels in it, and its schema describes none",
        ),
        (ConsentNeed::None | ConsentNeed::Required, true) => (
            "bearing",
            "does not say that a consent travels in it, and its schema describes one",
        ),
        (ConsentNeed::None, false) if entry.file.phi == PhiClass::P3 => (
            "required",
            "carries clinical or claims data of a member, and asks for no consent",
        ),
        _ => return None,
    };
    let id = &entry.file.id;
    Some(
        Finding::new("catalogue/consent-mismatch", &**id, entry.source.find("consent ="))
            .pointer("/consent")
            .kind(kind)
            .message(format!("`{id}` {said}"))
            .remedy("write `bearing` where a consent travels, `required` where one must have been judged, else `none`"),
    )
}

/// Whether a value is a FHIR Consent.
fn is_consent(values: &Values<'_>, group: &Group<'_>) -> bool {
    let kinds = values.members(group).into_iter();
    let kind = kinds.filter(|member| member.name.as_deref() == Some("resourceType"));
    kind.flat_map(|member| member.sites).any(|site| {
        !site.asks
            && site
                .schema
                .get("const")
                .is_some_and(|kind| kind == "Consent")
    })
}
