//! Finding ids of `gate/...`.

use super::Rule;
use crate::model::Severity::{Fault, Undecided};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "gate/base-chosen",
        severity: Undecided,
        title: "A change must not say itself with what it is compared.",
        why: "Who moves the base past what was broken is compared with the broken.",
        fix: "Name the base with --base, or move `[gate] base` in a change of its own.",
    },
    Rule {
        id: "gate/base-is-head",
        severity: Undecided,
        title: "A commit must be compared with another one from pull-request on.",
        why: "Against itself every commit is free of breaking changes; that is no proof of anything.",
        fix: "Give --base HEAD~1 or another commit from before the change, or fetch the branch of `[gate] base`.",
    },
    Rule {
        id: "gate/check-skipped",
        severity: Undecided,
        title: "Every check that the stage requires must run.",
        why: "A check that was left out proved nothing, and a green without it would say that it did.",
        fix: "Run without --only and --skip, or with everything that the check needs.",
    },
    Rule {
        id: "gate/evidence-broken",
        severity: Fault,
        title: "Every kept run of the gate must be the one that was written, and follow the one before it.",
        why: "Who can change, remove or slip in a record can make a decision look as if it had been another.",
        fix: "Run `matchmark evidence verify`; bring back what was kept elsewhere, or move the folder away.",
    },
    Rule {
        id: "gate/nothing-checked",
        severity: Undecided,
        title: "Every check that the stage requires must have something to judge.",
        why: "An empty folder passes every check; that is no proof of anything.",
        fix: "Add what the check judges: schemas, rules, contracts, recorded payloads.",
    },
    Rule {
        id: "gate/profile-missing",
        severity: Undecided,
        title: "The stage must have a profile.",
        why: "Without one, nobody has decided what the gate requires.",
        fix: "Add policies/profiles/<stage>.toml; `matchmark init` writes one.",
    },
    Rule {
        id: "gate/voice-gone",
        severity: Undecided,
        title: "What partners asked for or sent must not vanish in a change that goes green by it.",
        why: "A contract, a profile or a recorded payload that is deleted can no longer speak against the change.",
        fix: "Restore the files and lines that are named; a partner that leaves is settled by people, not by the gate.",
    },
];
