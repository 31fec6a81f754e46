//! Who gets a token: assertions, grants, scopes and resources, right and wrong.
//! Refuses to know what a token is good for.

use crate::fort::{BY_ASSERTION, Fort, JWT_BEARER};
use crate::futures;
use crate::support::now;
use reference::token::{BULK_MEMBER_MATCH, DATA_EXPORT, GROUP, MEMBER_MATCH, MEMBER_READ};
use serde_json::{Value, json};

/// Every assertion that is not good, by the words of OAuth; none is accepted, none says why.
#[tokio::test]
async fn row_s2_60_no_assertion_that_is_wrong_or_lives_too_long_gets_a_token() {
    let fort = Fort::new().await;
    let caller = &fort.northwind;
    let at = now().timestamp();
    let signed = |change: &dyn Fn(&mut Value)| fort.assertion(caller, |claims| change(claims));
    let headed = |change: &dyn Fn(&mut jsonwebtoken::Header)| {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES384);
        header.kid = Some(caller.key.verification_key().kid);
        change(&mut header);
        let secret = caller.key.verification_key().point;
        let key = match header.alg {
            jsonwebtoken::Algorithm::ES384 => {
                jsonwebtoken::EncodingKey::from_ec_der(caller.key.pkcs8())
            }
            _ => jsonwebtoken::EncodingKey::from_secret(&secret),
        };
        jsonwebtoken::encode(&header, &fort.claims(caller), &key).unwrap()
    };
    let unsigned = {
        let good = signed(&|_| ());
        let claims = good.split('.').nth(1).unwrap().to_owned();
        // {"alg":"none","typ":"JWT"}
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
    };
    let spent = signed(&|_| ());
    assert_eq!(
        fort.ask_token(caller, &spent, &[("scope", MEMBER_MATCH)])
            .await
            .status,
        200
    );
    let table = [
        ("alg none", unsigned),
        (
            "public key as a secret",
            headed(&|header| header.alg = jsonwebtoken::Algorithm::HS384),
        ),
        (
            "unknown kid",
            headed(&|header| header.kid = Some("unknown".to_owned())),
        ),
        ("no kid", headed(&|header| header.kid = None)),
        (
            "foreign jku",
            headed(&|header| header.jku = Some("https://contoso.example/jwks".to_owned())),
        ),
        ("no typ", headed(&|header| header.typ = None)),
        (
            "wrong aud",
            signed(&|claims| claims["aud"] = json!("https://contoso.example/token")),
        ),
        (
            "wrong iss",
            signed(&|claims| claims["iss"] = json!("contoso")),
        ),
        (
            "wrong sub",
            signed(&|claims| claims["sub"] = json!("contoso")),
        ),
        (
            "expired",
            signed(&|claims| {
                claims["iat"] = json!(at - 300);
                claims["exp"] = json!(at);
            }),
        ),
        (
            "six minutes",
            signed(&|claims| claims["exp"] = json!(at + 360)),
        ),
        (
            "six minutes in all",
            signed(&|claims| claims["iat"] = json!(at - 60)),
        ),
        ("not yet", signed(&|claims| claims["iat"] = json!(at + 10))),
        (
            "no jti",
            signed(&|claims| drop(claims.as_object_mut().unwrap().remove("jti"))),
        ),
        ("replayed", spent),
        (
            "key of another partner",
            fort.assertion(&fort.contoso, |claims| {
                claims["iss"] = json!("northwind");
                claims["sub"] = json!("northwind");
            }),
        ),
        ("nothing", String::new()),
    ];
    for (what, assertion) in table {
        let answer = fort
            .ask_token(caller, &assertion, &[("scope", MEMBER_MATCH)])
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (401, json!({"error": "invalid_client"})),
            "{what}"
        );
    }
    // A good assertion of another partner is not good over this connection.
    let assertion = fort.assertion(&fort.contoso, |_| ());
    let answer = fort
        .ask_token(caller, &assertion, &[("scope", MEMBER_MATCH)])
        .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_jti_is_good_once_among_sixty_four_at_the_same_time_and_for_each_client_apart() {
    let fort = Fort::new().await;
    let assertion = fort.assertion(&fort.northwind, |claims| claims["jti"] = json!("shared"));
    let calls =
        (0..64).map(|_| fort.ask_token(&fort.northwind, &assertion, &[("scope", MEMBER_MATCH)]));
    let answers = futures(calls).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 200).count(),
        1
    );
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 401).count(),
        63
    );
    let other = fort.assertion(&fort.contoso, |claims| claims["jti"] = json!("shared"));
    assert_eq!(
        fort.ask_token(&fort.contoso, &other, &[("scope", MEMBER_MATCH)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn requests_that_ask_for_too_much_or_in_other_words_get_no_token() {
    let fort = Fort::new().await;
    let lower = BULK_MEMBER_MATCH.replace("BulkMemberMatch", "bulk-member-match");
    let both = format!("{MEMBER_MATCH} {DATA_EXPORT}");
    let elsewhere = fort.partner_url("/Group/grp-of-nobody");
    let table: Vec<(Vec<(&str, &str)>, &str)> = vec![
        (vec![("scope", &lower)], "invalid_scope"),
        (vec![("scope", DATA_EXPORT)], "invalid_scope"),
        (vec![("scope", &both)], "invalid_scope"),
        (vec![("scope", MEMBER_READ)], "invalid_scope"),
        (vec![("scope", "")], "invalid_scope"),
        (vec![], "invalid_scope"),
        (vec![("scope", GROUP)], "invalid_target"),
        (
            vec![("scope", GROUP), ("resource", &elsewhere)],
            "invalid_target",
        ),
        (
            vec![
                ("scope", GROUP),
                ("resource", "https://contoso.example/Group/1"),
            ],
            "invalid_target",
        ),
        (
            vec![("scope", MEMBER_MATCH), ("resource", &elsewhere)],
            "invalid_target",
        ),
        (
            vec![("scope", MEMBER_MATCH), ("grant_type", "password")],
            "unsupported_grant_type",
        ),
        (
            vec![
                ("scope", MEMBER_MATCH),
                ("client_assertion_type", "urn:other"),
            ],
            "invalid_request",
        ),
        (vec![("grant_type", JWT_BEARER)], "invalid_request"),
    ];
    for (more, word) in table {
        let assertion = fort.assertion(&fort.northwind, |_| ());
        let answer = fort.ask_token(&fort.northwind, &assertion, &more).await;
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({"error": word})),
            "{more:?}"
        );
    }
    let nothing = fort.post_token(&fort.northwind.http, &[]).await;
    assert_eq!(
        (nothing.status, nothing.json()),
        (400, json!({"error": "invalid_request"}))
    );
    let large = "x".repeat(64 * 1024);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", BY_ASSERTION),
        ("client_assertion", &large),
    ];
    assert_eq!(
        fort.post_token(&fort.northwind.http, &form).await.status,
        400
    );
}
