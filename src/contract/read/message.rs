//! A message that the consumer expects, as a file writes it.
//! Refuses what only an exchange over HTTP has.

use super::Frame;
use super::desk::{Desk, Node};
use super::event;
use super::interaction::{Kind, common};
use crate::contract::message::MessageExpectation;

/// The message that `node` writes.
pub fn message<'d>(
    desk: &mut Desk<'d>,
    node: &Node<'d>,
    frame: &Frame<'_>,
) -> Option<MessageExpectation> {
    let members = desk.object(node)?;
    let own = event::known(frame.edition);
    let common = common(desk, &members, frame, Kind::Message, own);
    let event = event::event(desk, &members, frame.edition);
    let common = common?;
    Some(MessageExpectation {
        key: common.key,
        description: common.description,
        pending: common.pending,
        states: common.states,
        event: event?,
        terms: common.terms,
        pointer: members.pointer,
    })
}
