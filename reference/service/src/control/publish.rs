//! Publishes: puts a document, a canary or its end into force, under a new snapshot number, with the audit event of the act.
//! Refuses a writer who has not seen what is in force, one person where two are needed, and anything that does not fit.

use super::build::Ground;
use super::document::{Document, Refused};
use crate::snapshot::Published;
use crate::store::audit::act;
use crate::store::{KeptDocument, KeptSnapshot, Release, SnapshotState, Store, StoreError};
use domain::Timestamp;
use domain::control::{Kind, Origin, Risk, Standing};
use domain::ports::Clock;
use domain::record::{Action, Actor, ActorId, AuditEvent};
use domain::snapshot::Snapshot;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Why something was not published. What was in force still is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unpublished {
    #[error("document {0} is in force, and not the one that was meant to be replaced")]
    Stale(i64),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the second person is the first one again")]
    SamePerson,
    #[error("somebody else has published since this was begun")]
    Overtaken,
    #[error("there is no such document, or it does not wait")]
    Nothing,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// In force under this snapshot.
    Published(u64),
    /// Kept to be tried on a share.
    Kept,
    Waits,
}

/// Who acts, and why, in the words of the one who acts.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub actor: Actor,
    pub reason: String,
}

/// A document that somebody hands in.
pub(crate) struct Offer<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// The document that the author has seen in force.
    pub instead_of: i64,
    /// It is meant to be tried on a share first.
    pub candidate: bool,
}

/// The control plane of a running service.
pub(crate) struct Control {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) published: Arc<Published>,
    pub(super) ground: Ground,
    pub(super) turn: Mutex<()>,
    /// Kinds whose newest file was refused.
    pub(super) refused: std::sync::Mutex<Vec<Kind>>,
}

/// What was in force when a change was begun. It is measured and built on this, so it replaces this and nothing newer.
#[derive(Clone, Default)]
pub(super) struct Base {
    pub number: i64,
    pub state: SnapshotState,
}

/// What a publication changes.
pub(super) struct Change<'a> {
    pub base: Base,
    pub author: &'a Author,
    pub cause: String,
    pub state: SnapshotState,
    pub new: Vec<(Document, KeptDocument)>,
    pub admits: Option<((Kind, i64), ActorId)>,
    /// The route set that is taken back by it.
    pub withdraws: Option<i64>,
}

impl Control {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Hands in a document.
    ///
    /// Errors: it is refused whole; somebody else has published in the meantime
    pub(crate) async fn put(&self, author: &Author, offer: &Offer<'_>) -> Result<Put, Unpublished> {
        let _turn = self.turn.lock().await;
        let base = self.base().await?;
        let document = Document::read(offer.kind, offer.text)?;
        let number = i64::from(document.number().0.get());
        self.is_next(&base.state, offer, number).await?;
        let present = self.published.present();
        let mut state = base.state.clone();
        if offer.candidate {
            self.try_candidate(&present, &document)?;
        } else {
            state.documents.insert(offer.kind, number);
            let mut dry = (state.clone(), vec![document.clone()]);
            self.follow_registry(&base.state, &mut dry).await?;
            self.build(0, &dry.0, &dry.1).await?;
        }
        self.has_earned(&present, &document).await?;
        let risk = document.risk(&present);
        let standing = match risk {
            Risk::High => Standing::Waiting,
            Risk::Low => Standing::Admitted,
        };
        let kept = self.kept(author, offer, number, standing);
        if risk == Risk::High {
            self.keep_only(author, kept).await?;
            return Ok(Put::Waits);
        }
        if offer.candidate {
            self.keep_only(author, kept).await?;
            return Ok(Put::Kept);
        }
        let change = Change {
            base,
            author,
            cause: format!("{}-{number}", offer.kind),
            state,
            new: vec![(document, kept)],
            admits: None,
            withdraws: None,
        };
        Ok(Put::Published(self.release(change).await?))
    }

    /// Has the author seen what is in force, and is this the number that follows?
    async fn is_next(
        &self,
        state: &SnapshotState,
        offer: &Offer<'_>,
        number: i64,
    ) -> Result<(), Unpublished> {
        let in_force = state.documents.get(&offer.kind).copied();
        let in_force = in_force.unwrap_or_default();
        if in_force != offer.instead_of {
            return Err(Unpublished::Stale(in_force));
        }
        let newest = self.store.newest_document(offer.kind).await?;
        let newest = newest.map_or(in_force, |newest| newest.number);
        let next = newest.saturating_add(1);
        if number == next {
            Ok(())
        } else {
            Err(Refused(format!("the next number is {next}")).into())
        }
    }

    pub(super) async fn change(
        &self,
        author: &Author,
        cause: String,
        (base, state): (Base, SnapshotState),
    ) -> Result<u64, Unpublished> {
        self.release(Change {
            base,
            author,
            cause,
            state,
            new: Vec::new(),
            admits: None,
            withdraws: None,
        })
        .await
    }

    /// Builds what is to be in force, writes it down, and only then puts it in place.
    ///
    /// Errors: somebody else has published since the base was read
    pub(super) async fn release(&self, change: Change<'_>) -> Result<u64, Unpublished> {
        let number = change.base.number.saturating_add(1);
        let unsigned = u64::try_from(number).unwrap_or_default();
        let (documents, mut kept): (Vec<Document>, Vec<KeptDocument>) =
            change.new.into_iter().unzip();
        let mut wanted = (change.state, documents);
        let before = &change.base.state;
        kept.extend(self.follow_registry(before, &mut wanted).await?);
        let (state, documents) = wanted;
        let snapshot = self.build(unsigned, &state, &documents).await?;
        let now = self.now();
        let approver = change.admits.as_ref().map(|(_, by)| by.clone());
        let release = Release {
            at: now,
            documents: kept,
            event: Some(self.event(change.author, &change.cause, unsigned, approver)?),
            admits: change.admits,
            snapshot: Some(KeptSnapshot {
                number,
                at: now,
                state,
                author: change.author.actor.id.clone(),
                cause: change.cause,
            }),
            withdraws: change.withdraws,
        };
        self.store.publish(&release).await.map_err(overtaken)?;
        self.published.replace(snapshot);
        tracing::info!(snapshot = number, "a snapshot was published");
        Ok(unsigned)
    }

    pub(super) fn event(
        &self,
        author: &Author,
        cause: &str,
        snapshot: u64,
        approver: Option<ActorId>,
    ) -> Result<AuditEvent, StoreError> {
        let actor = author.actor.clone();
        let mut event = act(self.now(), actor, Action::PolicyPublished, snapshot)?;
        event.rule = format!("control/{cause}").parse().ok();
        event.approver = approver;
        Ok(event)
    }

    async fn keep_only(&self, author: &Author, kept: KeptDocument) -> Result<(), Unpublished> {
        let cause = format!("{}-{}-handed-in", kept.kind, kept.number);
        let event = self.event(author, &cause, self.published.present().number, None)?;
        let release = Release {
            at: self.now(),
            documents: vec![kept],
            admits: None,
            snapshot: None,
            withdraws: None,
            event: Some(event),
        };
        self.store.publish(&release).await.map_err(overtaken)
    }

    fn kept(
        &self,
        author: &Author,
        offer: &Offer<'_>,
        number: i64,
        standing: Standing,
    ) -> KeptDocument {
        KeptDocument {
            kind: offer.kind,
            number,
            origin: Origin::Operator,
            standing,
            candidate: offer.candidate,
            body: offer.text.to_owned(),
            at: self.now(),
            author: author.actor.id.clone(),
            reason: author.reason.clone(),
            decided_at: None,
            approver: None,
        }
    }

    pub(super) fn try_candidate(
        &self,
        present: &Snapshot,
        document: &Document,
    ) -> Result<(), Refused> {
        match document {
            Document::Routing(set) => self.ground.leads_somewhere(present, set),
            Document::Partners(_)
            | Document::Matching(_)
            | Document::Resilience(_)
            | Document::Flags(_)
            | Document::Audit(_)
            | Document::Overlap(_) => Err(Refused("only routes are tried on a share".to_owned())),
        }
    }
}

/// A number that is taken already was taken by somebody who was first.
pub(super) fn overtaken(error: StoreError) -> Unpublished {
    match error {
        StoreError::LostRace => Unpublished::Overtaken,
        other => other.into(),
    }
}

#[cfg(test)]
mod tests;
