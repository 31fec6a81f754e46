//! One act for what a partner took on, and a call of somebody else whose end may still be told.
//! Refuses to drop an act that changes something at the partner; what only asks or reads is dropped at a stop.

use super::walk::Walk;
use crate::clock::later;
use crate::data::step::{self, Done};
use crate::data::{longest, monitor, roster, submit};
use crate::store::{Exchange, StoreError};
use domain::failure::Code;
use domain::ports::Carried;
use domain::record::Kind;
use domain::snapshot::Snapshot;
use domain::workflow::Event;
use serde_json::Value;
use std::pin::pin;

impl Walk<'_> {
    /// Follows what the partner took on by one act, and writes down what it came to.
    pub(super) async fn follow(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Carried, StoreError> {
        self.hold_for_a_call(snapshot, exchange).await?;
        let mut act = pin!(self.monitor(snapshot, exchange, request));
        let done = tokio::select! {
            done = &mut act => done?,
            () = self.stop.wait() => {
                if !self.way.has_acted() {
                    // It has only asked and read: whoever goes on does so again.
                    return Ok(Carried::Lost);
                }
                tokio::select! {
                    done = &mut act => done?,
                    () = self.stop.at_once() => return Ok(Carried::Lost),
                }
            }
        };
        if self.way.ends_unknown()
            && let Some(rests) = self.leave_to_others(exchange).await?
        {
            return Ok(rests);
        }
        self.deliver(snapshot, exchange, done).await
    }

    /// Holds the step longer where a call may outlast its lease.
    async fn hold_for_a_call(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
    ) -> Result<(), StoreError> {
        let partner = step::partner(snapshot, exchange);
        let lasts = partner.map(longest).unwrap_or_default();
        if lasts.saturating_mul(2) < self.lease {
            return Ok(());
        }
        let until = later(self.plane.now(), self.lease.saturating_add(lasts));
        self.plane.store.hold(self.leased, until).await
    }

    /// Puts a step off while another process may still write down how its call ended; none once nobody will.
    pub(super) async fn leave_to_others(
        &self,
        exchange: &Exchange,
    ) -> Result<Option<Carried>, StoreError> {
        let now = self.plane.now();
        let call = (&exchange.id, exchange.version);
        let Some(until) = self.unseen.may_be_told(call, now, self.lease) else {
            return Ok(None);
        };
        let store = &self.plane.store;
        store.give_back(self.leased, Some(until)).await?;
        Ok(Some(Carried::Rests(None)))
    }

    /// Does the next act for what the partner took on.
    async fn monitor(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Result<Done, Code>, StoreError> {
        let attempt = self.context.next_attempt(self.plane.now());
        let on_the_way = (&attempt, &self.way, self.stop);
        let mut done =
            monitor::monitor(self.plane, snapshot, exchange, on_the_way, request).await?;
        if let Ok(Done::Moved(moved)) = &mut done
            && let (Event::Completed(_), changes) = moved.as_mut()
        {
            let now = self.plane.now();
            changes.owed = match exchange.kind {
                Kind::Single => submit::owed_again(request, now),
                Kind::Bulk => {
                    let question = roster::whole(self.plane, exchange).await?;
                    submit::owed_again(&question, now)
                }
            };
        }
        Ok(done)
    }
}
