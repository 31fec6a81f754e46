//! Names of kept files: a record is called after the digest of its canonical text.
//! Refuses to let a name of somebody else lead out of its folder.

use crate::model::{Build, Deployment, Event, Evidence, digest};
use serde::Serialize;
use wire::json::canonical;

/// The folders of a store.
pub(super) const EVIDENCE: &str = "evidence/";
pub(super) const DEPLOYMENTS: &str = "deployments/";
pub(super) const EVENTS: &str = "events/";

/// The text that is kept of a record, and its hash.
pub(super) fn text<T: Serialize>(record: &T) -> (String, String) {
    // Records hold strings as keys and whole numbers, which always serialise.
    let value = serde_json::to_value(record).unwrap_or_default();
    let text = canonical(&value);
    let hash = hash(text.as_bytes());
    (text, hash)
}

/// The hex digits of the digest of `bytes`.
pub(super) fn hash(bytes: &[u8]) -> String {
    bare(&digest(bytes)).to_owned()
}

/// A digest without the word that says which kind it is.
fn bare(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}

/// Where a record with this hash is kept.
pub(super) fn evidence(record: &Evidence, hash: &str) -> String {
    format!(
        "{EVIDENCE}{}/{}/{}/{}/{hash}.json",
        segment(&record.provider.name),
        segment(&record.consumer.name),
        segment(bare(&record.contract.digest)),
        version(&record.provider.version)
    )
}

fn version(version: &Build) -> String {
    segment(&version.folder())
}

/// Where the state of an instance is kept.
pub(super) fn deployment(deployment: &Deployment) -> String {
    instance(
        &deployment.environment,
        &deployment.participant,
        &deployment.instance,
    )
}

/// The same, by names alone.
pub(super) fn instance(environment: &str, participant: &str, instance: &str) -> String {
    format!(
        "{DEPLOYMENTS}{}/{}/{}.json",
        segment(environment),
        segment(participant),
        segment(instance)
    )
}

/// Where an event with this hash is kept.
pub(super) fn event(event: &Event, hash: &str) -> String {
    format!(
        "{EVENTS}{}/{}-{hash}.json",
        event.at.format("%Y-%m"),
        event.at.format("%Y%m%dT%H%M%SZ")
    )
}

/// `name` as one part of a path: what is no plain character is escaped, and no part is `.` or `..`.
fn segment(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    let mut text = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        if is_plain(byte) && (index > 0 || byte != b'.') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    if text.is_empty() {
        "%".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_its_folder() {
        assert_eq!(segment("northwind"), "northwind");
        assert_eq!(segment("1.4.0+3f2c91a"), "1.4.0+3f2c91a");
        assert_eq!(segment("../a b"), "%2E.%2Fa%20b");
        assert_eq!(segment(".."), "%2E.");
        assert_eq!(segment(""), "%");
    }
}
