//! Documents that wait for a second person: agreed to, or not.
//! Refuses the first person as the second one, and an agreement that comes too late.

use super::document::Document;
use super::publish::{Author, Change, Control, Put, Unpublished, overtaken};
use super::trial::automation;
use crate::store::{KeptDocument, Release, StoreError};
use domain::control::{Kind, Standing};
use domain::record::{Actor, ActorId, ActorKind};

impl Control {
    /// A second person agrees to a document that waits.
    ///
    /// Errors: it does not wait, or no longer; it is the same person; it does not fit any more
    pub(crate) async fn approve(
        &self,
        author: &Author,
        kind: Kind,
        number: i64,
    ) -> Result<Put, Unpublished> {
        let _turn = self.turn.lock().await;
        let base = self.base().await?;
        let kept = self.waiting(kind, number).await?;
        if kept.author == author.actor.id {
            return Err(Unpublished::SamePerson);
        }
        let document = Document::read(kind, &kept.body)?;
        let present = self.published.present();
        self.has_earned(&present, &document).await?;
        let which = ((kind, number), author.actor.id.clone());
        if kept.candidate {
            self.try_candidate(&self.published.present(), &document)?;
            let first = first_author(&kept)?;
            self.keep_admitted(&first, which).await?;
            return Ok(Put::Kept);
        }
        let mut state = base.state.clone();
        let in_force = state.documents.insert(kind, number).unwrap_or_default();
        if in_force > number {
            return Err(Unpublished::Stale(in_force));
        }
        let first = first_author(&kept)?;
        let change = Change {
            base,
            author: &first,
            cause: format!("{kind}-{number}"),
            state,
            new: Vec::new(),
            admits: Some(which),
            withdraws: None,
        };
        Ok(Put::Published(self.release(change).await?))
    }

    /// A document that waits is not wanted.
    pub(crate) async fn deny(
        &self,
        author: &Author,
        kind: Kind,
        number: i64,
    ) -> Result<(), Unpublished> {
        let _turn = self.turn.lock().await;
        let kept = self.waiting(kind, number).await?;
        let by = Some(&author.actor.id);
        let which = (kind, kept.number);
        self.denied(author, (which, "denied"), by).await
    }

    /// Writes down that a document will not come into force, and by whose act.
    async fn denied(
        &self,
        author: &Author,
        ((kind, number), how): ((Kind, i64), &str),
        by: Option<&ActorId>,
    ) -> Result<(), Unpublished> {
        let cause = format!("{kind}-{number}-{how}");
        let present = self.published.present().number;
        let event = self.event(author, &cause, present, None)?;
        let told = (event, self.now());
        Ok(self.store.deny_document((kind, number), by, told).await?)
    }

    async fn keep_admitted(
        &self,
        author: &Author,
        which: ((Kind, i64), ActorId),
    ) -> Result<(), Unpublished> {
        let ((kind, number), by) = &which;
        let cause = format!("{kind}-{number}-admitted");
        let present = self.published.present().number;
        let event = self.event(author, &cause, present, Some(by.clone()))?;
        let release = Release {
            at: self.now(),
            documents: Vec::new(),
            admits: Some(which),
            snapshot: None,
            withdraws: None,
            event: Some(event),
        };
        self.store.publish(&release).await.map_err(overtaken)
    }

    /// A document that waits, and has not waited for too long.
    async fn waiting(&self, kind: Kind, number: i64) -> Result<KeptDocument, Unpublished> {
        let kept = self.store.document(kind, number).await?;
        let kept = kept.filter(|kept| kept.standing == Standing::Waiting);
        let kept = kept.ok_or(Unpublished::Nothing)?;
        let waited = self
            .now()
            .signed_duration_since(kept.at)
            .to_std()
            .unwrap_or_default();
        if waited > self.published.present().audit.approval() {
            let author = automation("nobody agreed in time")?;
            self.denied(&author, ((kind, number), "timed-out"), None)
                .await?;
            return Err(Unpublished::Nothing);
        }
        Ok(kept)
    }
}

/// The one who handed a document in; the approver stands beside, in a field of its own.
fn first_author(kept: &KeptDocument) -> Result<Author, StoreError> {
    Ok(Author {
        actor: Actor {
            kind: ActorKind::Client,
            id: kept.author.clone(),
            role: super::role()?,
        },
        reason: kept.reason.clone(),
    })
}
