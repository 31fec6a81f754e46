//! What an answer tells, whichever published form it came in: two answers that tell the same mean the same.
//! Refuses to know ids of lists, addresses and whatever else belongs to the form.

use crate::message::bulk::{Envelope, OutcomePart};
use crate::message::group::{Contained, Group, MatchOutcome};
use serde_json::Value;

/// What an answer tells of one submitted member.
#[derive(Clone, PartialEq)]
pub struct Told {
    pub outcome: MatchOutcome,
    /// The person as submitted.
    pub person: Option<Value>,
    /// The cover as submitted, where it tells two lines of one person apart.
    pub cover: Option<Value>,
    /// Where the answering payer keeps the person.
    pub record: Option<String>,
    /// Under which number the answering payer knows the person.
    pub number: Option<String>,
}

/// What the lists of an answer tell, in an order that does not depend on the form.
#[must_use]
pub fn told<'a>(groups: impl IntoIterator<Item = &'a Group>) -> Vec<Told> {
    let mut all: Vec<Told> = groups.into_iter().flat_map(of_group).collect();
    all.sort_by_cached_key(|told| {
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        (told.outcome, text(&told.person), text(&told.cover))
    });
    all
}

/// What the envelope of an answer tells.
#[must_use]
pub fn told_in(envelope: &Envelope) -> Vec<Told> {
    told(envelope.parameter.iter().map(|part| match part {
        OutcomePart::MatchedMembers(list)
        | OutcomePart::NonMatchedMembers(list)
        | OutcomePart::ConsentConstrainedMembers(list) => list.resource.as_ref(),
    }))
}

fn of_group(group: &Group) -> Vec<Told> {
    let Some(outcome) = group.outcome() else {
        return Vec::new();
    };
    let lines = group.member.iter();
    lines
        .map(|line| Told {
            outcome,
            person: group
                .submitted(line)
                .and_then(|person| serde_json::to_value(person).ok()),
            cover: line
                .entity
                .submitted_cover()
                .and_then(|to| cover(group, to)),
            record: line.entity.record().map(str::to_owned),
            number: line.entity.number().map(str::to_owned),
        })
        .collect()
}

fn cover(group: &Group, to: &str) -> Option<Value> {
    let id = to.strip_prefix('#')?;
    group.contained.iter().find_map(|record| match record {
        Contained::Person(_) => None,
        Contained::Record(record) => {
            (record.get("id")? == id).then(|| Value::Object(record.clone()))
        }
    })
}
