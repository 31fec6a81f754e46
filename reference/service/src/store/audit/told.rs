//! What a move of an exchange is written down as: the move itself, and everything that was known about it before.
//! Refuses to guess: what no step has told stays untold.

use super::append::{act, append};
use crate::store::row::text;
use crate::store::{Exchange, Link, NewExchange, StoreError, Tx};
use domain::Timestamp;
use domain::consent::ConsentStatus;
use domain::failure::{Code, RetryClass};
use domain::ids::{BusinessTransactionId, CorrelationId, ExchangeId, PartnerId};
use domain::record::{
    Action, Actor, ActorKind, AuditEvent, AuditRecord, ConsentTold, EndpointUrl, Instant,
    MatchTold, RouteTold, RuleId, TryTold,
};
use domain::workflow::{Disposition, Effect, Event, State};

/// What a step tells the log besides the move.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Who moved it, where it was no step of the engine.
    pub by: Option<Actor>,
    /// The call in which it was moved, where it was one.
    pub correlation: Option<CorrelationId>,
    pub found: Option<MatchTold>,
    pub route: Option<RouteTold>,
    /// Where calls of the exchange go.
    pub endpoint: Option<EndpointUrl>,
}

/// Writes down the moves among `effects`, after everything else of the transaction.
pub(in crate::store) async fn moved(
    tx: &mut Tx,
    (id, event): (&ExchangeId, &Event),
    told: &Told,
    effects: &[Effect],
    now: Timestamp,
) -> Result<(), StoreError> {
    for effect in effects {
        if let Effect::Audit { to, code, .. } = effect {
            let exchange = now_standing(tx, id).await?;
            let mut act = written(&exchange, event, *to, *code, now)?;
            if let Some(by) = &told.by {
                act.actor = by.clone();
            }
            act.correlation_id.clone_from(&told.correlation);
            act.found = told.found.clone();
            act.route = told.route.clone();
            act.endpoint = told.endpoint.clone();
            remember(tx, &mut act).await?;
            append(tx, act).await?;
        }
    }
    Ok(())
}

/// Writes down that a system of ours asked for an exchange, or the service itself for a check.
pub(in crate::store) async fn created(
    tx: &mut Tx,
    new: &NewExchange<'_>,
    client: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, role) = match new.synthetic {
        None => (ActorKind::Client, "enterprise"),
        Some(_) => (ActorKind::Automation, "synthetic"),
    };
    let actor = Actor {
        kind,
        id: client.parse().map_err(|_| StoreError::Row("actor"))?,
        role: role.parse().map_err(|_| StoreError::Row("role"))?,
    };
    let mut event = act(now, actor, Action::Created, new.snapshot)?;
    event.exchange = Some(new.id.clone());
    event.business_transaction_id = Some(new.business_transaction.clone());
    event.partner = new.partner.parse().ok();
    event.disposition = Some(Disposition::Queued);
    append(tx, event).await?;
    Ok(())
}

/// Writes down that a partner was told who its member is with us.
pub(in crate::store) async fn linked(
    tx: &mut Tx,
    link: &Link<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut event = act(
        now,
        automation("responder")?,
        Action::Matched,
        link.snapshot,
    )?;
    event.business_transaction_id = Some(BusinessTransactionId::new(link.business_transaction));
    event.partner = Some(link.client.clone());
    event.found = Some(MatchTold {
        tier: link.decision.tier(),
        band: link.decision.band(),
        policy: link.decision.policy(),
    });
    event.consent = Some(ConsentTold {
        status: ConsentStatus::Granted,
        checked_at: Instant::new(link.grant.checked_at()),
    });
    event.disposition = Some(Disposition::Complete);
    if let Some(approval) = &link.approval {
        event.approver = Some(approval.approver.clone());
        event.rule = Some(approval.rule.clone());
    }
    append(tx, event).await?;
    Ok(())
}

/// Writes down that a partner told us of an exchange, and what that came to.
pub(in crate::store) async fn called_back(
    tx: &mut Tx,
    exchange: &Exchange,
    (client, correlation): (&PartnerId, &CorrelationId),
    came_to: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let actor = Actor {
        kind: ActorKind::Client,
        id: client
            .as_str()
            .parse()
            .map_err(|_| StoreError::Row("actor"))?,
        role: "partner".parse().map_err(|_| StoreError::Row("role"))?,
    };
    let snapshot = u64::try_from(exchange.snapshot).unwrap_or_default();
    let mut event = act(now, actor, Action::Authenticated, snapshot)?;
    event.exchange = Some(exchange.id.clone());
    event.business_transaction_id = Some(exchange.business_transaction.clone());
    event.correlation_id = Some(correlation.clone());
    event.partner = Some(exchange.partner.clone());
    event.disposition = Some(exchange.disposition);
    event.rule = format!("callback/{came_to}").parse().ok();
    remember(tx, &mut event).await?;
    append(tx, event).await?;
    Ok(())
}

fn automation(id: &str) -> Result<Actor, StoreError> {
    Ok(Actor {
        kind: ActorKind::Automation,
        id: id.parse().map_err(|_| StoreError::Row("actor"))?,
        role: "workflow".parse().map_err(|_| StoreError::Row("role"))?,
    })
}

async fn now_standing(tx: &mut Tx, id: &ExchangeId) -> Result<Exchange, StoreError> {
    let row = sqlx::query("SELECT * FROM exchanges WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Exchange::read(&row)
}

fn written(
    exchange: &Exchange,
    event: &Event,
    to: State,
    code: Option<Code>,
    now: Timestamp,
) -> Result<AuditEvent, StoreError> {
    let snapshot = u64::try_from(exchange.snapshot).unwrap_or_default();
    let mut act = act(now, actor(event)?, action(event, to), snapshot)?;
    act.exchange = Some(exchange.id.clone());
    act.business_transaction_id = Some(exchange.business_transaction.clone());
    act.partner = Some(exchange.partner.clone());
    act.disposition = Some(exchange.disposition);
    act.code = code;
    act.rule = rule(event);
    act.attempt = (exchange.submissions > 0).then(|| TryTold {
        number: exchange.submissions,
        retry: code.map_or(RetryClass::None, |code| code.meaning().class),
    });
    act.consent = exchange.consent_checked_at.map(|checked| ConsentTold {
        status: ConsentStatus::Granted,
        checked_at: Instant::new(checked),
    });
    Ok(act)
}

/// Who moved it: the engine, unless a person ended a dead letter.
fn actor(event: &Event) -> Result<Actor, StoreError> {
    let (kind, id, role) = match event {
        Event::Closed { operator, .. } => (ActorKind::Person, operator.as_str(), "replay"),
        Event::Validated { .. }
        | Event::MemberResolved { .. }
        | Event::RouteChosen { .. }
        | Event::RouteWithdrawn
        | Event::Cancelled
        | Event::Acknowledged
        | Event::Completed(_)
        | Event::Rejected { .. }
        | Event::Exhausted { .. }
        | Event::Replayed { .. } => (ActorKind::Automation, "engine", "workflow"),
    };
    Ok(Actor {
        kind,
        id: id.parse().map_err(|_| StoreError::Row("actor"))?,
        role: role.parse().map_err(|_| StoreError::Row("role"))?,
    })
}

fn rule(event: &Event) -> Option<RuleId> {
    match event {
        Event::Closed { rule, .. } => rule.parse().ok(),
        Event::Validated { .. }
        | Event::MemberResolved { .. }
        | Event::RouteChosen { .. }
        | Event::RouteWithdrawn
        | Event::Cancelled
        | Event::Acknowledged
        | Event::Completed(_)
        | Event::Rejected { .. }
        | Event::Exhausted { .. }
        | Event::Replayed { .. } => None,
    }
}

fn action(event: &Event, to: State) -> Action {
    match (event, to) {
        (Event::Replayed { .. }, _) => Action::Replayed,
        (Event::Closed { .. }, _) => Action::Closed,
        (_, State::Created) => Action::Created,
        (_, State::Validated) => Action::Validated,
        (_, State::Matched) => Action::Matched,
        (_, State::Routed) => Action::Routed,
        (_, State::Acknowledged) => Action::Acknowledged,
        (_, State::Fulfilled) => Action::Fulfilled,
        (_, State::Failed) => Action::Failed,
        (_, State::DeadLettered) => Action::DeadLettered,
    }
}

/// What was known of an exchange stays known, so that its last event tells of the whole of it.
async fn remember(tx: &mut Tx, act: &mut AuditEvent) -> Result<(), StoreError> {
    let Some(exchange) = &act.exchange else {
        return Ok(());
    };
    let row = sqlx::query(
        "SELECT record FROM audit WHERE exchange = $1 AND record IS NOT NULL ORDER BY seq DESC LIMIT 1",
    )
    .bind(exchange.as_str())
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::Audit)?;
    let Some(row) = row else {
        return Ok(());
    };
    let last: AuditRecord =
        serde_json::from_str(&text(&row, "record")?).map_err(|_| StoreError::Row("record"))?;
    let last = last.event;
    act.found = act.found.take().or(last.found);
    act.route = act.route.take().or(last.route);
    act.endpoint = act.endpoint.take().or(last.endpoint);
    act.correlation_id = act.correlation_id.take().or(last.correlation_id);
    Ok(())
}
