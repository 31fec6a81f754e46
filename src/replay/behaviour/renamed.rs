//! UUIDs of then and of now in two answers that are alike: each stands for one thing, and for the same everywhere.
//! Refuses to tell which: a place and a kind are all that comes out.

use super::Manner;
use super::binding::Bindings;
use super::body::{Spot, other};
use super::kind::{is_uuid, names};
use super::pairs::texts;
use super::sent::sendable;
use crate::model::HttpRequest;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Header that is another one in each run, wherever it is echoed.
const DRAWN: &str = "idempotency-key";

/// What UUIDs stand for, in one exchange.
pub(super) struct Ids<'a> {
    manner: &'a Manner,
    bindings: &'a Bindings,
    /// Those that the request was sent with, as they were recorded: they come back as they were sent.
    asked: BTreeSet<String>,
}

impl<'a> Ids<'a> {
    pub(super) fn of(manner: &'a Manner, request: &HttpRequest, bindings: &'a Bindings) -> Self {
        let sent = sendable(request);
        let headers = sent.headers.iter();
        let headers = headers.filter(|(name, _)| !name.eq_ignore_ascii_case(DRAWN));
        let body = String::from_utf8_lossy(&sent.body);
        let texts = headers.map(|(_, value)| value.as_str());
        let asked = texts
            .chain([sent.path.as_str(), &body])
            .flat_map(uuids)
            .map(str::to_owned);
        Self {
            manner,
            bindings,
            asked: asked.collect(),
        }
    }

    /// The places where a UUID stands now that means another thing than the one of then.
    pub(super) fn misplaced(&self, was: &Value, now: &Value) -> Vec<Spot> {
        let (mut seen, mut spots) = (Seen::default(), Vec::new());
        let is_compared = |place: &[String]| !self.manner.volatile.admit(place);
        texts(self.manner, was, now, is_compared, |place, was, now| {
            let texts = was.as_str().zip(now.as_str());
            let pairs = texts.map(|(old, new)| uuids(old).zip(uuids(new)));
            let pairs: Vec<(&str, &str)> = pairs.into_iter().flatten().collect();
            if !pairs.iter().all(|(old, new)| self.is_same(&seen, old, new)) {
                let spot = other(self.manner, place, was, now);
                if !spots.contains(&spot) {
                    spots.push(spot);
                }
            }
            for (old, new) in pairs {
                seen.now_of.entry(old).or_insert(new);
                seen.was_of.entry(new).or_insert(old);
            }
        });
        spots
    }

    /// Whether `new` may stand for `old`.
    fn is_same(&self, seen: &Seen<'_>, old: &str, new: &str) -> bool {
        let bound = self.bindings.of(old);
        let asked = self.asked.contains(old).then_some(old);
        if let Some(expected) = bound.or(asked) {
            return expected == new;
        }
        let stands = seen.now_of.get(old).is_none_or(|seen| *seen == new);
        stands && seen.was_of.get(new).is_none_or(|seen| *seen == old)
    }
}

/// What was seen so far to stand for what, both ways.
#[derive(Default)]
struct Seen<'v> {
    now_of: BTreeMap<&'v str, &'v str>,
    was_of: BTreeMap<&'v str, &'v str>,
}

fn uuids(text: &str) -> impl Iterator<Item = &str> {
    let names = names(text).into_iter().map(|(name, _)| name);
    names.filter(|name| is_uuid(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const A: &str = "0190a0b0-0000-7000-8000-00000000000a";
    const B: &str = "0190a0b0-0000-7000-8000-00000000000b";
    const C: &str = "0190a0b0-0000-7000-8000-00000000000c";
    const D: &str = "0190a0b0-0000-7000-8000-00000000000d";

    fn places(asked: &str, was: &Value, now: &Value) -> Vec<String> {
        let request = HttpRequest {
            method: "GET".to_owned(),
            path: asked.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let manner = Manner {
            declared: ["one", "two"].map(str::to_owned).into(),
            ..Manner::default()
        };
        let bindings = Bindings::default();
        let found = Ids::of(&manner, &request, &bindings).misplaced(was, now);
        found.into_iter().map(|spot| spot.at).collect()
    }

    #[test]
    fn an_id_of_now_stands_for_one_of_then_and_for_the_same_everywhere() {
        let pair = |one: &str, two: &str| json!({"one": format!("Patient/{one}"), "two": two});
        for (was, now, at) in [
            (pair(A, B), pair(C, D), None),
            (pair(A, A), pair(C, C), None),
            (pair(A, A), pair(C, D), Some("/two")),
            (pair(A, B), pair(C, C), Some("/two")),
        ] {
            assert_eq!(places("/", &was, &now), Vec::from_iter(at), "{was} {now}");
        }
    }

    #[test]
    fn what_was_asked_for_comes_back_as_it_was_sent() {
        let said = |id: &str| json!({"one": {"two": format!("Patient/{id}")}});
        let path = format!("/Patient/{A}");
        assert_eq!(places(&path, &said(A), &said(A)), [""; 0]);
        assert_eq!(places(&path, &said(A), &said(B)), ["/one/two"]);
        assert_eq!(places(&path, &said(C), &said(B)), [""; 0]);
    }
}
