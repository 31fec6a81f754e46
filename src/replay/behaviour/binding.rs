//! Ids that a provider makes up: the recorded one, and the one of this run that stands for it.
//! Refuses to choose: an id that would stand for two is bound to neither.

use super::Manner;
use super::header;
use super::kind::{is_uuid, kind};
use super::pairs::texts;
use crate::model::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;
use wire::json::{Document, Limits};

/// Shortest id that is put in place wherever it stands; a shorter one only behind a slash.
const TELLING: usize = 8;
/// Names whose values name something that the provider made.
const NAMING: &[&str] = &["fullUrl", "id", "reference", "url"];
/// Headers that name what a request has made.
///
/// Source: RFC 9110, sections 8.7 and 10.2.2; HL7 FHIR asynchronous request pattern
const HEADERS: &[&str] = &["content-location", "location"];

/// Recorded ids and those of this run; none where an id would stand for two.
#[derive(Debug, Default)]
pub(super) struct Bindings(BTreeMap<String, Option<String>>);

impl Bindings {
    /// Learns from an answer what stands for the ids of the recorded one.
    pub(super) fn learn(&mut self, manner: &Manner, was: &HttpResponse, now: &HttpResponse) {
        for name in HEADERS {
            let value = |answer: &HttpResponse| header::value(&answer.headers, name);
            if let Some((old, new)) = value(was).zip(value(now)) {
                self.named(local(&old), local(&new));
            }
        }
        let documents = |bytes: &[u8]| Document::parse(bytes, &Limits::PAYLOAD).ok();
        if let Some((old, new)) = documents(&was.body).zip(documents(&now.body)) {
            texts(
                manner,
                old.value(),
                new.value(),
                |_| true,
                |place, old, new| {
                    let name = place.last().map_or("", String::as_str);
                    match (old.as_str(), new.as_str()) {
                        (Some(old), Some(new)) if NAMING.contains(&name) => {
                            self.named(local(old), local(new));
                        }
                        (Some(old), Some(new)) => self.mentioned(old, new),
                        _ => {}
                    }
                },
            );
        }
    }

    /// Two texts that name what was made.
    fn named(&mut self, old: &str, new: &str) {
        if matches!(kind_of(old), "instant" | "date") {
            return;
        }
        self.pairs(old, new, is_id);
    }

    /// Two texts that may mention what was made: only what cannot be anything else is learnt.
    fn mentioned(&mut self, old: &str, new: &str) {
        self.pairs(old, new, is_uuid);
    }

    fn pairs(&mut self, old: &str, new: &str, is_known: impl Fn(&str) -> bool) {
        let (one, other) = (tokens(old), tokens(new));
        let between = |tokens: &[(&str, bool)]| -> Vec<String> {
            let rest = tokens.iter().filter(|(_, is_token)| !is_token);
            rest.map(|(text, _)| (*text).to_owned()).collect()
        };
        if one.len() != other.len() || between(&one) != between(&other) {
            return;
        }
        for ((old, is_token), (new, _)) in one.into_iter().zip(other) {
            if is_token && is_known(old) && is_known(new) && !begins_with_day(old) {
                self.bind(old, new);
            }
        }
    }

    fn bind(&mut self, old: &str, new: &str) {
        let bound = self.0.entry(old.to_owned());
        let bound = bound.or_insert_with(|| Some(new.to_owned()));
        if bound.as_deref() != Some(new) {
            *bound = None;
        }
    }

    /// The request with the ids of this run in the place of the recorded ones.
    pub(super) fn placed(&self, request: &HttpRequest) -> HttpRequest {
        let headers = request.headers.iter();
        let body = std::str::from_utf8(&request.body);
        HttpRequest {
            method: request.method.clone(),
            path: self.swapped(&request.path),
            headers: headers
                .map(|(name, value)| (name.clone(), self.swapped(value)))
                .collect(),
            body: body.map_or_else(
                |_| request.body.clone(),
                |text| self.swapped(text).into_bytes(),
            ),
        }
    }

    /// The id of this run that stands for a recorded one.
    pub(super) fn of(&self, old: &str) -> Option<&str> {
        self.0.get(old)?.as_deref()
    }

    fn swapped(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for (piece, is_token) in tokens(text) {
            let may = piece.len() >= TELLING || out.ends_with('/');
            let bound = self.0.get(piece).filter(|_| is_token && may);
            out.push_str(bound.and_then(Option::as_deref).unwrap_or(piece));
        }
        out
    }

    /// Whether the recorded address holds an id for which nothing of this run stands. With states that make the same
    /// members and jobs each time, only what is drawn anew each time is one.
    pub(super) fn is_strange(&self, manner: &Manner, address: &str, is_staged: bool) -> bool {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let strange = |token: &str| !matches!(self.0.get(token), Some(Some(_)));
        let mut before = "";
        for segment in path.split('/') {
            let is_word = manner.words.contains(segment) || segment.starts_with(['$', '_']);
            let kind = before.starts_with(|c: char| c.is_ascii_uppercase());
            let is_one = |token: &str| match is_staged {
                true => is_uuid(token),
                false => is_id(token) || kind && manner.words.contains(before),
            };
            let mut ids = tokens(segment)
                .into_iter()
                .filter(|(_, is_token)| *is_token);
            if !is_word && ids.any(|(token, _)| is_one(token) && strange(token)) {
                return true;
            }
            before = segment;
        }
        let mut ids = tokens(query).into_iter();
        ids.any(|(token, is_token)| is_token && is_uuid(token) && strange(token))
    }
}

/// Names and what stands between them, in their order; names are marked.
pub(super) fn tokens(text: &str) -> Vec<(&str, bool)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_token = is_name(first);
        let end = rest.find(|c| is_name(c) != is_token).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push((piece, is_token));
        rest = after;
    }
    pieces
}

/// Whether a name looks like one that was made for something: it holds a digit and is no number of a version.
pub(super) fn is_id(token: &str) -> bool {
    let bare = token.trim_start_matches(['v', 'V', 'r', 'R']);
    let is_version = bare.len() < token.len() && bare.bytes().all(|byte| byte.is_ascii_digit());
    token.bytes().any(|byte| byte.is_ascii_digit()) && !is_version
}

/// Whether a name begins with a day, as folders of exports do: a day is no id, and stands in many places.
fn begins_with_day(token: &str) -> bool {
    let day = token.get(..10).map(str::parse::<NaiveDate>);
    day.is_some_and(|day| day.is_ok())
}

fn kind_of(text: &str) -> &'static str {
    kind(&Value::String(text.to_owned()))
}

/// An address without scheme and host, which are those of the run.
pub(super) fn local(address: &str) -> &str {
    let after = address.split_once("://").map(|(_, rest)| rest);
    after.map_or(address, |rest| {
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OLD: &str = "0190a0b0-0000-7000-8000-000000000001";
    const NEW: &str = "0190a0b0-0000-7000-8000-000000000002";
    const OTHER: &str = "0190a0b0-0000-7000-8000-000000000003";

    fn answer(location: &str, body: &Value) -> HttpResponse {
        HttpResponse {
            status: 201,
            headers: vec![("Location".to_owned(), location.to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    fn learnt(pairs: &[(HttpResponse, HttpResponse)]) -> Bindings {
        let mut bindings = Bindings::default();
        for (was, now) in pairs {
            bindings.learn(&Manner::default(), was, now);
        }
        bindings
    }

    fn asked(path: &str, body: &str) -> HttpRequest {
        HttpRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers: vec![("Content-Location".to_owned(), path.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn an_id_of_then_is_put_in_place_in_path_query_header_and_body() {
        let old = answer(
            &format!("http://a:1/jobs/{OLD}"),
            &json!({"id": "abc12345"}),
        );
        let new = answer(
            &format!("http://b:22/jobs/{NEW}"),
            &json!({"id": "xyz98765"}),
        );
        let bindings = learnt(&[(old, new)]);
        let body = format!("{{\"of\":\"Patient/abc12345\",\"job\":\"urn:uuid:{OLD}\",\"n\":1}}");
        let placed = bindings.placed(&asked(&format!("/jobs/{OLD}/f.ndjson?of=abc12345"), &body));
        assert_eq!(placed.path, format!("/jobs/{NEW}/f.ndjson?of=xyz98765"));
        assert_eq!(placed.headers[0].1, placed.path);
        let expected = body.replace(OLD, NEW).replace("abc12345", "xyz98765");
        assert_eq!(placed.body, expected.into_bytes());
    }

    #[test]
    fn a_short_id_is_put_in_place_behind_a_slash_only() {
        let nothing = json!({});
        let bindings = learnt(&[(answer("/jobs/7", &nothing), answer("/jobs/9", &nothing))]);
        let placed = bindings.placed(&asked("/jobs/7?_count=7", "{\"n\":7,\"r\":\"jobs/7\"}"));
        assert_eq!(placed.path, "/jobs/9?_count=7");
        assert_eq!(placed.body, b"{\"n\":7,\"r\":\"jobs/9\"}");
    }

    #[test]
    fn an_id_that_would_stand_for_two_is_bound_to_neither() {
        let one = |id: &str| answer("/", &json!({ "id": id }));
        let bindings = learnt(&[(one(OLD), one(NEW)), (one(OLD), one(OTHER))]);
        let path = format!("/jobs/{OLD}");
        assert_eq!(bindings.placed(&asked(&path, "")).path, path);
        assert!(bindings.is_strange(&Manner::default(), &path, true));
    }

    #[test]
    fn days_and_versions_are_no_ids() {
        let said = |at: &str| {
            answer(
                &format!("/fhir/R4/v1/{at}/x"),
                &json!({ "id": at, "note": at }),
            )
        };
        let bindings = learnt(&[(said("2026-08-01"), said("2027-09-02"))]);
        assert!(bindings.0.is_empty(), "{bindings:?}");
    }

    #[test]
    fn an_address_with_an_id_that_nobody_bound_is_strange() {
        let manner = Manner {
            words: ["Patient", "Group"].map(str::to_owned).into(),
            ..Manner::default()
        };
        let bindings = Bindings::default();
        for (address, bare, staged) in [
            ("/Patient/$member-match", false, false),
            ("/metadata", false, false),
            ("/fhir/R4/metadata", false, false),
            ("/Patient/someone", true, false),
            ("/Group/grp-1", true, false),
            ("/async/job-1", true, false),
            ("/metadata?_count=10", false, false),
        ] {
            assert_eq!(
                bindings.is_strange(&manner, address, false),
                bare,
                "{address}"
            );
            assert_eq!(
                bindings.is_strange(&manner, address, true),
                staged,
                "{address}"
            );
        }
        for address in [format!("/async/{OLD}"), format!("/x?job={OLD}")] {
            assert!(bindings.is_strange(&manner, &address, true));
        }
    }

    #[test]
    fn what_may_stand_in_any_order_is_not_paired() {
        let manner = Manner {
            unordered: super::super::Patterns::of(["/all"]).unwrap_or_default(),
            ..Manner::default()
        };
        let said =
            |ids: [&str; 2]| answer("/", &json!({ "all": ids.map(|id| json!({ "id": id })) }));
        let mut bindings = Bindings::default();
        bindings.learn(&manner, &said([OLD, OTHER]), &said([OTHER, NEW]));
        assert!(bindings.0.is_empty());
        bindings.learn(&Manner::default(), &said([OLD, OTHER]), &said([NEW, OTHER]));
        assert_eq!(bindings.0.len(), 2);
    }
}
