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
    let mut ways = Ways::default();
    let mut shares = RowShares::default();
    each(request, |position, member| {
        let bundle = bundle(member);
        let parts = MemberMatch::of_bundle(0, &bundle).ok_or(Code::BadBundle)?;
        let inputs = Inputs::read(&exchange.partner, &parts, stated);
        let choice = chosen.entry(inputs).or_insert_with_key(|inputs| {
            routing::choose(snapshot, inputs, &exchange.business_transaction)
        });
        let left_out = ways.leaves_out(choice);
        if let Some(code) = left_out {
            roster.leave_out(position, code);
        }
        shares.count(choice, left_out);
        Ok(())
    })
    .await?;
    let choice = ways.taken.or(ways.none).ok_or(Code::NoRoute)?;
    let (event, mut changes) = route::moved(exchange, choice);
    changes.shares = Some(shares);
    changes.notes.push(Note::Members(roster));
    Ok((event, changes))
}

/// What was chosen for the first who has a route, and for the first who does not go there.
#[derive(Default)]
struct Ways {
    taken: Option<Choice>,
    none: Option<Choice>,
}

impl Ways {
    /// Why somebody for whom this was chosen is left out; nothing for who goes along.
    fn leaves_out(&mut self, choice: &Choice) -> Option<Code> {
        let taken = self.taken.as_ref().and_then(Choice::route);
        match (choice.route(), taken) {
            (Some(_), None) => {
                self.taken = Some(choice.clone());
                None
            }
            (Some(one), Some(taken)) if same_place(one, taken) => None,
            (route, _) => {
                self.none.get_or_insert_with(|| choice.clone());
                let why = choice.code.filter(|_| route.is_none());
                Some(why.unwrap_or(Code::NoRoute))
            }
        }
    }
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
