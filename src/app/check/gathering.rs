//! What the checks gave, put side by side in the order in which reports show it.

use super::{Round, compat, contract, left_out, replay};
use crate::app::hurts;
use crate::app::room::Room;
use crate::model::CheckName;

/// The results of the checks that ran; `None` for one that was left out.
pub(super) struct Gathering {
    pub catalogue: Option<Room>,
    pub policy: Option<Room>,
    pub compat: Option<compat::Judged>,
    pub contract: Option<contract::Judged>,
    pub replayed: Option<replay::Replayed>,
}

impl Gathering {
    /// The rooms in their fixed order; what schemas say of a change and what history says of it belong together.
    pub(super) fn finish(mut self) -> Round {
        if let (Some(compat), Some(replayed)) = (&mut self.compat, &self.replayed) {
            for finding in &mut compat.room.findings {
                hurts::on_record(finding, &replayed.clusters, replayed.total);
            }
        }
        let (compat, changes) = match self.compat {
            Some(judged) => (Some(judged.room), judged.changes),
            None => (None, Vec::new()),
        };
        let (contract, matrix, notices) = match self.contract {
            Some(judged) => (Some(judged.room), judged.matrix, judged.notices),
            None => (None, Vec::new(), Vec::new()),
        };
        let rooms = [
            (CheckName::Catalogue, self.catalogue),
            (CheckName::Policy, self.policy),
            (CheckName::Compat, compat),
            (CheckName::Contract, contract),
            (
                CheckName::Replay,
                self.replayed.map(|replayed| replayed.room),
            ),
        ];
        let shown =
            |(name, room): (CheckName, Option<Room>)| room.unwrap_or_else(|| left_out(name));
        Round {
            rooms: rooms.into_iter().map(shown).collect(),
            changes,
            matrix,
            notices,
        }
    }
}
