//! Whether the versions that are served lie in a range, today and after every switch-off.
//! Refuses to know who reads them.

use super::facts::Facts;
use crate::model::SchemaProof;
use chrono::NaiveDate;
use semver::VersionReq;

/// How long something is served in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// For as long as anybody has said.
    Open,
    /// The last day on which something is.
    Until(NaiveDate),
    /// Nothing is.
    Never,
}

/// How long one of the served versions lies in the range of `schema`.
pub(super) fn span(facts: &Facts, schema: &SchemaProof) -> Span {
    let day = facts.day();
    let Ok(range) = schema.range.parse::<VersionReq>() else {
        return Span::Never;
    };
    let served = facts.served.get(&schema.id).map_or(&[][..], Vec::as_slice);
    let mut last = None;
    for version in served.iter().filter(|it| range.matches(&it.version)) {
        match version.sunset {
            None => return Span::Open,
            Some(sunset) if sunset >= day => last = last.max(Some(sunset)),
            Some(_) => {}
        }
    }
    match last {
        None => Span::Never,
        // The contract itself ends before.
        Some(last) if schema.until.is_some_and(|until| until <= last) => Span::Open,
        Some(last) => Span::Until(last),
    }
}

/// A served version in the range that the record does not hold, or holds with another digest.
pub(super) fn unjudged(facts: &Facts, schema: &SchemaProof) -> Option<String> {
    let range = schema.range.parse::<VersionReq>().ok()?;
    let served = facts.served.get(&schema.id)?;
    let mut in_range = served.iter().filter(|it| range.matches(&it.version));
    let other = in_range.find(|it| {
        let judged = schema.versions.get(&it.version.to_string());
        judged != Some(&it.digest)
    })?;
    Some(format!("{}@{}", schema.id, other.version))
}
