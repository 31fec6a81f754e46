//! A call before it goes out and after it has come back, as the guard sees it: admitted or not, and how it fared.
//! Refuses to make the call.

use super::walk::Walk;
use crate::clock::later;
use crate::data::ask::{Called, operation};
use crate::data::step::Done;
use crate::data::{Barred, Permit, Wish};
use crate::store::{Changes, Exchange, Rest, StoreError};
use domain::failure::Code;
use domain::ports::Carried;
use domain::resilience::Turn;
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::{Event, Hold, Notice};
use std::time::Duration;

impl Walk<'_> {
    /// May the partner be called now? Where there is no partner there is nothing to ask: the call itself says so.
    pub(super) async fn admit(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        partner: Option<&Partner>,
    ) -> Result<Result<Option<Permit>, Barred>, StoreError> {
        // Counted is the endpoint that the route leads to: a bad one on trial does not close the good one.
        let Some(partner) = partner else {
            return Ok(Ok(None));
        };
        let policy = &snapshot.resilience;
        if self.plane.store.is_paused(&partner.id).await? {
            return Ok(Err(Barred {
                hold: Hold::Paused,
                code: Code::PartnerDisabled,
                wait: Duration::from_millis(policy.limits.paused_wait_ms),
                paused: Some(partner.id.clone()),
            }));
        }
        let wish = Wish {
            partner,
            operation: operation(exchange.kind),
            is_retry: exchange.submissions > exchange.forgiven,
        };
        let admitted = self.plane.guard.admit(policy, &wish, self.plane.now());
        Ok(admitted.map(Some))
    }

    /// The snapshot that took the route back on which nothing has been sent yet.
    pub(super) async fn withdrawn_by(
        &self,
        exchange: &Exchange,
    ) -> Result<Option<u64>, StoreError> {
        if exchange.submissions > 0 {
            return Ok(None);
        }
        self.plane.store.withdrawn_by(&exchange.id).await
    }

    /// The route was taken back: another one is chosen, once this service has taken up what is in force.
    pub(super) async fn leave(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        by: u64,
    ) -> Result<Carried, StoreError> {
        let done = if by <= snapshot.number {
            (Event::RouteWithdrawn, Changes::default()).into()
        } else {
            let wait = Duration::from_millis(snapshot.resilience.limits.busy_wait_ms);
            let rest = Rest {
                again: Some(later(self.plane.now(), wait)),
                hold: Some(Hold::Backoff),
            };
            Done::Stays(rest, Box::default())
        };
        self.write(snapshot, exchange, None, Ok(done)).await
    }

    /// No call now: the exchange waits, and no attempt is used.
    pub(super) async fn stand_aside(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        barred: &Barred,
    ) -> Result<Carried, StoreError> {
        tracing::info!(hold = %barred.hold, code = %barred.code, "no call now");
        let rest = Rest {
            again: Some(later(self.plane.now(), barred.wait)),
            hold: Some(barred.hold),
        };
        let changes = Changes {
            paused: barred.paused.clone(),
            ..Changes::default()
        };
        let done = Ok(Done::Stays(rest, Box::new(changes)));
        self.write(snapshot, exchange, None, done).await
    }

    /// Tells the guard how the call fared, and others when the partner is not called any more because of it.
    pub(super) async fn settle(
        &self,
        permit: Option<Permit>,
        exchange: &Exchange,
        called: &Called,
    ) -> Result<(), StoreError> {
        let Some(permit) = permit else {
            return Ok(());
        };
        let failure = called.result.as_ref().err().map(|failure| failure.code);
        let now = self.plane.now();
        match permit.ended(failure, now) {
            Some(Turn::Opened { until }) => {
                let partner = exchange.partner.as_str();
                tracing::error!(partner, until = %until, "the partner is not called any more");
                let notice = Notice::BreakerOpened;
                let store = &self.plane.store;
                self.patiently(|| store.tell(exchange, notice, now)).await
            }
            Some(Turn::Closed) => {
                let partner = exchange.partner.as_str();
                tracing::info!(partner, "the partner is called again");
                Ok(())
            }
            None => Ok(()),
        }
    }
}
