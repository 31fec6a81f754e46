//! The steps of an exchange that we started: each reads one snapshot and gives the event that follows.
//! Refuses to move the exchange itself, and to call anybody.

use super::{Plane, judge, monitor, retrieve, schema, submit};
use crate::store::audit::Told;
use crate::store::{Changes, Exchange, Note, Rest};
use crate::telemetry;
use domain::Timestamp;
use domain::consent::Grant;
use domain::failure::{Code, Ending};
use domain::fulfilment::{Notification, Phase, Retrieval, within};
use domain::idempotency::outbound_key;
use domain::identity::{Band, Tier};
use domain::masked::Masked;
use domain::member_match::MemberMatch;
use domain::ports::{Canonical, WireResponse};
use domain::record::MatchTold;
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::{Completion, Disposition, Event, Rejection, Work};
use serde_json::{Value, json};
use std::time::Duration;
use tracing::Span;

/// An event with what it leaves on the row.
pub(crate) type Moved = (Event, Changes);

/// What a step has come to.
#[derive(Debug)]
pub(crate) enum Done {
    /// The exchange moves.
    Moved(Box<Moved>),
    /// It stays where it is: the step runs again, waits for somebody, or is over and has scheduled other work.
    Stays(Rest, Box<Changes>),
}

impl From<Moved> for Done {
    fn from(moved: Moved) -> Self {
        Self::Moved(Box::new(moved))
    }
}

/// What a partner answers to a match that it does not refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Who the member is, and the list that the match made.
    Now(Canonical, Option<String>),
    /// It took the request on, and is asked there, after a wait if it named one.
    Later(Option<String>, Option<Duration>),
}

impl Answer {
    /// The answer that came with these headers.
    pub(super) fn now(canonical: Canonical, answer: &WireResponse, base_url: &str) -> Self {
        let list = retrieve::collection(answer);
        Self::Now(
            canonical,
            list.and_then(|named| within(base_url, &named).ok()),
        )
    }

    /// The list that the match made.
    pub(super) fn list(&self) -> Option<&str> {
        match self {
            Self::Now(_, list) => list.as_deref(),
            Self::Later(..) => None,
        }
    }
}

/// Where partners tell us of their work.
pub(super) const CALLBACKS: &str = "/callbacks/";

/// Ends the exchange as its code says.
pub(crate) fn rejected(code: Code) -> Event {
    match code.meaning().ending {
        Ending::As(Disposition::Exhausted) => Event::Exhausted { code },
        Ending::As(_) | Ending::Held(_) | Ending::NotCreated => Event::Rejected {
            code,
            why: Rejection::Refused,
        },
    }
}

/// Is the request attested, and one that the partner's version accepts? Gives that version.
pub(crate) fn validate(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Moved, Code> {
    if !submit::is_attested(request) {
        return Err(Code::AttestationMissing);
    }
    let partner = partner(snapshot, exchange)?;
    let version = &plane.edition(partner).ok_or(Code::NoRoute)?.schema_version;
    let parameters = submit::parameters(request);
    let parts = MemberMatch::read(&parameters);
    judge::fits(snapshot, (schema::REQUEST, version), &parameters, parts)?;
    let schema = format!("{}@{version}", schema::REQUEST);
    let changes = Changes {
        schema_version: Some(schema.clone()),
        ..Changes::default()
    };
    Ok((Event::Validated { schema }, changes))
}

/// Is the member named well enough for the partner to find? The enterprise names its own enrollee, so the tier is
/// deterministic; who that is at the partner, the partner decides.
pub(crate) fn identify(
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Tier, Code> {
    let parameters = submit::parameters(request);
    let parts = MemberMatch::read(&parameters).ok_or(Code::BadBundle)?;
    let partner = partner(snapshot, exchange)?;
    judge::named(snapshot, partner, &parts)?;
    Ok(Tier::Deterministic)
}

/// Does the consent let the partner disclose to us?
pub(crate) fn consent(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
    root: &Span,
) -> Result<Grant, Code> {
    let parameters = submit::parameters(request);
    let parts = MemberMatch::read(&parameters).ok_or(Code::BadBundle)?;
    let judged = judge::consent(plane, snapshot, partner(snapshot, exchange)?, &parts);
    telemetry::consent(root, &judged);
    judged.map_err(|refused| Code::Consent(refused.first))
}

/// What the audit log is told of how the member was found.
pub(crate) fn found(snapshot: &Snapshot, tier: Tier) -> Told {
    let band = match tier {
        Tier::Deterministic => Band::Exact,
        Tier::Probabilistic => Band::High,
        Tier::Review | Tier::ApprovedReview => Band::Review,
        Tier::Unmatched => Band::None,
    };
    Told {
        found: Some(MatchTold {
            tier,
            band,
            policy: snapshot.matching.number,
        }),
        ..Told::default()
    }
}

/// Names an exchange to its partner, who learns nothing else by it.
pub(super) fn handle(exchange: &Exchange) -> String {
    let generation = exchange.generation;
    outbound_key(&exchange.partner, &exchange.id, Work::Monitor, generation)
}

/// Where the partner may tell us, if that was agreed.
pub(super) fn callback(plane: &Plane, partner: &Partner, exchange: &Exchange) -> Option<String> {
    match partner.terms.notification {
        Notification::Poll => None,
        Notification::Callback => Some(super::callback::address(plane, &handle(exchange))),
    }
}

/// The partner took the request: what it said is kept, protected, and what is still to come is awaited.
pub(crate) fn acknowledged(
    snapshot: &Snapshot,
    exchange: &Exchange,
    answer: &Answer,
    now: Timestamp,
) -> Result<Moved, Code> {
    let partner = partner(snapshot, exchange)?;
    let (phase, place, list, first_at) = match answer {
        Answer::Later(place, wait) => {
            let first_at = monitor::first_asked(snapshot, now, *wait);
            (Phase::Matching, place.clone(), None, first_at)
        }
        Answer::Now(..) => match follows(partner, answer)? {
            Some((phase, list)) => (phase, None, list, None),
            None => {
                let changes = Changes {
                    result: Some(result(answer)),
                    ..Changes::default()
                };
                return Ok((Event::Acknowledged, changes));
            }
        },
    };
    let deadline = monitor::deadline(snapshot, partner, now);
    let changes = Changes {
        result: matches!(answer, Answer::Now(..)).then(|| result(answer)),
        notes: vec![Note::Opened {
            handle: handle(exchange),
            phase,
            place,
            list,
            first_at,
        }],
        deadlines: vec![deadline.into()],
        ..Changes::default()
    };
    Ok((Event::Acknowledged, changes))
}

/// Who the member is at the partner, protected.
pub(super) fn result(answer: &Answer) -> Masked<Vec<u8>> {
    let told = match answer {
        Answer::Now(canonical, _) => json!({
            "umb": {"system": canonical.umb.system, "value": canonical.umb.value.expose()},
            "patient": canonical.patient.as_ref().map(Masked::expose),
        }),
        Answer::Later(..) => json!({}),
    };
    Masked::new(told.to_string().into_bytes())
}

/// What follows a match: how its data are fetched, and from which list, in full. Nothing when none are wanted.
///
/// Errors: data of a list are wanted and the partner named none
pub(super) fn follows(
    partner: &Partner,
    found: &Answer,
) -> Result<Option<(Phase, Option<String>)>, Code> {
    match partner.terms.retrieval {
        Retrieval::MatchOnly => Ok(None),
        Retrieval::GroupExport => {
            let named = found.list().ok_or(Code::BadResponse)?;
            Ok(Some((Phase::KickOff, Some(named.to_owned()))))
        }
        Retrieval::MemberRead => Ok(Some((Phase::Reading, None))),
    }
}

/// A synchronous answer is complete when it is there.
pub(crate) fn complete() -> Moved {
    (Event::Completed(Completion::Complete), Changes::default())
}

/// The partner of an exchange; none means that no route leads there.
pub(crate) fn partner<'a>(
    snapshot: &'a Snapshot,
    exchange: &Exchange,
) -> Result<&'a Partner, Code> {
    snapshot
        .partners
        .get(&exchange.partner)
        .ok_or(Code::NoRoute)
}
