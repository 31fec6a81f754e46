//! Route sets that are tried on a share: begun, taken on, taken back, judged.
//! Refuses to judge by itself what is worse: the rules do, on what the store has counted.

use super::document::{Document, Refused};
use super::publish::{Author, Change, Control, Unpublished};
use crate::store::{CanaryState, Changes, StoreError, Withdrawal};
use domain::control::{Kind, Standing};
use domain::ids::ExchangeId;
use domain::record::{Actor, ActorKind};
use domain::routing::{By, RouteSet, Share, Verdict, judge};
use domain::workflow::Event;
use std::sync::Arc;

/// How a comparison went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// Nothing is being tried.
    Nothing,
    Goes(Verdict),
}

impl Control {
    /// Begins to try a set on a share.
    pub(crate) async fn try_set(
        &self,
        author: &Author,
        set: i64,
        share: Share,
        soak_ms: Option<u64>,
    ) -> Result<u64, Unpublished> {
        let _turn = self.turn.lock().await;
        let base = self.base().await?;
        let mut state = base.state.clone();
        if state.canary.is_some() {
            return Err(Refused("another set is being tried".to_owned()).into());
        }
        self.admitted_set(set).await?;
        state.canary = Some(CanaryState {
            set,
            share,
            since: self.now(),
            soak_ms,
        });
        self.change(author, format!("canary-started-{set}"), (base, state))
            .await
    }

    /// The set that is being tried comes into force.
    pub(crate) async fn promote(&self, author: &Author, set: i64) -> Result<u64, Unpublished> {
        let _turn = self.turn.lock().await;
        let base = self.base().await?;
        let mut state = base.state.clone();
        if state.canary.as_ref().is_none_or(|canary| canary.set != set) {
            return Err(Unpublished::Nothing);
        }
        state.canary = None;
        state.documents.insert(Kind::Routing, set);
        self.change(author, format!("canary-promoted-{set}"), (base, state))
            .await
    }

    /// A set is taken back: one that is tried ends, one in force gives way to the one before it.
    pub(crate) async fn roll_back(
        &self,
        author: &Author,
        set: i64,
        why: &str,
    ) -> Result<u64, Unpublished> {
        let _turn = self.turn.lock().await;
        let base = self.base().await?;
        let mut state = base.state.clone();
        let tried = state
            .canary
            .as_ref()
            .is_some_and(|canary| canary.set == set);
        if tried {
            state.canary = None;
        } else if state.documents.get(&Kind::Routing) == Some(&set) {
            let before = self.set_before(set).await?.ok_or(Unpublished::Nothing)?;
            state.documents.insert(Kind::Routing, before);
        } else {
            return Err(Unpublished::Nothing);
        }
        let change = Change {
            base,
            author,
            cause: format!("rolled-back-{why}"),
            state,
            new: Vec::new(),
            admits: None,
            withdraws: Some(set),
        };
        let number = self.release(change).await?;
        if let Err(error) = self.finish_withdrawals().await {
            // The set is taken back, and it is written down that exchanges still have to leave it.
            tracing::error!(cause = %error, route_set = set, "the next round withdraws the exchanges");
        }
        Ok(number)
    }

    /// Compares the set that is tried with the one in force, and takes it back or on by the verdict.
    pub(crate) async fn compare(&self) -> Result<Judged, Unpublished> {
        let present = self.published.present();
        let routes = &present.routes;
        let Some(canary) = &routes.canary else {
            return Ok(Judged::Nothing);
        };
        let set = canary.set.number();
        let known = routes.stable.number();
        let tried = self.store.sample(set, By::Canary, canary.since).await?;
        let stable = self.store.sample(known, By::Stable, canary.since).await?;
        let soaked = self.now().signed_duration_since(canary.since);
        let soaked = soaked.to_std().unwrap_or_default();
        let verdict = judge(&stable, &tried, &canary.policy, soaked);
        let number = i64::from(set.0.get());
        match verdict {
            Verdict::TooFew | Verdict::Soaking => {}
            Verdict::RollBack(worse) => {
                tracing::warn!(
                    route_set = number,
                    worse = worse.word(),
                    "the canary is taken back"
                );
                self.roll_back(&automation("it was worse")?, number, worse.word())
                    .await?;
            }
            Verdict::Promote => {
                self.promote(&automation("it was good for long enough")?, number)
                    .await?;
            }
        }
        Ok(Judged::Goes(verdict))
    }

    async fn admitted_set(&self, number: i64) -> Result<Arc<RouteSet>, Unpublished> {
        let kept = self.store.document(Kind::Routing, number).await?;
        let kept = kept.filter(|kept| kept.standing == Standing::Admitted);
        match Document::read(Kind::Routing, &kept.ok_or(Unpublished::Nothing)?.body)? {
            Document::Routing(set) => Ok(set),
            Document::Partners(_)
            | Document::Matching(_)
            | Document::Resilience(_)
            | Document::Flags(_)
            | Document::Audit(_)
            | Document::Overlap(_) => Err(Unpublished::Nothing),
        }
    }

    /// The routes that were in force before this set came.
    async fn set_before(&self, set: i64) -> Result<Option<i64>, StoreError> {
        let mut at = self.store.newest_snapshot(None).await?;
        while let Some(snapshot) = at {
            let routes = snapshot.state.documents.get(&Kind::Routing).copied();
            if routes.is_some_and(|routes| routes != set) {
                return Ok(routes);
            }
            at = self
                .store
                .kept_snapshot(snapshot.number.saturating_sub(1))
                .await?;
        }
        Ok(None)
    }

    /// Exchanges on sets that were taken back, for which nothing has been sent, choose again: also those of a roll-back
    /// that was cut off. Gives whether there was one.
    pub(super) async fn finish_withdrawals(&self) -> Result<bool, StoreError> {
        let open = self.store.open_withdrawals().await?;
        for withdrawal in &open {
            for id in self.store.unsent(*withdrawal).await? {
                self.withdraw(&id, *withdrawal).await?;
            }
            // Somebody who was faster may have left one of them where it was.
            if self.store.unsent(*withdrawal).await?.is_empty() {
                self.store.end_withdrawal(*withdrawal, self.now()).await?;
            }
        }
        Ok(!open.is_empty())
    }

    async fn withdraw(&self, id: &ExchangeId, withdrawal: Withdrawal) -> Result<(), StoreError> {
        let Some(exchange) = self.store.exchange(id).await? else {
            return Ok(());
        };
        let changes = Changes {
            snapshot: u64::try_from(withdrawal.snapshot).ok(),
            ..Changes::default()
        };
        let event = Event::RouteWithdrawn;
        let moved = self.store.apply(&exchange, &event, &changes, self.now());
        match moved.await {
            // Its call has gone out in the meantime, or it has ended: it stays on its way.
            Ok(_) | Err(StoreError::LostRace | StoreError::Illegal(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The service itself acts.
pub(super) fn automation(reason: &str) -> Result<Author, StoreError> {
    Ok(Author {
        actor: Actor {
            kind: ActorKind::Automation,
            id: "control-plane"
                .parse()
                .map_err(|_| StoreError::Row("actor"))?,
            role: super::role()?,
        },
        reason: reason.to_owned(),
    })
}
