//! Each part of the service broken alone: it is named, and calls are still answered.
//! Refuses to break two at once.

use super::{BACKOFF, answers, asked, begun, bounds, ill, once_told, told};
use crate::support::admin::routes;
use crate::support::held::Held;
use crate::support::later::says;
use crate::support::stores::{Place, stores};
use crate::support::stub::{MATCH, matched, scene};
use crate::support::{Scene, Service};
use reference::token::SigningKey;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::time::Duration;
use tempfile::TempDir;
use wiremock::{MockServer, ResponseTemplate};

const READY: &str = "/health/ready";
const TOKEN: &str = "/token";

/// A service of one worker, whose clock is moved by hand, with partners that a test breaks one by one.
struct Broken {
    service: Service,
    /// Contoso.
    stub: MockServer,
    /// Northwind.
    other: MockServer,
    /// Fabrikam.
    held: Held,
    folder: TempDir,
}

impl Broken {
    async fn start(place: &Place) -> Self {
        let (mut scene, stub) = scene().await;
        let (other, held, folder) = (
            MockServer::start().await,
            Held::start().await,
            tempfile::tempdir().unwrap(),
        );
        scene.by_hand();
        scene.config.store = place.at.clone();
        scene.config.health = Some(bounds(&scene));
        scene.config.client_key = Some(SigningKey::generate().unwrap());
        scene.config.control_folder = Some(folder.path().to_owned());
        scene.config.pace.workers = 1;
        let addresses = [other.uri(), stub.uri(), held.url.clone()];
        for (partner, address) in scene.config.partners.iter_mut().zip(addresses) {
            partner.base_url = address;
            partner.dialect = "hrex-1.2".to_owned();
            partner.edition = "hrex-1.2".to_owned();
            partner.timeout = Duration::from_secs(300);
        }
        scene.config.partners[1].terms.token_url = Some(format!("{}{TOKEN}", stub.uri()));
        says(&other, "POST", MATCH, matched(), None).await;
        Self {
            service: scene.start().await,
            stub,
            other,
            held,
            folder,
        }
    }

    fn later(&self, by: Duration) {
        self.service.clock.advance(by);
    }

    async fn is_well(&self, what: &str) {
        assert_eq!(told(&self.service, READY).await, (200, vec![]), "{what}");
    }

    async fn contoso_is_well(&self) {
        self.stub.reset().await;
        let given = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600});
        let given = ResponseTemplate::new(200).set_body_json(given);
        says(&self.stub, "POST", TOKEN, given, None).await;
        says(&self.stub, "POST", MATCH, matched(), None).await;
    }
}

async fn token_service(broken: &Broken) {
    says(
        &broken.stub,
        "POST",
        TOKEN,
        ResponseTemplate::new(503),
        None,
    )
    .await;
    let id = begun(&broken.service, "token", "contoso").await;
    broken.service.until_held(&id, "backoff").await;
    let wanted = ill("token-service", "degraded", "a-partner-gives-no-token");
    assert_eq!(told(&broken.service, READY).await, (200, wanted));
    answers(&broken.service, "token-other", "northwind").await;
    broken.contoso_is_well().await;
    broken.later(BACKOFF);
    broken.service.until(&id, "fulfilled").await;
    broken.is_well("token-service").await;
}

async fn route_table(broken: &Broken) {
    let folder = broken.folder.path().join("routing");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("2.toml");
    std::fs::write(&file, "number = 2\nno routes at all\n").unwrap();
    let wanted = ill("route-table", "degraded", "newer-document-refused");
    look(broken, wanted).await;
    answers(&broken.service, "route", "northwind").await;
    std::fs::remove_file(&file).unwrap();
    look(broken, vec![]).await;
    let incomplete = routes(2, &[("only", "", broken.stub.uri())]);
    broken.service.publish("routing", 2, &incomplete).await;
    let wanted = ill("route-table", "degraded", "a-partner-without-a-route");
    assert_eq!(told(&broken.service, READY).await, (200, wanted));
    answers(&broken.service, "route-contoso", "contoso").await;
    let rows = [
        ("contoso", broken.stub.uri()),
        ("northwind", broken.other.uri()),
        ("fabrikam", broken.held.url.clone()),
    ];
    let rows = rows
        .map(|(id, at)| routes(3, &[(id, "", at)]).replace("\"contoso\"", &format!("\"{id}\"")));
    let mut whole = rows[0].clone();
    for rest in &rows[1..] {
        whole.push_str(rest.get(rest.find("[[row]]").unwrap()..).unwrap());
    }
    broken.service.publish("routing", 3, &whole).await;
    broken.is_well("route-table").await;
}

/// Lets the control plane look into its folder until health says this.
async fn look(broken: &Broken, wanted: Vec<[String; 3]>) {
    for _ in 0..20_000 {
        if told(&broken.service, READY).await == (200, wanted.clone()) {
            return;
        }
        broken.later(Duration::from_secs(5));
        tokio::task::yield_now().await;
    }
    panic!("never {wanted:?}");
}

async fn identity_store(broken: &Broken, place: &Place) {
    let pool = place.look().await;
    let person = crate::support::request::Person::number(3).id;
    let run = async |statement: String| {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&pool)
            .await
            .unwrap()
    };
    run(format!(
        "CREATE TABLE taken AS SELECT * FROM person_entries WHERE person = '{person}'"
    ))
    .await;
    run(format!(
        "DELETE FROM person_entries WHERE person = '{person}'"
    ))
    .await;
    broken.later(Duration::from_secs(60));
    let wanted = ill("identity-store", "degraded", "members-without-index");
    assert_eq!(told(&broken.service, READY).await, (200, wanted));
    answers(&broken.service, "identity", "northwind").await;
    run("INSERT INTO person_entries SELECT * FROM taken".to_owned()).await;
    broken.is_well("identity-store").await;
}

async fn partner_connectivity(broken: &Broken) {
    broken.contoso_is_well().await;
    // The token is there, or got; every match fails.
    broken.stub.reset().await;
    let given = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600});
    let given = ResponseTemplate::new(200).set_body_json(given);
    says(&broken.stub, "POST", TOKEN, given, None).await;
    says(
        &broken.stub,
        "POST",
        MATCH,
        ResponseTemplate::new(503),
        None,
    )
    .await;
    let mut ids = Vec::new();
    for number in 0..3 {
        assert_eq!(
            told(&broken.service, READY).await,
            (200, vec![]),
            "{number}"
        );
        let id = begun(&broken.service, &format!("partner-{number}"), "contoso").await;
        broken.service.until_held(&id, "backoff").await;
        ids.push(id);
    }
    let wanted = ill(
        "partner-connectivity",
        "degraded",
        "calls-to-a-partner-fail",
    );
    assert_eq!(told(&broken.service, READY).await, (200, wanted));
    answers(&broken.service, "partner-other", "northwind").await;
    broken.contoso_is_well().await;
    broken.later(BACKOFF);
    for id in ids {
        broken.service.until(&id, "fulfilled").await;
    }
    broken.is_well("partner-connectivity").await;
}

async fn queue_depth(broken: &Broken) {
    let mut ids = vec![begun(&broken.service, "queue-held", "fabrikam").await];
    broken.held.called(1).await;
    for number in 0..2 {
        ids.push(begun(&broken.service, &format!("queue-{number}"), "northwind").await);
    }
    let wanted = ill("queue-depth", "degraded", "queue-filling");
    assert_eq!(told(&broken.service, READY).await, (200, wanted));
    // The queue is ours: who asks us is answered, and who hands something in is told that it is taken on.
    assert_eq!(asked(&broken.service).await, 200);
    broken.held.let_go();
    for id in ids {
        broken.service.until(&id, "fulfilled").await;
    }
    broken.is_well("queue-depth").await;
}

#[tokio::test]
async fn row_s2_40_each_of_five_parts_alone_is_named_as_degraded_while_requests_succeed() {
    for place in stores().await {
        let broken = Broken::start(&place).await;
        broken.is_well("at first").await;
        token_service(&broken).await;
        route_table(&broken).await;
        identity_store(&broken, &place).await;
        partner_connectivity(&broken).await;
        queue_depth(&broken).await;
        broken.service.running.stop().await;
    }
}

#[tokio::test]
async fn heads_that_cannot_be_copied_out_are_told_of_and_nothing_else_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let sink = folder.path().join("heads.jsonl");
    std::fs::create_dir(&sink).unwrap();
    let (mut scene, other) = scene().await;
    says(&other, "POST", MATCH, matched(), None).await;
    scene.config.health = Some(bounds(&scene));
    scene.config.audit.heads = Some(sink.clone());
    let service = scene.start().await;
    answers(&service, "first", "contoso").await;
    // Whoever asks for the head has one signed, and copied.
    head(&service).await;
    let wanted = ill("audit", "degraded", "heads-not-copied");
    once_told(&service, READY, (200, wanted)).await;
    answers(&service, "second", "contoso").await;
    std::fs::remove_dir(&sink).unwrap();
    head(&service).await;
    once_told(&service, READY, (200, vec![])).await;
    assert!(std::fs::read_to_string(&sink).unwrap().lines().count() > 0);
}

async fn head(service: &Service) {
    let path = (reqwest::Method::GET, "/audit/head");
    let role = reference::domain::operator::Role::Audit;
    let answer = service.operate(role, path, None, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Another service on the same database has published, and this one has not looked yet.
#[tokio::test]
async fn a_service_that_has_not_followed_a_publication_says_so_until_it_has() {
    for place in stores().await {
        let start = async || {
            let mut scene = Scene::new();
            scene.by_hand();
            scene.config.store = place.at.clone();
            scene.config.health = Some(bounds(&scene));
            scene.start().await
        };
        let (first, second) = (start().await, start().await);
        let text = crate::support::admin::shipped("audit", 2, &[]);
        second.publish("audit", 2, &text).await;
        let wanted = ill("route-table", "degraded", "not-the-newest-snapshot");
        assert_eq!(told(&first, READY).await, (200, wanted));
        assert_eq!(asked(&first).await, 200);
        first.clock.advance(Duration::from_secs(5));
        once_told(&first, READY, (200, vec![])).await;
        first.running.stop().await;
        second.running.stop().await;
    }
}
