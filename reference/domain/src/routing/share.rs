//! What a route set says of the members of one question: how many of them each row holds.
//! Refuses to say who they are.

use super::{BaseUrl, Choice};
use crate::failure::Code;
use crate::ids::PartnerId;
use crate::record::Slug;
use serde::{Deserialize, Serialize};

/// Those members of one question whom one row holds, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RowShare {
    /// The row that fits them; none where no row does.
    pub row: Option<Slug>,
    pub partner: Option<PartnerId>,
    pub endpoint: Option<BaseUrl>,
    /// Why they are left out of the question.
    pub code: Option<Code>,
    pub members: u32,
}

/// All members of one question, by the rows that hold them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowShares(Vec<RowShare>);

impl RowShares {
    /// Counts a member for whom this was chosen, and who was left out for that reason. One row says the same of all whom
    /// it holds.
    pub fn count(&mut self, choice: &Choice, code: Option<Code>) {
        let decision = choice.decision.as_ref();
        let row = decision.map(|decision| &decision.row);
        let share = self.0.iter_mut().find(|share| share.row.as_ref() == row);
        match share {
            Some(share) => share.members = share.members.saturating_add(1),
            None => self.0.push(RowShare {
                row: row.cloned(),
                partner: decision.map(|decision| decision.partner.clone()),
                endpoint: decision.map(|decision| decision.endpoint.clone()),
                code,
                members: 1,
            }),
        }
    }
}
