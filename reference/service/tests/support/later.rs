//! A partner that answers later: takes requests on, tells how far it is, gives lists and files.
//! Refuses paths that a test has not named.

use super::stores::Place;
use super::stub::{MATCH, matched};
use super::{Answer, Scene, Service};
use reference::clock::{ManualClock, Winding};
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::token::{CALLBACKS, EXCHANGES};
use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe, Row};
use std::sync::Arc;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const GROUP: &str = "/Group/g-1";
pub const JOB: &str = "/async/job-1";
pub const KICK_OFF: &str = "/Group/g-1/$davinci-data-export";
pub const GIVEN: &str = "https://payer-exchange.example/extensions/given";
pub const DIGEST: &str = "https://payer-exchange.example/extensions/digest";

impl Scene {
    /// What is agreed with contoso.
    pub fn agreed(&mut self, retrieval: Retrieval, notification: Notification) {
        let terms = &mut self.config.partners[1].terms;
        terms.retrieval = retrieval;
        terms.notification = notification;
    }

    /// A clock that only a test moves.
    pub fn by_hand(&mut self) {
        let clock = Arc::new(ManualClock::new(super::now(), Winding::ByHand));
        self.clock = Arc::clone(&clock);
        self.config.clock = clock;
    }
}

pub async fn says(
    stub: &MockServer,
    verb: &str,
    at: &str,
    answer: ResponseTemplate,
    times: Option<u64>,
) {
    let mut mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
    if let Some(times) = times {
        mock = mock.up_to_n_times(times);
    }
    mock.mount(stub).await;
}

/// 202, and where the work is told of.
pub fn taken_on() -> ResponseTemplate {
    ResponseTemplate::new(202).insert_header("content-location", JOB)
}

pub fn working(seconds: &str) -> ResponseTemplate {
    ResponseTemplate::new(202)
        .insert_header("retry-after", seconds)
        .insert_header("x-progress", "40%")
}

/// The answer to a match, with the list that it made.
pub fn matched_with_list() -> ResponseTemplate {
    matched().insert_header("link", format!("<{GROUP}>; rel=\"collection\""))
}

/// A list of Bulk Data 2.0.0.
pub fn list(output: Value, error: Value) -> Value {
    json!({"transactionTime": "2026-10-01T12:00:00Z", "request": "https://contoso.example/x",
        "requiresAccessToken": true, "output": output, "error": error})
}

/// A partner that matches, takes an export on and has made this list of it.
pub async fn exports(stub: &MockServer, list: &Value) {
    says(stub, "POST", MATCH, matched_with_list(), None).await;
    says(stub, "POST", KICK_OFF, taken_on(), None).await;
    says(stub, "GET", JOB, working("5"), Some(1)).await;
    let made = ResponseTemplate::new(200).set_body_json(list);
    says(stub, "GET", JOB, made, None).await;
}

/// As many records of a kind.
pub fn records(kind: &str, count: usize) -> String {
    let line = |number| {
        let record = json!({"resourceType": kind, "id": format!("{kind}-{number}")});
        format!("{record}\n")
    };
    (0..count).map(line).collect()
}

pub async fn file(stub: &MockServer, at: &str, body: String) {
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/fhir+ndjson");
    says(stub, "GET", at, answer, None).await;
}

/// A file of messages that name these kinds.
pub fn messages(kinds: &[&str]) -> String {
    let message = |kind: &&str| {
        let issue =
            json!({"severity": "error", "code": "exception", "expression": [format!("{kind}.id")]});
        format!(
            "{}\n",
            json!({"resourceType": "OperationOutcome", "issue": [issue]})
        )
    };
    kinds.iter().map(message).collect()
}

/// How often a path was called.
pub async fn calls(stub: &MockServer, verb: &str, at: &str) -> usize {
    let requests = stub.received_requests().await.unwrap();
    let fits =
        |request: &&wiremock::Request| request.method.as_str() == verb && request.url.path() == at;
    requests.iter().filter(fits).count()
}

/// The only number that a question to the database gives.
pub async fn counted(pool: &AnyPool, query: &str) -> i64 {
    let row = sqlx::query(AssertSqlSafe(query.to_owned()))
        .fetch_one(pool)
        .await;
    row.unwrap().get(0)
}

/// The texts of one column.
pub async fn words(pool: &AnyPool, query: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(query.to_owned()))
        .fetch_all(pool)
        .await;
    let rows = rows.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

impl Service {
    /// The view of an exchange once it is in `state`. The clock goes on, to where the next step is due, only while none is
    /// due and nobody holds one: a slow machine does the same at the same times as a fast one.
    pub async fn wound(&self, place: &Place, id: &str, state: &str) -> Value {
        let pool = place.look().await;
        let next = "SELECT min(run_after) FROM steps HAVING count(lease_owner) = 0";
        let mut last = Value::Null;
        for _ in 0..20_000 {
            last = self.exchanges(&format!("/{id}")).await.json();
            if last["state"] == state {
                pool.close().await;
                return last;
            }
            assert!(!super::has_ended(&last), "the exchange has ended as {last}");
            let row = sqlx::query(next).fetch_optional(&pool).await.unwrap();
            let due: Option<String> = row.and_then(|row| row.get(0));
            let due = due.map(|at| at.parse().unwrap());
            if let Some(due) = due.filter(|due| *due > self.now_for_token()) {
                self.clock.set(due);
            }
            tokio::task::yield_now().await;
        }
        panic!("the exchange stayed {last}");
    }

    /// What an exchange has come to.
    pub async fn came_to(&self, id: &str) -> Value {
        let path = format!("/exchanges/{id}/result");
        let call = self
            .http
            .get(Self::url(self.running.enterprise, &path))
            .bearer_auth(self.token_at("enterprise", EXCHANGES, self.now_for_token()))
            .header("x-purpose", "operations");
        let answer = Answer::of(call.send().await.unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Tells the service, as `client`, at the address that it gave.
    pub async fn call_back(
        &self,
        client: &str,
        address: &str,
        event: Option<&str>,
        body: &Value,
    ) -> Answer {
        let token = self.token_at(client, CALLBACKS, self.now_for_token());
        let mut call = self
            .http
            .post(address)
            .bearer_auth(token)
            .body(body.to_string());
        if let Some(event) = event {
            call = call.header("x-event-id", event);
        }
        Answer::of(call.send().await.unwrap()).await
    }
}

/// The address at which the partner was told to call back, from the first call of a path.
pub async fn callback_address(stub: &MockServer, at: &str) -> String {
    loop {
        let requests = stub.received_requests().await.unwrap();
        let first = requests.iter().find(|request| request.url.path() == at);
        if let Some(first) = first {
            let address = first.headers["x-callback-url"].to_str().unwrap();
            return address.to_owned();
        }
        tokio::task::yield_now().await;
    }
}
