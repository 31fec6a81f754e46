//! UUIDs of then and of now in two answers that are alike: each stands for one thing, and for the same everywhere.
//! Refuses to tell which: a place and a kind are all that comes out.

use super::Manner;
use super::binding::{Bindings, tokens};
use super::body::{ITEM, Spot, other};
use super::kind::is_uuid;
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
        let mut walk = Walk {
            ids: self,
            place: Vec::new(),
            now_of: BTreeMap::new(),
            was_of: BTreeMap::new(),
            spots: Vec::new(),
        };
        walk.compare(was, now);
        walk.spots
    }
}

struct Walk<'a> {
    ids: &'a Ids<'a>,
    place: Vec<String>,
    /// What was seen so far to stand for what, both ways.
    now_of: BTreeMap<&'a str, &'a str>,
    was_of: BTreeMap<&'a str, &'a str>,
    spots: Vec<Spot>,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, was: &'a Value, now: &'a Value) {
        let manner = self.ids.manner;
        if manner.volatile.admit(&self.place) {
            return;
        }
        match (was, now) {
            (Value::Object(olds), Value::Object(news)) => {
                for (name, old) in olds {
                    if let Some(new) = news.get(name) {
                        self.inside(name, old, new);
                    }
                }
            }
            // Items that may stand in any order are not pairs.
            (Value::Array(olds), Value::Array(news))
                if olds.len() == news.len()
                    && (olds.len() == 1 || !manner.unordered.admit(&self.place)) =>
            {
                for (old, new) in olds.iter().zip(news) {
                    self.inside(ITEM, old, new);
                }
            }
            (Value::String(old), Value::String(new)) => {
                let pairs: Vec<_> = uuids(old).zip(uuids(new)).collect();
                let is_other = |(old, new): &(&'a str, &'a str)| !self.is_same(old, new);
                if pairs.iter().any(is_other) {
                    let spot = other(manner, &self.place, was, now);
                    if !self.spots.contains(&spot) {
                        self.spots.push(spot);
                    }
                }
                for (old, new) in pairs {
                    self.now_of.entry(old).or_insert(new);
                    self.was_of.entry(new).or_insert(old);
                }
            }
            _ => {}
        }
    }

    fn inside(&mut self, segment: &str, was: &'a Value, now: &'a Value) {
        self.place.push(segment.to_owned());
        self.compare(was, now);
        self.place.pop();
    }

    /// Whether `new` may stand for `old`.
    fn is_same(&self, old: &str, new: &str) -> bool {
        let bound = self.ids.bindings.of(old);
        let asked = self.ids.asked.contains(old).then_some(old);
        if let Some(expected) = bound.or(asked) {
            return expected == new;
        }
        let seen = self.now_of.get(old).is_none_or(|seen| *seen == new);
        seen && self.was_of.get(new).is_none_or(|seen| *seen == old)
    }
}

fn uuids(text: &str) -> impl Iterator<Item = &str> {
    let names = tokens(text).into_iter();
    names.filter_map(|(token, is_token)| (is_token && is_uuid(token)).then_some(token))
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
