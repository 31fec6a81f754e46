//! What the checks gave, put side by side in the order in which reports show it.

use super::record::Tallies;
use super::{Round, broken, compat, contract, left_out, policy, replay};
use crate::app::facts::Shown;
use crate::app::hurts;
use crate::app::room::Room;
use crate::model::CheckName;

/// The results of the checks that ran; `None` for one that was left out.
pub(super) struct Gathering {
    pub catalogue: Option<Room>,
    /// What the policies are asked about, as far as the files tell it.
    pub prepared: Option<policy::Prepared>,
    pub policy: Option<policy::Answered>,
    pub compat: Option<compat::Judged>,
    pub contract: Option<contract::Judged>,
    pub replayed: Option<replay::Replayed>,
}

impl Gathering {
    /// What the policies may decide over; nothing of a check that was left out.
    pub(super) fn shown(&self) -> Shown<'_> {
        let compat = self.compat.as_ref();
        let replayed = self.replayed.as_ref();
        let mut shown = Shown {
            changes: compat.map_or(&[], |judged| judged.changes.as_slice()),
            seen: replayed.map(|replayed| &replayed.seen),
            clusters: replayed.map_or(&[], |replayed| replayed.clusters.as_slice()),
            ..Shown::default()
        };
        if let Some(judged) = &self.contract {
            shown.contracts_judged = true;
            shown.gates = &judged.gates;
            shown.matrix = &judged.matrix;
            shown.notices = &judged.notices;
            shown.findings = &judged.room.findings;
        }
        shown
    }

    /// The facts that rules had to do without, and whose check was left out.
    pub(super) fn unknown(&self) -> Option<String> {
        let checks = [
            ("compat", "changes", self.compat.is_none()),
            ("contract", "contracts", self.contract.is_none()),
            ("replay", "replays", self.replayed.is_none()),
        ];
        let left: Vec<String> = checks
            .iter()
            .filter(|(_, _, is_left)| *is_left)
            .map(|(check, facts, _)| format!("{facts} ({check})"))
            .collect();
        (!left.is_empty()).then(|| {
            format!(
                "Rules had no facts about {}: the check that finds them was left out.",
                left.join(", ")
            )
        })
    }

    /// Tells each check what another one found out of the same partners.
    fn join(&mut self) {
        if let (Some(compat), Some(replayed)) = (&mut self.compat, &self.replayed) {
            for finding in &mut compat.room.findings {
                hurts::on_record(finding, &replayed.clusters, replayed.total);
            }
        }
        let Some(contract) = &mut self.contract else {
            return;
        };
        let compat = self.compat.as_ref().map(|judged| &judged.room);
        let replay = self.replayed.as_ref().map(|replayed| &replayed.room);
        for room in [compat, replay].into_iter().flatten() {
            broken::mark(&mut contract.matrix, room);
        }
    }

    /// The rooms in their fixed order; what schemas say of a change and what history says of it belong together.
    pub(super) fn finish(mut self) -> Round {
        self.join();
        let tallies = Tallies::of(self.replayed.as_ref(), self.contract.as_ref());
        let (policy, policy_input) = match self.policy {
            Some(answered) => (Some(answered.room), Some(answered.input)),
            None => (None, None),
        };
        let (compat, changes) = match self.compat {
            Some(judged) => (Some(judged.room), judged.changes),
            None => (None, Vec::new()),
        };
        let (contract, matrix, notices) = match self.contract {
            Some(judged) => (Some(judged.room), judged.matrix, judged.notices),
            None => (None, Vec::new(), Vec::new()),
        };
        let (replay, clusters) = match self.replayed {
            Some(replayed) => (Some(replayed.room), replayed.clusters),
            None => (None, Vec::new()),
        };
        let rooms = [
            (CheckName::Catalogue, self.catalogue),
            (CheckName::Policy, policy),
            (CheckName::Compat, compat),
            (CheckName::Contract, contract),
            (CheckName::Replay, replay),
        ];
        let shown =
            |(name, room): (CheckName, Option<Room>)| room.unwrap_or_else(|| left_out(name));
        Round {
            rooms: rooms.into_iter().map(shown).collect(),
            changes,
            matrix,
            notices,
            tallies,
            clusters,
            policy_input,
        }
    }
}
