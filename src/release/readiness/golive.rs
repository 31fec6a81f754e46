//! What must be agreed with a partner and stand ready before the first real member: four semantics of failure, four means.
//! Each one that is missing is a line of its own.

use super::Known;
use super::proof::Proof;
use crate::catalogue::{Failure, Partner};
use crate::model::ReadinessLine;

/// One agreement about failures: its line, its key, whether the profile has it.
type Agreed = (
    &'static str,
    &'static str,
    &'static str,
    fn(&Failure) -> bool,
);

const SEMANTICS: [Agreed; 4] = [
    (
        "agreed-idempotency",
        "idempotency is agreed",
        "idempotency",
        |failure| failure.idempotency.is_some(),
    ),
    (
        "agreed-timeout",
        "a timeout budget is agreed",
        "timeout-ms",
        |failure| failure.timeout_ms.is_some(),
    ),
    (
        "agreed-duplicates",
        "duplicate suppression is agreed",
        "duplicates",
        |failure| failure.duplicates.is_some(),
    ),
    (
        "agreed-dead-letters",
        "dead-letter handling is agreed",
        "dead-letter",
        |failure| failure.dead_letter.is_some(),
    ),
];

pub(super) fn lines(known: &Known<'_>, partner: &Partner) -> Vec<ReadinessLine> {
    let path = &partner.source.path;
    let failure = partner.file.failure.as_ref();
    let mut lines: Vec<ReadinessLine> = SEMANTICS
        .iter()
        .map(|(id, title, key, is_there)| {
            let mut proof = Proof::default();
            proof.ask(
                failure.is_some_and(is_there),
                &format!("{path} [failure] {key}"),
                format!("{path} has no `{key}` under [failure]"),
            );
            proof.line(id, title)
        })
        .collect();
    lines.push(contract(known, partner).line("has-contract", "a contract holds the partner"));
    let mut keyed = |id: &str, title: &str, key: &str, is_there: bool| {
        let mut proof = Proof::default();
        proof.ask(
            is_there,
            &format!("{path} {key}"),
            format!("{path} has no `{key}`"),
        );
        lines.push(proof.line(id, title));
    };
    let file = &partner.file;
    keyed(
        "has-telemetry",
        "the way to the partner is watched",
        "telemetry",
        file.telemetry.is_some(),
    );
    keyed(
        "has-fallback",
        "a member is served while the partner is away",
        "[failure] fallback",
        failure.is_some_and(|failure| failure.fallback.is_some()),
    );
    keyed(
        "has-escalation",
        "somebody above the contact can be called",
        "escalation",
        file.escalation.is_some(),
    );
    lines
}

/// Contracts that the partner wrote with us.
fn contract(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let id = &partner.file.id;
    let contracts = known.workspace.contracts.iter();
    for contract in contracts.filter(|contract| contract.consumer == *id) {
        proof.seen(contract.source.path.clone());
    }
    if !known
        .workspace
        .contracts
        .iter()
        .any(|one| one.consumer == *id)
    {
        proof.lacks(format!("contracts/{id}/ holds no contract"));
    }
    proof
}
