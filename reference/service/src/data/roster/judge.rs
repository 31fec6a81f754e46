//! Whether each member of a request stands: its shape, its numbers, its consent. Who does not is left out, with the code.
//! Refuses the exchange only when nobody is left.

use super::{bundle, count, each, is_of_route, may_change};
use crate::data::step::{self, Moved};
use crate::data::{Plane, judge, schema, submit};
use crate::store::{Changes, Exchange, Note, StoreError};
use domain::bulk::Roster;
use domain::consent::Grant;
use domain::failure::Code;
use domain::identity::Tier;
use domain::member_match::MemberMatch;
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::{Event, State};
use serde_json::{Value, json};

/// Is the request attested, and which of its members are such that the partner's version accepts them?
pub(crate) async fn validate(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Moved, Code> {
    if !submit::is_attested(request) {
        return Err(Code::AttestationMissing);
    }
    let partner = step::partner(snapshot, exchange)?;
    let edition = plane.edition(partner).ok_or(Code::NoRoute)?;
    let version = &edition.bulk.schema_version;
    let mut roster = Roster::asked(count(request));
    each(request, |position, member| {
        if let Err(code) = fits(snapshot, version, member) {
            roster.leave_out(position, code);
        }
        Ok(())
    })
    .await?;
    let schema = format!("{}@{version}", schema::BULK);
    let changes = Changes {
        schema_version: Some(schema.clone()),
        ..Changes::default()
    };
    Ok(on(roster, Event::Validated { schema }, changes))
}

/// The event, or the end when nobody is left. What came of each is written down either way.
fn on(roster: Roster, event: Event, mut changes: Changes) -> Moved {
    let event = match roster.anybody_stands() {
        true => event,
        false => step::rejected(roster.refusal()),
    };
    changes.notes.push(Note::Members(roster));
    (event, changes)
}

fn fits(snapshot: &Snapshot, version: &str, member: &Value) -> Result<(), Code> {
    let bundle = bundle(member);
    let alone = json!({"resourceType": "Parameters", "parameter": [&bundle]});
    let parts = MemberMatch::of_bundle(0, &bundle);
    judge::fits(snapshot, (schema::BULK, version), &alone, parts)
}

/// Who of those that were not left out for good is named well enough, and lets the partner disclose?
pub(crate) async fn resolve(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    (request, mut roster): (&Value, Roster),
) -> Result<Moved, Code> {
    let partner = step::partner(snapshot, exchange)?;
    let mut granted = None;
    each(request, |position, member| {
        let bundle = bundle(member);
        let parts = MemberMatch::of_bundle(0, &bundle).ok_or(Code::BadBundle);
        let named = parts.and_then(|parts| {
            judge::named(snapshot, partner, &parts)?;
            consent(plane, (snapshot, partner), &parts)
        });
        match named {
            Ok(grant) => granted = granted.or(Some(grant)),
            Err(code) => roster.leave_out(position, code),
        }
        Ok(())
    })
    .await?;
    let Some(consent) = granted else {
        let ended = step::rejected(roster.refusal());
        return Ok(on(roster, ended, Changes::default()));
    };
    let tier = Tier::Deterministic;
    let changes = Changes {
        consent: Some(consent),
        told: step::found(snapshot, tier),
        ..Changes::default()
    };
    Ok(on(roster, Event::MemberResolved { tier, consent }, changes))
}

/// Does the consent of those still hold whom a dead letter asks about? A question that may have gone out is asked again
/// as it was, or not at all.
pub(crate) async fn consent_again(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    request: &Value,
) -> Result<Result<Grant, Code>, StoreError> {
    let roster = plane.store.roster(&exchange.id).await?;
    let partner = match step::partner(snapshot, exchange) {
        Ok(partner) => partner,
        Err(code) => return Ok(Err(code)),
    };
    let mut granted = Err(Code::BadBundle);
    let all = each(request, |position, member| {
        let left_out = roster.as_ref().is_some_and(|kept| !kept.stands(position));
        if left_out {
            return Ok(());
        }
        let bundle = bundle(member);
        let parts = MemberMatch::of_bundle(0, &bundle).ok_or(Code::BadBundle)?;
        granted = Ok(consent(plane, (snapshot, partner), &parts)?);
        Ok(())
    });
    let all = all.await;
    Ok(all.and(granted))
}

fn consent(
    plane: &Plane,
    (snapshot, partner): (&Snapshot, &Partner),
    parts: &MemberMatch<'_>,
) -> Result<Grant, Code> {
    let judged = judge::consent(plane, snapshot, partner, parts);
    judged.map_err(|refused| Code::Consent(refused.first))
}

/// Who may stand again when it is judged anew.
pub(crate) fn readmitted(mut roster: Roster, state: State) -> Roster {
    let by_route_only = state == State::Matched;
    roster.readmit(|code| may_change(code) && (!by_route_only || is_of_route(code)));
    roster
}
