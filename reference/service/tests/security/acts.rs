//! What is written down of a call: who, in which role, why, under which ids, and how it was refused.
//! Refuses to believe an answer alone: the log is read from the database.

use crate::fort::Fort;
use crate::support::stores::{Place, stores};
use reference::SecurityPolicy;
use reference::domain::operator::Role;
use reference::domain::resilience::Rate;
use reference::token::{MEMBER_MATCH, role_scope};
use serde_json::{Value, json};
use sqlx::Row;

/// The events of the audit log, in order.
async fn events(place: &Place) -> Vec<Value> {
    let look = place.look().await;
    let rows = sqlx::query("SELECT record FROM audit ORDER BY seq");
    let rows = rows.fetch_all(&look).await.unwrap();
    look.close().await;
    let record = |row| -> Value {
        serde_json::from_str(&sqlx::any::AnyRow::get::<String, _>(row, 0)).unwrap()
    };
    rows.iter()
        .map(|row| record(row)["event"].clone())
        .collect()
}

#[tokio::test]
async fn row_s2_60_every_refusal_at_the_boundary_is_written_down_with_who_and_why() {
    for place in stores().await {
        let fort = Fort::with(|scene| scene.config.store = place.at.clone()).await;
        let northwind = &fort.northwind;
        let token = fort.token(northwind, MEMBER_MATCH, None).await;
        let running = &fort.service.running;
        for address in [running.admin, running.enterprise] {
            let url = Fort::url(
                address,
                if address == running.admin {
                    "/audit"
                } else {
                    "/exchanges"
                },
            );
            let sent = northwind
                .http
                .get(url)
                .bearer_auth(&token)
                .header("x-purpose", "operations");
            let sent = sent.send().await.unwrap();
            assert_eq!(sent.status(), 403);
            assert_eq!(sent.headers().get("x-refused"), None);
        }
        let assertion = fort.assertion(northwind, |claims| claims["aud"] = json!("other"));
        let refused = fort
            .ask_token(northwind, &assertion, &[("scope", MEMBER_MATCH)])
            .await;
        assert_eq!((refused.status, refused.header("x-refused")), (401, None));
        let told =
            |action: &str, code: &str| ("northwind".to_owned(), action.to_owned(), code.to_owned());
        let expected = [
            told("authenticated", ""),
            told("refused", "auth/certificate-unbound"),
            told("refused", "auth/certificate-unbound"),
            told("authenticated", ""),
            told("refused", "auth/token-invalid"),
        ];
        let word = |event: &Value, pointer: &str| {
            let word = event.pointer(pointer).and_then(Value::as_str);
            word.unwrap_or_default().to_owned()
        };
        let written: Vec<_> = events(&place)
            .await
            .iter()
            .map(|event| {
                (
                    word(event, "/actor/id"),
                    word(event, "/action"),
                    word(event, "/code"),
                )
            })
            .collect();
        assert_eq!(written, expected, "{}", place.name);
    }
}

#[tokio::test]
async fn row_s2_60_a_privileged_call_says_who_why_and_under_which_id_or_is_refused() {
    for place in stores().await {
        let fort = Fort::with(|scene| scene.config.store = place.at.clone()).await;
        let operator = &fort.operator;
        let call = async |role: Role, purpose: Option<&str>| {
            let token = fort.role_token("operator", &role_scope(role), &operator.credential);
            let url = Fort::url(fort.service.running.admin, "/audit");
            let sent = operator.http.get(url).bearer_auth(token);
            let sent = match purpose {
                Some(purpose) => sent.header("x-purpose", purpose),
                None => sent,
            };
            let answer = sent.send().await.unwrap();
            let id = answer.headers()["x-correlation-id"]
                .to_str()
                .unwrap()
                .to_owned();
            (answer.status().as_u16(), id)
        };
        let (status, id) = call(Role::Audit, Some("incident")).await;
        assert_eq!(status, 200);
        let told = events(&place).await;
        let told = told
            .iter()
            .find(|event| event["correlation_id"] == json!(id))
            .unwrap();
        assert_eq!(
            told["actor"],
            json!({"kind": "client", "id": "operator", "role": "operator"})
        );
        assert_eq!(
            (&told["action"], &told["rule"]),
            (&json!("authenticated"), &json!("purpose/incident"))
        );
        assert!(told["business_transaction_id"].is_string());
        for (role, purpose, refused, code) in [
            (Role::Audit, None, 422, "schema/invalid"),
            (Role::Audit, Some("curiosity"), 422, "schema/invalid"),
            // Its token says so, but its account does not list it.
            (Role::Replay, Some("incident"), 403, "auth/scope-missing"),
            (Role::Control, Some("incident"), 403, "auth/scope-missing"),
        ] {
            let (status, id) = call(role, purpose).await;
            assert_eq!(status, refused, "{role} {purpose:?}");
            let events = events(&place).await;
            let mut of_call = events
                .iter()
                .filter(|event| event["correlation_id"] == json!(id));
            assert!(of_call.any(|event| event["action"] == "refused" && event["code"] == code));
        }
    }
}

#[tokio::test]
async fn row_s2_59_who_shows_no_certificate_to_an_inner_listener_is_in_the_log_by_number() {
    for place in stores().await {
        let fort = Fort::with(|scene| scene.config.store = place.at.clone()).await;
        let running = &fort.service.running;
        for address in [running.admin, running.admin, running.enterprise] {
            let sent = fort.client(None).get(Fort::url(address, "/audit")).send();
            assert!(sent.await.is_err(), "{address} answers without a handshake");
        }
        fort.service.running.stop().await;
        let refused = |role: &str| json!({"kind": "client", "id": "unknown", "role": role});
        let written: Vec<_> = events(&place)
            .await
            .iter()
            .map(|event| {
                (
                    event["actor"].clone(),
                    event["code"].clone(),
                    event["rule"].clone(),
                )
            })
            .collect();
        let code = json!("auth/certificate-unbound");
        let expected = [
            (
                refused("enterprise"),
                code.clone(),
                json!("refusals/more-1"),
            ),
            (refused("operator"), code, json!("refusals/more-2")),
        ];
        assert_eq!(written, expected, "{}", place.name);
    }
}

#[tokio::test]
async fn whoever_comes_too_often_is_told_of_by_its_certificate() {
    for place in stores().await {
        let fort = Fort::with(|scene| {
            let mut policy = SecurityPolicy::built_in().unwrap();
            policy.address = Rate {
                calls: 1,
                per_seconds: 3600,
                burst: 1,
            };
            scene.config.security = Some(policy);
            scene.config.store = place.at.clone();
        })
        .await;
        let mut told = Vec::new();
        for _ in 0..2 {
            let sent = fort.northwind.http.get(fort.partner_url("/metadata"));
            told.push(sent.send().await.unwrap().status().as_u16());
        }
        assert_eq!(told, [200, 429], "{}", place.name);
        let events = events(&place).await;
        let refused = events.iter().filter(|event| event["action"] == "refused");
        let named: Vec<_> = refused
            .map(|event| (&event["actor"]["id"], &event["code"]))
            .collect();
        let wanted = (&json!("northwind"), &json!("capacity/rate"));
        assert_eq!(named, [wanted], "{}", place.name);
        fort.service.running.stop().await;
    }
}
