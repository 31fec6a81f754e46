//! Whether a schema says which objects it describes, why it leaves one open, and whose each leaf is.
//! Refuses to look into conditions: what only asks describes nothing.

use super::value::{Group, Site, Values};
use crate::catalogue::SchemaVersion;
use crate::model::{Finding, Place};
use serde_json::Value;
use std::collections::BTreeMap;

/// What every leaf carries besides its meaning, which the policy `semantics-missing` asks for.
const MARKS: [&str; 2] = ["x-since", "x-source"];

pub(super) fn version(version: &SchemaVersion, bundle: &Value) -> Vec<Finding> {
    let values = Values::of(bundle);
    let mut findings = BTreeMap::new();
    for group in values.all() {
        for site in group.sites.iter().filter(|site| site.is_own()) {
            if site.has("properties") && !is_object(site) {
                let found = type_missing(version, &site.pointer);
                findings.insert((site.pointer.clone(), "type"), found);
            }
        }
        for site in open_sites(&group) {
            let found = open_unexplained(version, &site.pointer);
            findings.insert((site.pointer.clone(), "open"), found);
        }
        if let Some((site, lacking)) = unmarked(&values, &group) {
            let found = annotation_missing(version, &site.pointer, &lacking);
            findings.insert((site.pointer.clone(), "marks"), found);
        }
    }
    findings.into_values().collect()
}

fn is_object(site: &Site<'_>) -> bool {
    match site.schema.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => false,
    }
}

/// Whether it closes the object, or says why not; a reference leaves that to what it names.
fn settles(site: &Site<'_>) -> bool {
    let closed = |keyword: &str| {
        let found = site.schema.get(keyword);
        found.is_some_and(|found| *found == Value::Bool(false) || found.is_object())
    };
    site.has("x-open")
        || site.has("$ref")
        || closed("additionalProperties")
        || closed("unevaluatedProperties")
}

/// Object schemas of this version that leave their value open to unknown names without a word.
fn open_sites<'g, 'a>(group: &'g Group<'a>) -> Vec<&'g Site<'a>> {
    let describing: Vec<&Site<'a>> = group.sites.iter().filter(|site| !site.asks).collect();
    let explained = |site: &Site<'_>| {
        describing.iter().any(|other| {
            settles(other) && (other.always || site.pointer.starts_with(&other.pointer))
        })
    };
    // A bare object is described where its branches are.
    let elsewhere = |site: &Site<'_>| {
        let others = describing
            .iter()
            .filter(|other| other.pointer != site.pointer);
        !site.has("properties") && others.into_iter().any(|other| other.has("properties"))
    };
    let objects = describing
        .iter()
        .filter(|site| is_object(site) && site.is_own());
    objects
        .copied()
        .filter(|site| !explained(site) && !elsewhere(site))
        .collect()
}

/// The place of a leaf of this version and the marks that it lacks.
fn unmarked<'g, 'a>(
    values: &Values<'a>,
    group: &'g Group<'a>,
) -> Option<(&'g Site<'a>, Vec<&'static str>)> {
    group.name.as_ref()?;
    let place = group
        .places
        .iter()
        .find(|site| site.is_own() && !site.asks)?;
    let described = |group: &Group<'_>| group.sites.iter().any(|site| site.has("properties"));
    let is_leaf = !described(group) && !values.items(group).iter().any(described);
    let is_ours = group.sites.iter().all(Site::is_own);
    if !is_leaf || !is_ours {
        return None;
    }
    let carried = |mark: &&str| group.sites.iter().any(|site| site.has(mark));
    let lacking: Vec<&str> = MARKS.into_iter().filter(|mark| !carried(mark)).collect();
    (!lacking.is_empty()).then_some((place, lacking))
}

fn finding(rule: &str, version: &SchemaVersion, pointer: &str) -> Finding {
    let place = Place::at(&version.path, version.schema.nearest(pointer));
    Finding::new(rule, version.id.to_string(), place).pointer(pointer)
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() {
        "the whole schema"
    } else {
        pointer
    }
}

fn type_missing(version: &SchemaVersion, pointer: &str) -> Finding {
    finding("catalogue/type-missing", version, pointer)
        .kind("object")
        .message(format!(
            "{} of `{}` lists properties but does not ask for an object",
            shown(pointer),
            version.id
        ))
        .remedy("write \"type\": \"object\" beside `properties`, in conditions too")
}

fn open_unexplained(version: &SchemaVersion, pointer: &str) -> Finding {
    finding("catalogue/open-unexplained", version, pointer)
        .kind("open")
        .message(format!(
            "{} of `{}` is open to names that it does not list, and does not say why",
            shown(pointer),
            version.id
        ))
        .remedy("close it with \"additionalProperties\": false, or give the reason in `x-open`")
}

fn annotation_missing(version: &SchemaVersion, pointer: &str, lacking: &[&str]) -> Finding {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    finding("catalogue/annotation-missing", version, pointer)
        .kind(lacking.join(" "))
        .message(format!(
            "`{name}` of `{}` lacks {}",
            version.id,
            lacking.join(", ")
        ))
        .remedy("say its sensitivity, the version that brought it and the statement behind it")
}
