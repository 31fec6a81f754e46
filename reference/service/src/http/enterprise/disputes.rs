//! Disputes as the team sees them that answers for them: what a partner refused, by when, and how it was resolved.
//! Refuses a resolution without rule and reason or on a version that has gone, and to show a value of a person.

use super::super::Shared;
use super::super::admin::{Acting, admitted};
use super::super::asked::{document, seen, unfit};
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply, with_header};
use super::JSON;
use super::reviews::{Forbidden, No, answer, one};
use crate::data::Plane;
use crate::data::monitor::unacknowledged;
use crate::data::reviews::corrected;
use crate::store::audit::act;
use crate::store::{Kept, KeptDispute, Resolving, Unsettled};
use crate::telemetry::Context;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::identity::dispute::{About, Dispute, Resolution, Unresolvable};
use domain::identity::{Attribute, Raw};
use domain::ids::{ExchangeId, MemberRef, PartnerId};
use domain::masked::Masked;
use domain::operator::Role;
use domain::record::{Action, ActorKind, AuditEvent, Instant, RuleId, Slug};
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

impl From<Unsettled> for No {
    fn from(unsettled: Unsettled) -> Self {
        let forbidden = |status, word| Self::Forbidden(Forbidden { status, word });
        match unsettled {
            Unsettled::Store(error) => Self::Refused(error.into()),
            Unsettled::Nothing => Self::Refused(Code::NotYourResource.into()),
            Unsettled::Nobody => Self::Refused(unfit("/person")),
            Unsettled::Stale => forbidden(412, "stale"),
            Unsettled::Unresolvable(Unresolvable::Ended(_)) => forbidden(409, "ended"),
            Unsettled::Unresolvable(Unresolvable::AskedTwice) => forbidden(409, "asked-twice"),
            Unsettled::Unresolvable(Unresolvable::Held(_)) => forbidden(409, "held-already"),
        }
    }
}

pub(super) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let listed = async {
        admitted(&shared, &headers, Role::Review)?;
        let found = shared.plane.store.disputes().await?;
        let now = shared.plane.now();
        let items: Vec<Value> = found.iter().map(|kept| view(kept, now)).collect();
        Ok(reply(200, JSON, &json!({ "items": items })))
    };
    finish(listed.await, &context)
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let shown = async {
        admitted(&shared, &headers, Role::Review)?;
        let found = shared.plane.store.dispute(&id).await?;
        let kept = found.ok_or(Code::NotYourResource)?;
        Ok(tagged(200, &kept, shared.plane.now()))
    };
    finish(shown.await, &context)
}

pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let opened = opened(&shared, &headers, &context, body).await;
    finish(opened, &context)
}

/// A partner has told us, outside every exchange, that it does not know one of our persons as we do.
async fn opened(
    shared: &Shared,
    headers: &HeaderMap,
    context: &Context,
    body: Body,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let acting = admitted(shared, headers, Role::Review)?;
    let document = document(body).await?;
    let said = document.value();
    only(said, &["partner", "person", "code"])?;
    let partner: PartnerId = one(said, "partner")?;
    let snapshot = plane.snapshot();
    if !snapshot.partners.contains_key(&partner) {
        return Err(unfit("/partner"));
    }
    let about = About {
        person: Some(one::<MemberRef>(said, "person")?),
        partner: Some(partner.clone()),
        exchange: None,
    };
    let terms = &snapshot.turnaround;
    let (owner, within) = (terms.dispute_owner.clone(), terms.dispute_within());
    let code: Code = one(said, "code")?;
    let dispute = Dispute::of_refusal(code, about, owner, plane.now(), within);
    let dispute = dispute.ok_or_else(|| unfit("/code"))?;
    let transaction = &context.business_transaction;
    let event = AuditEvent {
        business_transaction_id: Some(transaction.clone()),
        correlation_id: Some(context.correlation.clone()),
        partner: Some(partner.clone()),
        code: Some(code),
        rule: "dispute/opened".parse().ok(),
        ..act(
            plane.now(),
            acting.actor,
            Action::ReviewDecided,
            snapshot.number,
        )?
    };
    let id = plane
        .store
        .open_dispute(&dispute, (&partner, transaction), event)
        .await?;
    let kept = plane
        .store
        .dispute(&id)
        .await?
        .ok_or(Code::NotYourResource)?;
    let kept = tagged(201, &kept, plane.now());
    Ok(with_header(kept, "location", format!("/disputes/{id}")))
}

pub(super) async fn resolve(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(resolved(&shared, &headers, &id, body).await, &context)
}

async fn resolved(shared: &Shared, headers: &HeaderMap, id: &str, body: Body) -> Result<Kept, No> {
    let plane = &shared.plane;
    let acting = admitted(shared, headers, Role::Review)?;
    let seen = seen(headers)?;
    let document = document(body).await?;
    let resolving = resolving(plane, acting, document.value(), seen)?;
    let kept = plane
        .store
        .resolve_dispute(id, &resolving, plane.now())
        .await?;
    tracing::info!(dispute = %kept.id, state = %kept.dispute.state, "a dispute has moved on");
    shared.engine.wake();
    Ok(tagged(200, &kept, plane.now()))
}

/// What a reviewer says becomes of it. The value of an alias is read here and shown nowhere.
fn resolving(plane: &Plane, acting: Acting, said: &Value, seen: i64) -> Result<Resolving, Refusal> {
    only(
        said,
        &[
            "resolution",
            "attribute",
            "value",
            "person",
            "rule",
            "reason",
        ],
    )?;
    let rule: RuleId = one(said, "rule")?;
    one::<Slug>(said, "reason")?;
    let resolution = match said.get("resolution").and_then(Value::as_str) {
        Some("ask-evidence") => Resolution::AskEvidence,
        Some("link") => Resolution::Link {
            attribute: one::<Attribute>(said, "attribute")?,
            value: alias(said)?,
            rule: rule.clone(),
        },
        Some("split") => Resolution::Split { rule: rule.clone() },
        Some("withdraw") => Resolution::Withdraw,
        _ => return Err(unfit("/resolution")),
    };
    let mut actor = acting.actor;
    actor.kind = ActorKind::Person;
    let snapshot = plane.snapshot();
    Ok(Resolving {
        resolution,
        person: maybe(said, "person")?,
        seen,
        actor,
        rule,
        snapshot: snapshot.number,
        ends: unacknowledged(&snapshot, plane.now()),
        corrected,
    })
}

/// An alias is a text: a number, a name, a day.
fn alias(said: &Value) -> Result<Masked<Raw>, Refusal> {
    let text = said.get("value").and_then(Value::as_str);
    let text = text.filter(|text| !text.trim().is_empty() && text.len() <= LONGEST);
    let text = text.ok_or_else(|| unfit("/value"))?;
    Ok(Masked::new(Raw::Text(text.to_owned())))
}

/// The longest alias, in bytes (ours).
const LONGEST: usize = 200;

fn maybe<T: FromStr>(said: &Value, name: &str) -> Result<Option<T>, Refusal> {
    match said.get(name) {
        None => Ok(None),
        Some(_) => one(said, name).map(Some),
    }
}

fn only(said: &Value, known: &[&str]) -> Result<(), Refusal> {
    let members = said.as_object().ok_or_else(|| unfit(""))?;
    let stranger = members.keys().any(|name| !known.contains(&name.as_str()));
    if stranger { Err(unfit("/*")) } else { Ok(()) }
}

fn tagged(status: u16, kept: &KeptDispute, now: Timestamp) -> Kept {
    let tag = format!("\"{}\"", kept.version);
    with_header(reply(status, JSON, &view(kept, now)), "etag", tag)
}

fn view(kept: &KeptDispute, now: Timestamp) -> Value {
    let dispute = &kept.dispute;
    let about = &dispute.about;
    json!({
        "id": kept.id,
        "version": kept.version,
        "state": dispute.state,
        "code": dispute.code,
        "owner": dispute.owner,
        "partner": kept.partner,
        "exchange": about.exchange.as_ref().map(ExchangeId::as_str),
        "person": about.person,
        "business_transaction_id": kept.business_transaction,
        "opened_at": Instant::new(dispute.opened_at),
        "due_at": Instant::new(dispute.due_at),
        "overdue": dispute.is_overdue(now),
        "ended_at": kept.ended_at.map(Instant::new),
        "reopened": kept.reopened,
    })
}
