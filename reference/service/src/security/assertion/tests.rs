//! Assertions judged: one that is believed, and every way of getting it wrong.
//! Refuses the clock of the system, and any private key that outlives the test.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::security::token::{self, SigningKey};
use domain::registration::ClientKey;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const AUDIENCE: &str = "https://payer-exchange.example/token";
/// An RS384 assertion, signed once with a key that was thrown away. Time is an argument, so it stays good.
const RS384: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzM4NCIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJub3J0aHdpbmQiLCJzdWIiOiJub3J0aHdpbmQiLCJhdWQiOiJodHRwczovL3BheWVyLWV4Y2hhbmdlLmV4YW1wbGUvdG9rZW4iLCJpYXQiOjE3OTA4NTYwMDAsImV4cCI6MTc5MDg1NjMwMCwianRpIjoicnMtMSJ9.BmGaXFRL5HETZ0ks-ZMh5O5erm6tA2tP7L9NVThH0bzhryWvMQ0OwcU6xiwaSkmoqCTMgIiP1AzNpbSdulsnbe7wusRa0OEoRxHHebgtRdZ5F6Ae2H9-BHQksBHJCBoIaJijCgOInn9IeCuMuRDAQWNvFVEAKUjulDznOJlTWtIchEa6VGEoKWW-gX9U5zGm7KuQ8DTVwmXa0jYS8hSikqlamjte_pdpbsZu1YfgRwSonO7Dkw2BW-IYrR1gfeFttItAq670EOqIiBX5kdB-JkcOkkPuMc7_k4irQvqhnp1ePdVTWSTuIZMfCEoCyYwcKkEj_ITLvoMSlT-Id4ZY8w";
const MODULUS: &str = "hfuSLuI5Y0jVzIY03GdR1N0BnboDd0D2Mr2y97bQbN6IHLt1VnI7ZJVkbUSluCJqvhJq575Eqn-_IKVnUJYnD0LLmX2-RolFKHnjj5_2FNS7xRJsirTdhKueF-DBVLvtSLrckormzq43jEazPcU15sE0VHAHFxDjgM5oy7AW2ZJJk1gpLy4lQQjsdR6DAiN3FcF18tHhb8QKF8aH5-A75UbIo3EzipVUpyk38FlcO3eyBpQHHBJKs-t3IKqRq-wIG8iuhBATwtm5JZp_cd8lWL2xQkdmRoJ1oNUGpfQv3HDSyjteipae-H7JEvyEicc_5XS2mB5hLO-_2N_a4nHfFw";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-10-01T12:00:00Z")
}

/// A client with two keys, and what it signs.
struct Client {
    key: SigningKey,
    registered: Registration,
}

impl Client {
    fn new() -> Self {
        let key = SigningKey::generate().unwrap();
        let public = key.verification_key();
        let rsa = PublicKey::Rs384 {
            n: MODULUS.to_owned(),
            e: "AQAB".to_owned(),
        };
        let known = |key| ClientKey { key, until: None };
        let keys = BTreeMap::from([
            (public.kid.clone(), known(public.published().unwrap())),
            ("rsa-1".to_owned(), known(rsa)),
        ]);
        let registered = Registration {
            keys,
            key_set_url: Some("https://northwind.example/jwks.json".to_owned()),
            ..Registration::default()
        };
        Self { key, registered }
    }

    fn judge(&self, assertion: &str, now: Timestamp) -> Result<Proven, Flaw> {
        let expected = Expected {
            client: "northwind",
            registered: &self.registered,
            audience: AUDIENCE,
            about: About::Issuer,
            now,
        };
        judge(assertion, &expected)
    }

    fn signed(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims();
        change(&mut claims);
        token::sign(&self.key, &claims).unwrap()
    }

    fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::ES384);
        header.kid = Some(self.key.verification_key().kid);
        header
    }

    fn under(&self, header: &Header) -> String {
        let signer = EncodingKey::from_ec_der(self.key.pkcs8());
        jsonwebtoken::encode(header, &claims(), &signer).unwrap()
    }
}

fn claims() -> Value {
    let issued = now().timestamp();
    json!({"iss": "northwind", "sub": "northwind", "aud": AUDIENCE, "iat": issued, "exp": issued + 300, "jti": "one"})
}

#[test]
fn an_assertion_is_believed_until_its_end() {
    let client = Client::new();
    let assertion = client.signed(|_| ());
    let proven = client.judge(&assertion, now()).unwrap();
    assert_eq!(
        (proven.id.as_str(), proven.ends),
        ("one", at("2026-10-01T12:05:00Z"))
    );
    assert!(client.judge(&assertion, at("2026-10-01T12:04:59Z")).is_ok());
    assert_eq!(
        client.judge(&assertion, at("2026-10-01T12:05:00Z")),
        Err(Flaw::Expired)
    );
    assert_eq!(
        client.judge(&assertion, at("2026-10-01T11:59:59Z")),
        Err(Flaw::NotYet)
    );
}

#[test]
fn an_assertion_of_an_rsa_key_is_believed() {
    let client = Client::new();
    assert_eq!(client.judge(RS384, now()).unwrap().id, "rs-1");
    let (signed, _) = RS384.rsplit_once('.').unwrap();
    let (_, other) = client
        .signed(|_| ())
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!(
        client.judge(&format!("{signed}.{other}"), now()),
        Err(Flaw::Signature)
    );
}

#[test]
fn every_claim_that_is_wrong_is_told_apart() {
    let client = Client::new();
    let end =
        |seconds: i64| move |claims: &mut Value| claims["exp"] = json!(now().timestamp() + seconds);
    let set = |name: &'static str, value: Value| client.signed(|claims| claims[name] = value);
    let without =
        |name: &str| client.signed(|claims| drop(claims.as_object_mut().unwrap().remove(name)));
    for (assertion, flaw) in [
        (set("iss", json!("contoso")), Flaw::Issuer),
        (set("sub", json!("contoso")), Flaw::Subject),
        (
            set("aud", json!("https://contoso.example/token")),
            Flaw::Audience,
        ),
        (
            set("aud", json!([AUDIENCE, "https://contoso.example/token"])),
            Flaw::Claims,
        ),
        (client.signed(end(0)), Flaw::Expired),
        (client.signed(end(360)), Flaw::LifeTooLong),
        (set("iat", json!(now().timestamp() - 1)), Flaw::LifeTooLong),
        (set("iat", json!(now().timestamp() + 1)), Flaw::NotYet),
        (set("nbf", json!(now().timestamp() + 1)), Flaw::NotYet),
        (set("exp", json!(i64::MAX)), Flaw::Claims),
        (set("exp", json!("tomorrow")), Flaw::Claims),
        (set("jti", json!("")), Flaw::Id),
        (set("jti", json!("x".repeat(257))), Flaw::Id),
        (without("jti"), Flaw::Claims),
        (without("exp"), Flaw::Claims),
        (without("aud"), Flaw::Claims),
        ("x".repeat(LONGEST + 1), Flaw::TooLong),
        ("not.an.assertion".to_owned(), Flaw::NotAnAssertion),
        (String::new(), Flaw::NotAnAssertion),
    ] {
        assert_eq!(client.judge(&assertion, now()), Err(flaw));
    }
    assert!(client.judge(&without("iat"), now()).is_ok());
    assert!(client.judge(&set("aud", json!([AUDIENCE])), now()).is_ok());
}

#[test]
fn every_header_that_is_wrong_is_told_apart() {
    let client = Client::new();
    let with = |change: fn(&mut Header)| {
        let mut header = client.header();
        change(&mut header);
        client.under(&header)
    };
    for (assertion, flaw) in [
        (with(|header| header.kid = None), Flaw::KeyUnknown),
        (
            with(|header| header.kid = Some("other".to_owned())),
            Flaw::KeyUnknown,
        ),
        (
            with(|header| header.kid = Some("rsa-1".to_owned())),
            Flaw::Algorithm,
        ),
        (with(|header| header.typ = None), Flaw::Type),
        (
            with(|header| header.typ = Some("at+jwt".to_owned())),
            Flaw::Type,
        ),
        (
            with(|header| header.jku = Some("https://contoso.example/jwks".to_owned())),
            Flaw::KeyBroughtAlong,
        ),
        (
            with(|header| header.x5u = Some("https://contoso.example/x5u".to_owned())),
            Flaw::KeyBroughtAlong,
        ),
        (
            with(|header| header.x5c = Some(vec!["MIIB".to_owned()])),
            Flaw::KeyBroughtAlong,
        ),
    ] {
        assert_eq!(client.judge(&assertion, now()), Err(flaw));
    }
    let registered =
        with(|header| header.jku = Some("https://northwind.example/jwks.json".to_owned()));
    assert!(client.judge(&registered, now()).is_ok());
}

#[test]
fn a_public_key_is_no_shared_secret_and_no_signature_is_none() {
    let client = Client::new();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let assertion = client.signed(|_| ());
    let (_, rest) = assertion.split_once('.').unwrap();
    let (claims_part, _) = rest.split_once('.').unwrap();
    for unsigned in [format!("{none}.{claims_part}."), format!("{none}.{rest}")] {
        assert_eq!(client.judge(&unsigned, now()), Err(Flaw::NotAnAssertion));
    }
    for (kid, secret) in [
        (
            client.key.verification_key().kid,
            client.key.verification_key().point,
        ),
        ("rsa-1".to_owned(), MODULUS.as_bytes().to_vec()),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = Some(kid.clone());
            let forged =
                jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret))
                    .unwrap();
            assert_eq!(client.judge(&forged, now()), Err(Flaw::Algorithm));
        }
    }
}

#[test]
fn a_key_of_another_client_and_a_key_after_its_end_are_refused() {
    let (mut client, other) = (Client::new(), Client::new());
    let mut header = client.header();
    let signer = EncodingKey::from_ec_der(other.key.pkcs8());
    let forged = jsonwebtoken::encode(&header, &claims(), &signer).unwrap();
    assert_eq!(client.judge(&forged, now()), Err(Flaw::Signature));
    header.kid = Some(other.key.verification_key().kid);
    assert_eq!(
        client.judge(&other.under(&header), now()),
        Err(Flaw::KeyUnknown)
    );
    let assertion = client.signed(|_| ());
    for known in client.registered.keys.values_mut() {
        known.until = Some(at("2026-10-01T12:01:00Z"));
    }
    assert!(client.judge(&assertion, at("2026-10-01T12:00:59Z")).is_ok());
    assert_eq!(
        client.judge(&assertion, at("2026-10-01T12:01:00Z")),
        Err(Flaw::KeyUnknown)
    );
}

#[test]
fn an_assertion_about_a_member_names_the_member_and_is_never_printed() {
    let client = Client::new();
    let assertion = client.signed(|claims| claims["sub"] = json!("canary"));
    let expected = Expected {
        client: "northwind",
        registered: &client.registered,
        audience: AUDIENCE,
        about: About::Member,
        now: now(),
    };
    let proven = judge(&assertion, &expected).unwrap();
    assert_eq!(proven.subject.expose(), "canary");
    assert!(!format!("{proven:?}").contains("canary"));
    let nobody = client.signed(|claims| claims["sub"] = json!(""));
    assert_eq!(judge(&nobody, &expected), Err(Flaw::Subject));
}

#[test]
fn every_flaw_has_its_own_word_and_never_passes_for_another_code() {
    use std::collections::BTreeSet;
    let all = [
        Flaw::TooLong,
        Flaw::NotAnAssertion,
        Flaw::Type,
        Flaw::Algorithm,
        Flaw::KeyBroughtAlong,
        Flaw::KeyUnknown,
        Flaw::Signature,
        Flaw::Claims,
        Flaw::Issuer,
        Flaw::Subject,
        Flaw::Audience,
        Flaw::NotYet,
        Flaw::Expired,
        Flaw::LifeTooLong,
        Flaw::Id,
        Flaw::Replayed,
    ];
    let words: BTreeSet<&str> = all.iter().map(|flaw| flaw.word()).collect();
    assert_eq!(words.len(), all.len());
    assert!(all.iter().all(|flaw| flaw.code().meaning().status == 401));
}
