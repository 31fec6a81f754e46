//! Access tokens: ES384 JWTs, made for tests and development, and judged against the clock of the service.
//! Refuses every other algorithm, and never repeats a piece of a token.

use chrono::DateTime;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The right to ask for one match.
///
/// Source: HRex 1.2.0 OperationDefinition member-match, canonical
pub const MEMBER_MATCH: &str =
    "http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match";
/// The right to export the data of matched members.
///
/// Source: ATR 2.1.0 OperationDefinition davinci-data-export, canonical; the catalogue entry of the operation
pub const DATA_EXPORT: &str =
    "http://hl7.org/fhir/us/davinci-atr/OperationDefinition/davinci-data-export";
/// The right of our own systems to start and read exchanges (ours).
pub const EXCHANGES: &str = "https://payer-exchange.example/scopes/exchanges";

/// The longest life of a token that is believed, in seconds.
///
/// Source: UDAP Security IG, access tokens live at most 60 minutes
const LONGEST_LIFE: i64 = 3600;
/// No token of ours comes near this size, in bytes.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Why a key or a token could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("no signing key could be made")]
    Generation,
    #[error("not an ES384 signing key in PKCS #8")]
    NotAKey,
    #[error("the token could not be signed")]
    Signing,
}

/// A private key that signs tokens. It is never printed.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Vec<u8>,
    public: VerificationKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

impl SigningKey {
    /// A new key.
    pub fn generate() -> Result<Self, TokenError> {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random);
        Self::from_pkcs8(made.map_err(|_| TokenError::Generation)?.as_ref())
    }

    /// A key that was kept as PKCS #8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, TokenError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der, &random)
            .map_err(|_| TokenError::NotAKey)?;
        let point = pair.public_key().as_ref().to_vec();
        let kid = Sha256::digest(&point)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self {
            pkcs8: der.to_vec(),
            public: VerificationKey { kid, point },
        })
    }

    /// The private key as PKCS #8 DER, to be kept.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// What others need to believe tokens of this key.
    #[must_use]
    pub fn verification_key(&self) -> VerificationKey {
        self.public.clone()
    }
}

/// A public key with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationKey {
    pub kid: String,
    /// The uncompressed point.
    pub point: Vec<u8>,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest<'a> {
    /// Who will call: a partner of the registry, or a system of ours.
    pub client: &'a str,
    /// Whom the client will call: the id of the payer.
    pub audience: &'a str,
    pub scopes: &'a [&'a str],
    pub issued_at: Timestamp,
    pub lifetime: Duration,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    scope: String,
}

/// Signs a token.
pub fn issue(key: &SigningKey, request: &TokenRequest<'_>) -> Result<String, TokenError> {
    let issued = request.issued_at.timestamp();
    let life = i64::try_from(request.lifetime.as_secs()).unwrap_or(i64::MAX);
    let claims = Claims {
        iss: request.audience.to_owned(),
        sub: request.client.to_owned(),
        aud: request.audience.to_owned(),
        iat: issued,
        nbf: issued,
        exp: issued.saturating_add(life),
        jti: crate::id::fresh(request.issued_at),
        scope: request.scopes.join(" "),
    };
    let mut header = Header::new(Algorithm::ES384);
    header.kid = Some(key.public.kid.clone());
    let signer = EncodingKey::from_ec_der(&key.pkcs8);
    jsonwebtoken::encode(&header, &claims, &signer).map_err(|_| TokenError::Signing)
}

/// A token that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Believed {
    pub client: PartnerId,
    scopes: Vec<String>,
}

impl Believed {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }
}

/// Judges a token: signature by a known key, for us, and valid now.
pub(crate) fn verify(
    token: &str,
    keys: &[VerificationKey],
    audience: &str,
    now: Timestamp,
) -> Result<Believed, Code> {
    let claims = signed_claims(token, keys).ok_or(Code::TokenInvalid)?;
    let begins =
        DateTime::from_timestamp(claims.nbf.max(claims.iat), 0).ok_or(Code::TokenInvalid)?;
    let ends = DateTime::from_timestamp(claims.exp, 0).ok_or(Code::TokenInvalid)?;
    let life = claims.exp.saturating_sub(claims.iat);
    if claims.aud != audience || begins > now || !(0..=LONGEST_LIFE).contains(&life) {
        return Err(Code::TokenInvalid);
    }
    if ends <= now {
        return Err(Code::TokenExpired);
    }
    Ok(Believed {
        client: PartnerId::new(claims.sub),
        scopes: claims.scope.split(' ').map(str::to_owned).collect(),
    })
}

fn signed_claims(token: &str, keys: &[VerificationKey]) -> Option<Claims> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    let kid = header.kid?;
    let key = keys.iter().find(|key| key.kid == kid)?;
    // The library would read the clock of the system; times are compared with ours instead.
    let mut validation = Validation::new(Algorithm::ES384);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let point = DecodingKey::from_ec_der(&key.point);
    Some(
        jsonwebtoken::decode::<Claims>(token, &point, &validation)
            .ok()?
            .claims,
    )
}

#[cfg(test)]
mod tests {
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
}
