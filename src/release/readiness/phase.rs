//! The nine papers of the first phase: what the exchange is for, whose it is, what it promises.
//! Refuses a paper that names something which is not there.

use super::Known;
use super::partner::identity;
use super::proof::Proof;
use crate::catalogue::{Criticality, Maturity, ScopeFile};
use crate::model::ReadinessLine;
use std::collections::BTreeSet;

/// What every record of telemetry says at least: which exchange, which call.
///
/// Source: row S0-30, both ids in every span and log line
const LEAST: [&str; 2] = ["business_transaction_id", "correlation_id"];

pub(super) fn lines(known: &Known<'_>) -> Vec<ReadinessLine> {
    vec![
        scoped(known, use_cases).line("use-cases", "use cases"),
        scoped(known, domains).line("data-domains", "data domains"),
        rules(known).line("identity-rules", "identity rules"),
        boundaries(known).line("support-boundaries", "support boundaries"),
        scoped(known, modes).line("modes", "what is synchronous, batch, delayed"),
        inventory(known).line("schema-inventory", "schema inventory"),
        scoped(known, attributes).line("observability", "minimum observability attributes"),
        sla(known).line("first-sla", "first service level document"),
        deprecation(known).line("deprecation-policy", "deprecation policy"),
    ]
}

/// The scope, where there is one, held against what `ask` wants of it.
fn scoped(known: &Known<'_>, ask: fn(&Known<'_>, &ScopeFile, &str, &mut Proof)) -> Proof {
    let mut proof = Proof::default();
    let config = &known.workspace.config.readiness;
    for source in proof.papers(&known.papers.scope, config.scope.as_deref(), "scope") {
        if let Some(scope) = proof.read::<ScopeFile>(source) {
            ask(known, &scope, &source.path, &mut proof);
        }
    }
    proof
}

/// Names of entries that the catalogue does not have.
fn strangers(known: &Known<'_>, entries: &[String]) -> Vec<String> {
    let unknown = |id: &&String| known.workspace.catalogue.entry(id).is_none();
    entries.iter().filter(unknown).cloned().collect()
}

fn use_cases(known: &Known<'_>, scope: &ScopeFile, path: &str, proof: &mut Proof) {
    proof.ask(
        !scope.use_cases.is_empty(),
        &format!("{path} [[use-case]]"),
        format!("{path} has no [[use-case]]"),
    );
    for case in &scope.use_cases {
        if case.entries.is_empty() {
            proof.lacks(format!(
                "{path}: use case `{}` names no entry that travels",
                case.id
            ));
        }
        for id in strangers(known, &case.entries) {
            proof.lacks(format!(
                "{path}: use case `{}` names `{id}`, which the catalogue has not",
                case.id
            ));
        }
    }
}

/// Every entry belongs to one domain.
fn domains(known: &Known<'_>, scope: &ScopeFile, path: &str, proof: &mut Proof) {
    proof.ask(
        !scope.domains.is_empty(),
        &format!("{path} [[domain]]"),
        format!("{path} has no [[domain]]"),
    );
    let mut placed = BTreeSet::new();
    for domain in &scope.domains {
        for id in strangers(known, &domain.entries) {
            proof.lacks(format!(
                "{path}: domain `{}` names `{id}`, which the catalogue has not",
                domain.id
            ));
        }
        for id in &domain.entries {
            if !placed.insert(id.as_str()) {
                proof.lacks(format!("{path}: `{id}` belongs to two domains"));
            }
        }
    }
    let entries = known.workspace.catalogue.entries.keys();
    for id in entries.filter(|id| !placed.contains(id.as_str())) {
        if !scope.domains.is_empty() {
            proof.lacks(format!("{path}: no domain has `{id}`"));
        }
    }
}

fn modes(_: &Known<'_>, scope: &ScopeFile, path: &str, proof: &mut Proof) {
    let mut cases = scope.use_cases.iter();
    let undecided = cases.find(|case| case.mode.is_none());
    match undecided {
        Some(case) => proof.lacks(format!("{path}: use case `{}` has no `mode`", case.id)),
        None if scope.use_cases.is_empty() => {
            proof.lacks(format!("{path} has no use case that could have a mode"));
        }
        None => proof.seen(format!("{path} [[use-case]] mode")),
    }
}

fn attributes(_: &Known<'_>, scope: &ScopeFile, path: &str, proof: &mut Proof) {
    let named = &scope.observability.attributes;
    for wanted in LEAST {
        proof.ask(
            named.iter().any(|name| name == wanted),
            &format!("{path} [observability]"),
            format!("{path} [observability] does not name `{wanted}`"),
        );
    }
}

/// The document that decides, and entries whose identifying attributes are marked.
fn rules(known: &Known<'_>) -> Proof {
    let mut proof = identity(known);
    let entries = known.workspace.catalogue.entries.values();
    let marked: Vec<_> = entries
        .filter(|entry| !entry.file.identity.is_empty())
        .collect();
    match marked.first() {
        Some(entry) => proof.seen(format!(
            "schemas/{}/entry.toml identity, and {} more",
            entry.file.id,
            marked.len() - 1
        )),
        None => proof.lacks("no entry of the catalogue marks what identifies a member"),
    }
    proof
}

/// Whose duty is whose, for every partner, and where outsiders begin.
fn boundaries(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    for partner in known.workspace.partners.values() {
        let path = &partner.source.path;
        let duties = partner.file.responsibilities.as_ref();
        let shared = duties.is_some_and(|it| !it.ours.is_empty() && !it.theirs.is_empty());
        let called = partner.file.support.is_some();
        proof.ask(
            shared && called,
            path,
            format!("{path} does not say whose duty is whose and whom to call"),
        );
    }
    if known.workspace.partners.is_empty() {
        proof.lacks("partners/ has no profile");
    }
    proof
}

fn inventory(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    let catalogue = &known.workspace.catalogue;
    let (entries, versions) = (catalogue.entries.len(), catalogue.versions().count());
    proof.ask(
        versions > 0,
        &format!("schemas/: {entries} entries, {versions} versions"),
        "schemas/ has no version",
    );
    for entry in catalogue.entries.values() {
        if entry.file.owner.is_empty() || entry.file.escalation.is_empty() {
            proof.lacks(format!(
                "schemas/{}/entry.toml has no owner or no escalation",
                entry.file.id
            ));
        }
    }
    proof
}

fn sla(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    for document in &known.workspace.operating.slas {
        proof.seen(document.source.path.clone());
    }
    if known.workspace.operating.slas.is_empty() {
        proof.lacks("there is no service level document");
    }
    proof
}

/// Days for every kind of partner, how notice reaches it, what help it gets.
fn deprecation(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    let Some(windows) = &known.workspace.windows else {
        proof.lacks("policies/windows.toml is not there");
        return proof;
    };
    let path = &windows.source.path;
    let maturities = [Maturity::Low, Maturity::Medium, Maturity::High];
    let weights = [Criticality::Low, Criticality::Medium, Criticality::High];
    let every = maturities.iter().all(|maturity| {
        let mut weights = weights.iter();
        weights.all(|weight| windows.file.days(*maturity, *weight).is_some())
    });
    proof.ask(
        every,
        &format!("{path} [days]"),
        format!("{path} has not a number of days for every kind of partner"),
    );
    proof.ask(
        windows.file.notice.is_some(),
        &format!("{path} [notice]"),
        format!("{path} has no [notice]"),
    );
    proof.ask(
        windows.file.migration.is_some(),
        &format!("{path} [migration]"),
        format!("{path} has no [migration]"),
    );
    proof
}
