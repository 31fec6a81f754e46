//! Assertions that clients sign with their own key: each judged whole, against the clock of the service.
//! Refuses to fetch a key, to believe a key that an assertion brings along, and to repeat a piece of an assertion.

use chrono::{DateTime, TimeDelta};
use domain::Timestamp;
use domain::failure::Code;
use domain::masked::Masked;
use domain::registration::{PublicKey, Registration};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;

/// How far ahead an assertion may end, and how long it may live in all.
///
/// Source: Bulk Data 1.0.0 authorization, `exp` at most five minutes ahead; UDAP Security IG, `exp` − `iat` at most 300 s
const LONGEST_LIFE: TimeDelta = TimeDelta::seconds(300);
/// No assertion of a partner comes near this size, in bytes.
const LONGEST: usize = 8 * 1024;
/// Length of an id of an assertion that is kept, in bytes.
const LONGEST_ID: usize = 256;

/// Why an assertion is not believed. Callers learn the code only; this word is for our own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flaw {
    TooLong,
    NotAnAssertion,
    Type,
    Algorithm,
    KeyBroughtAlong,
    KeyUnknown,
    Signature,
    Claims,
    Issuer,
    Subject,
    Audience,
    NotYet,
    Expired,
    LifeTooLong,
    Id,
    Replayed,
}

impl Flaw {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::NotAnAssertion => "not-an-assertion",
            Self::Type => "type",
            Self::Algorithm => "algorithm",
            Self::KeyBroughtAlong => "key-brought-along",
            Self::KeyUnknown => "key-unknown",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Subject => "subject",
            Self::Audience => "audience",
            Self::NotYet => "not-yet",
            Self::Expired => "expired",
            Self::LifeTooLong => "life-too-long",
            Self::Id => "id",
            Self::Replayed => "replayed",
        }
    }

    pub(crate) const fn code(self) -> Code {
        match self {
            Self::Expired => Code::TokenExpired,
            Self::Replayed => Code::AssertionReplayed,
            Self::TooLong
            | Self::NotAnAssertion
            | Self::Type
            | Self::Algorithm
            | Self::KeyBroughtAlong
            | Self::KeyUnknown
            | Self::Signature
            | Self::Claims
            | Self::Issuer
            | Self::Subject
            | Self::Audience
            | Self::NotYet
            | Self::LifeTooLong
            | Self::Id => Code::TokenInvalid,
        }
    }
}

/// Whom an assertion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Its issuer: it proves who the client is.
    Issuer,
    /// A member, by an identifier that we gave the client.
    Member,
}

/// What an assertion has to fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub client: &'a str,
    pub registered: &'a Registration,
    /// Our token endpoint, as we publish it.
    pub audience: &'a str,
    pub about: About,
    pub now: Timestamp,
}

/// An assertion that is believed, if its id has not been used before: that is for the store to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proven {
    pub subject: Masked<String>,
    pub id: String,
    pub ends: Timestamp,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Only([String; 1]),
}

impl Audience {
    fn is(&self, expected: &str) -> bool {
        match self {
            Self::One(audience) | Self::Only([audience]) => audience == expected,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

/// Judges an assertion.
///
/// Source: SMART Backend Services, private_key_jwt; RFC 7523 section 3
pub(crate) fn judge(assertion: &str, expected: &Expected<'_>) -> Result<Proven, Flaw> {
    if assertion.len() > LONGEST {
        return Err(Flaw::TooLong);
    }
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| Flaw::NotAnAssertion)?;
    let (algorithm, key) = key(&header, expected)?;
    let claims = signed(assertion, algorithm, &key)?;
    addressed(&claims, expected)?;
    let ends = timely(&claims, expected.now)?;
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_ID {
        return Err(Flaw::Id);
    }
    Ok(Proven {
        subject: Masked::new(claims.sub),
        id: claims.jti,
        ends,
    })
}

/// The registered key that the header names, and the one algorithm that goes with it.
fn key(header: &Header, expected: &Expected<'_>) -> Result<(Algorithm, DecodingKey), Flaw> {
    if header.typ.as_deref() != Some("JWT") {
        return Err(Flaw::Type);
    }
    let elsewhere = header.jku.is_some() && header.jku != expected.registered.key_set_url;
    if elsewhere || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some() {
        return Err(Flaw::KeyBroughtAlong);
    }
    let id = header.kid.as_deref().ok_or(Flaw::KeyUnknown)?;
    let known = expected.registered.key(id, expected.now);
    let (algorithm, key) = match known.ok_or(Flaw::KeyUnknown)? {
        PublicKey::Es384 { x, y } => (Algorithm::ES384, DecodingKey::from_ec_components(x, y)),
        PublicKey::Rs384 { n, e } => (Algorithm::RS384, DecodingKey::from_rsa_components(n, e)),
    };
    // What the key is for decides, not what the header says: a public key is never a shared secret.
    if header.alg != algorithm {
        return Err(Flaw::Algorithm);
    }
    Ok((algorithm, key.map_err(|_| Flaw::KeyUnknown)?))
}

fn signed(assertion: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<Claims, Flaw> {
    // The library would read the clock of the system; times are compared with ours instead.
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Claims>(assertion, key, &validation)
        .map(|decoded| decoded.claims)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => Flaw::Signature,
            _ => Flaw::Claims,
        })
}

fn addressed(claims: &Claims, expected: &Expected<'_>) -> Result<(), Flaw> {
    if claims.iss != expected.client {
        return Err(Flaw::Issuer);
    }
    let fits = match expected.about {
        About::Issuer => claims.sub == claims.iss,
        About::Member => !claims.sub.is_empty() && claims.sub.len() <= LONGEST_ID,
    };
    if !fits {
        return Err(Flaw::Subject);
    }
    if claims.aud.is(expected.audience) {
        Ok(())
    } else {
        Err(Flaw::Audience)
    }
}

/// When the assertion ends, if it is good now.
fn timely(claims: &Claims, now: Timestamp) -> Result<Timestamp, Flaw> {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(Flaw::Claims);
    let ends = at(claims.exp)?;
    if ends <= now {
        return Err(Flaw::Expired);
    }
    for begins in [claims.iat, claims.nbf].into_iter().flatten() {
        if at(begins)? > now {
            return Err(Flaw::NotYet);
        }
    }
    if let Some(issued) = claims.iat
        && ends - at(issued)? > LONGEST_LIFE
    {
        return Err(Flaw::LifeTooLong);
    }
    if ends - now > LONGEST_LIFE {
        return Err(Flaw::LifeTooLong);
    }
    Ok(ends)
}

#[cfg(test)]
mod tests;
