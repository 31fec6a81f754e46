//! From the headers of a call to a caller with a right.
//! Refuses to tell a caller more than which of the two it lacks: a token, or the right.

use super::token::{self, VerificationKey};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;

/// Whose tokens are believed, and who they must be for.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub keys: Vec<VerificationKey>,
    pub audience: String,
}

impl Gate {
    /// The caller, when its bearer token is good and carries `scope`.
    pub(crate) fn admit(
        &self,
        headers: &HeaderMap,
        scope: &str,
        now: Timestamp,
    ) -> Result<PartnerId, Code> {
        let bearer = bearer(headers).ok_or(Code::TokenInvalid)?;
        let believed = token::verify(bearer, &self.keys, &self.audience, now)?;
        if believed.may(scope) {
            Ok(believed.client)
        } else {
            Err(Code::ScopeMissing)
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
