//! Bulk matches as partners ask for them, and the lists that they read.
//! Refuses an answer that does not meet its entry of the catalogue.

use super::catalogue::bundle;
use super::export::{path, place};
use super::{Answer, Service};
use reference::domain::bulk::{Told, told, told_in};
use reference::domain::message::envelope::read;
use reference::domain::message::group::Group;
use reference::token::BULK_MEMBER_MATCH;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use wire::payload::Schema;

pub const BULK: &str = "/Group/$bulk-member-match";

/// Compiled versions of entries: a file has thousands of lines, and compiling takes longer than judging.
static COMPILED: Mutex<BTreeMap<String, Arc<Schema>>> = Mutex::new(BTreeMap::new());

/// Is the value a payload of this version of an entry?
pub fn accepted(entry: &str, version: &str, value: &Value) -> bool {
    let mut compiled = COMPILED.lock().unwrap();
    let schema = compiled
        .entry(format!("{entry}@{version}"))
        .or_insert_with(|| Arc::new(Schema::compile(&bundle(entry, version)).unwrap()));
    let schema = Arc::clone(schema);
    drop(compiled);
    schema.accepts(value)
}

impl Service {
    /// A bulk match as `client`, not sent yet.
    pub fn submitting(
        &self,
        client: &str,
        body: impl Into<reqwest::Body>,
    ) -> reqwest::RequestBuilder {
        self.http
            .post(Self::url(self.running.partner, BULK))
            .bearer_auth(self.token_at(client, BULK_MEMBER_MATCH, self.now_for_token()))
            .header("content-type", "application/fhir+json")
            .header("prefer", "respond-async")
            .body(body)
    }

    pub async fn submit(&self, client: &str, body: &Value) -> Answer {
        Answer::of(
            self.submitting(client, body.to_string())
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// A call with the right of bulk matches, and the version that the caller names.
    pub async fn bulk_get(&self, client: &str, path: &str, version: Option<&str>) -> Answer {
        self.bulk_call(Method::GET, (client, path), version).await
    }

    /// Gives a bulk match up.
    pub async fn bulk_given_up(&self, client: &str, path: &str) -> Answer {
        self.bulk_call(Method::DELETE, (client, path), None).await
    }

    async fn bulk_call(
        &self,
        method: Method,
        (client, path): (&str, &str),
        version: Option<&str>,
    ) -> Answer {
        let token = self.token_at(client, BULK_MEMBER_MATCH, self.now_for_token());
        let url = Self::url(self.running.partner, path);
        let mut call = self.http.request(method, url).bearer_auth(token);
        if let Some(version) = version {
            call = call.header("x-pdex-spec-version", version);
        }
        Answer::of(call.send().await.unwrap()).await
    }

    /// The answer of the place of a bulk match once it is not 202 any more.
    pub async fn bulk_ended(&self, client: &str, place: &str, version: Option<&str>) -> Answer {
        for _ in 0..20_000 {
            let answer = self.bulk_get(client, place, version).await;
            if answer.status != 202 {
                return answer;
            }
            tokio::task::yield_now().await;
        }
        panic!("the bulk match did not end");
    }

    /// The path of the list that a bulk match of these people makes.
    pub async fn listed(&self, client: &str, people: &[super::request::Person]) -> String {
        let groups = self
            .groups(client, &super::request::bulk_match(people, client))
            .await;
        format!("/Group/{}", groups[0]["id"].as_str().unwrap())
    }

    /// The groups of a bulk match, carried out to its end; each meets its entry.
    pub async fn groups(&self, client: &str, body: &Value) -> Vec<Value> {
        let place = place(&self.submit(client, body).await);
        let list = self.bulk_ended(client, &place, None).await;
        assert_eq!(list.status, 200, "{}", list.text);
        self.groups_of(client, &list.json()).await
    }

    /// The groups that a manifest names.
    pub async fn groups_of(&self, client: &str, list: &Value) -> Vec<Value> {
        assert!(accepted("bulk-export-manifest", "1.0.0", list), "{list}");
        let file = list["output"].as_array().unwrap();
        let file = file.iter().find(|file| file["type"] == "Group").unwrap();
        let answer = self
            .bulk_get(client, &path(file["url"].as_str().unwrap()), None)
            .await;
        assert_eq!(
            answer.header("content-type"),
            Some("application/fhir+ndjson")
        );
        let lines = answer.text.lines();
        let groups: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(file["count"], groups.len());
        for group in &groups {
            let entry = entry_of(group);
            assert!(accepted(entry, "1.1.0", group), "{entry}: {group}");
            assert!(accepted(entry, "1.0.0", group), "{entry}: {group}");
        }
        groups
    }
}

fn entry_of(group: &Value) -> &'static str {
    match group["code"]["coding"][0]["code"].as_str().unwrap() {
        "match" => "pdex-member-match-group",
        _ => "pdex-member-no-match-group",
    }
}

/// Local ids of the people on the list with this outcome.
pub fn on_list(groups: &[Value], outcome: &str) -> Vec<String> {
    let list = groups
        .iter()
        .find(|group| group["code"]["coding"][0]["code"] == outcome);
    let lines = list.and_then(|list| list.get("member")?.as_array());
    let link = |line: &Value| line["entity"]["extension"][0]["valueReference"]["reference"].clone();
    let links = lines.into_iter().flatten().map(link);
    links
        .map(|to| to.as_str().unwrap().trim_start_matches('#').to_owned())
        .collect()
}

/// What groups tell.
pub fn meaning(groups: &[Value]) -> Vec<Told> {
    let groups: Vec<Group> = groups
        .iter()
        .map(|group| read(group.clone()).unwrap())
        .collect();
    told(&groups)
}

/// What an envelope tells; it meets both of its versions.
pub fn enclosed_meaning(envelope: &Value) -> Vec<Told> {
    for version in ["1.0.0", "1.1.0"] {
        assert!(
            accepted("pdex-bulk-member-match-response", version, envelope),
            "{envelope}"
        );
    }
    told_in(&read(envelope.clone()).unwrap())
}
