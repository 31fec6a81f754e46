//! One call to a partner with what lets us in: a token that it does not take is renewed once, and the call made once more.
//! Refuses every other repetition: that is for the step.

use super::Plane;
use super::credentials::{Bearer, Need, Right};
use crate::adapters::transport::Delivery;
use crate::telemetry::{Call, Context};
use domain::failure::Code;
use domain::fulfilment::told_work;
use domain::ports::{Failure, WireRequest, WireResponse};
use domain::snapshot::Partner;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// The calls of a step: how long they have been on their way, answers included, and whether one changes something.
#[derive(Debug, Default)]
pub(crate) struct OnTheWay {
    took_ms: AtomicU64,
    acts: AtomicBool,
    unknown: AtomicBool,
}

impl OnTheWay {
    pub(crate) fn so_far(&self) -> Duration {
        Duration::from_millis(self.took_ms.load(Ordering::Relaxed))
    }

    /// From now on the step is about a call that changes something at the partner: its end is waited for and written.
    pub(crate) fn acts(&self) {
        self.acts.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_acted(&self) -> bool {
        self.acts.load(Ordering::Relaxed)
    }

    /// An earlier call may have changed something, and nobody has seen its end.
    pub(super) fn is_unknown(&self) {
        self.unknown.store(true, Ordering::Relaxed);
    }

    pub(crate) fn ends_unknown(&self) -> bool {
        self.unknown.load(Ordering::Relaxed)
    }

    /// Counts a call. What the partner says that it worked for meanwhile is not the way.
    fn add(&self, took: Duration, answer: Option<&WireResponse>) {
        let told = answer.and_then(|answer| told_work(answer.header("server-timing")?));
        let way = took.saturating_sub(told.unwrap_or_default());
        let way = u64::try_from(way.as_millis()).unwrap_or(u64::MAX);
        self.took_ms.fetch_add(way, Ordering::Relaxed);
    }
}

/// How long a call may take, with all that lets us in: a token is asked for, refused, asked for again, and the call made
/// once more.
pub(crate) fn longest(partner: &Partner) -> Duration {
    let parts = if partner.terms.token_url.is_some() {
        4
    } else {
        1
    };
    partner.timeout.saturating_mul(parts)
}

/// Who is called, and under which ids.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub plane: &'a Plane,
    pub partner: &'a Partner,
    pub context: &'a Context,
    pub way: &'a OnTheWay,
}

/// How a call is made beside its message.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner<'a> {
    /// Only for calls that change something.
    pub key: Option<&'a str>,
    /// What lets us in; none where the place does not ask who we are.
    pub right: Option<Right<'a>>,
    /// The largest body that is read, in bytes; none for the usual bound.
    pub largest: Option<usize>,
}

impl<'a> Manner<'a> {
    /// The usual manner, with this right.
    pub(super) fn of(right: Right<'a>) -> Self {
        Self {
            right: Some(right),
            ..Self::default()
        }
    }
}

impl Line<'_> {
    /// Calls, and reads the answer whole.
    pub(super) async fn send(
        &self,
        request: &WireRequest,
        manner: &Manner<'_>,
    ) -> Result<WireResponse, Failure> {
        self.receive(request, manner, &mut |_: &[u8]| Ok(())).await
    }

    /// Calls, and lets `check` see the body of a success while it arrives.
    pub(super) async fn receive(
        &self,
        request: &WireRequest,
        manner: &Manner<'_>,
        check: &mut (dyn FnMut(&[u8]) -> Result<(), Code> + Send),
    ) -> Result<WireResponse, Failure> {
        let begun = self.plane.now();
        let answer = self.renewing(request, manner, check).await;
        let took = self.plane.now().signed_duration_since(begun).to_std();
        self.way.add(took.unwrap_or_default(), answer.as_ref().ok());
        answer
    }

    /// The token with which a call for this right would be let in; none when the partner wants none.
    ///
    /// Errors: its endpoint gives none
    pub(super) async fn bearer(&self, right: Right<'_>) -> Result<Option<Bearer>, Failure> {
        let need = self.need(right);
        let bearer = self.plane.credentials.bearer(&need).await;
        bearer.map_err(nothing_sent)
    }

    fn need<'n>(&'n self, right: Right<'n>) -> Need<'n> {
        Need {
            plane: self.plane,
            partner: self.partner,
            context: self.context,
            right,
        }
    }

    async fn renewing(
        &self,
        request: &WireRequest,
        manner: &Manner<'_>,
        check: &mut (dyn FnMut(&[u8]) -> Result<(), Code> + Send),
    ) -> Result<WireResponse, Failure> {
        let Some(right) = manner.right else {
            return self.once(request, manner, None, check).await;
        };
        let bearer = self.bearer(right).await?;
        let token = bearer.as_ref().map(|bearer| &bearer.token);
        let answer = self.once(request, manner, token, check).await?;
        let shown = self.plane.transport.shown();
        let Some(refused) = bearer.filter(|bearer| bearer.is_refused_by(&answer, shown)) else {
            return Ok(answer);
        };
        let need = self.need(right);
        let renewed = self.plane.credentials.renewed(&need, &refused).await;
        let renewed = renewed.map_err(nothing_sent)?;
        self.once(request, manner, Some(&renewed.token), check)
            .await
    }

    async fn once(
        &self,
        request: &WireRequest,
        manner: &Manner<'_>,
        bearer: Option<&domain::masked::Masked<String>>,
        check: &mut (dyn FnMut(&[u8]) -> Result<(), Code> + Send),
    ) -> Result<WireResponse, Failure> {
        let whole = request.path.contains("://");
        let call = self.context.call(self.plane.now());
        let parent = call.as_ref().map(Call::parent);
        let delivery = Delivery {
            base_url: if whole { "" } else { &self.partner.base_url },
            timeout: self.partner.timeout,
            bearer,
            idempotency_key: manner.key,
            business_transaction: self.context.business_transaction.as_str(),
            correlation: self.context.correlation.as_str(),
            traceparent: parent.as_deref(),
        };
        let transport = &self.plane.transport;
        let answer = match manner.largest {
            None => transport.send(&delivery, request).await,
            Some(largest) => transport.receive(&delivery, request, largest, check).await,
        };
        if let Some(call) = call {
            let refused = answer.as_ref().is_ok_and(|answer| answer.status >= 400);
            let code = answer.as_ref().err().map(|failure| failure.code);
            call.ended(self.plane.now(), refused || code.is_some(), code);
        }
        answer
    }
}

/// A token that could not be had: whatever happened on the way to its endpoint, the call itself was never sent, or was
/// refused at the door.
fn nothing_sent(failure: Failure) -> Failure {
    if failure.code.leaves_outcome_unknown() {
        Failure {
            code: Code::PartnerUnavailable,
            ..failure
        }
    } else {
        failure
    }
}
