//! From the headers of a call to a caller with a right.
//! Refuses to tell a caller more than which of the two it lacks: a token, or the right.

use super::Security;
use super::sentry::Alarm;
use super::token::{self, Believed, EXCHANGES, role_scope};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::operator::Role;
use std::future::Future;
use std::sync::Arc;

/// Who a certificate says is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identified {
    pub client: PartnerId,
    pub thumbprint: String,
}

/// What the token of a call has come to: nothing when it has none.
type Shown = Result<Option<Believed>, Code>;

tokio::task_local! {
    /// What the boundary has found of the token of the call that this task answers.
    static OF_THIS_CALL: Shown;
}

/// Answers a call whose token has been judged: nobody judges it again on the way.
pub(crate) async fn answering<F: Future>(shown: Shown, answer: F) -> F::Output {
    OF_THIS_CALL.scope(shown, answer).await
}

/// Whose tokens are believed, and who they must be for.
#[derive(Clone)]
pub(crate) struct Gate {
    pub security: Arc<Security>,
    pub audience: String,
}

impl Gate {
    /// Who calls, whatever it may do.
    pub(crate) fn caller(&self, headers: &HeaderMap, now: Timestamp) -> Result<PartnerId, Code> {
        let believed = self.believed(headers, now)?;
        Ok(believed.ok_or(Code::TokenInvalid)?.client)
    }

    /// The caller, when its bearer token is good and carries `scope`.
    pub(crate) fn admit(
        &self,
        headers: &HeaderMap,
        scope: &str,
        now: Timestamp,
    ) -> Result<PartnerId, Code> {
        let admitted = self.judge(headers, scope, now);
        admitted.inspect_err(|code| self.refused(*code, now))
    }

    /// Has the caller this right too? Not to have it is no refusal yet.
    pub(crate) fn may(&self, headers: &HeaderMap, scope: &str, now: Timestamp) -> bool {
        self.judge(headers, scope, now).is_ok()
    }

    fn judge(&self, headers: &HeaderMap, scope: &str, now: Timestamp) -> Result<PartnerId, Code> {
        let believed = self.believed(headers, now)?.ok_or(Code::TokenInvalid)?;
        if believed.may(scope) && self.account_may(&believed.client, scope) {
            Ok(believed.client)
        } else {
            Err(Code::ScopeMissing)
        }
    }

    /// What the bearer token of a call says; nothing when there is none. Behind the boundary it is what that has found.
    fn believed(&self, headers: &HeaderMap, now: Timestamp) -> Shown {
        let found = OF_THIS_CALL.try_with(Clone::clone);
        found.unwrap_or_else(|_| self.check(headers, now))
    }

    /// Checks the bearer token of a call; nothing when there is none.
    pub(crate) fn check(&self, headers: &HeaderMap, now: Timestamp) -> Shown {
        let Some(bearer) = bearer(headers) else {
            return Ok(None);
        };
        let keys = self.security.ring.believed(now);
        token::verify(bearer, &keys, &self.audience, now).map(Some)
    }

    /// Counts a refusal. What was shown is not repeated.
    pub(crate) fn refused(&self, code: Code, now: Timestamp) {
        tracing::warn!(%code, "a caller is refused");
        self.security.sentry.note(Alarm::Authentication, now);
    }

    /// A token is not enough for a right of ours: the account has to list it.
    fn account_may(&self, client: &PartnerId, scope: &str) -> bool {
        let mut accounts = self.security.accounts.iter();
        !self.security.is_protected()
            || !is_ours(scope)
            || accounts.any(|account| account.id == *client && account.actions.contains(scope))
    }
}

/// Is it a right that only systems and operators of ours have?
fn is_ours(scope: &str) -> bool {
    scope == EXCHANGES || Role::ALL.iter().any(|role| role_scope(*role) == scope)
}

/// Is the token one of this caller's, over the connection for which it was made?
///
/// Source: RFC 8705 section 3; HRex 1.2.0 sec-16
pub(crate) fn is_bound(believed: &Believed, identified: Option<&Identified>) -> bool {
    match (&believed.bounds.certificate, identified) {
        (None, None) => true,
        (Some(bound), Some(shown)) => *bound == shown.thumbprint && believed.client == shown.client,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Who calls, by what it has shown: its certificate, or a token that is its own.
pub(crate) fn known(identified: Option<&Identified>, token: &Shown) -> Option<PartnerId> {
    match token {
        Ok(Some(believed)) if is_bound(believed, identified) => Some(believed.client.clone()),
        Ok(_) | Err(_) => identified.map(|one| one.client.clone()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
