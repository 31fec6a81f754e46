//! The step in which an exchange gets its route, and the partner that a route leads to.
//! Refuses to route by itself: the rules choose under one snapshot, and what they chose is kept whole.

use super::step::{self, Moved};
use super::{Plane, submit};
use crate::store::audit::Told;
use crate::store::{Changes, Exchange, StoreError};
use domain::failure::Code;
use domain::member_match::MemberMatch;
use domain::record::{EndpointUrl, Kind, RouteTold};
use domain::routing::{self, Choice, Decision, Inputs};
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::Event;
use serde_json::Value;

/// Which row of the route set fits? What was chosen is kept with everything it was chosen from, also when none does.
pub(crate) fn choose(
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Moved, Code> {
    let parameters = submit::parameters(request);
    let parts = MemberMatch::read(&parameters).ok_or(Code::BadBundle)?;
    let inputs = Inputs::read(&exchange.partner, &parts, submit::stated(request));
    let choice = routing::choose(snapshot, &inputs, &exchange.business_transaction);
    Ok(moved(exchange, choice))
}

/// What follows from a choice, with the whole of it.
pub(super) fn moved(exchange: &Exchange, choice: Choice) -> Moved {
    let (set, routed) = (choice.set, choice.route().is_some());
    tracing::info!(route_set = %set, by = choice.by.word(), routed, "the route set was asked");
    let event = match (routed, choice.code) {
        (true, None) => Event::RouteChosen { set },
        (_, code) => step::rejected(code.unwrap_or(Code::NoRoute)),
    };
    let changes = Changes {
        route_set: Some(i64::from(set.0.get())),
        told: told(exchange.kind, choice.decision.as_ref()),
        route: Some(Box::new(choice)),
        ..Changes::default()
    };
    (event, changes)
}

fn told(kind: Kind, decision: Option<&Decision>) -> Told {
    let route = decision.map(|decision| RouteTold {
        set: decision.set,
        row: decision.row.clone(),
    });
    Told {
        route,
        endpoint: decision.and_then(|decision| endpoint(kind, decision)),
        ..Told::default()
    }
}

/// Where a match is asked for, without anything that could name a member.
fn endpoint(kind: Kind, decision: &Decision) -> Option<EndpointUrl> {
    let operation = match kind {
        Kind::Single => "Patient/$member-match",
        Kind::Bulk => "Group/$bulk-member-match",
    };
    let url = format!("{}/{operation}", decision.endpoint);
    url.parse().ok()
}

/// The partner that the route of an exchange leads to, at the endpoint and in the dialect of the route.
///
/// Errors: the store does not say; or no route leads there
pub(crate) async fn taken(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
) -> Result<Result<Partner, Code>, StoreError> {
    let Some(way) = plane.store.route(&exchange.id).await? else {
        return Ok(step::partner(snapshot, exchange).cloned());
    };
    let Some(mut partner) = snapshot.partners.get(&way.partner).cloned() else {
        return Ok(Err(Code::NoRoute));
    };
    partner.base_url = way.endpoint.to_string();
    partner.dialect = way.adapter.to_string();
    Ok(Ok(partner))
}
