//! Reviews: what waits for people, what they said, and what became of it.
//! Refuses a word on a version that has gone, and anything of a person but opaque ids and digests.

mod evidence;
mod figures;
mod hear;

pub(crate) use figures::Figures;
pub(super) use figures::counted;
pub(super) use hear::moved_on;
pub(crate) use hear::{Said as ReviewSaid, Unspoken};

use super::row::{maybe_time, maybe_word, text, time, word};
use super::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::identity::review::{Phase, Review, ReviewState};
use domain::identity::{Attribute, Decision};
use domain::ids::{BusinessTransactionId, ExchangeId, MemberRef, PartnerId};
use domain::record::{ActorId, RuleId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Who asked what, as digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuestionKeys {
    /// The person who is meant, by name and birth date.
    pub subject: String,
    /// Everything that was said.
    pub question: String,
}

/// A review that is about to be opened.
#[derive(Clone, Debug)]
pub(crate) struct NewReview {
    pub review: Review,
    pub partner: PartnerId,
    pub exchange: Option<ExchangeId>,
    pub business_transaction: BusinessTransactionId,
    pub keys: QuestionKeys,
    pub snapshot: u64,
    pub due_at: Timestamp,
}

/// A review as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptReview {
    pub id: String,
    pub version: i64,
    pub review: Review,
    pub partner: PartnerId,
    pub exchange: Option<ExchangeId>,
    pub business_transaction: BusinessTransactionId,
    pub due_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Who answers for a match that people made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approval {
    pub approver: ActorId,
    pub rule: RuleId,
}

/// What people have made of a question.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub decision: Decision,
    pub approval: Option<Approval>,
}

/// Which reviews to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReviewFilter {
    pub state: Option<ReviewState>,
    pub partner: Option<String>,
    pub after: Option<String>,
}

/// Reviews of one page (ours).
pub(crate) const REVIEW_PAGE: i64 = 100;

impl KeptReview {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let decision: Option<String> = row.try_get("decision")?;
        let decision: Option<Decision> = decision
            .map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Row("decision")))
            .transpose()?;
        Ok(Self {
            id: text(row, "id")?,
            version: row.try_get("version")?,
            review: Review {
                cause: word(row, "cause")?,
                decision,
                missing: parsed::<Vec<Attribute>>(row, "missing")?,
                approvals: word(row, "approvals")?,
                opened_at: time(row, "opened_at")?,
                phase: parsed::<Phase>(row, "phase")?,
            },
            partner: PartnerId::new(text(row, "partner")?),
            exchange: maybe_word(row, "exchange")?,
            business_transaction: BusinessTransactionId::new(text(row, "business_transaction_id")?),
            due_at: time(row, "due_at")?,
            ended_at: maybe_time(row, "ended_at")?,
        })
    }

    /// Who answers for it, once people have agreed.
    pub(crate) fn approval(&self) -> Option<Approval> {
        match &self.review.phase {
            Phase::Approved { last, .. } => Some(Approval {
                approver: last.by.clone(),
                rule: last.rule.clone(),
            }),
            Phase::Waiting {}
            | Phase::Proposed { .. }
            | Phase::Rejected { .. }
            | Phase::MoreData { .. }
            | Phase::GoesOn { .. }
            | Phase::Answered {} => None,
        }
    }
}

fn parsed<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(&text(row, column)?).map_err(|_| StoreError::Row(column))
}

fn written(value: &impl Serialize, column: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Row(column))
}

impl Store {
    /// What people have made of a question that the rules leave open; opens a review where nobody has looked yet.
    pub(crate) async fn reviewed(
        &self,
        new: &NewReview,
        today: &Decision,
        now: Timestamp,
    ) -> Result<Option<Settled>, StoreError> {
        let former = self
            .last_of_question(&new.partner, &new.keys.question)
            .await?;
        if let Some(former) = &former {
            if former.ended_at.is_none() {
                return Ok(None);
            }
            if let Some(decision) = former.review.settles(today) {
                let approval = former.approval();
                return Ok(Some(Settled { decision, approval }));
            }
        }
        let mut tx = self.write().await?;
        let asked_for = open_of_subject(&mut tx, new).await?;
        for older in asked_for.iter().filter(|older| is_more_of(older, today)) {
            hear::answer(&mut tx, older, new.snapshot, now).await?;
        }
        if open(&mut tx, new, now).await? {
            counted(&mut tx, [today.tier()], now).await?;
        }
        tx.commit().await?;
        Ok(None)
    }

    /// Ends what waits for a person of this name who has now been found by what more was said.
    pub(crate) async fn found_after_all(
        &self,
        (partner, keys): (&PartnerId, &QuestionKeys),
        person: &MemberRef,
        snapshot: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = "SELECT * FROM reviews WHERE partner = $1 AND subject = $2 AND ended_at IS NULL ORDER BY id";
        let rows = sqlx::query(query)
            .bind(partner.as_str())
            .bind(&keys.subject)
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            let kept = KeptReview::read(row)?;
            if kept.review.candidates().contains(person) {
                let mut tx = self.write().await?;
                hear::answer(&mut tx, &kept, snapshot, now).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn last_of_question(
        &self,
        partner: &PartnerId,
        question: &str,
    ) -> Result<Option<KeptReview>, StoreError> {
        let query =
            "SELECT * FROM reviews WHERE partner = $1 AND question = $2 AND state <> 'answered'
             ORDER BY opened_at DESC, id DESC LIMIT 1";
        let row = sqlx::query(query)
            .bind(partner.as_str())
            .bind(question)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(KeptReview::read).transpose()
    }

    pub(crate) async fn review(&self, id: &str) -> Result<Option<KeptReview>, StoreError> {
        let row = sqlx::query("SELECT * FROM reviews WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(KeptReview::read).transpose()
    }

    /// The first reviews that fit, oldest first; only open ones where no state is asked for.
    pub(crate) async fn reviews(
        &self,
        filter: &ReviewFilter,
    ) -> Result<Vec<KeptReview>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM reviews WHERE (state = $1 OR ($1 IS NULL AND ended_at IS NULL))
                AND ($2 IS NULL OR partner = $2) AND ($3 IS NULL OR id > $3) ORDER BY id LIMIT $4",
        )
        .bind(filter.state.map(ReviewState::word))
        .bind(filter.partner.as_deref())
        .bind(filter.after.as_deref())
        .bind(REVIEW_PAGE)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(KeptReview::read).collect()
    }
}

/// Was more asked for, of somebody who may be the one who is asked about now?
fn is_more_of(older: &KeptReview, today: &Decision) -> bool {
    let seen = older.review.candidates();
    older.review.state() == ReviewState::MoreData
        && today.candidates().iter().any(|one| seen.contains(one))
}

async fn open_of_subject(tx: &mut Tx, new: &NewReview) -> Result<Vec<KeptReview>, StoreError> {
    let query = "SELECT * FROM reviews WHERE partner = $1 AND subject = $2 AND ended_at IS NULL ORDER BY id";
    let rows = sqlx::query(query)
        .bind(new.partner.as_str())
        .bind(&new.keys.subject)
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(KeptReview::read).collect()
}

/// Opens a review, unless one of the same question is open. Gives whether it did.
pub(super) async fn open(tx: &mut Tx, new: &NewReview, now: Timestamp) -> Result<bool, StoreError> {
    let review = &new.review;
    let decision = review.decision.as_ref();
    let decision = decision.map(|it| written(it, "decision")).transpose()?;
    let done = sqlx::query(
        "INSERT INTO reviews (id, version, cause, state, phase, decision, missing, approvals, partner, exchange,
            business_transaction_id, subject, question, snapshot, opened_at, due_at)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (partner, question) WHERE ended_at IS NULL DO NOTHING",
    )
    .bind(crate::id::fresh(now))
    .bind(review.cause.word())
    .bind(review.state().word())
    .bind(written(&review.phase, "phase")?)
    .bind(decision)
    .bind(written(&review.missing, "missing")?)
    .bind(review.approvals.word())
    .bind(new.partner.as_str())
    .bind(new.exchange.as_ref().map(ExchangeId::as_str))
    .bind(new.business_transaction.as_str())
    .bind(&new.keys.subject)
    .bind(&new.keys.question)
    .bind(i64::try_from(new.snapshot).unwrap_or(i64::MAX))
    .bind(stored(review.opened_at))
    .bind(stored(new.due_at))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
