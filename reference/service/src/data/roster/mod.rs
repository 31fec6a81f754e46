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

/// Bytes of lines that are looked at in one go (ours): a line may be long, and a file may be of lines without a word.
const BYTES_AT_ONCE: usize = 256 * 1024;

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

/// Looks at each line in turn that has a word, and gives way in between: by the lines that it has looked at, and by the
/// bytes of all.
async fn each_line<E>(bytes: &[u8], mut look: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let (mut seen, mut since) = (0, 0_usize);
    for line in bytes.split(|byte| *byte == b'\n') {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        since = since.saturating_add(line.len()).saturating_add(1);
        if since >= BYTES_AT_ONCE {
            since = 0;
            tokio::task::yield_now().await;
        }
        if is_blank {
            continue;
        }
        give_way(seen).await;
        seen = seen.saturating_add(1);
        look(line)?;
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

    /// How often it lets others have the thread until its end.
    fn ways_given(run: impl Future<Output = Result<(), Code>>) -> usize {
        let (mut run, mut gave_way) = (pin!(run), 0);
        let mut context = Context::from_waker(Waker::noop());
        while run.as_mut().poll(&mut context).is_pending() {
            gave_way += 1;
        }
        gave_way
    }

    /// How often looking at these lines gives way, and how many it looks at.
    fn looked_at(lines: &[u8]) -> (usize, usize) {
        let mut looked = 0;
        let gave_way = ways_given(each_line(lines, |_| {
            looked += 1;
            Ok(())
        }));
        (gave_way, looked)
    }

    #[test]
    fn lines_without_a_word_are_skipped_and_give_way_all_the_same() {
        let blank = b" \r\n".repeat(BYTES_AT_ONCE);
        assert_eq!(looked_at(&blank), (2, 0));
        assert_eq!(looked_at(&b"\n".repeat(BYTES_AT_ONCE)), (1, 0));
    }

    #[test]
    fn long_lines_give_way_one_by_one_and_short_ones_once_in_so_many() {
        let long = [vec![b'x'; BYTES_AT_ONCE], vec![b'\n']].concat().repeat(10);
        assert_eq!(looked_at(&long), (11, 10));
        assert_eq!(looked_at(&b"{}\n".repeat(100)), (100 / AT_ONCE, 100));
        let stops = each_line(b"{}\n{}", |_| Err(Code::BadResponse));
        assert_eq!(ways_given(stops), 1);
    }

    #[test]
    fn judging_many_gives_way_once_in_so_many_of_those_who_stand() {
        let member = |position: usize| match position.is_multiple_of(AT_ONCE) {
            true => Value::Null,
            false => json!({}),
        };
        let all: Vec<Value> = (0..100).map(member).collect();
        let request = json!({ "members": all });
        let mut seen = Vec::new();
        let gave_way = ways_given(each(&request, |position, _| {
            seen.push(position);
            Ok(())
        }));
        let standing: Vec<usize> = (0..100).filter(|at| at % AT_ONCE != 0).collect();
        assert_eq!(seen, standing);
        assert_eq!(gave_way, standing.len().div_ceil(AT_ONCE));
    }
}
