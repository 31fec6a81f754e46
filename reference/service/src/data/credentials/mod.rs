//! What we show partners to be let in: a token that was agreed, or one that their endpoint gives and that ends.
//! Refuses to ask twice for what one answer serves: callers that need a new token at once share one.

mod assertion;

use super::Plane;
use crate::adapters::messages;
use crate::adapters::transport::Delivery;
use crate::security::token::{DATA_EXPORT, MEMBER_MATCH, SigningKey};
use crate::telemetry::Context;
use chrono::TimeDelta;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::{Failure, WireResponse};
use domain::snapshot::Partner;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The longest life of a partner's token that is used.
///
/// Units:  seconds
/// Source: UDAP Security IG, access tokens live at most 60 minutes
const LONGEST_LIFE: i64 = 3600;

/// How long before its end a token is not used any more, so that it does not end on its way.
///
/// Units:  seconds
/// Source: ours
const MARGIN: i64 = 10;

/// A token, and which one it is.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub token: Masked<String>,
    /// None when nobody gives another one.
    generation: Option<u64>,
}

impl Bearer {
    /// Would the partner's endpoint give another one?
    pub(crate) const fn is_renewable(&self) -> bool {
        self.generation.is_some()
    }
}

/// What is held of one partner.
#[derive(Default)]
struct Slot {
    /// How often its endpoint has been asked.
    asked: AtomicU64,
    held: tokio::sync::Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<(Masked<String>, Timestamp)>,
    generation: u64,
    /// How the last question ended, for those who waited for it.
    failed: Option<Failure>,
}

/// The tokens of all partners.
pub(crate) struct Credentials {
    us: PartnerId,
    fixed: BTreeMap<PartnerId, Masked<String>>,
    key: Option<SigningKey>,
    slots: Mutex<BTreeMap<PartnerId, Arc<Slot>>>,
}

impl Credentials {
    pub(crate) fn new(
        us: PartnerId,
        fixed: BTreeMap<PartnerId, Masked<String>>,
        key: Option<SigningKey>,
    ) -> Self {
        Self {
            us,
            fixed,
            key,
            slots: Mutex::default(),
        }
    }

    /// The token for this partner; none when it wants none.
    ///
    /// Errors: its endpoint gives none
    pub(crate) async fn bearer(
        &self,
        plane: &Plane,
        partner: &Partner,
        context: &Context,
    ) -> Result<Option<Bearer>, Failure> {
        let Some(url) = &partner.terms.token_url else {
            let fixed = self.fixed.get(&partner.id);
            return Ok(fixed.map(|token| Bearer {
                token: token.clone(),
                generation: None,
            }));
        };
        let usable = |held: &Held, now| {
            let margin = TimeDelta::seconds(MARGIN);
            let fresh = |ends: &Timestamp| ends.signed_duration_since(now) > margin;
            held.token.as_ref().is_some_and(|(_, ends)| fresh(ends))
        };
        self.one(plane, partner, url, context, usable)
            .await
            .map(Some)
    }

    /// Another token than `refused`, which the partner did not take.
    ///
    /// Errors: the endpoint gives none
    pub(crate) async fn renewed(
        &self,
        plane: &Plane,
        partner: &Partner,
        refused: &Bearer,
        context: &Context,
    ) -> Result<Bearer, Failure> {
        let (Some(url), Some(generation)) = (&partner.terms.token_url, refused.generation) else {
            return Err(Failure::new(Code::TokenInvalid));
        };
        let newer = |held: &Held, _| held.generation > generation && held.token.is_some();
        self.one(plane, partner, url, context, newer).await
    }

    /// The token that is held if it will do, else a new one. Whoever comes while one is asked for waits for it, and
    /// shares how that ends.
    async fn one(
        &self,
        plane: &Plane,
        partner: &Partner,
        url: &str,
        context: &Context,
        will_do: impl Fn(&Held, Timestamp) -> bool,
    ) -> Result<Bearer, Failure> {
        let slot = self.slot(&partner.id);
        let seen = slot.asked.load(Ordering::SeqCst);
        let mut held = slot.held.lock().await;
        let bearer = |held: &Held| {
            let (token, _) = held.token.as_ref()?;
            Some(Bearer {
                token: token.clone(),
                generation: Some(held.generation),
            })
        };
        let now = plane.now();
        let waited = slot.asked.load(Ordering::SeqCst) != seen;
        if waited && let Some(failure) = held.failed {
            return Err(failure);
        }
        if will_do(&held, now)
            && let Some(bearer) = bearer(&held)
        {
            return Ok(bearer);
        }
        let asked = self.ask(plane, partner, url, context, now).await;
        slot.asked.fetch_add(1, Ordering::SeqCst);
        held.failed = asked.as_ref().err().copied();
        let given = asked.inspect_err(|failure| {
            tracing::warn!(code = %failure.code, partner = %partner.id, "no token was given");
        })?;
        held.token = Some(given);
        held.generation = held.generation.saturating_add(1);
        bearer(&held).ok_or(Failure::new(Code::TokenInvalid))
    }

    async fn ask(
        &self,
        plane: &Plane,
        partner: &Partner,
        url: &str,
        context: &Context,
        now: Timestamp,
    ) -> Result<(Masked<String>, Timestamp), Failure> {
        let key = self.key.as_ref().ok_or(Failure::new(Code::TokenInvalid))?;
        let assertion = assertion::of(key, self.us.as_str(), url, now)
            .map_err(|_| Failure::new(Code::TokenInvalid))?;
        let scope = format!("{MEMBER_MATCH} {DATA_EXPORT}");
        let request = messages::token(url, &assertion, &scope);
        let delivery = Delivery {
            base_url: "",
            timeout: partner.timeout,
            bearer: None,
            idempotency_key: None,
            business_transaction: context.business_transaction.as_str(),
            correlation: context.correlation.as_str(),
            traceparent: None,
        };
        let answer = plane.transport.send(&delivery, &request).await?;
        read(&answer, now)
    }

    /// Did the partner's endpoint give no token when it was last asked?
    pub(crate) fn was_refused(&self, partner: &PartnerId) -> bool {
        let slot = self.slot(partner);
        // Whoever holds it asks just now: nobody knows yet.
        slot.held.try_lock().is_ok_and(|held| held.failed.is_some())
    }

    fn slot(&self, partner: &PartnerId) -> Arc<Slot> {
        let mut slots = match self.slots.lock() {
            Ok(slots) => slots,
            Err(poisoned) => poisoned.into_inner(),
        };
        Arc::clone(slots.entry(partner.clone()).or_default())
    }
}

/// Source: RFC 6749 sections 5.1 and 5.2
#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: String,
    expires_in: i64,
}

fn read(answer: &WireResponse, now: Timestamp) -> Result<(Masked<String>, Timestamp), Failure> {
    let failure = |code| Failure {
        code,
        retry_after: answer.retry_after,
    };
    match answer.status {
        200 => {}
        429 => return Err(failure(Code::PartnerThrottled)),
        500.. => return Err(failure(Code::PartnerUnavailable)),
        _ => return Err(failure(Code::TokenInvalid)),
    }
    let bad = failure(Code::BadResponse);
    let given: Given = serde_json::from_slice(answer.body.expose()).map_err(|_| bad)?;
    let bearer = given.token_type.eq_ignore_ascii_case("bearer");
    let printable = |c: char| c.is_ascii_graphic();
    let sound = !given.access_token.is_empty() && given.access_token.chars().all(printable);
    if !bearer || !sound || !(1..=LONGEST_LIFE).contains(&given.expires_in) {
        return Err(bad);
    }
    let ends = now.checked_add_signed(TimeDelta::seconds(given.expires_in));
    Ok((Masked::new(given.access_token), ends.ok_or(bad)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_bearer_token_of_a_bounded_life_is_used() {
        let now: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        let read = |status, kind: &str, life: i64, token: &str| {
            let body = json!({"access_token": token, "token_type": kind, "expires_in": life});
            let body = Masked::new(body.to_string().into_bytes());
            read(&WireResponse::new(status, body), now).map_err(|failure| failure.code)
        };
        let (_, ends) = read(200, "Bearer", 300, "t").unwrap();
        assert_eq!(ends, "2026-10-01T12:05:00Z".parse::<Timestamp>().unwrap());
        for (status, kind, life, token, code) in [
            (200, "bearer", 3601, "t", Code::BadResponse),
            (200, "bearer", 0, "t", Code::BadResponse),
            (200, "mac", 300, "t", Code::BadResponse),
            (200, "bearer", 300, "a\nb", Code::BadResponse),
            (400, "bearer", 300, "t", Code::TokenInvalid),
            (401, "bearer", 300, "t", Code::TokenInvalid),
            (429, "bearer", 300, "t", Code::PartnerThrottled),
            (503, "bearer", 300, "t", Code::PartnerUnavailable),
        ] {
            assert_eq!(
                read(status, kind, life, token).unwrap_err(),
                code,
                "{status} {kind}"
            );
        }
    }
}
