//! One payload in its circumstances -> facts without values: pointers, words of closed lists, counts, days.
//! Refuses to know rules, and to keep anything of which a reader could learn a person or a number.

mod amount;
mod authorization;
mod circumstances;
mod consent;
mod facts;
mod group;
mod link;
mod record;
mod resource;

pub use circumstances::{Circumstances, Organisation, Parties};
pub use facts::{
    AmountFacts, AssertionFacts, AuthorizationFacts, ConsentFacts, ContainedFacts, Coverage,
    Decision, DetailFacts, Facts, GroupFacts, GroupMemberFacts, Known, PartyFacts, PartyRole,
    PeriodFacts, PeriodState, ReferenceFacts, SameAs, UNKNOWN, VERSION, WindowFacts, YesNo,
};

use resource::resources;
use serde_json::{Map, Value};

/// Everything that the rules may know of `payload`, in the order in which it stands there.
///
/// Shape:  total: every list is there, and what is not known is the word `unknown`
#[must_use]
pub fn facts(payload: &Value, circumstances: &Circumstances) -> Facts {
    let resources = resources(payload);
    Facts {
        facts_version: VERSION.to_owned(),
        schema: circumstances.schema.clone(),
        params: Map::new(),
        references: link::of(&resources),
        contained: link::contained(&resources),
        consents: consent::of(&resources, circumstances),
        amounts: amount::of(&resources),
        groups: group::of(&resources),
        authorizations: authorization::of(&resources),
        windows: record::windows(payload),
        assertions: record::assertions(payload),
    }
}

#[cfg(test)]
mod tests;
