//! An exchange about many members: what is asked of the partner for all of them at once, and what comes of each.
//! Refuses to let members touch each other: who does not stand is left out, and the others go on.

pub(crate) mod answer;
pub(crate) mod given;
mod judge;
mod request;
mod way;

pub(crate) use judge::{consent_again, readmitted, resolve, validate};
pub(crate) use request::wrong;
pub(crate) use way::choose;

use super::Plane;
use crate::store::{Exchange, StoreError};
use domain::bulk::{MemberOutcome, Roster};
use domain::failure::Code;
use domain::fulfilment::Retrieval;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The member of a request under which those stand who are asked about.
pub(crate) const MEMBERS: &str = "members";

/// The request as it was handed in.
pub(crate) async fn whole(plane: &Plane, exchange: &Exchange) -> Result<Value, StoreError> {
    let kept = plane.store.payload(exchange.request.as_str()).await?;
    serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("request"))
}

/// The members of a request by their places; those who are left out are null.
fn members(request: &Value) -> impl Iterator<Item = (usize, &Value)> {
    let all = request.get(MEMBERS).and_then(Value::as_array);
    let all = all.into_iter().flatten().enumerate();
    all.filter(|(_, member)| !member.is_null())
}

/// Members, or lines of an answer, that are looked at in one go (ours): some milliseconds, and others wait for no more.
const AT_ONCE: usize = 20;

/// Judges each member in turn, and gives way in between: all of ten thousand take seconds.
async fn each(
    request: &Value,
    mut judge: impl FnMut(usize, &Value) -> Result<(), Code>,
) -> Result<(), Code> {
    for (seen, (position, member)) in members(request).enumerate() {
        give_way(seen).await;
        judge(position, member)?;
    }
    Ok(())
}

/// Lets others have the thread, once in so many.
async fn give_way(seen: usize) {
    if seen.is_multiple_of(AT_ONCE) {
        tokio::task::yield_now().await;
    }
}

fn count(request: &Value) -> usize {
    let all = request.get(MEMBERS).and_then(Value::as_array);
    all.map_or(0, Vec::len)
}

/// What is submitted of one member.
fn bundle(member: &Value) -> Value {
    let parts: Vec<Value> = super::submit::PARTS
        .into_iter()
        .filter_map(|(part, name)| Some(json!({"name": part, "resource": member.get(name)?})))
        .collect();
    json!({"name": "MemberBundle", "part": parts})
}

/// The `Parameters` of `$bulk-member-match` for those who stand.
pub(crate) fn question(request: &Value) -> Value {
    let bundles: Vec<Value> = members(request).map(|(_, member)| bundle(member)).collect();
    json!({"resourceType": "Parameters", "parameter": bundles})
}

/// Takes those out of a request who are left out; the others keep their places.
pub(crate) fn narrow(request: &mut Value, roster: &Roster) {
    let all = request.get_mut(MEMBERS).and_then(Value::as_array_mut);
    for (position, member) in all.into_iter().flatten().enumerate() {
        if !roster.stands(position) {
            *member = Value::Null;
        }
    }
}

/// May a member who was left out for this stand when it is judged anew?
pub(crate) const fn may_change(code: Code) -> bool {
    matches!(code, Code::Consent(_)) || is_of_route(code)
}

/// Does the route set, or whom it leads to, leave the member out?
const fn is_of_route(code: Code) -> bool {
    matches!(code, Code::NoRoute | Code::PartnerDisabled)
}

/// The local ids of those who stand, and their places.
fn asked(request: &Value) -> BTreeMap<String, usize> {
    let ids = members(request).filter_map(|(position, member)| {
        let id = member.pointer("/member_patient/id")?.as_str()?;
        Some((id.to_owned(), position))
    });
    ids.collect()
}

/// What came of each member, as our own systems are told it.
pub(crate) fn told(roster: &Roster, from: usize, most: usize) -> Vec<Value> {
    let seats = roster.seats().iter().enumerate().skip(from).take(most);
    seats
        .map(|(position, seat)| {
            let mut told = json!({"position": position, "outcome": seat.outcome});
            if let (Some(code), Some(told)) = (seat.code, told.as_object_mut()) {
                told.insert("code".to_owned(), json!(code));
            }
            told
        })
        .collect()
}

/// What an exchange wants for each of its members.
const fn wanted(retrieval: Retrieval) -> MemberOutcome {
    match retrieval {
        Retrieval::MatchOnly => MemberOutcome::Matched,
        // The data of many members are had by their list only.
        Retrieval::GroupExport | Retrieval::MemberRead => MemberOutcome::Given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Waker};

    #[test]
    fn judging_many_gives_way_once_in_so_many_of_those_who_stand() {
        let member = |position: usize| match position.is_multiple_of(AT_ONCE) {
            true => Value::Null,
            false => json!({}),
        };
        let all: Vec<Value> = (0..100).map(member).collect();
        let request = json!({ "members": all });
        let (mut seen, mut gave_way) = (Vec::new(), 0);
        {
            let mut judged = pin!(each(&request, |position, _| {
                seen.push(position);
                Ok(())
            }));
            let mut context = Context::from_waker(Waker::noop());
            while judged.as_mut().poll(&mut context).is_pending() {
                gave_way += 1;
            }
        }
        let standing: Vec<usize> = (0..100).filter(|at| at % AT_ONCE != 0).collect();
        assert_eq!(seen, standing);
        assert_eq!(gave_way, standing.len().div_ceil(AT_ONCE));
    }
}
