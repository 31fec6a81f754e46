//! Finding ids of `lifecycle/...`.

use super::Rule;
use crate::model::Severity::{Error, Fault, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "lifecycle/approval-unreadable",
        severity: Fault,
        title: "Every approval must be readable and hold known keys only.",
        why: "A decision that is skipped or read wrongly grants or blocks something by accident.",
        fix: "Mend the file at the place given.",
    },
    Rule {
        id: "lifecycle/deprecation-incomplete",
        severity: Error,
        title: "A deprecation must say since when, until when, what instead and how to move.",
        why: "A partner cannot plan a migration whose end and goal are unknown.",
        fix: "Complete the [[version]] in entry.toml.",
    },
    Rule {
        id: "lifecycle/rule-removed",
        severity: Error,
        title: "A policy must not vanish in the change that it would stop.",
        why: "Removing a rule and breaking it in one change would otherwise pass.",
        fix: "Restore the rule; end it with status = \"retired\".",
    },
    Rule {
        id: "lifecycle/sunset-near",
        severity: Warning,
        title: "Nobody must depend on a version that is about to be switched off.",
        why: "On that day the partner's requests are refused.",
        fix: "Move the partner to the version that replaces it, or move the sunset later.",
    },
    Rule {
        id: "lifecycle/sunset-passed",
        severity: Error,
        title: "A version must be retired when its sunset has passed.",
        why: "A version that is served past its end teaches partners that dates mean nothing.",
        fix: "Retire it, or move the sunset later and tell the partners.",
    },
    Rule {
        id: "lifecycle/waiver-expired",
        severity: Error,
        title: "A waiver must be gone when it has ended.",
        why: "Exceptions that outlive their end become the rule without anyone deciding it.",
        fix: "Fix what it covered, renew it with a new quorum, or delete it.",
    },
    Rule {
        id: "lifecycle/waiver-expiring",
        severity: Warning,
        title: "A waiver that ends soon must be settled before it does.",
        why: "The next morning the same commit fails, and nobody remembers why.",
        fix: "Fix what it covers, or renew it.",
    },
    Rule {
        id: "lifecycle/waiver-incomplete",
        severity: Error,
        title: "A waiver must say rule, findings, reason, risk, control, owner, requester and end.",
        why: "An exception that nobody owns, or that never ends, is not an exception.",
        fix: "Complete the file; until then what it covers counts.",
    },
    Rule {
        id: "lifecycle/waiver-unreadable",
        severity: Fault,
        title: "Every waiver must be readable and hold known keys only.",
        why: "A waiver that is skipped or read wrongly decides a merge by accident.",
        fix: "Mend the file at the place given.",
    },
    Rule {
        id: "lifecycle/waiver-unused",
        severity: Warning,
        title: "A waiver must cover something.",
        why: "One that covers nothing today may cover tomorrow what nobody agreed to.",
        fix: "Delete it.",
    },
    Rule {
        id: "lifecycle/windows-unreadable",
        severity: Fault,
        title: "The table of deprecation windows must be readable and hold known keys only.",
        why: "Without it nobody knows how long a partner has to be warned.",
        fix: "Mend policies/windows.toml at the place given.",
    },
];
