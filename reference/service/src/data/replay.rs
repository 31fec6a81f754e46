//! Starts dead letters again: those whose cause is declared gone and whose consent still holds, a bounded number at a time.
//! Refuses to start one that the partner might act on twice.

use super::{Plane, step};
use crate::store::audit::Told;
use crate::store::{Changes, DeadFilter, Exchange, StoreError};
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::record::Actor;
use domain::resilience::{Letter, Selection, Unreplayable, Verdict, select};
use domain::snapshot::{KeyHandling, Snapshot};
use domain::workflow::{Event, State};
use serde_json::Value;
use tracing::Span;

/// Which letters are meant.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    These(Vec<ExchangeId>),
    Like(DeadFilter),
}

/// What an operator wants.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub which: Which,
    /// Who answers for it in the audit log.
    pub by: Actor,
    /// Only tells what would happen.
    pub dry_run: bool,
    /// At most so many; the policy's own bound holds as well.
    pub limit: Option<u32>,
}

/// What became of an order.
#[derive(Clone, Debug)]
pub(crate) struct Replayed {
    /// The longest dead first.
    pub letters: Vec<Selection>,
}

/// How many letters of a filter are looked at for each one that may be started: the others stay for a reason of theirs.
const LOOK_FURTHER: u32 = 10;

/// Judges the letters of an order, and starts those that may be unless it is a dry run.
pub(crate) async fn replay(plane: &Plane, order: &Order) -> Result<Replayed, StoreError> {
    let snapshot = plane.snapshot();
    let bound = snapshot.resilience.limits.replay_batch;
    let limit = order.limit.map_or(bound, |limit| limit.min(bound));
    let (dead, mut letters) = found(plane, &order.which, limit).await?;
    let declared = plane.store.declared().await?;
    let known = dead.iter().map(|exchange| letter(&snapshot, exchange));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    letters.extend(select(known.collect(), &declared, limit));
    for chosen in &mut letters {
        let exchange = dead.iter().find(|dead| dead.id == chosen.letter.exchange);
        if let (Verdict::Replay, Some(exchange)) = (chosen.verdict, exchange) {
            chosen.verdict = start(plane, &snapshot, exchange, order).await?;
        }
    }
    Ok(Replayed { letters })
}

/// The letters that are meant; those that are none are judged already.
async fn found(
    plane: &Plane,
    which: &Which,
    limit: u32,
) -> Result<(Vec<Exchange>, Vec<Selection>), StoreError> {
    let ids = match which {
        Which::Like(filter) => {
            let most = limit.saturating_mul(LOOK_FURTHER);
            return Ok((plane.store.dead_letters(filter, most).await?, Vec::new()));
        }
        Which::These(ids) => ids,
    };
    let (mut dead, mut others) = (Vec::new(), Vec::new());
    for id in ids {
        match plane.store.exchange(id).await? {
            Some(exchange) if exchange.state == State::DeadLettered => dead.push(exchange),
            Some(exchange) => others.push(Selection {
                letter: letter(&plane.snapshot(), &exchange),
                verdict: Verdict::Stays(Unreplayable::NotDead),
            }),
            None => {}
        }
    }
    Ok((dead, others))
}

fn letter(snapshot: &Snapshot, exchange: &Exchange) -> Letter {
    let partner = step::partner(snapshot, exchange);
    Letter {
        exchange: exchange.id.clone(),
        partner: exchange.partner.clone(),
        // A dead letter without a code is none that anybody could declare fixed.
        code: exchange.code.unwrap_or(Code::Unmapped),
        died_at: exchange.since,
        acts_twice: partner.is_ok_and(|partner| partner.keys == KeyHandling::Ignores),
    }
}

async fn start(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    order: &Order,
) -> Result<Verdict, StoreError> {
    let kept = plane.store.payload(exchange.request.as_str()).await?;
    let request: Value =
        serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("request"))?;
    let judged = step::consent(plane, snapshot, exchange, &request, &Span::none());
    let Ok(consent) = judged else {
        return Ok(Verdict::Stays(Unreplayable::ConsentLost));
    };
    if order.dry_run {
        return Ok(Verdict::Replay);
    }
    let event = Event::Replayed { consent };
    let changes = Changes {
        consent: Some(consent),
        snapshot: Some(snapshot.number),
        told: Told {
            by: Some(order.by.clone()),
            ..Told::default()
        },
        ..Changes::default()
    };
    match plane
        .store
        .replay(exchange, &event, &changes, plane.now())
        .await
    {
        Ok(_) => {
            tracing::info!(exchange = %exchange.id, "a dead letter starts again");
            Ok(Verdict::Replay)
        }
        // Somebody else has started or closed it in the meantime.
        Err(StoreError::LostRace | StoreError::Illegal(_)) => {
            Ok(Verdict::Stays(Unreplayable::NotDead))
        }
        Err(error) => Err(error),
    }
}
