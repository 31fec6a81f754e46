//! Which cases of an operation the contracts of a consumer exercise, and which they leave out.
//! Refuses to know whether the cases that are there hold.

use super::interaction::{Contract, Interaction};
use super::terms::{Edge, Polarity, Terms};
use crate::catalogue::{Catalogue, Operation};
use crate::model::{Finding, rule};
use std::collections::{BTreeMap, BTreeSet};
use wire::outcome::Code;

const ID: &str = "contract/edge-uncovered";

/// Edge cases that every operation is asked for, unless its entry says why nobody meets them.
const DEMANDED: [Edge; 4] = [
    Edge::MissingIdentifier,
    Edge::PartialHistory,
    Edge::ExpiredConsent,
    Edge::MalformedPayload,
];

/// What one consumer exercises of one operation.
struct Covered<'a> {
    /// Where the first interaction with it stands.
    first: (&'a Contract, &'a Interaction),
    operation: Option<&'a Operation>,
    cases: BTreeSet<&'static str>,
}

/// Every case that an operation is asked for and that no interaction of its consumer exercises.
///
/// Shape: `contracts` are those that gate; an interaction that is pending exercises nothing yet
#[must_use]
pub fn uncovered(contracts: &[Contract], catalogue: &Catalogue) -> Vec<Finding> {
    let mut endpoints: BTreeMap<(&str, String), Covered<'_>> = BTreeMap::new();
    for contract in contracts {
        for interaction in &contract.interactions {
            let operation = operation(contract, interaction, catalogue);
            let name = operation.map_or_else(|| own_name(interaction), |found| found.name.clone());
            let covered = endpoints
                .entry((contract.consumer.as_str(), name))
                .or_insert_with(|| Covered {
                    first: (contract, interaction),
                    operation,
                    cases: BTreeSet::new(),
                });
            if !interaction.pending {
                covered.cases.extend(cases(interaction));
            }
        }
    }
    endpoints
        .iter()
        .flat_map(|((_, name), covered)| missing(name, covered))
        .collect()
}

/// What the contracts of one consumer show of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub consumer: String,
    /// Name of the operation as its guide writes it.
    pub operation: String,
    /// Interactions that expect success, and that expect a refusal; one that is pending counts for neither.
    pub positive: usize,
    pub negative: usize,
    /// Edge cases that the operation is asked for and that nothing shows.
    pub missing: Vec<String>,
}

impl Coverage {
    /// Every edge case that an operation is asked for.
    #[must_use]
    pub fn demanded(operation: &Operation) -> Vec<String> {
        let edges = DEMANDED.map(Edge::word).into_iter();
        let asked = edges.filter(|edge| !operation.without.contains_key(*edge));
        asked.map(str::to_owned).collect()
    }
}

/// What every consumer shows of every operation that it calls, by consumer and operation.
///
/// Shape: `contracts` are those that gate
#[must_use]
pub fn coverage(contracts: &[Contract], catalogue: &Catalogue) -> Vec<Coverage> {
    let mut all: BTreeMap<(String, String), Coverage> = BTreeMap::new();
    for contract in contracts {
        for interaction in &contract.interactions {
            let Some(found) = operation(contract, interaction, catalogue) else {
                continue;
            };
            let key = (contract.consumer.clone(), found.name.clone());
            let one = all.entry(key).or_insert_with(|| Coverage {
                consumer: contract.consumer.clone(),
                operation: found.name.clone(),
                positive: 0,
                negative: 0,
                missing: Coverage::demanded(found),
            });
            if interaction.pending {
                continue;
            }
            match interaction.terms.polarity {
                Polarity::Positive => one.positive += 1,
                Polarity::Negative => one.negative += 1,
            }
            let shown: Vec<&str> = shown_edges(&interaction.terms).map(Edge::word).collect();
            one.missing.retain(|edge| !shown.contains(&edge.as_str()));
        }
    }
    all.into_values().collect()
}

fn cases(interaction: &Interaction) -> Vec<&'static str> {
    let terms = &interaction.terms;
    let mut cases: Vec<_> = shown_edges(terms).map(Edge::word).collect();
    cases.push(polarity(terms.polarity));
    cases
}

/// The edge cases that an interaction shows: those of its tags that what it expects agrees with.
pub fn shown_edges(terms: &Terms) -> impl Iterator<Item = Edge> {
    terms
        .edges
        .iter()
        .copied()
        .filter(|edge| shows(*edge, terms))
}

fn shows(edge: Edge, terms: &Terms) -> bool {
    let is_negative = terms.polarity == Polarity::Negative;
    let code = terms.outcome.as_ref().map(|outcome| outcome.code);
    let refused = |wanted: Code| is_negative && code == Some(wanted);
    match edge {
        Edge::MissingIdentifier => refused(Code::MissingIdentifier) || refused(Code::Malformed),
        Edge::ExpiredConsent | Edge::RevokedConsent | Edge::WrongRecipient => {
            refused(Code::ConsentConstraint)
        }
        Edge::NoMatch => refused(Code::NoMatch),
        Edge::MultipleMatch => refused(Code::MultipleMatch),
        Edge::ConflictingField => refused(Code::ConflictingField),
        Edge::Throttled => refused(Code::Throttled),
        Edge::MalformedPayload => is_negative,
        Edge::PartialHistory => {
            let history = terms.history.as_ref();
            let in_parts = history.is_some_and(|it| !it.complete || !it.gaps.is_empty());
            in_parts || code == Some(Code::Partial)
        }
        Edge::DuplicateMember | Edge::VersionMismatch => true,
    }
}

fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Positive => "positive",
        Polarity::Negative => "negative",
    }
}

/// The operation that an interaction calls. One that calls none belongs to the only operation of its file: it asks
/// how that went.
fn operation<'a>(
    contract: &Contract,
    interaction: &Interaction,
    catalogue: &'a Catalogue,
) -> Option<&'a Operation> {
    called(interaction, catalogue).or_else(|| {
        let others = contract.interactions.iter();
        let found: BTreeMap<&str, &Operation> = others
            .filter_map(|other| called(other, catalogue))
            .map(|operation| (operation.name.as_str(), operation))
            .collect();
        let mut found = found.into_values();
        found.next().filter(|_| found.next().is_none())
    })
}

fn called<'a>(interaction: &Interaction, catalogue: &'a Catalogue) -> Option<&'a Operation> {
    let request = &interaction.request;
    let operations = catalogue.entries.values();
    operations
        .filter_map(|entry| entry.file.operation.as_ref())
        .find(|operation| {
            operation.method.eq_ignore_ascii_case(&request.method)
                && fits(&operation.path, &request.path)
        })
}

/// Whether `path` is one that `template` writes with `{names}` for its variable segments.
fn fits(template: &str, path: &str) -> bool {
    let variable = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if variable(wanted) && !given.is_empty() => {}
            _ => return false,
        }
    }
}

fn own_name(interaction: &Interaction) -> String {
    let request = &interaction.request;
    format!("{} {}", request.method.to_ascii_uppercase(), request.path)
}

fn missing(name: &str, covered: &Covered<'_>) -> Vec<Finding> {
    let polarities = [Polarity::Positive, Polarity::Negative].map(polarity);
    let edges = DEMANDED.map(Edge::word);
    let without = covered.operation.map(|operation| &operation.without);
    let excused = |case: &str| without.is_some_and(|without| without.contains_key(case));
    let (contract, interaction) = covered.first;
    polarities
        .into_iter()
        .chain(edges)
        .filter(|case| !covered.cases.contains(case) && !excused(case))
        .map(|case| {
            let place = contract.place(&interaction.pointer);
            Finding::new(ID, contract.path.clone(), place)
                .pointer(interaction.pointer.clone())
                .kind(format!("{name} {case}"))
                .message(format!(
                    "no interaction of `{}` shows a {case} case of {name}",
                    contract.consumer
                ))
                .remedy(rule(ID).map_or("", |rule| rule.fix))
                .hurt(contract.hurt(interaction))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_fits_paths_of_its_own_length() {
        assert!(fits(
            "/Group/{id}/$davinci-data-export",
            "/Group/g1/$davinci-data-export"
        ));
        assert!(!fits("/Group/{id}/$davinci-data-export", "/Group/g1"));
        assert!(!fits("/Group/{id}", "/Group/"));
        assert!(fits("/Patient/$member-match", "/Patient/$member-match"));
    }
}
