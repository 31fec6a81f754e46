//! What a person said of a review: kept, told to the audit log, and handed on to the exchange that waits for it.
//! Refuses to do one without the other: it is one transaction.

use super::{KeptReview, written};
use crate::store::signal::signal_within;
use crate::store::{Store, StoreError, Tx, audit, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::identity::Band;
use domain::identity::Tier;
use domain::identity::review::{Cause, Phase, Review, Unheard, Verdict, Word};
use domain::ids::ExchangeId;
use domain::record::{Action, Actor, ActorKind, AuditEvent, MatchTold};
use domain::workflow::{Hold, Signal};
use sqlx::AssertSqlSafe;

/// A word with the version that its speaker has seen.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub word: Word,
    pub seen: i64,
    pub snapshot: u64,
}

/// Why a word was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unspoken {
    #[error("there is no such review")]
    Nothing,
    #[error("the review has changed since it was read")]
    Stale,
    #[error(transparent)]
    Unheard(#[from] Unheard),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for Unspoken {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Takes a word on a review.
    ///
    /// Errors: a version that has gone, a word that the rules of reviews do not take
    pub(crate) async fn decide_review(
        &self,
        id: &str,
        said: &Said,
        now: Timestamp,
    ) -> Result<KeptReview, Unspoken> {
        let mut tx = self.write().await?;
        let query = format!("SELECT * FROM reviews WHERE id = $1{}", self.lock_clause());
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        let kept = KeptReview::read(&row.ok_or(Unspoken::Nothing)?)?;
        // A second word of the same person is told so, whatever version it names.
        let next = kept.review.heard(said.word.clone());
        if kept.version != said.seen && next != Err(Unheard::SamePerson) {
            return Err(Unspoken::Stale);
        }
        let kept = put(&mut tx, &kept, next?, now).await?;
        if let Some(exchange) = &kept.exchange {
            pass_on(&mut tx, (exchange, &kept), self.lock_clause(), now).await?;
        }
        audit::append(&mut tx, told(&kept, said, now)?).await?;
        tx.commit().await?;
        Ok(kept)
    }
}

/// The review as it stands now, in the row.
async fn put(
    tx: &mut Tx,
    kept: &KeptReview,
    review: Review,
    now: Timestamp,
) -> Result<KeptReview, StoreError> {
    let ends = !review.state().is_open();
    let took = (now - review.opened_at).num_milliseconds();
    let done = sqlx::query(
        "UPDATE reviews SET version = version + 1, state = $1, phase = $2, ended_at = $3, took_ms = $4
         WHERE id = $5 AND version = $6 AND ended_at IS NULL",
    )
    .bind(review.state().word())
    .bind(written(&review.phase, "phase")?)
    .bind(ends.then(|| stored(now)))
    .bind(ends.then_some(took))
    .bind(&kept.id)
    .bind(kept.version)
    .execute(&mut **tx)
    .await?;
    crate::store::progress::won(done.rows_affected())?;
    Ok(KeptReview {
        version: kept.version.saturating_add(1),
        review,
        ended_at: ends.then_some(now),
        ..kept.clone()
    })
}

/// Ends a review because more was said; somebody else may have ended it first.
pub(super) async fn answer(
    tx: &mut Tx,
    kept: &KeptReview,
    snapshot: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    match put(tx, kept, kept.review.answered(), now).await {
        Ok(kept) => {
            let mut event = about(&kept, automation()?, snapshot, now)?;
            event.rule = "review/answered-by-data".parse().ok();
            audit::append(tx, event).await?;
            Ok(())
        }
        Err(StoreError::LostRace) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Ends what waits for an exchange that goes on by itself.
pub(in crate::store) async fn moved_on(
    tx: &mut Tx,
    exchange: &ExchangeId,
    snapshot: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT * FROM reviews WHERE exchange = $1 AND ended_at IS NULL")
        .bind(exchange.as_str())
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        answer(tx, &KeptReview::read(row)?, snapshot, now).await?;
    }
    Ok(())
}

/// What the exchange that waits is told.
async fn pass_on(
    tx: &mut Tx,
    (exchange, kept): (&ExchangeId, &KeptReview),
    clause: &'static str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let signal = match &kept.review.phase {
        Phase::GoesOn { .. } | Phase::Approved { .. } => Signal::Approve,
        Phase::Rejected { .. } => Signal::Refuse(Code::NoMatch),
        Phase::MoreData { .. } => {
            let hold = Hold::MoreData.word();
            sqlx::query("UPDATE exchanges SET hold = $1 WHERE id = $2 AND hold = $3")
                .bind(hold)
                .bind(exchange.as_str())
                .bind(Hold::Review.word())
                .execute(&mut **tx)
                .await?;
            return Ok(());
        }
        Phase::Waiting {} | Phase::Proposed { .. } | Phase::Answered {} => return Ok(()),
    };
    let key = format!("review/{}/{}", kept.id, kept.version);
    signal_within(
        tx,
        (exchange, clause),
        (signal, audit::Told::default()),
        &key,
        now,
    )
    .await?;
    Ok(())
}

/// Who said what on which rule. Where two people were asked for, the first acted and the last one approves.
fn told(kept: &KeptReview, said: &Said, now: Timestamp) -> Result<AuditEvent, StoreError> {
    let word = &said.word;
    let by = |id| -> Result<Actor, StoreError> {
        Ok(Actor {
            kind: ActorKind::Person,
            id,
            role: "review".parse().map_err(|_| StoreError::Row("role"))?,
        })
    };
    let (actor, approver) = match &kept.review.phase {
        Phase::Approved { first, last } => match first {
            Some(first) => (by(first.by.clone())?, Some(last.by.clone())),
            None => (automation()?, Some(last.by.clone())),
        },
        Phase::Waiting {}
        | Phase::Proposed { .. }
        | Phase::Rejected { .. }
        | Phase::MoreData { .. }
        | Phase::GoesOn { .. }
        | Phase::Answered {} => (by(word.by.clone())?, None),
    };
    let mut event = about(kept, actor, said.snapshot, now)?;
    event.rule = Some(word.rule.clone());
    event.approver = approver;
    let rejects = matches!(word.verdict, Verdict::Reject {});
    event.code = rejects.then_some(Code::NoMatch);
    Ok(event)
}

fn about(
    kept: &KeptReview,
    actor: Actor,
    snapshot: u64,
    now: Timestamp,
) -> Result<AuditEvent, StoreError> {
    let mut event = audit::act(now, actor, Action::ReviewDecided, snapshot)?;
    event.exchange = kept.exchange.clone();
    event.business_transaction_id = Some(kept.business_transaction.clone());
    event.partner = Some(kept.partner.clone());
    let approved = matches!(kept.review.phase, Phase::Approved { .. });
    event.found = kept.review.decision.as_ref().map(|decision| MatchTold {
        tier: if approved {
            Tier::ApprovedReview
        } else {
            Tier::Review
        },
        band: if approved { Band::High } else { Band::Review },
        policy: decision.policy(),
    });
    if kept.review.cause != Cause::Exchange && !kept.review.state().is_open() && !approved {
        event.code = event.code.or(Some(Code::LowConfidence));
    }
    Ok(event)
}

fn automation() -> Result<Actor, StoreError> {
    Ok(Actor {
        kind: ActorKind::Automation,
        id: "review-desk"
            .parse()
            .map_err(|_| StoreError::Row("actor"))?,
        role: "workflow".parse().map_err(|_| StoreError::Row("role"))?,
    })
}
