//! Access tokens: ES384 JWTs, made for tests and development, and judged against the clock of the service.
//! Refuses every other algorithm, and never repeats a piece of a token.

use super::thumbprint::url_text;
use chrono::DateTime;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::registration::PublicKey;
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
/// The right of a partner to tell us about work that it took on (ours).
pub const CALLBACKS: &str = "https://payer-exchange.example/scopes/callbacks";
/// The right of our own systems to start and read exchanges (ours).
pub const EXCHANGES: &str = "https://payer-exchange.example/scopes/exchanges";

/// The right of an operator in this role (ours).
#[must_use]
pub fn role_scope(role: domain::operator::Role) -> String {
    format!("https://payer-exchange.example/scopes/{role}")
}

/// The right to ask for many matches in one call. A spelling of before 2.1 is another right, which nobody has.
///
/// Source: PDex 2.2.0, FHIR-56185
pub const BULK_MEMBER_MATCH: &str =
    "http://hl7.org/fhir/us/davinci-pdex/OperationDefinition/BulkMemberMatch";
/// The right to one list of matched members, and to export what is on it. The token names the list.
///
/// Source: PDex 2.2.0 bulk export scopes
pub const GROUP: &str = "system.Group.u?code=http://hl7.org/fhir/us/davinci-pdex/ValueSet/PDexMultiMemberMatchResultVS|match";
/// The right to read about one member. The token names the member.
///
/// Source: SMART App Launch 2.0.0 scopes; PDex 2.2.0 pdex-222
pub const MEMBER_READ: &str = "patient/*.rs";
/// What a place about one member asks for begins so; the id of the Patient follows (ours).
const ABOUT_A_MEMBER: &str = "https://payer-exchange.example/scopes/member/";

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

impl VerificationKey {
    /// The key as its owner publishes it; nothing when it is not a point of the curve.
    ///
    /// Source: SEC 1 2.3.3, an uncompressed point is 4, x, y
    #[must_use]
    pub fn published(&self) -> Option<PublicKey> {
        let (x, y) = self.point.strip_prefix(&[4])?.split_at_checked(48)?;
        (y.len() == 48).then(|| PublicKey::Es384 {
            x: url_text(x),
            y: url_text(y),
        })
    }
}

/// What a token is bound to beside its client; nothing of it can be changed by whoever holds the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Digest of the client's certificate.
    ///
    /// Source: RFC 8705 section 3.1
    pub certificate: Option<String>,
    /// Id of the one list that may be asked for.
    pub group: Option<String>,
    /// Id of the one Patient that may be read.
    pub patient: Option<Masked<String>>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
}

/// Signs a token that whoever holds it may use.
pub fn issue(key: &SigningKey, request: &TokenRequest<'_>) -> Result<String, TokenError> {
    issue_bound(key, request, &Bounds::default())
}

/// Signs a token that is bound.
pub fn issue_bound(
    key: &SigningKey,
    request: &TokenRequest<'_>,
    bounds: &Bounds,
) -> Result<String, TokenError> {
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
        cnf: bounds
            .certificate
            .clone()
            .map(|thumbprint| Confirmation { thumbprint }),
        group: bounds.group.clone(),
        patient: bounds.patient.as_ref().map(|id| id.expose().clone()),
    };
    sign(key, &claims)
}

/// Signs claims of any kind, an assertion of ours towards a partner among them.
pub fn sign(key: &SigningKey, claims: &impl Serialize) -> Result<String, TokenError> {
    let mut header = Header::new(Algorithm::ES384);
    header.kid = Some(key.public.kid.clone());
    let signer = EncodingKey::from_ec_der(&key.pkcs8);
    jsonwebtoken::encode(&header, claims, &signer).map_err(|_| TokenError::Signing)
}

/// A token that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Believed {
    pub client: PartnerId,
    pub bounds: Bounds,
    scopes: Vec<String>,
}

impl Believed {
    /// Does it carry this right? The right to one list is one to export from it; which list, the boundary checks.
    pub(crate) fn may(&self, scope: &str) -> bool {
        let has = |scope: &str| self.scopes.iter().any(|one| one == scope);
        if let Some(patient) = scope.strip_prefix(ABOUT_A_MEMBER) {
            let bound = self.bounds.patient.as_ref();
            return has(scope)
                || (has(MEMBER_READ) && bound.is_some_and(|id| id.expose() == patient));
        }
        match scope {
            GROUP => self.bounds.group.is_some() && has(GROUP),
            MEMBER_READ => self.bounds.patient.is_some() && has(MEMBER_READ),
            DATA_EXPORT => has(DATA_EXPORT) || self.may(GROUP),
            _ => has(scope),
        }
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
        bounds: Bounds {
            certificate: claims.cnf.map(|cnf| cnf.thumbprint),
            group: claims.group,
            patient: claims.patient.map(Masked::new),
        },
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
    tracing::trace!(kid, "a signature is checked");
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
mod tests;
