//! The headers of two answers, as far as a partner acts on them.
//! Refuses to tell what a header holds.

use super::Manner;
use super::body::Spot;
use super::kind::ABSENT;
use crate::model::HttpResponse;
use crate::model::replayed::Departure;

/// What must stay the same about a header.
#[derive(Clone, Copy)]
enum Matter {
    /// Its value.
    Value,
    /// Its media type, without parameters.
    Media,
    /// The route that it names.
    Route,
    /// That it is there: its value is another one each time.
    Presence,
}

/// Headers on which a partner acts; all others are passed over.
///
/// Source: RFC 9110; FHIR R4 RESTful API and asynchronous request pattern
const HEADERS: &[(&str, Matter)] = &[
    ("allow", Matter::Value),
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
        spots.extend(match (value(was, name), value(now, name)) {
            (None, None) => None,
            (Some(_), None) => Some(spot(Departure::HeaderMissing, "present", ABSENT)),
            (None, Some(_)) => Some(spot(Departure::HeaderAdded, ABSENT, "present")),
            (Some(old), Some(new)) => {
                let is_same = match matter {
                    _ if manner.volatile_headers.contains(*name) => true,
                    Matter::Value => old == new,
                    Matter::Media => media(old) == media(new),
                    Matter::Route => manner.route(old) == manner.route(new),
                    Matter::Presence => true,
                };
                (!is_same).then(|| spot(Departure::HeaderChanged, "present", "another value"))
            }
        });
    }
    spots
}

fn value<'h>(answer: &'h HttpResponse, name: &str) -> Option<&'h str> {
    let mut headers = answer.headers.iter();
    let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    header.map(|(_, value)| value.trim())
}

fn media(value: &str) -> String {
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
