//! Whether a description says more than the name that it stands beside. What a field means to the business is
//! `x-semantics`, and the policy `semantics-missing` decides about that.

use super::value::{Group, Site, Values};
use crate::catalogue::SchemaVersion;
use crate::catalogue::words::added;
use crate::model::{Finding, Place};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn version(version: &SchemaVersion, bundle: &Value) -> Vec<Finding> {
    let mut findings = BTreeMap::new();
    for group in Values::of(bundle).all() {
        for site in group.places.iter().filter(|site| site.is_own()) {
            let said = empty(version, &group, site).map(|name| finding(version, site, &name));
            findings.extend(said.map(|found| (site.pointer.clone(), found)));
        }
    }
    findings.into_values().collect()
}

/// The name to which the description of `site` adds nothing.
fn empty(version: &SchemaVersion, group: &Group<'_>, site: &Site<'_>) -> Option<String> {
    let text = site.schema.get("description")?.as_str()?;
    let name = match &group.name {
        Some(name) => name,
        None if site.pointer.is_empty() => &version.id.entry,
        None => return None,
    };
    (added(name, text) == 0).then(|| name.clone())
}

fn finding(version: &SchemaVersion, site: &Site<'_>, name: &str) -> Finding {
    let pointer = format!("{}/description", site.pointer);
    let place = Place::at(&version.path, version.schema.nearest(&pointer));
    Finding::new("catalogue/description-empty", version.id.to_string(), place)
        .pointer(pointer)
        .kind("restates-name")
        .message(format!(
            "the description of `{name}` in `{}` only repeats its name",
            version.id
        ))
        .remedy("say what a reader cannot guess from the name, or leave the description out")
}
