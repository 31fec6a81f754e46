//! Begins the run of every check when its round begins, and tells of a check that is not well any more.
//! Refuses to begin a round twice: another process, or this one before it was started anew, may have.

use super::{Begun, begin, standings};
use crate::clock::Rounds;
use crate::data::Plane;
use crate::store::{Kept, StoreError};
use crate::telemetry::metrics::Count;
use domain::Timestamp;
use domain::ids::{DocumentNumber, ExchangeId};
use domain::masked::Masked;
use domain::record::Instant;
use domain::synthetic::{Check, Verdict, slot};
use domain::workflow::WorkflowEngine;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// What was seen of the checks when they were last looked at.
#[derive(Default)]
struct Seen {
    rounds: BTreeMap<DocumentNumber, Timestamp>,
    verdicts: BTreeMap<DocumentNumber, Verdict>,
}

/// Looks in every round, until the service stops.
pub(crate) async fn watch(
    (plane, engine): (Arc<Plane>, Arc<dyn WorkflowEngine>),
    mut rounds: Rounds,
    mut stopped: watch::Receiver<bool>,
) {
    let mut seen = Seen::default();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = rounds.next() => {}
        }
        for check in plane.checks.iter() {
            run_when_due(&plane, engine.as_ref(), check, &mut seen).await;
        }
        if let Err(error) = tell(&plane, &mut seen).await {
            tracing::error!(cause = %error, "the synthetic checks could not be looked at");
        }
    }
}

async fn run_when_due(plane: &Plane, engine: &dyn WorkflowEngine, check: &Check, seen: &mut Seen) {
    let round = slot(check, plane.now());
    if seen.rounds.get(&check.number) == Some(&round) {
        return;
    }
    let key = format!("round/{}/{}", check.number, Instant::new(round));
    let nobody_asks = |_: &ExchangeId| Kept {
        status: 202,
        headers: Vec::new(),
        body: Masked::new(Vec::new()),
    };
    match begin(plane, engine, (check, &key), nobody_asks).await {
        Ok(Begun::Run(_) | Begun::Before(_) | Begun::Failed(_)) => {
            seen.rounds.insert(check.number, round);
        }
        // What could not even be written down is tried again when it is next looked at.
        Err(error) => {
            tracing::error!(check = %check.number, code = %error.0, "a synthetic check could not begin");
        }
    }
}

/// Tells once that a check is not well any more.
async fn tell(plane: &Plane, seen: &mut Seen) -> Result<(), StoreError> {
    let standings = standings(plane, |check, _, standing, _| {
        (check.number, standing.verdict)
    });
    for (number, verdict) in standings.await? {
        let before = seen.verdicts.insert(number, verdict);
        let ill = matches!(verdict, Verdict::Failed | Verdict::Stale);
        if ill && before != Some(verdict) {
            plane.metrics.count(Count::Alerts, &[]);
            tracing::error!(check = %number, verdict = verdict.word(), "a synthetic check is not well");
        }
    }
    Ok(())
}
