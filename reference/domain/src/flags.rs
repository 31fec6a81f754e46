//! What can be switched off while the service runs: the features that may turn out faulty, and for whom they are on.
//! Refuses flags that no code asks for, and documents that leave one of them open.

use crate::ids::{DocumentNumber, PartnerId};
use crate::phase::RolloutPhase;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

vocabulary! {
    /// A feature that has a switch.
    Flag {
        /// Trying a route set on a share. Off: the set in force decides about everything.
        CanaryRouting = "canary-routing",
        /// Choosing by the route set. Off: each exchange goes to the payer that it names, as the registry knows it.
        RouteTable = "route-table",
        /// Taking on exchanges of our own systems. Off: they are refused before they begin.
        NewExchanges = "new-exchanges",
    }
}

/// For whom a flag is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Switch {
    pub on: bool,
    /// Partners for whom it is off although it is on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<PartnerId>,
}

/// `reference/config/flags/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Flags {
    pub number: DocumentNumber,
    pub title: String,
    pub flag: BTreeMap<Flag, Switch>,
    /// How far the rollout has come.
    pub phase: RolloutPhase,
}

/// Why a document of flags is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagsFault {
    #[error("the flag {0} is not set")]
    Open(Flag),
    #[error(transparent)]
    Phase(#[from] crate::phase::PhaseFault),
}

impl Flags {
    /// Is every flag set, and the phase one that can be?
    pub fn check(&self) -> Result<(), FlagsFault> {
        let open = Flag::ALL.iter().find(|flag| !self.flag.contains_key(flag));
        match open {
            Some(flag) => Err(FlagsFault::Open(*flag)),
            None => Ok(self.phase.check()?),
        }
    }

    /// Is it on for this partner? A flag that nobody set is off.
    #[must_use]
    pub fn is_on(&self, flag: Flag, partner: &PartnerId) -> bool {
        self.flag
            .get(&flag)
            .is_some_and(|switch| switch.on && !switch.except.contains(partner))
    }

    /// The flags that differ, sorted: what an operator is told after a change.
    #[must_use]
    pub fn changed(&self, from: &Self) -> Vec<Flag> {
        let differs = |flag: &&Flag| self.flag.get(flag) != from.flag.get(flag);
        Flag::ALL.iter().filter(differs).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shipped() -> Flags {
        toml::from_str(include_str!("../../config/flags/1.toml")).unwrap()
    }

    #[test]
    fn the_shipped_flags_are_all_set_and_on() {
        let flags = shipped();
        assert_eq!(flags.check(), Ok(()));
        let anybody = PartnerId::new("northwind");
        assert!(Flag::ALL.iter().all(|flag| flags.is_on(*flag, &anybody)));
    }

    #[test]
    fn a_flag_is_off_for_one_partner_and_on_for_the_next() {
        let mut flags = shipped();
        let faulty = PartnerId::new("northwind");
        if let Some(switch) = flags.flag.get_mut(&Flag::RouteTable) {
            switch.except.insert(faulty.clone());
        }
        assert!(!flags.is_on(Flag::RouteTable, &faulty));
        assert!(flags.is_on(Flag::RouteTable, &PartnerId::new("contoso")));
        assert_eq!(flags.changed(&shipped()), [Flag::RouteTable]);
    }

    #[test]
    fn a_flag_that_is_left_open_is_refused_and_an_unknown_one_too() {
        let mut flags = shipped();
        flags.flag.remove(&Flag::CanaryRouting);
        assert_eq!(flags.check(), Err(FlagsFault::Open(Flag::CanaryRouting)));
        let unknown =
            include_str!("../../config/flags/1.toml").replace("route-table", "rout-table");
        assert!(toml::from_str::<Flags>(&unknown).is_err());
    }
}
