//! Reviews as the people see them who decide: what waits and why, by opaque ids and levels, and the word that they give.
//! Refuses a word without rule and reason, one on a version that has gone, and to show anything of a member.

use super::super::Shared;
use super::super::admin::{Acting, admitted};
use super::super::asked::{self, Words, document, only, seen, unfit};
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply, with_header};
use super::JSON;
use crate::data::reviews::figures;
use crate::store::{Kept, KeptReview, REVIEW_PAGE, ReviewFilter, ReviewSaid, Unspoken};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::identity::review::{Choice, Review, Unheard, Verdict, Word};
use domain::ids::MemberRef;
use domain::operator::Role;
use domain::record::{Instant, RuleId, Slug};
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

/// What the state of a review forbids: the status, and a word of its own.
pub(super) struct Forbidden {
    pub status: u16,
    pub word: &'static str,
}

pub(super) enum No {
    Refused(Refusal),
    Forbidden(Forbidden),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Code> for No {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}

impl From<Unspoken> for No {
    fn from(unspoken: Unspoken) -> Self {
        let forbidden = |status, word| Self::Forbidden(Forbidden { status, word });
        match unspoken {
            Unspoken::Store(error) => Self::Refused(error.into()),
            Unspoken::Nothing => Self::Refused(Code::NotYourResource.into()),
            Unspoken::Stale => forbidden(412, "stale"),
            Unspoken::Unheard(Unheard::SamePerson) => forbidden(403, "same-person"),
            Unspoken::Unheard(Unheard::Ended) => forbidden(409, "ended"),
            Unspoken::Unheard(Unheard::NoCandidate) => forbidden(422, "no-candidate"),
            Unspoken::Unheard(Unheard::OtherPerson) => forbidden(409, "other-person"),
            Unspoken::Unheard(Unheard::NothingToAsk) => forbidden(422, "nothing-to-ask"),
        }
    }
}

/// Source: RFC 9457; RFC 9110 15.5.13 (412)
pub(super) fn answer(answered: Result<Kept, No>, context: &crate::telemetry::Context) -> Response {
    let refused = match answered {
        Ok(kept) => Ok(kept),
        Err(No::Refused(refusal)) => Err(refusal),
        Err(No::Forbidden(Forbidden { status, word })) => {
            let problem = json!({
                "type": format!("https://payer-exchange.example/problems/review/{word}"),
                "title": word,
                "status": status,
                "code": format!("review/{word}"),
                "retryable": false,
                "correlation_id": context.correlation,
            });
            Ok(reply(status, "application/problem+json", &problem))
        }
    };
    finish(refused, context)
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(listed(&shared, &headers, &query).await, &context)
}

async fn listed(shared: &Shared, headers: &HeaderMap, query: &Words) -> Result<Kept, No> {
    admitted(shared, headers, Role::Review)?;
    only(query, &["state", "partner", "cursor"])?;
    let filter = ReviewFilter {
        state: asked::word(query, "state")?,
        partner: query.get("partner").cloned(),
        after: query.get("cursor").cloned(),
    };
    let found = shared.plane.store.reviews(&filter).await;
    let found = found.map_err(Refusal::from)?;
    let now = shared.plane.now();
    let items: Vec<Value> = found.iter().map(|kept| view(kept, now)).collect();
    let full = i64::try_from(found.len()).is_ok_and(|count| count >= REVIEW_PAGE);
    let next = found.last().filter(|_| full).map(|last| &last.id);
    Ok(reply(200, JSON, &json!({"items": items, "cursor": next})))
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(shown(&shared, &headers, &id).await, &context)
}

async fn shown(shared: &Shared, headers: &HeaderMap, id: &str) -> Result<Kept, No> {
    admitted(shared, headers, Role::Review)?;
    let found = shared.plane.store.review(id).await;
    let kept = found.map_err(Refusal::from)?;
    let kept = kept.ok_or(Code::NotYourResource)?;
    Ok(tagged(&kept, shared.plane.now()))
}

pub(super) async fn measured(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(told(&shared, &headers, &query).await, &context)
}

async fn told(shared: &Shared, headers: &HeaderMap, query: &Words) -> Result<Kept, No> {
    admitted(shared, headers, Role::Review)?;
    let since = asked::word(query, "since")?.unwrap_or(Timestamp::UNIX_EPOCH);
    let figures = figures(&shared.plane, since).await;
    let figures = figures.map_err(Refusal::from)?;
    let view = json!({
        "since": Instant::new(since),
        "matches": {"automatic": figures.automatic, "manual": figures.manual},
        "per_cent_automatic": figures.per_cent_automatic(),
        "per_cent_manual": figures.per_cent_manual(),
        "longest_to_resolve_ms": figures.longest_ms,
        "open": figures.open,
        "oldest_opened_at": figures.oldest.map(Instant::new),
    });
    Ok(reply(200, JSON, &view))
}

pub(super) async fn decide(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let decided = decided(&shared, &headers, &id, body).await;
    answer(decided, &context)
}

async fn decided(shared: &Shared, headers: &HeaderMap, id: &str, body: Body) -> Result<Kept, No> {
    let plane = &shared.plane;
    let acting = admitted(shared, headers, Role::Review)?;
    let seen = seen(headers)?;
    let document = document(body).await?;
    let kept = plane.store.review(id).await.map_err(Refusal::from)?;
    let kept = kept.ok_or(Code::NotYourResource)?;
    let said = ReviewSaid {
        word: word(&acting, document.value(), &kept.review)?,
        seen,
        snapshot: plane.snapshot().number,
    };
    let kept = plane.store.decide_review(id, &said, plane.now()).await?;
    tracing::info!(review = %kept.id, state = %kept.review.state(), "a person has spoken on a review");
    shared.engine.wake();
    Ok(tagged(&kept, plane.now()))
}

/// What the reviewer says; the one candidate there is need not be named.
fn word(acting: &Acting, said: &Value, review: &Review) -> Result<Word, Refusal> {
    let members = said.as_object().ok_or_else(|| unfit(""))?;
    let known = ["decision", "person", "rule", "reason"];
    if !members.keys().all(|name| known.contains(&name.as_str())) {
        return Err(unfit("/*"));
    }
    let verdict = match one::<Choice>(said, "decision")? {
        Choice::Approve => {
            let named = match (said.get("person"), review.candidates()) {
                (None, [only]) => only.clone(),
                (_, _) => one::<MemberRef>(said, "person")?,
            };
            Verdict::Approve { person: named }
        }
        Choice::Reject => Verdict::Reject {},
        Choice::AskMore => Verdict::AskMore {},
        Choice::AskAgain => Verdict::AskAgain {},
    };
    Ok(Word {
        by: acting.actor.id.clone(),
        verdict,
        rule: one::<RuleId>(said, "rule")?,
        reason: one::<Slug>(said, "reason")?,
    })
}

pub(super) fn one<T: FromStr>(said: &Value, name: &str) -> Result<T, Refusal> {
    let found = said.get(name).and_then(Value::as_str);
    let read = found.and_then(|text| text.parse().ok());
    read.ok_or_else(|| unfit(format!("/{name}")))
}

fn tagged(kept: &KeptReview, now: Timestamp) -> Kept {
    let tag = format!("\"{}\"", kept.version);
    with_header(reply(200, JSON, &view(kept, now)), "etag", tag)
}

fn view(kept: &KeptReview, now: Timestamp) -> Value {
    let review = &kept.review;
    json!({
        "id": kept.id,
        "version": kept.version,
        "cause": review.cause,
        "state": review.state(),
        "partner": kept.partner,
        "exchange": kept.exchange,
        "business_transaction_id": kept.business_transaction,
        "opened_at": Instant::new(review.opened_at),
        "due_at": Instant::new(kept.due_at),
        "overdue": kept.ended_at.is_none() && kept.due_at <= now,
        "ended_at": kept.ended_at.map(Instant::new),
        "approvals": review.approvals,
        "missing": review.missing,
        "candidates": review.candidates(),
        "decision": review.decision,
        "phase": review.phase,
    })
}
