//! Partners on loopback, some that honour idempotency keys and one that does not, and what was really done at them.
//! Refuses to act at every third new request at once: it is busy first.

use crate::parent::MANY;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// What a partner does when it is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Match,
    Export,
}

/// What was done for one business transaction.
#[derive(Clone, Debug, Default)]
pub struct Done {
    pub keys: BTreeSet<String>,
    pub calls: u64,
    /// How often the partner really did what it was asked for.
    pub effects: u64,
}

#[derive(Default)]
pub struct Book {
    by_transaction: BTreeMap<(String, Act), Done>,
    by_key: BTreeMap<String, u64>,
    asked: u64,
}

impl Book {
    /// Writes a call down. Gives whether the partner is busy.
    fn called(&mut self, headers: &HeaderMap, act: Act, honours: bool) -> bool {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let (key, transaction) = (text("idempotency-key"), text("x-business-transaction-id"));
        self.asked += 1;
        let busy = self.asked.is_multiple_of(3) && !self.by_key.contains_key(&key);
        let acts = !(busy || honours && self.by_key.contains_key(&key));
        if acts {
            *self.by_key.entry(key.clone()).or_default() += 1;
        }
        let done = self.by_transaction.entry((transaction, act)).or_default();
        done.calls += 1;
        done.keys.insert(key);
        done.effects += u64::from(acts);
        busy
    }
}

/// The partners, and their book.
pub struct Partners {
    pub address: String,
    book: Arc<Mutex<Book>>,
}

impl Partners {
    pub async fn start() -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let base = format!("{address}/{MANY}");
        let listed = move |ids: String| async move { axum::Json(list(&base, &ids)) };
        let router = Router::new()
            .route("/{partner}/Patient/$member-match", post(matched))
            .route("/northwind/Group/$bulk-member-match", post(many))
            .route("/northwind/matches/{ids}", get(found))
            .route("/northwind/Group/{ids}/$davinci-data-export", post(export))
            .route(
                "/northwind/exports/{ids}",
                get(move |Path(ids)| listed(ids)),
            )
            .route("/northwind/files/{ids}", get(file))
            .with_state(Arc::clone(&book));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, book }
    }

    pub fn done(&self, transaction: &str, act: Act) -> Done {
        let book = self.book.lock().unwrap();
        let done = book.by_transaction.get(&(transaction.to_owned(), act));
        done.cloned().unwrap_or_default()
    }
}

type Books = State<Arc<Mutex<Book>>>;

async fn matched(State(book): Books, Path(partner): Path<String>, headers: HeaderMap) -> Response {
    let honours = partner == "contoso";
    if book.lock().unwrap().called(&headers, Act::Match, honours) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let umb = json!({
        "type": {"coding": [{"system": "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp", "code": "UMB"}]},
        "value": "their-number",
    });
    let body = json!({"resourceType": "Parameters",
        "parameter": [{"name": "MemberIdentifier", "valueIdentifier": umb}]});
    axum::Json(body).into_response()
}

/// Takes something on, and says where it is told of.
fn taken_on(busy: bool, at: &str) -> Response {
    match busy {
        true => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        false => (StatusCode::ACCEPTED, [("content-location", at)]).into_response(),
    }
}

/// A place names those whom it is about, so that the partner has nothing to remember.
async fn many(State(book): Books, headers: HeaderMap, body: Bytes) -> Response {
    let question: Value = serde_json::from_slice(&body).unwrap();
    let bundles = question["parameter"].as_array().unwrap().iter();
    let ids = bundles.map(|bundle| bundle["part"][0]["resource"]["id"].as_str().unwrap());
    let ids: Vec<&str> = ids.collect();
    let busy = book.lock().unwrap().called(&headers, Act::Match, true);
    taken_on(busy, &format!("/northwind/matches/{}", ids.join(".")))
}

async fn found(Path(ids): Path<String>) -> axum::Json<Value> {
    const OUTCOMES: &str =
        "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PdexMultiMemberMatchResultCS";
    const SUBMITTED: &str =
        "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters";
    let line = |id: &str| {
        let own = json!({"reference": format!("#{id}")});
        json!({"entity": {"extension": [{"url": SUBMITTED, "valueReference": own}],
            "reference": format!("Patient/theirs-{id}")}})
    };
    let contained = |id: &str| json!({"resourceType": "Patient", "id": id});
    let list = json!({"resourceType": "Group", "id": ids, "type": "person", "actual": true,
        "code": {"coding": [{"system": OUTCOMES, "code": "match"}]},
        "contained": ids.split('.').map(contained).collect::<Vec<_>>(),
        "member": ids.split('.').map(line).collect::<Vec<_>>()});
    axum::Json(json!({"resourceType": "Parameters",
        "parameter": [{"name": "MatchedMembers", "resource": list}]}))
}

async fn export(State(book): Books, Path(ids): Path<String>, headers: HeaderMap) -> Response {
    let busy = book.lock().unwrap().called(&headers, Act::Export, true);
    taken_on(busy, &format!("/northwind/exports/{ids}"))
}

fn list(base: &str, ids: &str) -> Value {
    let file = json!({"type": "Patient", "url": format!("{base}/files/{ids}")});
    json!({"transactionTime": "2026-10-01T12:00:00Z", "request": format!("{base}/Group/{ids}"),
        "requiresAccessToken": true, "output": [file], "error": []})
}

async fn file(Path(ids): Path<String>) -> Response {
    let line = |id: &str| format!("{{\"resourceType\":\"Patient\",\"id\":\"theirs-{id}\"}}\n");
    let lines: String = ids.split('.').map(line).collect();
    ([("content-type", "application/fhir+ndjson")], lines).into_response()
}
