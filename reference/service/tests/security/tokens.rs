//! Which tokens are believed: here, now, from whom, over which connection; and when many that are not are an alarm.
//! Refuses to know how a token is asked for.

use crate::fort::{Fort, thumbprint};
use crate::matched;
use crate::support::request::{Person, member_match};
use crate::support::{Answer, now};
use reference::domain::resilience::{Operation, Rate};
use reference::token::{self, Bounds, MEMBER_MATCH, TokenRequest};
use reference::{Alarm, Raised};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_caller_with_a_certificate_gets_a_token_and_may_use_it() {
    let fort = Fort::new().await;
    let assertion = fort.assertion(&fort.northwind, |_| ());
    let answer = fort
        .ask_token(&fort.northwind, &assertion, &[("scope", MEMBER_MATCH)])
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    assert_eq!(
        (&told["token_type"], &told["expires_in"], &told["scope"]),
        (&json!("bearer"), &json!(300), &json!(MEMBER_MATCH))
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(told.get("refresh_token").is_none());
    assert_eq!(matched(&fort).await.status, 200);
    assert_eq!(fort.service.running.alarms(), []);
}

#[tokio::test]
async fn what_a_client_needs_to_know_is_told_without_a_token() {
    let fort = Fort::new().await;
    let get = async |path: &str| {
        let sent = fort.northwind.http.get(fort.partner_url(path)).send();
        Answer::of(sent.await.unwrap()).await.json()
    };
    let configuration = get("/.well-known/smart-configuration").await;
    assert_eq!(
        configuration["token_endpoint"],
        json!(fort.partner_url("/token"))
    );
    assert_eq!(
        configuration["token_endpoint_auth_methods_supported"],
        json!(["private_key_jwt"])
    );
    let keys = get("/.well-known/jwks.json").await;
    let token = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(keys["keys"][0]["kid"], json!(header.kid));
    // What is published checks what is issued, with nothing else known.
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES384);
    validation.validate_exp = false;
    validation.set_audience(&["payer-exchange"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(
        claims["cnf"]["x5t#S256"],
        json!(thumbprint(&fort.northwind.credential))
    );
}

#[tokio::test]
async fn row_s2_49_tokens_that_are_not_good_here_and_now_are_refused() {
    let fort = Fort::new().await;
    let body = member_match(&Person::number(0), "northwind");
    let mine = thumbprint(&fort.northwind.credential);
    let signed = |client: &str, audience: &str, seconds: u64, certificate: Option<&str>| {
        let request = TokenRequest {
            client,
            audience,
            scopes: &[MEMBER_MATCH],
            issued_at: now(),
            lifetime: Duration::from_secs(seconds),
        };
        let bounds = Bounds {
            certificate: certificate.map(str::to_owned),
            ..Bounds::default()
        };
        token::issue_bound(&fort.service.key, &request, &bounds).unwrap()
    };
    let foreign = {
        let other = token::SigningKey::generate().unwrap();
        let claims = json!({"iss": "payer-exchange", "sub": "northwind", "aud": "payer-exchange", "iat": now().timestamp(),
            "nbf": now().timestamp(), "exp": now().timestamp() + 300, "jti": "1", "scope": MEMBER_MATCH, "cnf": {"x5t#S256": mine}});
        token::sign(&other, &claims).unwrap()
    };
    let http = &fort.northwind.http;
    let status = async |token: &str| fort.ask(http, token, &body).await.status;
    assert_eq!(
        status(&signed("northwind", "payer-exchange", 300, Some(&mine))).await,
        200
    );
    for (what, token, refused) in [
        (
            "wrong audience",
            signed("northwind", "contoso", 300, Some(&mine)),
            401,
        ),
        ("signed by somebody else", foreign, 401),
        (
            "over 60 minutes",
            signed("northwind", "payer-exchange", 3601, Some(&mine)),
            401,
        ),
        (
            "bound to nothing",
            signed("northwind", "payer-exchange", 300, None),
            403,
        ),
        (
            "bound to another certificate",
            signed(
                "northwind",
                "payer-exchange",
                300,
                Some(&thumbprint(&fort.contoso.credential)),
            ),
            403,
        ),
        (
            "of another client",
            signed("contoso", "payer-exchange", 300, Some(&mine)),
            403,
        ),
        ("nothing", String::new(), 401),
    ] {
        assert_eq!(status(&token).await, refused, "{what}");
    }
    let without = http
        .post(fort.partner_url("/Patient/$member-match"))
        .body(body.to_string())
        .send();
    assert_eq!(without.await.unwrap().status(), 401);
    // A stolen token is worth nothing over the connection of the thief.
    let token = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    assert_eq!(
        fort.ask(&fort.contoso.http, &token, &body).await.status,
        403
    );
    // And nothing after its 300 seconds.
    fort.service.clock.advance(Duration::from_secs(299));
    assert_eq!(status(&token).await, 200);
    fort.service.clock.advance(Duration::from_secs(1));
    assert_eq!(status(&token).await, 401);
}

#[tokio::test]
async fn row_s2_49_one_bad_token_is_no_alarm_and_twenty_within_a_minute_are_one() {
    let fort = Fort::new().await;
    let body = member_match(&Person::number(0), "northwind");
    let bad = async || fort.ask(&fort.northwind.http, "bad", &body).await.status;
    assert_eq!(bad().await, 401);
    assert_eq!(fort.service.running.alarms(), []);
    // Nineteen more, each four seconds later, are never twenty within a minute.
    for _ in 0..19 {
        fort.service.clock.advance(Duration::from_secs(4));
        assert_eq!(bad().await, 401);
    }
    assert_eq!(fort.service.running.alarms(), []);
    fort.service.clock.advance(Duration::from_secs(60));
    for _ in 0..25 {
        assert_eq!(bad().await, 401);
    }
    let raised = Raised {
        alarm: Alarm::Authentication,
        at: fort.now(),
        refusals: 20,
    };
    assert_eq!(fort.service.running.alarms(), [raised]);
    // A good caller is served all the while.
    assert_eq!(matched(&fort).await.status, 200);
}

#[tokio::test]
async fn tokens_are_given_so_often_and_asking_too_often_is_no_attack() {
    let fort = Fort::with(|scene| {
        let mut policy = scene.first_retry_policy();
        let rate = Rate {
            calls: 60,
            per_seconds: 60,
            burst: 3,
        };
        policy.limits.inbound.insert(Operation::Token, rate);
        scene.config.resilience = Some(policy);
    })
    .await;
    let mut told = Vec::new();
    for _ in 0..24 {
        let assertion = fort.assertion(&fort.northwind, |_| ());
        let scope = [("scope", MEMBER_MATCH)];
        told.push(fort.ask_token(&fort.northwind, &assertion, &scope).await);
    }
    let given = told.iter().filter(|answer| answer.status == 200).count();
    let turned: Vec<_> = told.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!((given, turned.len()), (3, 21));
    assert_eq!(turned[0].header("retry-after"), Some("1"));
    assert_eq!(turned[0].json()["error"], "temporarily_unavailable");
    assert_eq!(fort.service.running.alarms(), []);
    // Another client has its own count.
    let assertion = fort.assertion(&fort.contoso, |_| ());
    let scope = [("scope", MEMBER_MATCH)];
    let other = fort.ask_token(&fort.contoso, &assertion, &scope).await;
    assert_eq!(other.status, 200, "{}", other.text);
}
