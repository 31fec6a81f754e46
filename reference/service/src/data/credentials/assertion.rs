//! The assertion by which a partner's token endpoint knows us: short-lived, signed, used once.
//! Refuses to live longer than five minutes.

use crate::security::token::{SigningKey, TokenError};
use domain::Timestamp;
use domain::masked::Masked;
use domain::message::assertion::LONGEST_LIFE;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// Source: RFC 7523 section 3; SMART App Launch 2.2, client-confidential-asymmetric
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

/// An assertion of `client` for the endpoint at `url`.
///
/// Errors: the key does not sign
pub(super) fn of(
    key: &SigningKey,
    client: &str,
    url: &str,
    now: Timestamp,
) -> Result<Masked<String>, TokenError> {
    let issued = now.timestamp();
    let claims = Claims {
        iss: client,
        sub: client,
        aud: url,
        iat: issued,
        exp: issued.saturating_add(LONGEST_LIFE),
        jti: crate::id::fresh(now),
    };
    let mut header = Header::new(Algorithm::ES384);
    header.kid = Some(key.verification_key().kid);
    let signer = EncodingKey::from_ec_der(key.pkcs8());
    jsonwebtoken::encode(&header, &claims, &signer)
        .map(Masked::new)
        .map_err(|_| TokenError::Signing)
}
