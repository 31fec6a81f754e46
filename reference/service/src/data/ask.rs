//! The call in which a partner is asked for a member: made ready from what is stored, and then made once.
//! Refuses to touch the store once the call is out, and to decide about retries; it tells the engine how a call ended.

use super::call::{Line, Manner, OnTheWay};
use super::credentials::Right;
use super::step::{Answer, callback, handle};
use super::{Plane, poll, roster, route, submit};
use crate::adapters::{adapter, messages};
use crate::store::{Exchange, StoreError};
use crate::telemetry::Context;
use domain::failure::Code;
use domain::fulfilment::Notification;
use domain::idempotency::outbound_key;
use domain::ports::{Failure, Op, PartnerAdapter, WireRequest, WireResponse};
use domain::record::Kind;
use domain::resilience::Operation;
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::Work;
use serde_json::Value;

/// A call that is ready to go out.
pub(crate) struct Asking {
    pub partner: Partner,
    kind: Kind,
    adapter: Box<dyn PartnerAdapter>,
    parameters: Value,
    request: WireRequest,
    key: String,
}

/// How a call to the partner ended.
pub(crate) struct Called {
    pub result: Result<Answer, Failure>,
    pub status: Option<u16>,
}

/// Makes the call ready: whom it goes to, what it says, and that the partner may tell us of it.
///
/// Errors: the store; or nothing that could be called
pub(crate) async fn ready(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Result<Asking, Code>, StoreError> {
    let partner = match route::taken(plane, snapshot, exchange).await? {
        Ok(partner) => partner,
        Err(code) => return Ok(Err(code)),
    };
    let Some(dialect) = plane.dialect(&partner) else {
        return Ok(Err(Code::NoRoute));
    };
    if partner.terms.notification == Notification::Callback {
        let store = &plane.store;
        store
            .expect_callback(&exchange.id, &handle(exchange))
            .await?;
    }
    let adapter = adapter(dialect);
    let told = callback(plane, &partner, exchange);
    let (parameters, request) = match exchange.kind {
        Kind::Single => {
            let parameters = submit::parameters(request);
            let op = Op::MemberMatch {
                parameters: &parameters,
            };
            let request = messages::told(adapter.encode(&op), told.as_deref());
            (parameters, request)
        }
        Kind::Bulk => {
            let question = messages::bulk_match(&roster::question(request), told.as_deref());
            (Value::Null, question)
        }
    };
    Ok(Ok(Asking {
        key: outbound_key(&partner.id, &exchange.id, Work::Submit, exchange.generation),
        kind: exchange.kind,
        partner,
        adapter,
        parameters,
        request,
    }))
}

/// What lets us in where a partner is asked about one member, or about many.
pub(super) const fn right(kind: Kind) -> Right<'static> {
    match kind {
        Kind::Single => Right::Match,
        Kind::Bulk => Right::BulkMatch,
    }
}

/// The family of the call in which a partner is asked about one member, or about many.
pub(crate) const fn operation(kind: Kind) -> Operation {
    match kind {
        Kind::Single => Operation::MemberMatch,
        Kind::Bulk => Operation::BulkMemberMatch,
    }
}

/// Calls the partner once. What could not be made ready ends as if it had been called.
pub(crate) async fn call(
    plane: &Plane,
    asking: &Result<Asking, Code>,
    (context, way): (&Context, &OnTheWay),
) -> Called {
    let asking = match asking {
        Ok(asking) => asking,
        Err(code) => {
            return Called {
                result: Err(Failure::new(*code)),
                status: None,
            };
        }
    };
    let line = Line {
        plane,
        partner: &asking.partner,
        context,
        way,
    };
    let manner = Manner {
        key: Some(&asking.key),
        ..Manner::of(right(asking.kind))
    };
    match line.send(&asking.request, &manner).await {
        Ok(response) => Called {
            result: asking.answered(&response),
            status: Some(response.status),
        },
        Err(failure) => Called {
            result: Err(failure),
            status: None,
        },
    }
}

impl Asking {
    /// A partner that takes the request on answers later; that is no success.
    fn answered(&self, response: &WireResponse) -> Result<Answer, Failure> {
        let (base_url, terms) = (&self.partner.base_url, &self.partner.terms);
        if response.status == 202 {
            return poll::place(response, base_url, terms.notification)
                .map(|place| Answer::Later(place, response.retry_after))
                .map_err(Failure::new);
        }
        // Many members are asked about later only: an answer at once is none.
        if self.kind == Kind::Bulk && (200..400).contains(&response.status) {
            return Err(Failure::new(Code::BadResponse));
        }
        let op = Op::MemberMatch {
            parameters: &self.parameters,
        };
        let canonical = self.adapter.decode(&op, response)?;
        Ok(Answer::now(canonical, response, base_url))
    }
}
