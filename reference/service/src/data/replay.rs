//! Starts dead letters again: those whose cause is declared gone and whose consent still holds, a bounded number at a time.
//! Refuses to start one that the partner might act on twice.

use super::{Plane, roster, step};
use crate::store::audit::Told;
use crate::store::{Changes, DeadFilter, Exchange, Place, StoreError};
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
    /// The longest dead first. Of a filter what stays is told of the first letters only: the list of all is asked for
    /// elsewhere.
    pub letters: Vec<Selection>,
    pub looked_at: u32,
    /// How many might have started.
    pub limit: u32,
    /// Behind which letter the order goes on, where it has not seen all.
    pub next: Option<Place>,
}

/// How many letters of a filter are looked at together, for each one that may be started.
const LOOK_FURTHER: u32 = 10;

/// How many letters of a filter one order looks at (ours): for each of them a request may have to be opened.
const MOST_LOOKED_AT: u32 = 1_000;

const BEYOND_LIMIT: Verdict = Verdict::Stays(Unreplayable::BeyondLimit);

/// Judges letters of an order, and starts those that may be unless it is a dry run. A letter that stays takes nobody's
/// place: of a filter, younger ones are looked at until as many have started as may be, or as many have been looked at.
pub(crate) async fn replay(plane: &Plane, order: &Order) -> Result<Replayed, StoreError> {
    let snapshot = plane.snapshot();
    let bound = snapshot.resilience.limits.replay_batch;
    let round = Round {
        plane,
        snapshot: &snapshot,
        order,
        limit: order.limit.map_or(bound, |limit| limit.min(bound)),
        declared: plane.store.declared().await?,
    };
    match &order.which {
        Which::These(ids) => round.these(ids).await,
        Which::Like(filter) => round.like(filter.clone()).await,
    }
}

/// What every letter of an order is judged by.
struct Round<'a> {
    plane: &'a Plane,
    snapshot: &'a Snapshot,
    order: &'a Order,
    limit: u32,
    declared: Vec<Declared>,
}

impl Round<'_> {
    async fn these(&self, ids: &[ExchangeId]) -> Result<Replayed, StoreError> {
        let (dead, mut letters) = named(self.plane, ids).await?;
        let mut left = self.limit;
        letters.extend(self.judge(&dead, &mut left).await?);
        Ok(Replayed {
            looked_at: count(&letters),
            letters,
            limit: self.limit,
            next: None,
        })
    }

    async fn like(&self, mut filter: DeadFilter) -> Result<Replayed, StoreError> {
        let (mut letters, mut looked_at, mut left) = (Vec::new(), 0_u32, self.limit);
        loop {
            let page = self.limit.saturating_mul(LOOK_FURTHER);
            let page = page.min(MOST_LOOKED_AT.saturating_sub(looked_at));
            let dead = self.plane.store.dead_letters(&filter, page).await?;
            let judged = self.judge(&dead, &mut left).await?;
            // Those beyond the limit are looked at when the order goes on.
            let settled = judged.iter().take_while(|one| one.verdict != BEYOND_LIMIT);
            let settled: Vec<&Letter> = settled.map(|one| &one.letter).collect();
            let is_all = settled.len() == judged.len() && count(&judged) < page;
            if let Some(last) = settled.last() {
                // By its time: a letter that starts is no place in the list any more.
                filter.beyond = Some((last.died_at, last.exchange.clone()));
            }
            let is_first = looked_at == 0;
            looked_at = looked_at.saturating_add(count(&judged));
            let told = |one: &Selection| is_first || one.verdict == Verdict::Replay;
            letters.extend(judged.into_iter().filter(told));
            if is_all || left == 0 || looked_at >= MOST_LOOKED_AT {
                return Ok(Replayed {
                    letters,
                    looked_at,
                    limit: self.limit,
                    next: filter.beyond.filter(|_| !is_all),
                });
            }
        }
    }

    /// Starts those of these letters that may be, at most as many as are left.
    async fn judge(&self, dead: &[Exchange], left: &mut u32) -> Result<Vec<Selection>, StoreError> {
        let known = dead.iter().map(|exchange| letter(self.snapshot, exchange));
        let mut letters = select(known.collect(), &self.declared, usize::MAX);
        for chosen in &mut letters {
            let exchange = dead.iter().find(|dead| dead.id == chosen.letter.exchange);
            let (Verdict::Replay, Some(exchange)) = (chosen.verdict, exchange) else {
                continue;
            };
            if *left == 0 {
                chosen.verdict = BEYOND_LIMIT;
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

fn count(letters: &[Selection]) -> u32 {
    u32::try_from(letters.len()).unwrap_or(u32::MAX)
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
