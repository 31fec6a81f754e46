//! What we show partners to be let in: a token that was agreed, or one that their endpoint gives for the right that a
//! call needs, and that ends.
//! Refuses to ask twice for what one answer serves: callers that need a new token at once share one.

mod answer;
mod assertion;
mod right;
mod slots;

use super::Plane;
use crate::adapters::transport::Delivery;
use crate::security::token::SigningKey;
use crate::telemetry::Context;
use answer::Token;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::{Failure, WireResponse};
use domain::snapshot::Partner;
pub(crate) use right::Right;
use right::{Client, Purpose};
use slots::{Held, Slot, Slots};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A token, and which one it is.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub token: Masked<String>,
    /// The one Patient that it lets us read, when the endpoint said so.
    pub patient: Option<Masked<String>>,
    /// None when nobody gives another one.
    given: Option<Given>,
}

#[derive(Clone, Copy, Debug)]
struct Given {
    generation: u64,
    shown: u64,
}

impl Bearer {
    /// Is this answer one that another token may change? A refusal for a reason that has nothing to do with the token
    /// is none; a token that is bound to a certificate which we show no longer is refused with 403.
    ///
    /// Source: RFC 6750 section 3.1; RFC 8705 section 3
    pub(crate) fn is_refused_by(&self, answer: &WireResponse, shown: u64) -> bool {
        let Some(given) = self.given else {
            return false;
        };
        let told = answer.header("www-authenticate").unwrap_or_default();
        let other = told.contains("error=") && !told.contains("invalid_token");
        match answer.status {
            401 => !other,
            403 => given.shown != shown,
            _ => false,
        }
    }
}

/// For which right a call to whom needs a token.
#[derive(Clone, Copy)]
pub(crate) struct Need<'a> {
    pub plane: &'a Plane,
    pub partner: &'a Partner,
    pub context: &'a Context,
    pub right: Right<'a>,
}

/// The tokens of all partners.
pub(crate) struct Credentials {
    us: PartnerId,
    fixed: BTreeMap<PartnerId, Masked<String>>,
    key: Option<SigningKey>,
    slots: Mutex<Slots>,
    /// Whose endpoint gave none when it was last asked.
    without: Mutex<BTreeSet<PartnerId>>,
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
            without: Mutex::default(),
        }
    }

    /// The token for this call; none when the partner wants none.
    ///
    /// Errors: its endpoint gives none
    pub(crate) async fn bearer(&self, need: &Need<'_>) -> Result<Option<Bearer>, Failure> {
        let partner = need.partner;
        let Some(url) = &partner.terms.token_url else {
            let fixed = self.fixed.get(&partner.id);
            return Ok(fixed.map(|token| Bearer {
                token: token.clone(),
                patient: None,
                given: None,
            }));
        };
        let shown = need.plane.transport.shown();
        let usable = |held: &Held, now| {
            let fresh = |token: &Token| token.until > now && held.shown == shown;
            held.token.as_ref().is_some_and(fresh)
        };
        self.one(need, url, usable).await.map(Some)
    }

    /// Another token than `refused`, which the partner did not take.
    ///
    /// Errors: the endpoint gives none
    pub(crate) async fn renewed(
        &self,
        need: &Need<'_>,
        refused: &Bearer,
    ) -> Result<Bearer, Failure> {
        let (Some(url), Some(given)) = (&need.partner.terms.token_url, refused.given) else {
            return Err(Failure::new(Code::TokenInvalid));
        };
        let newer = |held: &Held, _| held.generation > given.generation;
        self.one(need, url, newer).await
    }

    /// The token that is held if it will do, else a new one. Whoever comes while one is asked for waits for it, and
    /// shares how that ends.
    async fn one(
        &self,
        need: &Need<'_>,
        url: &str,
        will_do: impl Fn(&Held, Timestamp) -> bool,
    ) -> Result<Bearer, Failure> {
        let purpose = need.right.purpose(need.partner, url);
        let slot = self.slot(purpose, need.plane.now());
        let seen = slot.asked.load(Ordering::SeqCst);
        let mut held = slot.held.lock().await;
        let waited = slot.asked.load(Ordering::SeqCst) != seen;
        if waited && let Some(failure) = held.failed {
            return Err(failure);
        }
        if will_do(&held, need.plane.now())
            && let Some(bearer) = bearer(&held)
        {
            return Ok(bearer);
        }
        // What will not do now does not later either.
        held.token = None;
        let shown = need.plane.transport.shown();
        let asked = self.ask(need, url).await;
        slot.asked.fetch_add(1, Ordering::SeqCst);
        self.note(need.partner, asked.as_ref().err());
        held.failed = asked.as_ref().err().copied();
        held.token = Some(asked?);
        held.shown = shown;
        held.generation = held.generation.saturating_add(1);
        bearer(&held).ok_or(Failure::new(Code::TokenInvalid))
    }

    async fn ask(&self, need: &Need<'_>, url: &str) -> Result<Token, Failure> {
        let now = need.plane.now();
        let key = self.key.as_ref().ok_or(Failure::new(Code::TokenInvalid))?;
        let client = Client {
            key,
            id: self.us.as_str(),
            now,
        };
        let request = need.right.question(&client, url);
        let request = request.map_err(|_| Failure::new(Code::TokenInvalid))?;
        let delivery = Delivery {
            base_url: "",
            timeout: need.partner.timeout,
            bearer: None,
            idempotency_key: None,
            business_transaction: need.context.business_transaction.as_str(),
            correlation: need.context.correlation.as_str(),
            traceparent: None,
        };
        let mut read = 0_usize;
        let mut within = |chunk: &[u8]| {
            read = read.saturating_add(chunk.len());
            let fits = read <= answer::LARGEST;
            fits.then_some(()).ok_or(Code::BadResponse)
        };
        let transport = &need.plane.transport;
        let answer = transport.send_checked(&delivery, &request, &mut within);
        answer::read(&answer.await?, need.right, now)
    }

    /// Remembers whether the endpoint gives tokens at all. That it gives none for one thing says nothing of the others.
    fn note(&self, partner: &Partner, failure: Option<&Failure>) {
        let mut without = locked(&self.without);
        match failure {
            None => drop(without.remove(&partner.id)),
            Some(failure) => {
                tracing::warn!(code = %failure.code, partner = %partner.id, "no token was given");
                if failure.code != Code::NotYourResource {
                    without.insert(partner.id.clone());
                }
            }
        }
    }

    /// Did the partner's endpoint give no token when it was last asked?
    pub(crate) fn was_refused(&self, partner: &PartnerId) -> bool {
        locked(&self.without).contains(partner)
    }

    fn slot(&self, purpose: Purpose, now: Timestamp) -> Arc<Slot> {
        locked(&self.slots).of(purpose, now)
    }
}

fn bearer(held: &Held) -> Option<Bearer> {
    let token = held.token.as_ref()?;
    Some(Bearer {
        token: token.text.clone(),
        patient: token.patient.clone(),
        given: Some(Given {
            generation: held.generation,
            shown: held.shown,
        }),
    })
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
