//! Checks with a member who does not exist: a run of one is an exchange that goes the way of all others.
//! Refuses to ask about anybody of ours, and to run a check twice in one round.

pub(crate) mod answer;
mod document;
mod watch;

pub(crate) use document::read;
pub(crate) use watch::watch;

use super::Plane;
use super::submit::{self, Keyed, TakenOn, Wanted};
use crate::clock::later;
use crate::store::{Kept, StoreError};
use crate::telemetry::Context;
use domain::Timestamp;
use domain::failure::Code;
use domain::flags::Flag;
use domain::idempotency::Lookup;
use domain::ids::{BusinessTransactionId, ExchangeId};
use domain::masked::Masked;
use domain::record::Kind;
use domain::synthetic::{Check, Marked, Run, Standing, request};
use domain::workflow::{EngineError, WorkflowEngine};

/// As whom the service itself asks.
const CLIENT: &str = "synthetic";

/// What became of a wish for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The exchange that was made.
    Run(ExchangeId),
    /// It was begun under this key before; the exchange that was made then, if it is told.
    Before(Option<Kept>),
    /// No exchange could be made: the run has failed by that.
    Failed(Code),
}

/// Begins a run, once for each `key`.
pub(crate) async fn begin(
    plane: &Plane,
    engine: &dyn WorkflowEngine,
    (check, key): (&Check, &str),
    answer: impl FnOnce(&ExchangeId) -> Kept,
) -> Result<Begun, EngineError> {
    let now = plane.now();
    let id = ExchangeId::new(crate::id::fresh(now));
    let wanted = match wanted(plane, check, now) {
        Ok(wanted) => wanted,
        Err(code) => return failed(plane, (&id, check), code).await,
    };
    let keyed = Keyed {
        client: CLIENT,
        key,
        fingerprint: key,
    };
    let transaction = BusinessTransactionId::new(crate::id::fresh(now));
    let context = Context::of_exchange(transaction, now);
    let answer = answer(&id);
    let taken = submit::submit((plane, engine), &context, &keyed, wanted, &id, &answer).await?;
    match taken {
        TakenOn::New => {
            tracing::info!(check = %check.number, exchange = %id, "a synthetic check has begun");
            Ok(Begun::Run(id))
        }
        TakenOn::Known(Lookup::Repeated(kept)) => Ok(Begun::Before(Some(kept))),
        TakenOn::Known(Lookup::InFlight | Lookup::Reused | Lookup::New) => Ok(Begun::Before(None)),
        TakenOn::Refused(hindered) => failed(plane, (&id, check), hindered.code).await,
    }
}

/// The request of a run, as one of our own systems would hand it in.
fn wanted(plane: &Plane, check: &Check, now: Timestamp) -> Result<Wanted, Code> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(&check.partner).ok_or(Code::NoRoute)?;
    if !snapshot.flags.is_on(Flag::NewExchanges, &check.partner) {
        return Err(Code::PartnerDisabled);
    }
    let request = request(check, &snapshot.us.organisation, &partner.organisation, now);
    Ok(Wanted {
        partner: check.partner.to_string(),
        known: None,
        follows: None,
        kind: Kind::Single,
        synthetic: Some(Marked {
            check: check.number,
            ends: later(now, check.within()),
        }),
        request: Masked::new(request.to_string().into_bytes()),
    })
}

async fn failed(
    plane: &Plane,
    (id, check): (&ExchangeId, &Check),
    code: Code,
) -> Result<Begun, EngineError> {
    tracing::error!(check = %check.number, code = %code, "a synthetic check could not begin");
    let noted = plane
        .store
        .synthetic_refused((id, check.number), code, plane.now());
    match noted.await {
        Ok(()) => Ok(Begun::Failed(code)),
        Err(error) => Err(EngineError(error.code())),
    }
}

/// Tells how every check stands, in the order of their numbers.
pub(crate) async fn standings<T>(
    plane: &Plane,
    tell: impl Fn(&Check, &[Run], &Standing<'_>, Timestamp) -> T,
) -> Result<Vec<T>, StoreError> {
    let now = plane.now();
    let mut told = Vec::new();
    for check in plane.checks.iter() {
        let runs = plane.store.synthetic_runs(check.number).await?;
        told.push(tell(check, &runs, &Standing::of(check, &runs, now), now));
    }
    Ok(told)
}
