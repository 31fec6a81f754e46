//! The assertions by which a partner's token endpoint knows us, and whom we ask about: short-lived, signed, used once.
//! Refuses to live longer than five minutes.

use super::right::Client;
use crate::security::token::{TokenError, sign};
use domain::masked::Masked;
use domain::message::assertion::LONGEST_LIFE;
use serde::Serialize;

/// How far a partner's clock may be behind ours before it takes our assertion for one of the future.
///
/// Units:  seconds
/// Source: ours; RFC 7523 section 3 lets clocks differ by a few minutes
const SKEW: i64 = 60;

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

/// An assertion of `client` about `subject`, itself or a member, for the endpoint at `url`.
///
/// Errors: the key does not sign
pub(super) fn of(
    client: &Client<'_>,
    subject: &str,
    url: &str,
) -> Result<Masked<String>, TokenError> {
    let issued = client.now.timestamp().saturating_sub(SKEW);
    let claims = Claims {
        iss: client.id,
        sub: subject,
        aud: url,
        iat: issued,
        exp: issued.saturating_add(LONGEST_LIFE),
        jti: crate::id::fresh(client.now),
    };
    sign(client.key, &claims).map(Masked::new)
}
