//! The members `history`, `sequence` and `fault` of our group of an interaction.
//! Refuses every key that they do not have.

use super::desk::{Desk, Members, Node};
use super::terms::{class, date};
use crate::contract::path::{Grammar, Path};
use crate::contract::promise::{Deliver, Endured, Fault, FaultKind, Gap, History, Sequence};
use chrono::NaiveDate;
use std::time::Duration;

const UNKNOWN_KEY: &str = "contract/unknown-key";

/// `history`.
pub fn history<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<History> {
    let members = desk.object(node)?;
    desk.only(
        &members,
        UNKNOWN_KEY,
        &["from", "to", "complete", "gaps", "marker"],
    );
    let span = span(desk, &members);
    let complete = desk.need(&members, "complete");
    let complete = complete.and_then(|node| desk.flag(&node));
    let mut gaps = Vec::new();
    if let Some(list) = members.get("gaps") {
        for node in desk.items(&list) {
            gaps.extend(gap(desk, &node));
        }
    }
    let marker = members.get("marker").and_then(|node| path(desk, &node));
    if complete == Some(false) && members.get("marker").is_none() {
        desk.need(&members, "marker");
    }
    let (from, to) = span?;
    for (index, gap) in gaps.iter().enumerate() {
        if gap.from < from || gap.to > to {
            let pointer = format!("{}/gaps/{index}", members.pointer);
            desk.wrong_type(&pointer, "a gap that lies in the span");
        }
    }
    Some(History {
        from,
        to,
        complete: complete?,
        gaps,
        marker,
        pointer: members.pointer,
    })
}

fn gap<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Gap> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN_KEY, &["from", "to", "reason"]);
    let span = span(desk, &members);
    let reason = desk.need_text(&members, "reason");
    let (from, to) = span?;
    Some(Gap {
        from,
        to,
        reason: reason?.to_owned(),
    })
}

/// `from` and `to`, in this order.
fn span<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<(NaiveDate, NaiveDate)> {
    let both = [desk.need(members, "from"), desk.need(members, "to")];
    let from = date(desk, members, "from");
    let to = date(desk, members, "to");
    let (from, to) = (from?, to?);
    if from > to
        && let [_, Some(node)] = both
    {
        desk.wrong_type(&node.pointer, "a date that is not before `from`");
        return None;
    }
    Some((from, to))
}

fn path<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Path> {
    let path = Path::parse(desk.text(node)?, Grammar::Plain);
    if path.is_none() {
        desk.reject("contract/bad-path", &node.pointer, "this is no path");
    }
    path
}

/// `sequence`.
pub fn sequence<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Sequence> {
    let members = desk.object(node)?;
    desk.only(
        &members,
        UNKNOWN_KEY,
        &["id", "step", "after", "deliver", "withinMs"],
    );
    let id = desk.need_text(&members, "id");
    let step = desk.need_text(&members, "step");
    let after = members.get("after").map(|list| desk.items(&list));
    let after = after.unwrap_or_default();
    let after = after.iter().filter_map(|node| desk.text(node));
    let after = after.map(str::to_owned).collect();
    let words = [
        ("at-least-once", Deliver::AtLeastOnce),
        ("exactly-once", Deliver::ExactlyOnce),
    ];
    let deliver = members.get("deliver");
    let deliver = deliver.and_then(|node| desk.word(&node, &words));
    let within = count(desk, &members, "withinMs").map(Duration::from_millis);
    Some(Sequence {
        id: id?.to_owned(),
        step: step?.to_owned(),
        after,
        deliver: deliver.unwrap_or_default(),
        within,
        pointer: members.pointer,
    })
}

/// `fault`.
pub fn fault<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Fault> {
    let members = desk.object(node)?;
    desk.only(
        &members,
        UNKNOWN_KEY,
        &["kind", "at", "delayMs", "bytes", "times", "expect"],
    );
    let kinds = FaultKind::ALL.map(|kind| (kind.word(), kind));
    let kind = desk.need(&members, "kind");
    let kind = kind.and_then(|node| desk.word(&node, &kinds));
    let at = call(desk, &members, "at");
    let delay = count(desk, &members, "delayMs").map(Duration::from_millis);
    let bytes = count(desk, &members, "bytes");
    let times = call(desk, &members, "times");
    if let (Some(kind), Some(node)) = (kind, members.get("bytes"))
        && !counts_bytes(kind)
    {
        let message = "this kind of fault counts no bytes";
        desk.reject_key(UNKNOWN_KEY, &node.pointer, message);
    }
    let expect = desk.need(&members, "expect");
    let expect = expect.and_then(|node| endured(desk, &node));
    Some(Fault {
        kind: kind?,
        at: at.unwrap_or(1),
        delay,
        bytes,
        times,
        expect: expect?,
        pointer: members.pointer,
    })
}

fn counts_bytes(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::TruncatedBody
            | FaultKind::ResetMidBody
            | FaultKind::StallMidBody
            | FaultKind::Drip
    )
}

fn endured<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Endured> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN_KEY, &["class", "attempts", "endState"]);
    let class = class(desk, &members);
    if members.get("attempts").is_none() {
        desk.need(&members, "attempts");
    }
    let attempts = count(desk, &members, "attempts");
    let end_state = desk.need_text(&members, "endState");
    Some(Endured {
        class: class?,
        attempts: attempts?,
        end_state: end_state?.to_owned(),
    })
}

/// A number of calls: the first one is 1.
fn call<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<u64> {
    let count = count(desk, members, key);
    if count == Some(0) {
        let pointer = format!("{}/{key}", members.pointer);
        desk.wrong_type(&pointer, "a whole number, one or more");
    }
    count
}

fn count<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<u64> {
    let node = members.get(key)?;
    let count = node.value.as_u64();
    if count.is_none() {
        desk.wrong_type(&node.pointer, "a whole number, zero or more");
    }
    count
}
