//! The one way of a question about many members: whom the route set would send elsewhere is left out.
//! Refuses to ask a payer about somebody whom no row of the set sends there.

use super::{bundle, each};
use crate::data::step::Moved;
use crate::data::{route, submit};
use crate::store::{Exchange, Note};
use domain::bulk::Roster;
use domain::failure::Code;
use domain::member_match::MemberMatch;
use domain::routing::{self, Choice, Decision, Inputs, RowShares};
use domain::snapshot::Snapshot;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which row fits the first member that has one? The others go with it when their rows lead to the same place.
pub(crate) async fn choose(
    snapshot: &Snapshot,
    exchange: &Exchange,
    (request, mut roster): (&Value, Roster),
) -> Result<Moved, Code> {
    let stated = submit::stated(request);
    let mut chosen: BTreeMap<Inputs, Choice> = BTreeMap::new();
    let mut way: Option<Choice> = None;
    let mut none: Option<Choice> = None;
    let mut shares = RowShares::default();
    each(request, |position, member| {
        let bundle = bundle(member);
        let parts = MemberMatch::of_bundle(0, &bundle).ok_or(Code::BadBundle)?;
        let inputs = Inputs::read(&exchange.partner, &parts, stated);
        let choice = chosen.entry(inputs).or_insert_with_key(|inputs| {
            routing::choose(snapshot, inputs, &exchange.business_transaction)
        });
        let left_out = match (choice.route(), &way) {
            (Some(_), None) => {
                way = Some(choice.clone());
                None
            }
            (Some(one), Some(taken)) if taken.route().is_some_and(|it| same_place(one, it)) => None,
            (route, _) => {
                none.get_or_insert_with(|| choice.clone());
                let why = choice.code.filter(|_| route.is_none());
                Some(why.unwrap_or(Code::NoRoute))
            }
        };
        if let Some(code) = left_out {
            roster.leave_out(position, code);
        }
        shares.count(choice, left_out);
        Ok(())
    })
    .await?;
    let choice = way.or(none).ok_or(Code::NoRoute)?;
    let (event, mut changes) = route::moved(exchange, choice);
    changes.shares = Some(shares);
    changes.notes.push(Note::Members(roster));
    Ok((event, changes))
}

fn same_place(one: &Decision, other: &Decision) -> bool {
    let place = |it: &Decision| {
        let (adapter, version) = (it.adapter.to_string(), it.operation_version.to_string());
        (
            it.partner.clone(),
            it.endpoint.to_string(),
            adapter,
            version,
        )
    };
    place(one) == place(other)
}
