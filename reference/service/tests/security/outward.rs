//! Two services of ours, one asking and one answering: tokens, the match, and the data of the member, until it is here.
//! Refuses every shortcut: certificates, assertions and tokens are those of the services themselves.

use crate::fort::{Fort, JWT_BEARER};
use crate::futures;
use crate::support::later::counted;
use crate::support::request::{Person, exchange, member_match};
use crate::support::stores::{Place, stores};
use crate::support::{PAYER_IDS, Scene, Service};
use reference::config::{organisation, partner};
use reference::domain::fulfilment::Retrieval;
use reference::domain::ids::PartnerId;
use reference::domain::snapshot::Payer;
use reference::token::{BULK_MEMBER_MATCH, GROUP, MEMBER_MATCH};
use reference::{ClientFiles, Member, StoreAt};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

/// The payer that asks, with the one that answers.
pub(crate) struct Pair {
    fort: Fort,
    pub(crate) asker: Service,
    files: TempDir,
}

/// A member of contoso, who answers here.
fn member(person: &Person) -> Member {
    let number = person.member("contoso");
    Member::new(&person.id, &number, &person.family, &person.birth_date)
        .with_subscriber_id(&person.subscriber("contoso"))
}

fn contoso(scene: &mut Scene) {
    scene.by_hand();
    scene.config.us = Payer {
        id: PartnerId::new("contoso"),
        organisation: organisation(PAYER_IDS, "contoso"),
    };
    scene.config.members = Person::all().iter().take(4).map(member).collect();
    // The caller whom the fort knows as northwind is the payer that asks.
    let asker = &mut scene.config.partners[0];
    asker.id = PartnerId::new("payer-exchange");
    asker.organisation = organisation(PAYER_IDS, "payer-exchange");
    asker.edition = "hrex-1.2".to_owned();
    scene.config.partners.truncate(1);
    let mut policy = scene.first_retry_policy();
    policy.limits.inbound.clear();
    scene.config.resilience = Some(policy);
}

impl Pair {
    pub(crate) async fn new(retrieval: Retrieval, stores: [&StoreAt; 2]) -> Self {
        Self::with(retrieval, stores, "hrex-1.2", |_| ()).await
    }

    async fn with(
        retrieval: Retrieval,
        [ours, theirs]: [&StoreAt; 2],
        dialect: &str,
        change: impl FnOnce(&mut Scene),
    ) -> Self {
        let mut fort = Fort::with(|scene| {
            contoso(scene);
            dialect.clone_into(&mut scene.config.partners[0].edition);
            scene.config.store = theirs.clone();
        })
        .await;
        fort.northwind.id = "payer-exchange".to_owned();
        let files = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = files.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let shown = &fort.northwind.credential;
        let mut scene = Scene::new();
        scene.by_hand();
        scene.config.store = ours.clone();
        scene.config.client_key = Some(fort.northwind.key.clone());
        scene.config.client_files = Some(ClientFiles {
            certificate: write("client.pem", &shown.certificate),
            private_key: write("client-key.pem", &shown.key),
            partner_authorities: Some(write("authorities.pem", &fort.authority.pem())),
        });
        let known = organisation(PAYER_IDS, "contoso");
        let mut answers = partner("contoso", known, &fort.partner_url(""), dialect);
        answers.terms.retrieval = retrieval;
        answers.terms.token_url = Some(fort.partner_url("/token"));
        answers.timeout = Duration::from_secs(120);
        scene.config.partners = vec![answers];
        change(&mut scene);
        Self {
            asker: scene.start().await,
            fort,
            files,
        }
    }

    pub(crate) async fn ask(&self, key: &str, body: &Value) -> String {
        let answer = self.asker.start_exchange(key, body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Starts an exchange about somebody who was a member of contoso.
    async fn begin(&self, key: &str) -> String {
        self.ask(key, &exchange(&Person::number(0), "contoso"))
            .await
    }

    /// The view of an exchange once it is in this state; both clocks go on while it is not.
    pub(crate) async fn until(&self, id: &str, state: &str) -> Value {
        let mut last = Value::Null;
        for _ in 0..20_000 {
            last = self.asker.exchanges(&format!("/{id}")).await.json();
            if last["state"] == state {
                return last;
            }
            assert!(
                last["resume_at"].is_null() && last["state"] != "failed",
                "{last}"
            );
            for clock in [&self.asker.clock, &self.fort.service.clock] {
                clock.advance(Duration::from_millis(100));
            }
            tokio::task::yield_now().await;
        }
        panic!("the exchange stayed {last}");
    }

    pub(crate) async fn stop(self) {
        self.asker.running.stop().await;
        self.fort.service.running.stop().await;
    }
}

/// As many databases as there are payers, on every store.
pub(crate) async fn pairs() -> Vec<(Place, Place)> {
    stores().await.into_iter().zip(stores().await).collect()
}

/// How many tokens the payer that answers was asked for, each about nobody: one assertion for each.
async fn asked_for(theirs: &Place) -> i64 {
    counted(&theirs.look().await, "SELECT count(*) FROM assertions").await
}

#[tokio::test]
async fn two_services_of_ours_exchange_under_tokens_until_the_data_of_the_member_are_here() {
    for (ours, theirs) in pairs().await {
        // The older guide does not tell who the Patient is: the token does.
        for dialect in ["hrex-1.2", "hrex-1.0"] {
            let (ours, theirs) = match dialect {
                "hrex-1.2" => (ours.at.clone(), theirs.at.clone()),
                _ => (StoreAt::Memory, StoreAt::Memory),
            };
            let stores = [&ours, &theirs];
            let pair = Pair::with(Retrieval::MemberRead, stores, dialect, |_| ()).await;
            let id = pair.begin("k1").await;
            let view = pair.until(&id, "fulfilled").await;
            assert_eq!(view["disposition"], "complete", "{view}");
            assert_eq!(view["attempts"].as_array().unwrap().len(), 1);
            let result = pair.asker.came_to(&id).await;
            let tells = dialect == "hrex-1.2";
            assert_eq!(result["patient"].is_string(), tells, "{dialect}");
            let files = result["files"].as_array().unwrap();
            assert!(files.len() > 1, "there is more than one page");
            let records: u64 = files.iter().map(|it| it["count"].as_u64().unwrap()).sum();
            assert_eq!(records, held(&pair).await, "{dialect}");
            pair.stop().await;
        }
    }
}

/// How many records contoso gives of the first person to whoever reads them with a token of their own.
async fn held(pair: &Pair) -> u64 {
    let fort = &pair.fort;
    let patient = fort.scene.config.members[0].patient.expose().clone();
    let about = fort.assertion(&fort.northwind, |claims| claims["sub"] = json!(patient));
    let own = fort.assertion(&fort.northwind, |_| ());
    let more = [("grant_type", JWT_BEARER), ("assertion", about.as_str())];
    let given = fort.ask_token(&fort.northwind, &own, &more).await.json();
    assert_eq!(given["patient"], patient.as_str());
    let url = fort.partner_url(&format!("/Patient/{patient}/$everything"));
    let call = fort.northwind.http.get(url);
    let call = call.bearer_auth(given["access_token"].as_str().unwrap());
    let page: Value = call.send().await.unwrap().json().await.unwrap();
    page["total"].as_u64().unwrap()
}

#[tokio::test]
async fn two_services_of_ours_exchange_a_list_under_a_token_of_this_list() {
    for (ours, theirs) in pairs().await {
        let pair = Pair::new(Retrieval::GroupExport, [&ours.at, &theirs.at]).await;
        let id = pair.begin("k1").await;
        let view = pair.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", ours.name);
        let files = pair.asker.came_to(&id).await["files"].clone();
        let kinds = files.as_array().unwrap().iter().map(|it| &it["kind"]);
        assert!(kinds.clone().any(|kind| kind == "ExplanationOfBenefit"));
        pair.stop().await;
    }
}

#[tokio::test]
async fn a_token_that_has_ended_over_there_is_renewed_once_for_sixty_four_callers() {
    for (ours, theirs) in pairs().await {
        let stores = [&ours.at, &theirs.at];
        let pair = Pair::with(Retrieval::MatchOnly, stores, "hrex-1.2", |scene| {
            let mut policy = scene.first_retry_policy();
            policy.limits.calls_per_partner = 64;
            scene.config.resilience = Some(policy);
        })
        .await;
        let first = pair.begin("first").await;
        pair.until(&first, "fulfilled").await;
        assert_eq!(asked_for(&theirs).await, 1);
        // To the payer that asks the token is still good, to the one that answers it is not.
        pair.asker.clock.advance(Duration::from_secs(285));
        pair.fort.service.clock.advance(Duration::from_secs(305));
        let calls = (0..64).map(|number| format!("k-{number}"));
        let ids = futures(calls.map(|key| {
            let pair = &pair;
            async move { pair.begin(&key).await }
        }))
        .await;
        for id in ids {
            // Nobody moves the clocks here: with them the new token would end.
            let view = pair.asker.until(&id, "fulfilled").await;
            let attempts = view["attempts"].as_array().unwrap().len();
            assert_eq!(attempts, 1, "the renewal is no attempt");
        }
        assert_eq!(asked_for(&theirs).await, 2, "{}", ours.name);
        pair.stop().await;
    }
}

#[tokio::test]
async fn a_token_of_another_right_opens_nothing_of_what_the_exchange_has_read() {
    let pair = Pair::new(Retrieval::MemberRead, [&StoreAt::Memory; 2]).await;
    let id = pair.begin("k1").await;
    pair.until(&id, "fulfilled").await;
    let fort = &pair.fort;
    let caller = &fort.northwind;
    let patient = fort.scene.config.members[0].patient.expose().clone();
    let body = member_match(&Person::number(0), "payer-exchange");
    let matching = fort.token(caller, MEMBER_MATCH, None).await;
    let bulk = fort.token(caller, BULK_MEMBER_MATCH, None).await;
    for path in [
        format!("/Patient/{patient}/$everything"),
        format!("/ExplanationOfBenefit?patient={patient}"),
    ] {
        for token in [&matching, &bulk] {
            let call = caller.http.get(fort.partner_url(&path));
            let answer = call.bearer_auth(token).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{path}");
        }
    }
    assert_eq!(fort.ask(&caller.http, &bulk, &body).await.status, 403);
    // Who has no token at all, or one that is none, is told that another one would do.
    let none = fort.ask(&caller.http, "none", &body).await;
    let told = none.header("www-authenticate");
    assert_eq!(
        (none.status, told),
        (401, Some("Bearer error=\"invalid_token\""))
    );
    // Nor is there a right to a list without the list.
    let assertion = fort.assertion(caller, |_| ());
    let refused = fort
        .ask_token(caller, &assertion, &[("scope", GROUP)])
        .await;
    assert_eq!(refused.json(), json!({"error": "invalid_target"}));
    pair.stop().await;
}

#[tokio::test]
async fn who_is_refused_a_token_over_there_ends_and_sends_nothing_without_one() {
    for (ours, theirs) in pairs().await {
        let stranger = reference::token::SigningKey::generate().unwrap();
        let stores = [&ours.at, &theirs.at];
        let pair = Pair::with(Retrieval::MemberRead, stores, "hrex-1.2", |scene| {
            scene.config.client_key = Some(stranger);
        })
        .await;
        let id = pair.begin("k1").await;
        let view = pair.until(&id, "failed").await;
        assert_eq!(view["code"], "auth/token-invalid", "{}", ours.name);
        assert_eq!(asked_for(&theirs).await, 0);
        let linked = counted(&theirs.look().await, "SELECT count(*) FROM links").await;
        assert_eq!(linked, 0, "nobody was matched");
        pair.stop().await;
    }
}

/// The certificate of the payer that asks is replaced: its tokens were bound to the old one.
#[tokio::test]
async fn tokens_of_a_certificate_that_was_replaced_are_not_shown_with_the_new_one() {
    let theirs = Place::sqlite();
    let pair = Pair::new(Retrieval::MatchOnly, [&StoreAt::Memory, &theirs.at]).await;
    let first = pair.begin("first").await;
    pair.until(&first, "fulfilled").await;
    let renewed = pair.fort.authority.client(&crate::fort::uri("northwind"));
    let files = pair.files.path();
    std::fs::write(files.join("client.pem"), &renewed.certificate).unwrap();
    std::fs::write(files.join("client-key.pem"), &renewed.key).unwrap();
    assert!(pair.asker.running.rotate().is_ok());
    let second = pair.begin("second").await;
    let view = pair.until(&second, "fulfilled").await;
    assert_eq!(view["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(asked_for(&theirs).await, 2);
    pair.stop().await;
}
