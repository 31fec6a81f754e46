//! Writes down that strangers were refused, and who was turned away where no witness stands: each, or their number.
//! Refuses to say where they came from, or what they have shown.

use super::Shared;
use super::witness::NOBODY;
use crate::clock::SystemClock;
use crate::security::refusals::{Door, Manner, Pile, Stranger, Which};
use crate::store::StoreError;
use crate::store::audit::act;
use crate::telemetry::Context;
use domain::ids::PartnerId;
use domain::ports::Clock;
use domain::record::{Action, Actor, ActorKind, AuditEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether a window is over (ours).
const LOOK: Duration = Duration::from_secs(1);

/// Tells of a refusal that no witness sees. What is not written is counted: the caller is refused in any case.
pub(super) async fn unseen(shared: &Shared, stranger: &Stranger, context: &Context) {
    let (plane, refusals) = (&shared.plane, &shared.gate.security.refusals);
    let Manner::Alone(owed) = refusals.note(stranger, plane.now()) else {
        return;
    };
    let written = async {
        let mut event = refused(shared, stranger)?;
        event.business_transaction_id = Some(context.business_transaction.clone());
        event.correlation_id = Some(context.correlation.clone());
        plane.store.record(event).await
    };
    match written.await {
        Ok(_) => owed.written(),
        Err(error) => tracing::error!(cause = %error, "the audit log could not be written"),
    }
}

fn refused(shared: &Shared, stranger: &Stranger) -> Result<AuditEvent, StoreError> {
    let plane = &shared.plane;
    let word = stranger.door.word();
    let client = stranger.client.as_ref();
    let id = client.map_or(NOBODY, PartnerId::as_str);
    let actor = Actor {
        kind: ActorKind::Client,
        id: id.parse().map_err(|_| StoreError::Row("actor"))?,
        role: word.parse().map_err(|_| StoreError::Row("role"))?,
    };
    let number = plane.snapshot().number;
    Ok(AuditEvent {
        code: Some(stranger.code),
        partner: client.filter(|_| stranger.door == Door::Partner).cloned(),
        ..act(plane.now(), actor, Action::Refused, number)?
    })
}

/// Writes down the numbers until the service stops. It looks by the time of the system, as the keeper of the log does.
pub(crate) async fn keep(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = SystemClock.wait(LOOK) => {}
        }
        settle(&shared, Which::Over).await;
    }
}

/// Writes down how many strangers were refused without an event of their own. What cannot be written is counted again.
pub(crate) async fn settle(shared: &Shared, which: Which) {
    let (plane, refusals) = (&shared.plane, &shared.gate.security.refusals);
    for pile in refusals.take(which, plane.now()) {
        if let Err(error) = told(shared, &pile).await {
            tracing::error!(cause = %error, "the audit log could not be written");
            refusals.owe(&pile.stranger, pile.refusals, plane.now());
        }
    }
}

async fn told(shared: &Shared, pile: &Pile) -> Result<(), StoreError> {
    let rule = format!("refusals/more-{}", pile.refusals);
    let event = AuditEvent {
        rule: Some(rule.parse().map_err(|_| StoreError::Row("rule"))?),
        ..refused(shared, &pile.stranger)?
    };
    shared.plane.store.record(event).await.map(drop)
}
