//! What an operator asks, as calls to the listeners of the service.
//! Refuses to send anything.

use crate::model::OpsAsk;
use serde_json::{Map, Value, json};

/// The listener that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listener {
    Enterprise,
    /// The enterprise listener, as somebody who decides.
    Reviews,
    Admin,
    Probe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Delete,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// Names the answer among several.
    pub part: &'static str,
    pub verb: Verb,
    pub listener: Listener,
    /// Parts of the path, not yet encoded.
    pub path: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// Under which the order is heard once.
    pub key: Option<String>,
    /// The version that a decision is about.
    pub version: Option<String>,
    /// What is asked about, for whoever is told that it is not there.
    pub about: String,
}

impl Call {
    fn to(verb: Verb, listener: Listener, path: &[&str]) -> Self {
        Self {
            part: "answer",
            verb,
            listener,
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            query: Vec::new(),
            body: None,
            key: None,
            version: None,
            about: String::new(),
        }
    }

    fn get(listener: Listener, path: &[&str]) -> Self {
        Self::to(Verb::Get, listener, path)
    }

    fn post(listener: Listener, path: &[&str], body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::to(Verb::Post, listener, path)
        }
    }

    fn part(self, part: &'static str) -> Self {
        Self { part, ..self }
    }

    fn about(self, about: &str) -> Self {
        let about = about.to_owned();
        Self { about, ..self }
    }

    fn query(self, query: &[(&'static str, String)]) -> Self {
        let query = query.to_vec();
        Self { query, ..self }
    }

    fn key(self, key: &str) -> Self {
        let key = Some(key.to_owned());
        Self { key, ..self }
    }
}

/// The part of an exchange that is asked for.
fn exchange(id: &str, part: &'static str) -> Call {
    Call::get(Listener::Enterprise, &["exchanges", id, part])
        .part(part)
        .about(id)
}

/// The calls that answer `ask`, in their order.
pub(super) fn calls(ask: &OpsAsk, fresh: &str) -> Vec<Call> {
    match ask {
        OpsAsk::Status => vec![Call::get(Listener::Probe, &["health", "ready"])],
        OpsAsk::TxnList(query) => {
            vec![Call::get(Listener::Enterprise, &["exchanges"]).query(query)]
        }
        OpsAsk::TxnShow(id) => vec![exchange(id, "where")],
        OpsAsk::TxnTimeline(id) => vec![exchange(id, "timeline")],
        OpsAsk::TxnExplain(id) => vec![exchange(id, "explain"), exchange(id, "where")],
        OpsAsk::TraceExplain(id) => vec![exchange(id, "explain"), exchange(id, "timeline")],
        OpsAsk::TxnAct { act, id, key } => {
            let path = ["exchanges", id, act];
            let order = Call::to(Verb::Post, Listener::Enterprise, &path).about(id);
            vec![order.key(key.as_deref().unwrap_or(fresh))]
        }
        OpsAsk::RouteExplain { id, at } => {
            let at: Vec<_> = at.iter().map(|at| ("at", at.clone())).collect();
            vec![exchange(id, "route").query(&at)]
        }
        OpsAsk::DlqList(_)
        | OpsAsk::DlqShow(_)
        | OpsAsk::DlqFix { .. }
        | OpsAsk::DlqReplay { .. }
        | OpsAsk::DlqClose { .. } => vec![letters(ask, fresh)],
        OpsAsk::AuditAnswer(id) => {
            vec![Call::get(Listener::Admin, &["audit", "answer", id]).about(id)]
        }
        OpsAsk::AuditSearch(query) => vec![Call::get(Listener::Admin, &["audit"]).query(query)],
        OpsAsk::ReviewList => vec![Call::get(Listener::Reviews, &["reviews"])],
        OpsAsk::ReviewDecide {
            id,
            decision,
            rule,
            reason,
            version,
        } => {
            let path = ["reviews", id, "decision"];
            let body = json!({"decision": decision, "rule": rule, "reason": reason});
            let order = Call::post(Listener::Reviews, &path, body).about(id);
            vec![Call {
                version: Some(version.clone()),
                ..order
            }]
        }
    }
}

/// A call about dead letters.
fn letters(ask: &OpsAsk, fresh: &str) -> Call {
    match ask {
        OpsAsk::DlqShow(id) => Call::get(Listener::Admin, &["dlq", id]).about(id),
        OpsAsk::DlqFix {
            code,
            partner,
            reason,
            withdraw,
        } => {
            let body = said(&[
                ("code", Some(json!(code))),
                ("partner", partner.as_ref().map(|id| json!(id))),
                ("reason", Some(json!(reason))),
            ]);
            let verb = if *withdraw { Verb::Delete } else { Verb::Post };
            Call {
                verb,
                ..Call::post(Listener::Admin, &["dlq", "fixed"], body)
            }
        }
        OpsAsk::DlqReplay {
            ids,
            code,
            partner,
            limit,
            after,
            dry_run,
            key,
        } => {
            let like = said(&[
                ("code", code.as_ref().map(|code| json!(code))),
                ("partner", partner.as_ref().map(|id| json!(id))),
            ]);
            let body = said(&[
                ("ids", (!ids.is_empty()).then(|| json!(ids))),
                ("filter", ids.is_empty().then_some(like)),
                ("dry_run", Some(json!(dry_run))),
                ("limit", limit.map(|limit| json!(limit))),
                ("after", after.as_ref().map(|after| json!(after))),
            ]);
            let order = Call::post(Listener::Admin, &["dlq", "replay"], body);
            order.key(key.as_deref().unwrap_or(fresh))
        }
        OpsAsk::DlqClose { id, reason, rule } => {
            let body = json!({"reason": reason, "rule": rule});
            Call::post(Listener::Admin, &["dlq", id, "close"], body).about(id)
        }
        OpsAsk::DlqList(query) | OpsAsk::TxnList(query) | OpsAsk::AuditSearch(query) => {
            Call::get(Listener::Admin, &["dlq"]).query(query)
        }
        OpsAsk::Status
        | OpsAsk::TxnShow(_)
        | OpsAsk::TxnExplain(_)
        | OpsAsk::TxnTimeline(_)
        | OpsAsk::TxnAct { .. }
        | OpsAsk::TraceExplain(_)
        | OpsAsk::RouteExplain { .. }
        | OpsAsk::AuditAnswer(_)
        | OpsAsk::ReviewList
        | OpsAsk::ReviewDecide { .. } => Call::get(Listener::Admin, &["dlq"]),
    }
}

/// An object of what was said; what was not stays away.
fn said(members: &[(&str, Option<Value>)]) -> Value {
    let members = members.iter();
    let members: Map<String, Value> = members
        .filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)))
        .collect();
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn an_order_has_a_key_of_its_own_unless_one_is_named() {
        let order = |key: Option<&str>| OpsAsk::TxnAct {
            act: "cancel",
            id: "e1".to_owned(),
            key: key.map(str::to_owned),
        };
        let key = |ask: OpsAsk| calls(&ask, "fresh")[0].key.clone();
        assert_eq!(key(order(None)).as_deref(), Some("fresh"));
        assert_eq!(key(order(Some("mine"))).as_deref(), Some("mine"));
    }

    #[test]
    fn a_replay_names_letters_or_what_they_are_like_and_never_both() {
        let order = |ids: &[&str]| OpsAsk::DlqReplay {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            code: Some("partner/unavailable".to_owned()),
            partner: None,
            limit: None,
            after: None,
            dry_run: true,
            key: None,
        };
        let body = |ask: OpsAsk| calls(&ask, "fresh")[0].body.clone();
        assert_eq!(
            body(order(&["e1"])),
            Some(json!({"ids": ["e1"], "dry_run": true}))
        );
        let like = json!({"filter": {"code": "partner/unavailable"}, "dry_run": true});
        assert_eq!(body(order(&[])), Some(like));
    }
}
