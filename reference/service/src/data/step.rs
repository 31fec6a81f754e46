//! The steps of an exchange that we started: each reads one snapshot and gives the event that follows.
//! Refuses to move the exchange itself, and to decide about retries; it tells the engine how a call ended.

use super::{Plane, schema, submit};
use crate::adapters::adapter;
use crate::adapters::transport::Delivery;
use crate::store::{Changes, Exchange};
use crate::telemetry::{self, Context};
use domain::consent::{Grant, Question, Standing, evaluate};
use domain::failure::{Code, Ending};
use domain::idempotency::outbound_key;
use domain::identity::{Asked, Tier};
use domain::masked::Masked;
use domain::member_match::{MemberMatch, Part};
use domain::ports::{Canonical, Failure, Op};
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::{Completion, Disposition, Event, Rejection, Step};
use serde_json::{Value, json};
use tracing::Span;
use wire::json::{Document, Limits};

/// An event with what it leaves on the row.
pub(crate) type Moved = (Event, Changes);

/// How a call to the partner ended.
pub(crate) struct Called {
    pub result: Result<Canonical, Failure>,
    pub status: Option<u16>,
}

impl Called {
    fn failed(code: Code) -> Self {
        Self {
            result: Err(Failure::new(code)),
            status: None,
        }
    }
}

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
    let document = Document::parse(parameters.to_string().as_bytes(), &Limits::MATCH_BODY)
        .map_err(|fault| schema::of_fault(&fault))?;
    schema::judge(snapshot, schema::REQUEST, version, &document).map_err(|invalid| invalid.code)?;
    let parts = MemberMatch::read(&parameters).ok_or(Code::BadBundle)?;
    if !parts.reference_mismatches().is_empty() {
        return Err(Code::ReferenceMismatch);
    }
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
    let asked = Asked::read(&parts, &snapshot.matching, &partner.organisation);
    if asked.member_ids.is_empty() && asked.subscriber_id.is_none() {
        return Err(Code::MissingIdentifier);
    }
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
    let question = Question {
        consent: parts.resource(Part::Consent),
        patient: parts.patient_id(),
        discloser: &partner(snapshot, exchange)?.organisation,
        recipient: &snapshot.us.organisation,
        standing: Standing::Open,
    };
    let judged = evaluate(&question, &snapshot.consent, plane.now());
    telemetry::consent(root, &judged);
    judged.map_err(|refused| Code::Consent(refused.first))
}

/// Which row of the route set fits?
pub(crate) fn choose_route(snapshot: &Snapshot, exchange: &Exchange) -> Result<Moved, Code> {
    if !partner(snapshot, exchange)?.enabled {
        return Err(Code::PartnerDisabled);
    }
    let set = snapshot.routes;
    let changes = Changes {
        route_set: Some(i64::from(set.0.get())),
        ..Changes::default()
    };
    Ok((Event::RouteChosen { set }, changes))
}

/// Calls the partner once.
pub(crate) async fn call(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    context: &Context,
    request: &Value,
) -> Called {
    let routed = partner(snapshot, exchange)
        .and_then(|partner| Ok((partner, plane.dialect(partner).ok_or(Code::NoRoute)?)));
    let (partner, dialect) = match routed {
        Ok(routed) => routed,
        Err(code) => return Called::failed(code),
    };
    let parameters = submit::parameters(request);
    let op = Op::MemberMatch {
        parameters: &parameters,
    };
    let key = outbound_key(&partner.id, &exchange.id, Step::Submit, exchange.generation);
    let delivery = Delivery {
        base_url: &partner.base_url,
        timeout: partner.timeout,
        bearer: plane.partner_tokens.get(&partner.id),
        idempotency_key: &key,
        business_transaction: context.business_transaction.as_str(),
        correlation: context.correlation.as_str(),
    };
    let adapter = adapter(dialect);
    let sent = plane.transport.send(&delivery, &adapter.encode(&op)).await;
    match sent {
        Ok(response) => Called {
            result: adapter.decode(&op, &response),
            status: Some(response.status),
        },
        Err(failure) => Called {
            result: Err(failure),
            status: None,
        },
    }
}

/// The partner answered at once: what it said is kept, protected.
pub(crate) fn acknowledged(canonical: &Canonical) -> Moved {
    let result = json!({
        "umb": {"system": canonical.umb.system, "value": canonical.umb.value.expose()},
        "patient": canonical.patient.as_ref().map(Masked::expose),
    });
    let changes = Changes {
        result: Some(Masked::new(result.to_string().into_bytes())),
        ..Changes::default()
    };
    (Event::Acknowledged, changes)
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
