//! The headers of two answers, as far as a partner acts on them.
//! Refuses to tell what a header holds.

use super::Manner;
use super::binding::{is_id, local, tokens};
use super::body::Spot;
use super::kind::ABSENT;
use crate::model::HttpResponse;
use crate::model::replayed::Departure;
use std::collections::BTreeSet;

/// What must stay the same about a header.
#[derive(Clone, Copy)]
enum Matter {
    /// Its value.
    Value,
    /// Its words, in any order.
    Words,
    /// Its media type and the version of FHIR, without other parameters.
    Media,
    /// The address that it names, with another id where an id stands.
    Route,
    /// That it is there: its value is another one each time.
    Presence,
}

/// Headers on which a partner acts; all others are passed over.
///
/// Source: RFC 9110; FHIR R4 RESTful API and asynchronous request pattern
const HEADERS: &[(&str, Matter)] = &[
    ("allow", Matter::Words),
    ("cache-control", Matter::Value),
    ("content-location", Matter::Route),
    ("content-type", Matter::Media),
    ("etag", Matter::Presence),
    ("location", Matter::Route),
    ("retry-after", Matter::Presence),
    ("www-authenticate", Matter::Presence),
];

/// Headers of `now` that depart from those of `was`.
pub(super) fn differences(manner: &Manner, was: &HttpResponse, now: &HttpResponse) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (name, matter) in HEADERS {
        let spot = |departure, was: &str, now: &str| Spot {
            departure,
            at: (*name).to_owned(),
            was: was.to_owned(),
            now: now.to_owned(),
        };
        spots.extend(
            match (value(&was.headers, name), value(&now.headers, name)) {
                (None, None) => None,
                (Some(_), None) => Some(spot(Departure::HeaderMissing, "present", ABSENT)),
                (None, Some(_)) => Some(spot(Departure::HeaderAdded, ABSENT, "present")),
                (Some(old), Some(new)) => {
                    let is_same = match matter {
                        _ if manner.volatile_headers.contains(*name) => true,
                        Matter::Value => old == new,
                        Matter::Words => words(&old) == words(&new),
                        Matter::Media => media(&old) == media(&new),
                        Matter::Route => is_alike(manner, &old, &new),
                        Matter::Presence => true,
                    };
                    (!is_same).then(|| spot(Departure::HeaderChanged, "present", "another value"))
                }
            },
        );
    }
    spots
}

/// The value of a header; several lines of it are one list.
///
/// Source: RFC 9110, section 5.3
pub(super) fn value(headers: &[(String, String)], name: &str) -> Option<String> {
    let lines: Vec<&str> = lines(headers, name).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Every line of a header.
pub(super) fn lines<'h>(
    headers: &'h [(String, String)],
    name: &str,
) -> impl Iterator<Item = &'h str> {
    let found = headers
        .iter()
        .filter(move |(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim())
}

fn words(value: &str) -> BTreeSet<String> {
    let words = value
        .split(',')
        .map(|word| word.trim().to_ascii_uppercase());
    words.collect()
}

fn media(value: &str) -> BTreeSet<String> {
    let mut parts = value
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    let version = parts.filter(|part| part.starts_with("fhirversion="));
    std::iter::once(essence).chain(version).collect()
}

/// Whether two addresses are alike, host apart: each segment the same, or an id on both sides; the same names in their
/// queries.
fn is_alike(manner: &Manner, old: &str, new: &str) -> bool {
    let parts = |address: &str| {
        let (path, query) = local(address)
            .split_once('?')
            .unwrap_or((local(address), ""));
        let names = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default());
        let segments = path.split('/').map(str::to_owned);
        (
            segments.collect::<Vec<_>>(),
            names.map(str::to_owned).collect::<BTreeSet<_>>(),
        )
    };
    let ((old, olds), (new, news)) = (parts(old), parts(new));
    let is_made = |segment: &str| {
        let mut names = tokens(segment)
            .into_iter()
            .filter(|(_, is_token)| *is_token);
        !manner.words.contains(segment) && names.any(|(token, _)| is_id(token))
    };
    let pairs = old.iter().zip(&new);
    let mut alike = pairs.map(|(old, new)| old == new || is_made(old) && is_made(new));
    olds == news && old.len() == new.len() && alike.all(|alike| alike)
}
