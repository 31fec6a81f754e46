//! Finding ids of `replay/...`.

use super::Rule;
use crate::model::Severity::{Error, Undecided, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "replay/behaviour-changed",
        severity: Error,
        title: "A recorded request must be answered as it was recorded.",
        why: "A partner acts on status, headers, members and codes; no schema says which of them it was given.",
        fix: "Take the change back, record the exchange again, or name the place in `[replay] volatile` or `unordered`, in a change of its own that lands first.",
    },
    Rule {
        id: "replay/envelope-malformed",
        severity: Error,
        title: "Every recorded line must be an envelope with the known fields.",
        why: "A line that cannot be read is a payload that was not replayed.",
        fix: "Record the line again, or take it out of the history.",
    },
    Rule {
        id: "replay/history-missing",
        severity: Undecided,
        title: "Every partner must have recorded payloads.",
        why: "What a partner really sends differs from what it said it would; only its history shows that.",
        fix: "Record some of its payloads below payloads/, scrubbed of real people.",
    },
    Rule {
        id: "replay/newly-accepted",
        severity: Warning,
        title: "A change should not accept what was refused before, unless it means to.",
        why: "A constraint that was relaxed by accident lets bad data in without a word.",
        fix: "Restore the constraint, or say in the notes that it is gone.",
    },
    Rule {
        id: "replay/newly-rejected",
        severity: Error,
        title: "A change must accept what partners sent before and had accepted.",
        why: "Each such payload is a member whose record does not arrive.",
        fix: "Take the change back, or release it as a major version beside the old one.",
    },
    Rule {
        id: "replay/not-reproducible",
        severity: Undecided,
        title: "A recorded exchange must be one that can be had again.",
        why: "What was not sent, or rests on an id, a state or a credential that is gone, shows nothing.",
        fix: "Record it again with its bodies, from the request that makes the id on, and name its `states`.",
    },
    Rule {
        id: "replay/version-unknown",
        severity: Undecided,
        title: "Every recorded payload must name a version of the catalogue.",
        why: "A payload of an unknown version is judged by nothing.",
        fix: "Add the version, or take its payloads out of the history.",
    },
];
