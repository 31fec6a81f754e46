//! The audit log of a service that runs: what is in it, how it is searched, and what proves it.
//! Refuses to look at a protected body.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::audit::verify::{Outcome, keys, verify};
use reference::domain::audit::{Hash, Verified, verify_consistency, verify_inclusion};
use reference::domain::operator::Role;
use reference::domain::record::Digest;
use reference::token::role_scope;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::Service;
use support::audit::Exported;
use support::catalogue::bundle;
use support::request::{Person, exchange, member_match};
use support::stores::{Place, stores};
use support::stub::{matched, refusal, says, scene};
use wire::payload::Schema;
use wiremock::{MockServer, ResponseTemplate};

/// A service on this database whose partner takes one match, refuses the next and is down from then on.
async fn service(place: &Place) -> (Service, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    says(&stub, matched(), Some(1)).await;
    says(&stub, refusal(422, "no-match"), Some(1)).await;
    says(&stub, ResponseTemplate::new(503), None).await;
    (scene.start().await, stub)
}

/// A full run: three exchanges that end in three ways, and two matches that a partner asks for.
async fn run(service: &Service) -> Vec<String> {
    let mut ids = Vec::new();
    for (key, end) in [
        ("k1", "fulfilled"),
        ("k2", "failed"),
        ("k3", "dead-lettered"),
    ] {
        let request = exchange(&Person::number(5), "contoso");
        let answer = service.start_exchange(key, &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, end).await;
        ids.push(id);
    }
    let known = member_match(&Person::number(2), "contoso");
    assert_eq!(service.ask("contoso", &known).await.status, 200);
    let unknown = member_match(&Person::number(6), "contoso");
    assert_eq!(service.ask("contoso", &unknown).await.status, 422);
    ids
}

fn verified(log: &Exported) -> Verified {
    let keys = keys(&log.key.to_string()).unwrap();
    match verify(
        log.lines.join("\n").as_bytes(),
        &log.heads.join("\n"),
        &keys,
    )
    .unwrap()
    {
        Outcome::Good(verified) => verified,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn row_s2_31_every_record_of_a_full_run_has_every_field() {
    let schema = Schema::compile(&bundle("audit-record", "1.0.0")).unwrap();
    for place in stores().await {
        let (service, _stub) = service(&place).await;
        let ids = run(&service).await;
        let records = service.audited("").await;
        let mut actions = BTreeSet::new();
        for record in &records {
            assert!(schema.accepts(record), "{record}");
            for member in record["event"].as_object().unwrap().keys() {
                let mut less = record.clone();
                less["event"].as_object_mut().unwrap().remove(member);
                assert!(!schema.accepts(&less), "without {member}");
            }
            actions.insert(record["event"]["action"].as_str().unwrap().to_owned());
        }
        for action in [
            "authenticated",
            "created",
            "validated",
            "matched",
            "routed",
            "acknowledged",
            "fulfilled",
            "failed",
            "dead-lettered",
            "refused",
        ] {
            assert!(actions.contains(action), "{} {action}", place.name);
        }
        for id in ids {
            let last = service
                .audited(&format!("request={id}"))
                .await
                .pop()
                .unwrap();
            let event = last["event"].as_object().unwrap();
            for told in [
                "actor",
                "at",
                "exchange",
                "match",
                "route",
                "endpoint",
                "attempt",
                "disposition",
            ] {
                assert!(!event[told].is_null(), "{told} of {last}");
            }
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn the_log_of_a_run_verifies_up_to_its_signed_head_and_is_gapless() {
    for place in stores().await {
        let (service, _stub) = service(&place).await;
        run(&service).await;
        let log = service.exported().await;
        let verified = verified(&log);
        assert_eq!(verified.size, log.lines.len() as u64);
        assert!(verified.is_signed_to_its_end() && verified.size > 20);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn proofs_of_the_service_satisfy_the_verifiers_of_the_rfc() {
    let place = Place::sqlite();
    let (service, _stub) = service(&place).await;
    run(&service).await;
    let hash = |digest: &Value| {
        let digest: Digest = digest.as_str().unwrap().parse().unwrap();
        Hash::of_digest(&digest).unwrap()
    };
    let hashes = |proof: &Value| -> Vec<Hash> {
        proof["proof"]
            .as_array()
            .unwrap()
            .iter()
            .map(hash)
            .collect()
    };
    let size = 23;
    for seq in 1..=size {
        let proof = service
            .audit(&format!("/audit/proof/{seq}?size={size}"))
            .await
            .json();
        let leaf = hash(&proof["entry"]["leaf"]);
        assert!(verify_inclusion(
            leaf,
            seq - 1,
            size,
            &hashes(&proof),
            hash(&proof["root"])
        ));
        let path = format!("/audit/consistency?first={seq}&size={size}");
        let grown = service.audit(&path).await.json();
        let (first, root) = (hash(&grown["first_root"]), hash(&grown["root"]));
        assert!(verify_consistency(
            (seq, first),
            (size, root),
            &hashes(&grown)
        ));
    }
    for missing in [
        "/audit/proof/0",
        "/audit/proof/9999",
        "/audit/consistency?first=9999",
    ] {
        assert_eq!(service.audit(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn row_s2_35_four_questions_are_answered_while_no_payload_can_be_read() {
    for place in stores().await {
        let (service, _stub) = service(&place).await;
        let ids = run(&service).await;
        let database = place.look().await;
        sqlx::query("ALTER TABLE payloads RENAME TO unreadable")
            .execute(&database)
            .await
            .unwrap();
        for (id, standing, code) in [
            (&ids[0], "accepted", Value::Null),
            (&ids[1], "rejected", json!("identity/no-match")),
            (&ids[2], "rejected", json!("partner/unavailable")),
        ] {
            let answer = service.audit(&format!("/audit/answer/{id}")).await.json();
            assert_eq!(answer["authenticated"]["actor"]["id"], "enterprise");
            assert_eq!(answer["match"]["tier"], "deterministic");
            let endpoint = answer["endpoint"].as_str().unwrap();
            assert!(endpoint.ends_with("/Patient/$member-match"), "{endpoint}");
            assert_eq!(
                (&answer["standing"], &answer["code"]),
                (&json!(standing), &code)
            );
        }
        let nothing = service.audit("/audit/answer/nothing").await;
        assert_eq!(nothing.status, 404);
    }
}

#[tokio::test]
async fn row_s2_59_the_audit_service_refuses_and_records_whoever_has_not_its_role() {
    for place in stores().await {
        let (service, _stub) = service(&place).await;
        let partner = "http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match";
        for scope in [
            partner,
            reference::token::EXCHANGES,
            &role_scope(Role::Replay),
        ] {
            let answer = service.look_at(scope, "/audit/export").await;
            assert_eq!(answer.status, 403, "{scope}");
            assert!(!answer.text.contains("leaf") && answer.header("x-refused").is_none());
        }
        let url = Service::url(service.running.admin, "/audit");
        let none = service.http.get(url).send().await.unwrap();
        assert_eq!(none.status(), 401);
        let refused = service.audited("actor=auditor-1").await;
        let refused: Vec<&Value> = refused
            .iter()
            .filter(|record| record["event"]["action"] == "refused")
            .collect();
        assert_eq!(refused.len(), 3);
        for record in refused {
            assert_eq!(record["event"]["code"], "auth/scope-missing");
            assert_eq!(record["event"]["rule"], "purpose/compliance");
        }
        let unknown = service.audited("actor=unknown").await;
        assert_eq!(unknown[0]["event"]["code"], "auth/token-invalid");
    }
}

#[tokio::test]
async fn row_s2_47_without_the_audit_log_new_work_stops() {
    for place in stores().await {
        let (service, stub) = service(&place).await;
        let database = place.look().await;
        let rename = |sql: &'static str| sqlx::query(sql).execute(&database);
        rename("ALTER TABLE audit_edge RENAME TO gone")
            .await
            .unwrap();
        let before = service.exchanges("").await.json()["items"].clone();
        let request = exchange(&Person::number(5), "contoso");
        let answer = service.start_exchange("k1", &request).await;
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert_eq!(answer.json()["code"], "audit/unavailable");
        assert!(answer.header("retry-after").is_some());
        let known = member_match(&Person::number(2), "contoso");
        let answer = service.ask("contoso", &known).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "transient"));
        assert_eq!(service.exchanges("").await.json()["items"], before);
        assert!(stub.received_requests().await.unwrap().is_empty());
        rename("ALTER TABLE gone RENAME TO audit_edge")
            .await
            .unwrap();
        let answer = service.start_exchange("k1", &request).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
    }
}

/// A hundred thousand records beside those of the service: 5,000 requests of 20, 50 partners, 20 actors, a record each
/// tenth of a second of their own time.
async fn crowd(place: &Place, like: &Value) {
    let template = json!({"seq": 7_654_321, "previous": like["previous"], "event": like["event"]});
    let mut template = template;
    for (name, stands_for) in [("exchange", "@X"), ("partner", "@P"), ("at", "@T")] {
        template["event"][name] = json!(stands_for);
    }
    template["event"]["actor"]["id"] = json!("@A");
    let sql = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999),
            s(i, d) AS (SELECT i, substr(CAST(i + 100000 AS TEXT), 2) FROM n),
            r(i, x, p, a, t) AS (SELECT i, 'x' || CAST(i % 5000 AS TEXT), 'p' || CAST(i % 50 AS TEXT),
                'a' || CAST(i % 20 AS TEXT), '2030-10-1' || substr(d, 1, 1) || 'T1' || substr(d, 2, 1) || ':0'
                || substr(d, 3, 1) || ':0' || substr(d, 4, 1) || '.' || substr(d, 5, 1) || '00Z' FROM s)
        INSERT INTO audit (seq, at, action, actor, exchange, partner, leaf, record)
        SELECT i + 1000000, t, 'validated', a, x, p, $1,
            replace(replace(replace(replace(replace($2, '@X', x), '@P', p), '@T', t), '@A', a), '7654321',
                CAST(i + 1000000 AS TEXT)) FROM r";
    let inserted = sqlx::query(sql)
        .bind(like["previous"].as_str().unwrap())
        .bind(template.to_string())
        .execute(&place.look().await)
        .await
        .unwrap();
    assert_eq!(inserted.rows_affected(), 100_000);
}

#[tokio::test]
async fn row_s2_33_a_search_of_100_000_records_gives_the_exact_set_within_a_second() {
    for place in stores().await {
        let (service, _stub) = service(&place).await;
        run(&service).await;
        let like = service.audited("").await.pop().unwrap();
        crowd(&place, &like).await;
        type Fits = fn(u64) -> bool;
        let searches: [(&str, Fits); 6] = [
            ("request=x123", |i| i % 5000 == 123),
            ("request=x4999&partner=p49", |i| i % 5000 == 4999),
            ("request=x4999&partner=p48", |_| false),
            (
                "since=2030-10-13T14:05:06.700Z&until=2030-10-13T14:05:07.200Z",
                |i| (34_567..34_572).contains(&i),
            ),
            ("partner=p7&since=2030-10-19T00:00:00Z", |i| {
                i % 50 == 7 && i >= 90_000
            }),
            ("actor=a3&partner=p3&since=2030-10-19T19:00:00Z", |i| {
                i % 100 == 3 && i >= 99_000
            }),
        ];
        for (query, fits) in searches {
            let found = service.audited(query);
            let found = tokio::time::timeout(Duration::from_secs(1), found).await;
            let found = found.unwrap_or_else(|_| panic!("{} {query} took too long", place.name));
            let seqs: Vec<u64> = found.iter().map(|r| r["seq"].as_u64().unwrap()).collect();
            let exact = (0..100_000).filter(|i| fits(*i)).map(|i| i + 1_000_000);
            assert_eq!(seqs, exact.collect::<Vec<_>>(), "{} {query}", place.name);
        }
        let call = service
            .http
            .delete(Service::url(service.running.admin, "/audit"));
        let token = service.token_at(
            "auditor-1",
            &role_scope(Role::Audit),
            service.now_for_token(),
        );
        let sent = call
            .bearer_auth(token)
            .header("x-purpose", "compliance")
            .send();
        assert_eq!(sent.await.unwrap().status(), 405);
    }
}
