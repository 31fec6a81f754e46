//! The desk at which people look at what the rules leave open: what they decided counts the next time, and what waits
//! too long is told of. Refuses to decide anything itself.

use crate::clock::Rounds;
use crate::data::Plane;
use crate::store::{NewReview, QuestionKeys, Settled, StoreError};
use crate::telemetry::metrics::Count;
use domain::failure::Code;
use domain::identity::dispute::{About, Dispute};
use domain::identity::review::{Cause, Review};
use domain::identity::{Attribute, Decision, Outcome, Sensitivity, Tier};
use domain::ids::{BusinessTransactionId, ExchangeId, PartnerId};
use domain::member_match::MemberMatch;
use domain::snapshot::Snapshot;
use std::sync::Arc;
use tokio::sync::watch;

/// Who asks, and for which use of the answer.
pub(crate) struct Asking<'a> {
    pub cause: Cause,
    pub partner: &'a PartnerId,
    pub business_transaction: &'a BusinessTransactionId,
    pub sensitivity: Sensitivity,
}

/// A decision as people have settled it, if they had to and have.
pub(crate) async fn settled(
    plane: &Plane,
    snapshot: &Snapshot,
    (parts, asking): (&MemberMatch<'_>, &Asking<'_>),
    decision: Decision,
) -> Result<Settled, StoreError> {
    let now = plane.now();
    let as_it_is = |decision| Settled {
        decision,
        approval: None,
    };
    if let Outcome::Matched { person } = decision.outcome() {
        let keys = plane.questions.keys(parts);
        let of = (asking.partner, &keys);
        let store = &plane.store;
        store
            .found_after_all(of, person, snapshot.number, now)
            .await?;
        return Ok(as_it_is(decision));
    }
    let approvals = snapshot.matching.approvals(asking.sensitivity);
    let review = Review::of(decision.clone(), asking.cause, approvals, now);
    let Some(review) = review.filter(|_| decision.tier() == Tier::Review) else {
        return Ok(as_it_is(decision));
    };
    let new = NewReview {
        review,
        partner: asking.partner.clone(),
        exchange: None,
        business_transaction: asking.business_transaction.clone(),
        keys: plane.questions.keys(parts),
        snapshot: snapshot.number,
        due_at: snapshot.turnaround.review_due(now),
    };
    let settled = plane.store.reviewed(&new, &decision, now).await?;
    Ok(settled.unwrap_or_else(|| as_it_is(decision)))
}

/// The review that an exchange of ours waits for: its partner's people look at it, or these attributes are missing.
pub(crate) fn of_exchange(
    plane: &Plane,
    snapshot: &Snapshot,
    (exchange, partner): (&ExchangeId, &PartnerId),
    business_transaction: &BusinessTransactionId,
    missing: Vec<Attribute>,
) -> NewReview {
    let now = plane.now();
    let keys: QuestionKeys = plane.questions.of_exchange(exchange.as_str());
    NewReview {
        review: Review::of_exchange(missing, now),
        partner: partner.clone(),
        exchange: Some(exchange.clone()),
        business_transaction: business_transaction.clone(),
        keys,
        snapshot: snapshot.number,
        due_at: snapshot.turnaround.review_due(now),
    }
}

/// The dispute that a partner's refusal of an exchange opens; none when the refusal is about something else.
pub(crate) fn disputed(
    plane: &Plane,
    snapshot: &Snapshot,
    (exchange, partner): (&ExchangeId, &PartnerId),
    code: Code,
) -> Option<Dispute> {
    let about = About {
        person: None,
        partner: Some(partner.clone()),
        exchange: Some(exchange.clone()),
    };
    let terms = &snapshot.turnaround;
    let owner = terms.dispute_owner.clone();
    Dispute::of_refusal(code, about, owner, plane.now(), terms.dispute_within())
}

/// Tells of what waits too long in every round, until the service stops.
pub(crate) async fn watch(plane: Arc<Plane>, mut rounds: Rounds, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = rounds.next() => {}
        }
        if let Err(cause) = tell(&plane).await {
            tracing::error!(%cause, "what waits too long could not be told of");
        }
    }
}

/// Tells once of everything that has waited too long.
async fn tell(plane: &Plane) -> Result<(), StoreError> {
    for late in plane.store.overdue_reviews(plane.now()).await? {
        plane.metrics.count(Count::Alerts, &[]);
        tracing::error!(review = %late.id, due = %late.due_at, "a review has waited too long");
    }
    Ok(())
}
