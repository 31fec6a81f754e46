//! Starts dead letters again: those whose cause is declared gone and whose consent still holds, a bounded number at a time.
//! Refuses to start one that the partner might act on twice.

use super::{Plane, roster, step};
use crate::store::audit::Told;
use crate::store::{Changes, DeadFilter, Exchange, StoreError};
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::record::{Actor, Kind};
use domain::resilience::{Declared, Letter, Selection, Unreplayable, Verdict, select};
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

/// How many letters of a filter are looked at together, for each one that may be started.
const LOOK_FURTHER: u32 = 10;

/// Judges the letters of an order, and starts those that may be unless it is a dry run. A letter that stays takes
/// nobody's place: of a filter, younger ones are looked at until as many have started as may be.
pub(crate) async fn replay(plane: &Plane, order: &Order) -> Result<Replayed, StoreError> {
    let snapshot = plane.snapshot();
    let bound = snapshot.resilience.limits.replay_batch;
    let limit = order.limit.map_or(bound, |limit| limit.min(bound));
    let most = limit.saturating_mul(LOOK_FURTHER);
    let round = Round {
        plane,
        snapshot: &snapshot,
        order,
        declared: plane.store.declared().await?,
    };
    let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut dead, mut letters) = match &order.which {
        Which::These(ids) => named(plane, ids).await?,
        Which::Like(filter) => (plane.store.dead_letters(filter, most).await?, Vec::new()),
    };
    letters.extend(round.judge(&dead, &mut left).await?);
    while let (Which::Like(filter), Some(last), true) = (&order.which, dead.last(), left > 0) {
        let after = DeadFilter {
            // By its time: a letter that starts is no place in the list any more.
            beyond: Some((last.since, last.id.clone())),
            ..filter.clone()
        };
        dead = plane.store.dead_letters(&after, most).await?;
        let more = round.judge(&dead, &mut left).await?;
        // What stays is told of the first of them; the list of all is asked for elsewhere.
        letters.extend(
            more.into_iter()
                .filter(|one| one.verdict == Verdict::Replay),
        );
    }
    Ok(Replayed { letters })
}

/// What every letter of an order is judged by.
struct Round<'a> {
    plane: &'a Plane,
    snapshot: &'a Snapshot,
    order: &'a Order,
    declared: Vec<Declared>,
}

impl Round<'_> {
    /// Starts those of these letters that may be, at most as many as are left.
    async fn judge(
        &self,
        dead: &[Exchange],
        left: &mut usize,
    ) -> Result<Vec<Selection>, StoreError> {
        let known = dead.iter().map(|exchange| letter(self.snapshot, exchange));
        let mut letters = select(known.collect(), &self.declared, usize::MAX);
        for chosen in &mut letters {
            let exchange = dead.iter().find(|dead| dead.id == chosen.letter.exchange);
            let (Verdict::Replay, Some(exchange)) = (chosen.verdict, exchange) else {
                continue;
            };
            if *left == 0 {
                chosen.verdict = Verdict::Stays(Unreplayable::BeyondLimit);
                continue;
            }
            chosen.verdict = start(self.plane, self.snapshot, exchange, self.order).await?;
            if chosen.verdict == Verdict::Replay {
                *left = left.saturating_sub(1);
            }
        }
        Ok(letters)
    }
}

/// The letters of these names; those that are none are judged already.
async fn named(
    plane: &Plane,
    ids: &[ExchangeId],
) -> Result<(Vec<Exchange>, Vec<Selection>), StoreError> {
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
    let judged = match exchange.kind {
        Kind::Single => step::consent(plane, snapshot, exchange, &request, &Span::none()),
        Kind::Bulk => roster::consent_again(plane, snapshot, exchange, &request).await?,
    };
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
