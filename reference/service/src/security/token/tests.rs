//! Tokens judged at every moment of their life.
//! Refuses the clock of the system.

#![allow(clippy::unwrap_used)]
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn token(key: &SigningKey, audience: &str, seconds: u64) -> String {
    issue(
        key,
        &TokenRequest {
            client: "northwind",
            audience,
            scopes: &[MEMBER_MATCH],
            issued_at: at("2026-10-01T12:00:00Z"),
            lifetime: Duration::from_secs(seconds),
        },
    )
    .unwrap()
}

fn judge(token: &str, keys: &[VerificationKey], now: &str) -> Result<Believed, Code> {
    verify(token, keys, "us", at(now))
}

#[test]
fn a_token_is_believed_from_its_start_until_its_end() {
    let key = SigningKey::generate().unwrap();
    let keys = [key.verification_key()];
    let token = token(&key, "us", 300);
    let judge = |now| judge(&token, &keys, now);
    assert_eq!(judge("2026-10-01T11:59:59Z"), Err(Code::TokenInvalid));
    let believed = judge("2026-10-01T12:00:00Z").unwrap();
    assert_eq!(believed.client.as_str(), "northwind");
    assert!(believed.may(MEMBER_MATCH) && !believed.may(EXCHANGES));
    assert!(judge("2026-10-01T12:04:59Z").is_ok());
    assert_eq!(judge("2026-10-01T12:05:00Z"), Err(Code::TokenExpired));
}

#[test]
fn tokens_for_others_by_others_or_for_too_long_are_not_believed() {
    let (key, foreign) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let keys = [key.verification_key()];
    let now = "2026-10-01T12:00:00Z";
    for refused in [
        token(&key, "them", 300),
        token(&foreign, "us", 300),
        token(&key, "us", 3601),
        "not a token".to_owned(),
        "x".repeat(LONGEST_TOKEN + 1),
    ] {
        assert_eq!(judge(&refused, &keys, now), Err(Code::TokenInvalid));
    }
}

#[test]
fn another_algorithm_under_our_key_id_is_not_believed() {
    let key = SigningKey::generate().unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.verification_key().kid);
    let secret = EncodingKey::from_secret(&key.verification_key().point);
    let claims = serde_json::json!({"iss": "us", "sub": "northwind", "aud": "us", "iat": 0, "nbf": 0,
        "exp": 1, "jti": "1", "scope": MEMBER_MATCH});
    let forged = jsonwebtoken::encode(&header, &claims, &secret).unwrap();
    let keys = [key.verification_key()];
    assert_eq!(
        judge(&forged, &keys, "1970-01-01T00:00:00Z"),
        Err(Code::TokenInvalid)
    );
}

#[test]
fn a_key_survives_being_kept_and_is_never_printed() {
    let key = SigningKey::generate().unwrap();
    let kept = SigningKey::from_pkcs8(key.pkcs8()).unwrap();
    assert_eq!(kept.verification_key(), key.verification_key());
    assert_eq!(
        format!("{key:?}"),
        format!("SigningKey({})", key.verification_key().kid)
    );
}
