//! Two partners on loopback, one that honours idempotency keys and one that does not, and what was really done at them.
//! Refuses to answer every third new request at once: it is busy first.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

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
    by_transaction: BTreeMap<String, Done>,
    by_key: BTreeMap<String, u64>,
    asked: u64,
}

/// The partners, and their book.
pub struct Partners {
    pub address: String,
    book: Arc<Mutex<Book>>,
}

impl Partners {
    pub async fn start() -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let router = Router::new()
            .route("/{partner}/Patient/$member-match", post(answer))
            .with_state(Arc::clone(&book));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, book }
    }

    pub fn done(&self, transaction: &str) -> Done {
        let book = self.book.lock().unwrap();
        book.by_transaction
            .get(transaction)
            .cloned()
            .unwrap_or_default()
    }
}

async fn answer(
    State(book): State<Arc<Mutex<Book>>>,
    Path(partner): Path<String>,
    headers: HeaderMap,
) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (key, transaction) = (text("idempotency-key"), text("x-business-transaction-id"));
    let mut book = book.lock().unwrap();
    book.asked += 1;
    let busy = book.asked.is_multiple_of(3) && !book.by_key.contains_key(&key);
    let honours = partner == "contoso";
    let acts = !(busy || honours && book.by_key.contains_key(&key));
    if acts {
        *book.by_key.entry(key.clone()).or_default() += 1;
    }
    let done = book.by_transaction.entry(transaction).or_default();
    done.calls += 1;
    done.keys.insert(key);
    done.effects += u64::from(acts);
    if busy {
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
