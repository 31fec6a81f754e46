//! The canonical flow, broken at each of its eight steps in turn, on every store.
//! Refuses a failure that is told nowhere, told twice, or that a later step does not notice.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::clock::{ManualClock, Winding};
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::workflow::State;
use reference::token::EXCHANGES;
use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use support::admin::routes;
use support::later::{self, taken_on, working};
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, says, scene};
use support::{Answer, Scene, Service, log};
use wiremock::MockServer;

const STAGES: [&str; 7] = [
    "ingestion",
    "schema-validation",
    "identity-resolution",
    "access-policy",
    "source-retrieval",
    "transformation",
    "egress",
];

/// How a broken step has to look from outside.
struct Broken {
    code: &'static str,
    disposition: &'static str,
    /// The stage that tells of it.
    stage: &'static str,
    /// Moves that were made before it.
    moves: usize,
    /// Calls that the partner saw.
    calls: usize,
}

/// One run: a partner, a service, and the ids of one exchange.
struct Run {
    place: Place,
    stub: MockServer,
    clock: Arc<ManualClock>,
    service: Service,
}

impl Run {
    async fn new(place: Place, set: impl FnOnce(&mut Scene)) -> Self {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        let clock = Arc::new(ManualClock::new(support::now(), Winding::ByHand));
        scene.clock = Arc::clone(&clock);
        scene.config.clock = Arc::clone(&clock) as _;
        set(&mut scene);
        let service = scene.start().await;
        Self {
            place,
            stub,
            clock,
            service,
        }
    }

    /// Asks for an exchange under a transaction of its own.
    async fn ask(&self, request: &Value, token: String) -> (Answer, String) {
        let transaction = uuid::Uuid::now_v7().to_string();
        let sent = self
            .service
            .http
            .post(Service::url(self.service.running.enterprise, "/exchanges"))
            .bearer_auth(token)
            .header("idempotency-key", &transaction)
            .header("x-business-transaction-id", &transaction)
            .json(request)
            .send()
            .await;
        (Answer::of(sent.unwrap()).await, transaction)
    }

    async fn started(&self, request: &Value) -> (String, String) {
        let token = self
            .service
            .token_at("enterprise", EXCHANGES, support::now());
        let (answer, transaction) = self.ask(request, token).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        (
            answer.json()["id"].as_str().unwrap().to_owned(),
            transaction,
        )
    }

    /// Starts an exchange and holds what becomes of it against what has to.
    async fn ends(&self, request: &Value, broken: &Broken) -> Value {
        let (id, transaction) = self.started(request).await;
        let ended = |view: &Value| view["code"] != Value::Null;
        let view = self.service.once(&id, ended).await;
        self.judge(&view, &transaction, broken).await;
        view
    }

    async fn judge(&self, view: &Value, transaction: &str, broken: &Broken) {
        let name = format!("{} {}", self.place.name, broken.code);
        let told = (&view["code"], &view["disposition"]);
        assert_eq!(
            told,
            (&json!(broken.code), &json!(broken.disposition)),
            "{name}"
        );
        let moves = view["history"].as_array().unwrap();
        let open: State = view["state"].as_str().unwrap().parse().unwrap();
        let last = usize::from(!open.is_open());
        assert_eq!(moves.len(), broken.moves + last, "{name}: {moves:?}");
        let calls = self.stub.received_requests().await.unwrap().len();
        assert_eq!(calls, broken.calls, "{name}");
        telemetry(transaction, broken, &name).await;
    }
}

/// One stage tells of the failure, once, and no other runs after it.
async fn telemetry(transaction: &str, broken: &Broken, name: &str) {
    let mut failing = Vec::new();
    for _ in 0..10_000 {
        failing = failures(transaction);
        if !failing.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let told = (broken.stage.to_owned(), broken.code.to_owned());
    assert_eq!(failing, [told], "{name}");
    let opened = log::opened(transaction);
    assert_eq!(opened.last().unwrap(), broken.stage, "{name}: {opened:?}");
}

/// The stages of a transaction that ended as failed, each with its code.
fn failures(transaction: &str) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = log::lines(transaction);
    let closed = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "close");
    closed
        .map(|line| &line["span"])
        .filter(|span| span["otel.status_code"] == "ERROR")
        .map(|span| (word(&span["name"]), word(&span["matchmark.code"])))
        .filter(|(stage, _)| STAGES.contains(&stage.as_str()))
        .collect()
}

fn whole() -> Value {
    exchange(&Person::number(5), "contoso")
}

/// Step 1: nobody is known. There is no exchange, and nobody is called.
async fn authenticate(place: Place) {
    let run = Run::new(place, |_| {}).await;
    let early = support::now() - chrono::TimeDelta::hours(2);
    let token = run.service.token_at("enterprise", EXCHANGES, early);
    let (answer, transaction) = run.ask(&whole(), token).await;
    let code = "auth/token-expired";
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (401, &json!(code)),
        "{}",
        answer.text
    );
    assert_eq!(run.service.exchanges("").await.json()["items"], json!([]));
    let broken = Broken {
        code,
        disposition: "rejected",
        stage: "ingestion",
        moves: 0,
        calls: 0,
    };
    telemetry(&transaction, &broken, run.place.name).await;
    let root = log::closed(&transaction, "exchange").await;
    assert_eq!(root["span"]["matchmark.disposition"], "rejected");
    assert!(run.stub.received_requests().await.unwrap().is_empty());
}

/// Step 2: the request does not meet its schema.
async fn validate(place: Place) {
    let run = Run::new(place, |_| {}).await;
    let mut request = whole();
    request["coverage_to_match"]["relationship"] = json!(7);
    let broken = Broken {
        code: "schema/bad-bundle",
        disposition: "rejected",
        stage: "schema-validation",
        moves: 0,
        calls: 0,
    };
    run.ends(&request, &broken).await;
}

/// Step 3: the consent does not hold.
async fn resolve(place: Place) {
    let run = Run::new(place, |_| {}).await;
    let mut request = whole();
    request["consent"]["provision"]["period"]["end"] = json!("2026-09-30");
    let broken = Broken {
        code: "consent/period-end-invalid",
        disposition: "rejected",
        stage: "access-policy",
        moves: 1,
        calls: 0,
    };
    run.ends(&request, &broken).await;
}

/// Step 4: no row of the route set fits. The set is told, and nobody is called.
async fn route(place: Place) {
    let run = Run::new(place, |_| {}).await;
    let when = "line-of-business = [\"commercial\"]";
    let set = routes(2, &[("usual", when, run.stub.uri())]);
    run.service.publish("routing", 2, &set).await;
    let mut request = whole();
    request["line_of_business"] = json!("qhp");
    let broken = Broken {
        code: "routing/no-route",
        disposition: "rejected",
        stage: "source-retrieval",
        moves: 2,
        calls: 0,
    };
    let view = run.ends(&request, &broken).await;
    assert_eq!(view["route_set"], 2, "{}", run.place.name);
}

/// Step 5: nobody sees the end of the call, and no attempt is left.
async fn submit(place: Place) {
    let run = Run::new(place, |scene| {
        let mut policy = scene.first_retry_policy();
        policy.transient.attempts = 1;
        scene.config.resilience = Some(policy);
        scene.config.partners[1].timeout = Duration::from_millis(150);
    })
    .await;
    let late = matched().set_delay(Duration::from_secs(30));
    says(&run.stub, late, None).await;
    let broken = Broken {
        code: "transport/timeout",
        disposition: "exhausted",
        stage: "source-retrieval",
        moves: 3,
        calls: 1,
    };
    let view = run.ends(&whole(), &broken).await;
    assert_eq!(
        (&view["state"], &view["resume_at"]),
        (&json!("dead-lettered"), &json!("routed"))
    );
}

/// Step 6: the partner refuses.
async fn acknowledge(place: Place) {
    let run = Run::new(place, |_| {}).await;
    says(&run.stub, refusal(422, "bad-bundle"), None).await;
    let broken = Broken {
        code: "partner/rejected",
        disposition: "rejected",
        stage: "source-retrieval",
        moves: 3,
        calls: 1,
    };
    run.ends(&whole(), &broken).await;
}

/// Step 7: the partner took it on and stays silent.
async fn monitor(place: Place) {
    let run = Run::new(place, |scene| {
        scene.agreed(Retrieval::MatchOnly, Notification::Callback);
    })
    .await;
    later::says(&run.stub, "POST", MATCH, taken_on(), None).await;
    later::says(&run.stub, "GET", later::JOB, working("5"), None).await;
    let (id, transaction) = run.started(&whole()).await;
    run.service.until(&id, "acknowledged").await;
    run.clock.advance(Duration::from_secs(48 * 3600));
    let view = run.service.until(&id, "dead-lettered").await;
    let broken = Broken {
        code: "partner/completion-missing",
        disposition: "exhausted",
        stage: "source-retrieval",
        moves: 4,
        calls: 1,
    };
    run.judge(&view, &transaction, &broken).await;
}

/// Makes the log refuse what says that something was delivered.
async fn deaf(place: &Place, pool: &AnyPool) {
    let statements: &[&str] = match place.name {
        "sqlite" => &["CREATE TRIGGER deaf BEFORE INSERT ON audit WHEN NEW.action = 'fulfilled'
            BEGIN SELECT RAISE(ABORT, 'deaf'); END"],
        _ => &[
            "CREATE FUNCTION deaf() RETURNS trigger AS $$ BEGIN RAISE 'deaf'; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER deaf BEFORE INSERT ON audit FOR EACH ROW WHEN (NEW.action = 'fulfilled')
            EXECUTE FUNCTION deaf()",
        ],
    };
    for statement in statements {
        let made = sqlx::query(AssertSqlSafe((*statement).to_owned()));
        made.execute(pool).await.unwrap();
    }
}

async fn hears(place: &Place, pool: &AnyPool) {
    let again = match place.name {
        "sqlite" => "DROP TRIGGER deaf",
        _ => "DROP TRIGGER deaf ON audit",
    };
    sqlx::query(again).execute(pool).await.unwrap();
}

/// Step 8: what is delivered cannot be written down, so it is not delivered; it is when it can.
async fn deliver(place: Place) {
    let run = Run::new(place, |_| {}).await;
    says(&run.stub, matched(), None).await;
    let pool = run.place.look().await;
    deaf(&run.place, &pool).await;
    let (id, transaction) = run.started(&whole()).await;
    let view = run.service.until_held(&id, "backoff").await;
    let broken = Broken {
        code: "audit/unavailable",
        disposition: "queued",
        stage: "egress",
        moves: 4,
        calls: 1,
    };
    assert_eq!(view["state"], "acknowledged");
    run.judge(&view, &transaction, &broken).await;
    let told = "SELECT count(*) FROM outbox";
    assert_eq!(later::counted(&pool, told).await, 0, "{}", run.place.name);
    hears(&run.place, &pool).await;
    run.clock.advance(Duration::from_secs(600));
    let view = run.service.until(&id, "fulfilled").await;
    assert_eq!(view["code"], Value::Null);
    let calls = run.stub.received_requests().await.unwrap().len();
    assert_eq!(calls, 1, "the partner is not asked again");
}

#[tokio::test]
async fn row_s2_48_each_of_the_eight_steps_fails_where_it_does_and_says_so_once() {
    log::listen();
    let mut broken: BTreeMap<&str, usize> = BTreeMap::new();
    for place in stores().await {
        *broken.entry(place.name).or_default() += 1;
    }
    for store in broken.keys() {
        for step in 1..=8 {
            let place = match *store {
                "sqlite" => Place::sqlite(),
                _ => Place::postgres().await.unwrap(),
            };
            match step {
                1 => authenticate(place).await,
                2 => validate(place).await,
                3 => resolve(place).await,
                4 => route(place).await,
                5 => submit(place).await,
                6 => acknowledge(place).await,
                7 => monitor(place).await,
                _ => deliver(place).await,
            }
        }
    }
}
