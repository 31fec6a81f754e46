//! How an exchange moves: through the transition table, in one transaction, or not at all.
//! Refuses a move whose row has been moved by somebody else in the meantime.

use super::call::{self, Ended};
use super::deadline::{self, NewDeadline};
use super::duty::{self, NewDuty};
use super::fulfilment::{self, Note};
use super::review::{self, NewReview};
use super::spans::{self, Seen};
use super::stay::{Row, Step};
use super::steps::{self, Lease};
use super::{Exchange, Store, StoreError, Tx, audit, dead_letter, dispute, route, stored};
use domain::Timestamp;
use domain::consent::Grant;
use domain::deadlines::{Deadline, Duty};
use domain::failure::{Code, RetryClass};
use domain::identity::dispute::Dispute;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::Leased;
use domain::routing::{Choice, RowShares};
use domain::workflow::{Effect, Event, Hold, Notice, State, Work, transition};
use std::time::Duration;

/// What a step leaves behind besides the state.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub schema_version: Option<String>,
    pub route_set: Option<i64>,
    pub consent: Option<Grant>,
    /// The protected result.
    pub result: Option<Masked<Vec<u8>>>,
    pub snapshot: Option<u64>,
    /// Work besides the one that is due in the state; what is open already is moved to this time.
    pub schedule: Vec<(Work, Timestamp)>,
    pub deadlines: Vec<NewDeadline>,
    /// What is owed from now on because of the move.
    pub owed: Option<Deadline>,
    /// What was learnt of an answer that comes later.
    pub notes: Vec<Note>,
    /// What was chosen of the routes, whether one came of it or not.
    pub route: Option<Box<Choice>>,
    /// What the route set says of all members of a question about many.
    pub shares: Option<RowShares>,
    /// What the audit log is told of the move.
    pub told: audit::Told,
    /// Why an exchange stays where it is, when something has failed.
    pub code: Option<Code>,
    /// The partner whose paused feed it waits for.
    pub paused: Option<PartnerId>,
    /// What people have to look at before it goes on.
    pub review: Option<Box<NewReview>>,
    /// What a partner's refusal opens when the table says so. A refusal by our own people is no dispute.
    pub dispute: Option<Box<Dispute>>,
}

/// A step in the hands of a worker, as it is being written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken<'a> {
    pub exchange: &'a Exchange,
    pub leased: &'a Leased,
    /// Under which what is due next is held.
    pub lease: &'a Lease,
    /// The call to the partner that has just ended, if there was one.
    pub ended: Option<Ended>,
    /// How long calls of the step were on their way.
    pub on_the_way: Duration,
    /// What is noted for the trace, if somebody collects it.
    pub seen: Option<&'a Seen>,
    pub now: Timestamp,
}

/// How an exchange stays where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    /// When the step runs again; it is over when nobody says.
    pub again: Option<Timestamp>,
    pub hold: Option<Hold>,
}

impl Store {
    /// Takes `event` outside every step, as a replay does.
    ///
    /// Errors: the table forbids it; somebody else was first
    #[allow(dead_code, reason = "operators replay and close dead letters with it")]
    pub(crate) async fn apply(
        &self,
        exchange: &Exchange,
        event: &Event,
        changes: &Changes,
        now: Timestamp,
    ) -> Result<State, StoreError> {
        let mut tx = self.write().await?;
        let (to, _) = transit(&mut tx, exchange, event, changes, (now, None)).await?;
        tx.commit().await?;
        Ok(to)
    }

    /// Takes the event in which a step ended, and gives what is due now to the worker at once.
    ///
    /// Errors: the table forbids it; somebody else was first
    pub(crate) async fn move_on(
        &self,
        taken: &Taken<'_>,
        event: &Event,
        changes: &Changes,
    ) -> Result<(State, Option<Leased>), StoreError> {
        let mut tx = self.write().await?;
        call::end(
            &mut tx,
            taken.exchange,
            taken.ended.as_ref(),
            taken.on_the_way,
        )
        .await?;
        let when = (taken.now, Some(taken.lease));
        let moved = transit(&mut tx, taken.exchange, event, changes, when).await?;
        note(&mut tx, taken).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// Ends a step that did not move its exchange.
    ///
    /// Errors: somebody else was first
    pub(crate) async fn rest(
        &self,
        taken: &Taken<'_>,
        rest: &Rest,
        changes: &Changes,
    ) -> Result<(), StoreError> {
        let Taken { exchange, now, .. } = *taken;
        let mut tx = self.write().await?;
        call::end(&mut tx, exchange, taken.ended.as_ref(), taken.on_the_way).await?;
        let step = Step {
            exchange,
            state: exchange.state,
            now,
            snapshot: number(changes.snapshot),
        };
        step.update(
            &mut tx,
            changes,
            &Row::resting(exchange, rest, changes.code),
        )
        .await?;
        let again = match &changes.paused {
            Some(partner)
                if !dead_letter::still_paused(&mut tx, partner, self.lock_clause()).await? =>
            {
                Some(now)
            }
            Some(_) | None => rest.again,
        };
        match again {
            Some(again) => {
                steps::schedule(&mut tx, &exchange.id, taken.leased.work, again).await?;
            }
            None => steps::over(&mut tx, taken.leased).await?,
        }
        open(&mut tx, exchange, changes).await?;
        fulfilment::write(&mut tx, exchange, &changes.notes, now).await?;
        if let Some(new) = &changes.review {
            review::open(&mut tx, new, now).await?;
        }
        note(&mut tx, taken).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn note(tx: &mut Tx, taken: &Taken<'_>) -> Result<(), StoreError> {
    match taken.seen {
        Some(seen) => spans::keep(tx, &taken.exchange.id, seen).await,
        None => Ok(()),
    }
}

/// Moves an exchange, with everything that belongs into the same transaction.
pub(super) async fn transit(
    tx: &mut Tx,
    exchange: &Exchange,
    event: &Event,
    changes: &Changes,
    (now, lease): (Timestamp, Option<&Lease>),
) -> Result<(State, Option<Leased>), StoreError> {
    let (to, effects) = transition(&exchange.for_table(), event, now)?;
    let step = Step {
        exchange,
        state: to,
        now,
        snapshot: number(changes.snapshot),
    };
    step.update(tx, changes, &Row::moved(event)).await?;
    step.remember(tx, event).await?;
    if let Some(choice) = &changes.route {
        let under = step.snapshot.unwrap_or(exchange.snapshot);
        let chosen = (&**choice, changes.shares.as_ref());
        route::keep(tx, exchange, chosen, under, now).await?;
    }
    steps::clear(tx, &exchange.id, to.is_open()).await?;
    let mut next = None;
    for effect in &effects {
        if let Some(leased) = carry_out(tx, exchange, effect, (now, lease)).await? {
            next = Some(leased);
        }
    }
    if let Some(dispute) = changes
        .dispute
        .as_ref()
        .filter(|_| effects.contains(&Effect::OpenDispute))
    {
        let of = (&exchange.partner, &exchange.business_transaction);
        dispute::open(tx, dispute, of).await?;
    }
    fulfilment::write(tx, exchange, &changes.notes, now).await?;
    duty::moved(tx, exchange, event, now).await?;
    if *event == Event::Acknowledged {
        deadline::end(tx, &exchange.id, Duty::Acknowledge.word()).await?;
    }
    if let Some(deadline) = changes.owed {
        let new = NewDuty {
            subject: exchange.id.as_str(),
            partner: exchange.partner.as_str(),
            follows: None,
            deadline,
        };
        duty::open(tx, &new).await?;
    }
    if exchange.hold.is_some_and(Hold::waits_for_a_person) {
        let under = u64::try_from(step.snapshot.unwrap_or(exchange.snapshot)).unwrap_or_default();
        review::moved_on(tx, &exchange.id, under, now).await?;
    }
    if to.is_open() {
        open(tx, exchange, changes).await?;
    }
    audit::moved(tx, (&exchange.id, event), &changes.told, &effects, now).await?;
    Ok((to, next))
}

async fn open(tx: &mut Tx, exchange: &Exchange, changes: &Changes) -> Result<(), StoreError> {
    for (work, at) in &changes.schedule {
        steps::schedule(tx, &exchange.id, *work, *at).await?;
    }
    for new in &changes.deadlines {
        deadline::set(tx, &exchange.id, new).await?;
    }
    Ok(())
}

fn number(snapshot: Option<u64>) -> Option<i64> {
    snapshot.and_then(|number| i64::try_from(number).ok())
}

/// The part of an effect that belongs into the same transaction.
async fn carry_out(
    tx: &mut Tx,
    exchange: &Exchange,
    effect: &Effect,
    (now, lease): (Timestamp, Option<&Lease>),
) -> Result<Option<Leased>, StoreError> {
    match effect {
        Effect::Outbox(notice) => notify(tx, exchange, *notice, now).await?,
        Effect::DeadLetter { code, resume_at } => {
            dead_letter(tx, exchange, *code, *resume_at, now).await?;
            if code.meaning().class == RetryClass::Escalate {
                fulfilment::escalate(tx, exchange, *code, now).await?;
            }
        }
        Effect::Schedule(work, at) => return due(tx, exchange, *work, (*at, lease)).await,
        Effect::CallPartner(work) => return due(tx, exchange, *work, (now, lease)).await,
        // The audit log is written last, with what the step tells of the move; reviews and disputes come with the changes.
        Effect::Audit { .. } | Effect::Metric(_) | Effect::OpenReview | Effect::OpenDispute => {}
    }
    Ok(None)
}

async fn due(
    tx: &mut Tx,
    exchange: &Exchange,
    work: Work,
    (at, lease): (Timestamp, Option<&Lease>),
) -> Result<Option<Leased>, StoreError> {
    let Some(lease) = lease else {
        steps::schedule(tx, &exchange.id, work, at).await?;
        return Ok(None);
    };
    let leased = steps::schedule_held(tx, &exchange.id, work, lease, at).await?;
    Ok(Some(leased))
}

/// Leaves a notice for whoever tells others, in the same transaction as its reason. Of a run of a check nobody is told.
pub(super) async fn notify(
    tx: &mut Tx,
    exchange: &Exchange,
    notice: Notice,
    now: Timestamp,
) -> Result<(), StoreError> {
    if exchange.synthetic.is_some() {
        return Ok(());
    }
    leave(tx, exchange.id.as_str(), notice, now).await
}

/// The same about an exchange or an export, by its id.
pub(super) async fn leave(
    tx: &mut Tx,
    subject: &str,
    notice: Notice,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outbox (id, at, exchange, notice) VALUES ($1, $2, $3, $4)")
        .bind(crate::id::fresh(now))
        .bind(stored(now))
        .bind(subject)
        .bind(notice.word())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn dead_letter(
    tx: &mut Tx,
    exchange: &Exchange,
    code: Code,
    resume_at: State,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dead_letters (exchange, at, resume_at, code) VALUES ($1, $2, $3, $4)
         ON CONFLICT (exchange) DO UPDATE SET at = $2, resume_at = $3, code = $4",
    )
    .bind(exchange.id.as_str())
    .bind(stored(now))
    .bind(resume_at.word())
    .bind(code.to_string())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE exchanges SET resume_at = $1 WHERE id = $2")
        .bind(resume_at.word())
        .bind(exchange.id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) fn word(code: Option<Code>) -> Option<String> {
    code.map(|code| code.to_string())
}

/// One row was changed, or somebody else had changed it before.
pub(super) const fn won(rows: u64) -> Result<(), StoreError> {
    if rows == 0 {
        Err(StoreError::LostRace)
    } else {
        Ok(())
    }
}
