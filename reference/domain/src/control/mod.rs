//! Documents of the control plane: their kinds, how they come into force, and how risky a change of each is.
//! Refuses to read or store them.

mod audit_policy;
mod registry;

pub use audit_policy::{AuditPolicy, PolicyFault, Retention};
pub use registry::{Agreed, PartnersDocument, Registered, RegistryFault};

use crate::Timestamp;
use crate::flags::{Flag, Flags};
use crate::ids::DocumentNumber;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a document is about.
    Kind {
        Partners = "partners",
        Routing = "routing",
        Matching = "matching",
        Resilience = "resilience",
        Flags = "flags",
        Audit = "audit",
        Overlap = "overlap",
    }
}

/// `reference/config/overlap/<n>.toml`: until when the older answer to a bulk match is given beside the newer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OverlapDocument {
    pub number: DocumentNumber,
    pub title: String,
    /// The first moment at which the older one is given no more.
    pub ends: Timestamp,
}

vocabulary! {
    /// How a document stands.
    Standing {
        /// A second person has to agree.
        Waiting = "waiting",
        Admitted = "admitted",
        Denied = "denied",
    }
}

vocabulary! {
    /// Where a document came from.
    Origin {
        /// The service was started with it.
        Configuration = "configuration",
        /// Somebody published it while the service ran.
        Operator = "operator",
        /// It follows from the registry that was published with it.
        Registry = "registry",
    }
}

vocabulary! {
    /// How many people a change needs.
    Risk {
        Low = "low",
        High = "high",
    }
}

/// How risky a document of this kind is; flags are judged by [`of_flags`].
///
/// Source: REFERENCE.md section 16, two people for changes that concern PHI or a partner
#[must_use]
pub const fn risk(kind: Kind) -> Risk {
    match kind {
        Kind::Partners
        | Kind::Routing
        | Kind::Matching
        | Kind::Flags
        | Kind::Audit
        | Kind::Overlap => Risk::High,
        Kind::Resilience => Risk::Low,
    }
}

/// Turning something off is what one person may do alone, at any hour; everything else takes two.
#[must_use]
pub fn of_flags(present: &Flags, wanted: &Flags) -> Risk {
    let narrows = |flag: &Flag| match (present.flag.get(flag), wanted.flag.get(flag)) {
        (_, Some(wanted)) if !wanted.on => true,
        (Some(present), Some(wanted)) => present.on && present.except.is_subset(&wanted.except),
        (None, Some(_)) => false,
        (Some(_) | None, None) => true,
    };
    let only_off = Flag::ALL.iter().all(narrows);
    if only_off && present.phase == wanted.phase {
        Risk::Low
    } else {
        Risk::High
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::PartnerId;

    fn flags() -> Flags {
        toml::from_str(include_str!("../../../config/flags/1.toml")).unwrap()
    }

    #[test]
    fn one_person_turns_a_flag_off_and_two_turn_it_on() {
        let (on, mut off, mut less) = (flags(), flags(), flags());
        off.flag.get_mut(&Flag::CanaryRouting).unwrap().on = false;
        let northwind = PartnerId::new("northwind");
        less.flag
            .get_mut(&Flag::CanaryRouting)
            .unwrap()
            .except
            .insert(northwind);
        assert_eq!(of_flags(&on, &off), Risk::Low);
        assert_eq!(of_flags(&on, &less), Risk::Low);
        assert_eq!(of_flags(&off, &on), Risk::High);
        assert_eq!(of_flags(&less, &on), Risk::High);
    }

    #[test]
    fn a_wider_phase_takes_two() {
        let mut first = flags();
        first.phase.name = crate::phase::PhaseName::ReadOnly;
        assert_eq!(of_flags(&first, &flags()), Risk::High);
        assert_eq!(of_flags(&flags(), &flags()), Risk::Low);
    }
}
