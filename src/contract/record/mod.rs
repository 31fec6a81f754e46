//! A first draft of a contract from traffic that was recorded: its shape, and nothing of what it said.
//! Refuses to decide what only a person knows: every draft leaves a question that the strict reader stops at.

mod body;
mod guard;
mod packed;
mod route;
mod synthetic;
mod traffic;

use super::terms::Side;
use super::versions::{Ready, Versions};
use crate::model::VersionId;
use body::{Sketch, sketch};
use guard::Guard;
pub use packed::Kept;
use route::{Around, Route};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub use traffic::{Cargo, Carried, Notation, Taken, Unread, exchanges};

/// What a draft is made with.
pub struct Studio<'a> {
    pub consumer: &'a str,
    pub provider: &'a str,
    pub versions: &'a Versions<'a>,
    /// Which version of the catalogue a body is meant to be.
    pub recognise: &'a dyn Fn(&Value) -> Option<VersionId>,
    /// Segments of paths that the catalogue names.
    pub words: &'a BTreeSet<String>,
}

/// A contract that waits for its answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub contract: Value,
    /// Questions and remarks, in the order of the interactions.
    pub remarks: Vec<String>,
}

/// The contract that `traffic` would have kept.
///
/// Errors: an exchange that no contract can hold, by its number
pub fn draft(traffic: &[Taken], studio: &Studio<'_>) -> Result<Draft, Unread> {
    let mut groups: BTreeMap<Route, Vec<&Taken>> = BTreeMap::new();
    for (index, taken) in traffic.iter().enumerate() {
        let route = Route::of(taken, studio.words).map_err(|why| Unread {
            place: format!("exchange {}", index + 1),
            why,
        })?;
        groups.entry(route).or_default().push(taken);
    }
    let guard = Guard::of(traffic);
    let mut remarks = vec![
        "metadata.matchmark.owner: which team answers for this contract?".to_owned(),
        "metadata.matchmark.states: name a range for every state that is used".to_owned(),
    ];
    let mut interactions = Vec::new();
    for (index, (route, group)) in groups.iter().enumerate() {
        let scene = Scene {
            studio,
            guard: &guard,
            route,
            group,
            key: format!("draft-{}", index + 1),
        };
        interactions.push(scene.interaction(&mut remarks));
    }
    let contract = json!({
        "consumer": { "name": studio.consumer },
        "provider": { "name": studio.provider },
        "interactions": interactions,
        "metadata": {
            "pactSpecification": { "version": "4.0" },
            "matchmark": {
                "formatVersion": "1.0",
                "owner": "?",
                "states": {},
                "reader": { "unknownFields": "ignore", "fieldOrder": "any" },
            },
        },
    });
    Ok(Draft { contract, remarks })
}

/// One group of exchanges that becomes one interaction.
struct Scene<'a> {
    studio: &'a Studio<'a>,
    guard: &'a Guard,
    route: &'a Route,
    group: &'a [&'a Taken],
    key: String,
}

/// One side as it is drafted.
struct Drawn {
    member: Value,
    optional: Vec<Value>,
    /// Id and range of the schema that it was recognised as.
    schema: Option<Value>,
}

impl Scene<'_> {
    fn interaction(&self, remarks: &mut Vec<String>) -> Value {
        let mut say = |text: &str| remarks.push(format!("{}: {text}", self.key));
        let times = self.group.len();
        say(&format!(
            "{} {} answered {} ({times} recorded): in which states must the provider be?",
            self.route.method,
            self.route.shown(),
            self.route.answer()
        ));
        let request = self.request(&mut say);
        let response = self.response(&mut say);
        let mut terms = Map::new();
        for (side, drawn) in [(Side::Request, &request), (Side::Response, &response)] {
            if let Some(schema) = &drawn.schema {
                terms.insert(side.word().to_owned(), json!({ "schema": schema }));
            }
        }
        let optional: Vec<Value> = [request.optional, response.optional].concat();
        if !optional.is_empty() {
            terms.insert("optional".to_owned(), Value::Array(optional));
        }
        self.meaning(&mut terms, &mut say);
        json!({
            "type": "Synchronous/HTTP",
            "key": self.key,
            "description": format!(
                "{} {} answered {} ({})",
                self.route.method, self.route.shown(), self.route.answer(), self.key
            ),
            "pending": true,
            "providerStates": [{ "name": "?" }],
            "request": request.member,
            "response": response.member,
            "comments": { "references": { "matchmark": terms } },
        })
    }

    fn request(&self, say: &mut dyn FnMut(&str)) -> Drawn {
        let (path, path_rule) = self.route.drafted(self.guard);
        let query = route::query(self.group, self.guard);
        let sides: Vec<&[(String, String)]> = self
            .group
            .iter()
            .map(|taken| taken.request.headers.as_slice())
            .collect();
        let headers = route::headers(&sides, self.guard);
        if path_rule.is_some() {
            say("segments of the path that the catalogue does not name were replaced");
        }
        if query.foreign > 0 {
            say(&format!(
                "{} names of the query were replaced",
                query.foreign
            ));
        }
        let mut member = Map::new();
        member.insert("method".to_owned(), self.route.method.clone().into());
        member.insert("path".to_owned(), path.into());
        if !query.examples.is_empty() {
            member.insert("query".to_owned(), query.examples.into());
        }
        let mut rules = Map::new();
        rules.extend(path_rule.map(|rule| ("path".to_owned(), rule)));
        if !query.rules.is_empty() {
            rules.insert("query".to_owned(), query.rules.into());
        }
        let bodies = self.group.iter().map(|taken| &taken.request.body).collect();
        self.side(Side::Request, member, headers, rules, bodies, say)
    }

    fn response(&self, say: &mut dyn FnMut(&str)) -> Drawn {
        let sides: Vec<&[(String, String)]> = self
            .group
            .iter()
            .map(|taken| taken.response.headers.as_slice())
            .collect();
        let headers = route::headers(&sides, self.guard);
        let mut member = Map::new();
        member.insert("status".to_owned(), self.route.status.into());
        let bodies = self
            .group
            .iter()
            .map(|taken| &taken.response.body)
            .collect();
        self.side(Side::Response, member, headers, Map::new(), bodies, say)
    }

    /// Headers and body, which both sides have.
    fn side(
        &self,
        side: Side,
        mut member: Map<String, Value>,
        headers: Around,
        mut rules: Map<String, Value>,
        bodies: Vec<&Cargo>,
        say: &mut dyn FnMut(&str),
    ) -> Drawn {
        let word = side.word();
        if headers.foreign > 0 {
            say(&format!(
                "{} headers of the {word} were left out",
                headers.foreign
            ));
        }
        let media = headers
            .examples
            .get("Content-Type")
            .and_then(|list| list.get(0))
            .cloned();
        if !headers.examples.is_empty() {
            member.insert("headers".to_owned(), headers.examples.into());
        }
        if !headers.rules.is_empty() {
            rules.insert("header".to_owned(), headers.rules.into());
        }
        let (mut optional, mut schema) = (Vec::new(), None);
        if let Some((drawn, ready)) = self.body(&bodies, word, say) {
            let media = media.unwrap_or_else(|| "application/json".into());
            let content = json!({
                "contentType": media, "encoded": false, "contentTypeHint": "TEXT", "content": drawn.example,
            });
            member.insert("body".to_owned(), content);
            if !drawn.rules.is_empty() {
                rules.insert("body".to_owned(), drawn.rules.into());
            }
            let entry = |(path, is): (String, &str)| json!({ "part": word, "path": path, "variants": [{ "is": is }] });
            optional = drawn.optional.into_iter().map(entry).collect();
            schema = ready.map(|ready| named(&ready.id));
        }
        if !rules.is_empty() {
            member.insert("matchingRules".to_owned(), rules.into());
        }
        Drawn {
            member: member.into(),
            optional,
            schema,
        }
    }

    fn body(
        &self,
        bodies: &[&Cargo],
        word: &str,
        say: &mut dyn FnMut(&str),
    ) -> Option<(Sketch, Option<Arc<Ready>>)> {
        let samples: Vec<&Value> = bodies
            .iter()
            .filter_map(|body| match body {
                Cargo::Json(value) => Some(value),
                Cargo::None | Cargo::Other(_) => None,
            })
            .collect();
        if bodies.iter().any(|body| matches!(body, Cargo::Other(_))) {
            say(&format!(
                "a body of the {word} is not JSON and was left out"
            ));
        }
        if samples.is_empty() {
            return None;
        }
        if samples.len() < bodies.len() {
            say(&format!(
                "the {word} does not always have a body; the draft always has one"
            ));
        }
        let ready = self.recognised(&samples);
        if ready.is_none() {
            say(&format!(
                "no schema of the catalogue is that of every body of the {word}, so no name in it was kept"
            ));
        }
        let declared = ready.as_ref().map(|ready| &ready.declared);
        let drawn = sketch(&samples, declared, self.guard);
        for remark in &drawn.remarks {
            say(&format!("{word} {remark}"));
        }
        Some((drawn, ready))
    }

    /// The version that every body is meant to be: of one entry, and of its newest version among them.
    fn recognised(&self, samples: &[&Value]) -> Option<Arc<Ready>> {
        let found: Option<BTreeSet<VersionId>> = samples
            .iter()
            .map(|sample| (self.studio.recognise)(sample))
            .collect();
        let found = found?;
        let newest = found.last()?;
        let same = found.iter().all(|id| id.entry == newest.entry);
        self.studio.versions.get(newest).ok().filter(|_| same)
    }

    /// What a refusal means, as far as one of our codes was seen in it.
    fn meaning(&self, terms: &mut Map<String, Value>, say: &mut dyn FnMut(&str)) {
        if self.route.status < 400 {
            return;
        }
        terms.insert("polarity".to_owned(), "negative".into());
        match (self.route.codes.first(), self.route.codes.len()) {
            (Some(code), 1) => {
                let outcome = json!({
                    "class": code.class().word(), "code": code.word(),
                    "retryable": code.is_retryable(self.route.status), "sideEffects": "none",
                });
                terms.insert("outcome".to_owned(), outcome);
                say("is it true that this refusal leaves nothing behind?");
            }
            _ => say("what does this refusal mean (`outcome`)?"),
        }
    }
}

/// `{id, range}` of a version and of what follows it without a break.
fn named(id: &VersionId) -> Value {
    let range = id
        .version
        .number()
        .map_or_else(|| "*".to_owned(), |number| format!("^{number}"));
    json!({ "id": id.entry, "range": range })
}

#[cfg(test)]
mod tests;
