//! Values that exist nowhere else, planted where members' data travels, and looked for wherever it must not arrive.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::{Member, StoreAt};
use serde_json::{Value, json};
use sqlx::{Column, Row};
use std::path::Path;
use support::request::{Person, exchange, member_match};
use support::{Answer, Scene, Service, log};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const CANARY: &str = "CANARY";

/// Puts a canary of its own into every text that may be any text.
fn plant(value: &mut Value, count: &mut u32) {
    const FREE: [&str; 5] = ["value", "family", "display", "subscriberId", "id"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text)
                        if FREE.contains(&name.as_str()) && !text.contains("payer") =>
                    {
                        *count += 1;
                        *text = format!("{CANARY}{count}");
                    }
                    other => plant(other, count),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, count)),
        _ => {}
    }
}

fn planted(mut value: Value) -> Value {
    let mut count = 0;
    plant(&mut value, &mut count);
    assert!(count > 8);
    value
}

/// A service whose partner contoso repeats canaries in everything it says.
async fn service(folder: &Path, collector: &MockServer) -> (Service, MockServer) {
    let stub = MockServer::start().await;
    let outcome = json!({"issue": [{"code": "CANARY", "diagnostics": "CANARY"}]});
    let refusal = ResponseTemplate::new(500).set_body_json(outcome);
    Mock::given(any())
        .respond_with(refusal)
        .up_to_n_times(1)
        .mount(&stub)
        .await;
    let busy = ResponseTemplate::new(503).set_body_string(CANARY);
    Mock::given(any())
        .respond_with(busy)
        .up_to_n_times(1)
        .mount(&stub)
        .await;
    let identifier = json!({"system": CANARY, "value": CANARY});
    let answer =
        json!({"parameter": [{"name": "MemberIdentifier", "valueIdentifier": identifier}]});
    let matched = ResponseTemplate::new(200).set_body_json(answer);
    Mock::given(any()).respond_with(matched).mount(&stub).await;
    let mut scene = Scene::new();
    scene.config.store = StoreAt::Folder(folder.to_owned());
    scene.config.partners[1].base_url = stub.uri();
    scene.config.otlp = Some(collector.uri().parse().unwrap());
    let born = Person::number(7).birth_date;
    scene
        .config
        .members
        .push(Member::new("m", "CANARYID", "CANARYFAMILY", &born));
    (scene.start().await, stub)
}

/// A match of the member whose every attribute is a canary.
fn known_canary() -> Value {
    let mut request = member_match(&Person::number(7), "contoso");
    let coverage = &mut request["parameter"][1]["resource"];
    coverage["identifier"][0]["value"] = json!("CANARYID");
    coverage.as_object_mut().unwrap().remove("subscriberId");
    request["parameter"][0]["resource"]["name"][0]["family"] = json!("CANARYFAMILY");
    request
}

async fn answers_of_partners_side(service: &Service) -> Vec<String> {
    let matched = service.ask("contoso", &known_canary()).await;
    assert_eq!(matched.status, 200, "{}", matched.text);
    let unknown = planted(member_match(&Person::number(1), "contoso"));
    let mut undeclared = unknown.clone();
    undeclared["parameter"][1]["resource"]["CANARYKEY"] = json!("CANARYVALUE");
    let mut expired = known_canary();
    expired["parameter"][3]["resource"]["provision"]["period"]["end"] = json!("2026-09-30");
    let cut = unknown.to_string().replace('}', "");
    let mut answers = vec![matched.text];
    for body in [
        unknown.to_string(),
        undeclared.to_string(),
        expired.to_string(),
        cut,
    ] {
        let asking = service
            .asking("contoso", body)
            .header("idempotency-key", "k");
        let answer = Answer::of(asking.send().await.unwrap()).await;
        assert!(answer.status >= 400);
        answers.push(answer.text);
    }
    answers
}

/// What exports of the member whose every attribute is a canary answer, but their list and files: those are the data.
async fn answers_of_exports(service: &Service) -> Vec<String> {
    let matched = service.ask("contoso", &known_canary()).await;
    let link = matched.header("link").unwrap();
    let group = link.trim_start_matches('<').split('>').next().unwrap();
    let place = service.kicked("contoso", group).await;
    let list = service.ended("contoso", &place).await;
    assert_eq!(list.status, 200);
    let mut answers = vec![link.to_owned(), list.text];
    for wish in [
        json!({"name": "patient", "valueReference": {"reference": "Patient/CANARYWHO"}}),
        json!({"name": "_typeFilter", "valueString": "Patient?name=CANARY"}),
        json!({"name": "_type", "valueString": "CANARY"}),
        json!({"name": "CANARY", "valueString": "CANARY"}),
        json!({"name": "_since", "valueInstant": "CANARY"}),
    ] {
        let wishes = support::export::question(json!([wish]));
        answers.push(service.kick("contoso", group, &wishes).await.text);
    }
    for path in ["/Group/CANARY", "/Group/CANARY/CANARY"] {
        let answer = service
            .kick("contoso", path, &support::export::everything())
            .await;
        assert_eq!(answer.status, 404);
        answers.push(answer.text);
    }
    for path in ["/async/CANARY", "/async/CANARY/CANARY.ndjson"] {
        answers.push(service.get("contoso", path).await.text);
    }
    answers
}

async fn answers_of_enterprise_side(service: &Service) -> Vec<String> {
    let whole = exchange(&Person::number(5), "contoso");
    let mut unfit = whole.clone();
    unfit["CANARYKEY"] = json!("CANARYVALUE");
    let mut mismatched = whole.clone();
    mismatched["member_patient"] = planted(member_match(&Person::number(5), "contoso"));
    let mut answers = Vec::new();
    for (key, body, state) in [
        ("k1", &unfit, None),
        ("k2", &mismatched, Some("failed")),
        ("k3", &whole, Some("failed")),
        ("k4", &whole, Some("fulfilled")),
    ] {
        let answer = service.start_exchange(key, body).await;
        if let Some(state) = state {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            answers.push(service.until(&id, state).await.to_string());
        }
        answers.push(answer.text);
    }
    answers
}

/// Tables whose rows are the members' data, sealed or known by whoever may look into the member store.
const PROTECTED: [&str; 4] = ["payloads", "members", "person_entries", "person_keys"];

/// Every text of the database outside the stores of protected data.
async fn database(folder: &Path) -> String {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("exchanges.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let mut all = String::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    for table in sqlx::query(tables).fetch_all(&pool).await.unwrap() {
        let table: String = table.get(0);
        if PROTECTED.contains(&table.as_str()) {
            continue;
        }
        let query = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
        for row in sqlx::query(query).fetch_all(&pool).await.unwrap() {
            for column in row.columns() {
                let kept: Option<Vec<u8>> = row.try_get_unchecked(column.ordinal()).unwrap();
                let kept = kept.unwrap_or_default();
                all.push_str(&format!("{table} {}\n", String::from_utf8_lossy(&kept)));
            }
        }
    }
    all
}

/// What is counted.
async fn metrics(service: &Service) -> String {
    let text = service.metrics().await;
    assert!(text.contains("matchmark_requests_total") && text.contains("contoso"));
    text
}

/// What the collector was told of the exchanges that ended, by its bytes.
async fn spans(collector: &MockServer) -> String {
    loop {
        let requests = collector.received_requests().await.unwrap();
        let bytes: Vec<u8> = requests.iter().flat_map(|sent| sent.body.clone()).collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let told = [
            "source-retrieval",
            "exchange-single",
            "rejected",
            "complete",
        ];
        if told.iter().all(|word| text.contains(word)) {
            return text;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn row_s2_34_no_value_of_a_member_reaches_logs_spans_metrics_answers_or_open_tables() {
    let folder = tempfile::tempdir().unwrap();
    log::listen();
    let collector = support::otlp::collector().await;
    let (service, _stub) = service(folder.path(), &collector).await;
    let mut texts = answers_of_partners_side(&service).await;
    texts.extend(answers_of_enterprise_side(&service).await);
    texts.extend(answers_of_exports(&service).await);
    let database = database(folder.path()).await;
    assert!(database.contains("fulfilled") && database.contains("links"));
    assert!(database.contains("export_files ExplanationOfBenefit"));
    let logged = log::text();
    assert!(logged.contains("the exchange moved") && logged.contains("hyper"));
    texts.extend([logged, database, metrics(&service).await]);
    texts.push(spans(&collector).await);
    for text in texts {
        let leak = text
            .split(CANARY)
            .nth(1)
            .map(|_| text.lines().find(|line| line.contains(CANARY)));
        assert_eq!(leak, None);
    }
}
