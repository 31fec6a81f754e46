//! Writes down that strangers were refused: those before whom no witness stands, and the number of those who came too often.
//! Refuses to say where they came from, or what they have shown.

use super::Shared;
use super::witness::NOBODY;
use crate::clock::SystemClock;
use crate::security::refusals::{Manner, Pile, Stranger, Which};
use crate::store::StoreError;
use crate::store::audit::act;
use crate::telemetry::Context;
use domain::ports::Clock;
use domain::record::{Action, Actor, ActorKind, AuditEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether a window is over (ours).
const LOOK: Duration = Duration::from_secs(1);

/// Tells of a refusal that no witness sees. What cannot be written is counted: the caller is refused in any case.
pub(super) async fn unseen(shared: &Shared, stranger: &Stranger, context: &Context) {
    let (plane, refusals) = (&shared.plane, &shared.gate.security.refusals);
    if refusals.note(stranger, plane.now()) == Manner::Counted {
        return;
    }
    let written = async {
        let mut event = refused(shared, stranger)?;
        event.business_transaction_id = Some(context.business_transaction.clone());
        event.correlation_id = Some(context.correlation.clone());
        plane.store.record(event).await
    };
    if let Err(error) = written.await {
        tracing::error!(cause = %error, "the audit log could not be written");
        refusals.owe(stranger, 1, plane.now());
    }
}

fn refused(shared: &Shared, stranger: &Stranger) -> Result<AuditEvent, StoreError> {
    let plane = &shared.plane;
    let word = stranger.door.word();
    let actor = Actor {
        kind: ActorKind::Client,
        id: NOBODY.parse().map_err(|_| StoreError::Row("actor"))?,
        role: word.parse().map_err(|_| StoreError::Row("role"))?,
    };
    let number = plane.snapshot().number;
    Ok(AuditEvent {
        code: Some(stranger.code),
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
