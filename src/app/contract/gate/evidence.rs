//! A contract check's report -> one record a contract: what was judged, with what, and how it came out.

use super::item::{Item, items};
use super::{Ground, digests, facts, problems};
use crate::contract::{Contract, Polarity, gating, matching, shown_edges};
use crate::model::{
    Build, Evidence, InteractionResult, Judged, Party, Problem, ReplayProof, Report, SchemaProof,
    Standing, StaticProof,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// Rules that a proof without any provider gives.
const STATIC: [&str; 8] = [
    "contract/example-invalid",
    "contract/outcome-mismatch",
    "contract/range-empty",
    "contract/reader-order-broken",
    "contract/request-not-accepted",
    "contract/response-impossible",
    "contract/response-not-read",
    "contract/static-undecided",
];

/// A run that is to be kept.
pub(super) struct Run<'a> {
    pub ground: &'a Ground,
    /// The contracts that were judged.
    pub contracts: &'a [Contract],
    pub report: &'a Report,
    /// Versions of everybody, by name.
    pub builds: BTreeMap<String, Build>,
    pub as_of: DateTime<Utc>,
    pub started: DateTime<Utc>,
    pub ended: DateTime<Utc>,
    pub run_url: Option<String>,
    pub branch: Option<String>,
}

impl Run<'_> {
    /// One record for each contract that still gates.
    pub(super) fn records(&self) -> Vec<Evidence> {
        let contracts = self.contracts.iter();
        contracts
            .filter_map(|contract| self.record(contract))
            .collect()
    }

    /// What the recorded payloads showed in this run.
    pub(super) fn replay(&self) -> Option<ReplayProof> {
        problems::replay(self.report, digests::corpus(&self.ground.workspace.inputs))
    }

    fn record(&self, contract: &Contract) -> Option<Evidence> {
        let (gates, _) = gating(contract, self.as_of.date_naive());
        if gates.is_empty() {
            return None;
        }
        let workspace = &self.ground.workspace;
        let items = items(&gates);
        let results: Vec<InteractionResult> = items
            .iter()
            .flat_map(|item| self.results(contract, item))
            .collect();
        Some(Evidence {
            provider: self.party(&contract.provider)?,
            consumer: self.party(&contract.consumer)?,
            contract: facts::name(contract),
            schemas: self.schemas(&items),
            policy_set: digests::policy_set(&workspace.inputs),
            states: states(&items),
            matchmark: env!("CARGO_PKG_VERSION").to_owned(),
            matcher: matching::VERSION.to_owned(),
            pending: results.iter().any(|result| result.pending),
            results,
            problems: problems::of_contract(self.report, contract, &workspace.config.payer.id),
            proofs: self.proofs(contract, &items),
            replay: self.replay(),
            as_of: self.as_of,
            started: self.started,
            ended: self.ended,
            run_url: self.run_url.clone(),
            branch: self.branch.clone(),
        })
    }

    fn party(&self, name: &str) -> Option<Party> {
        let version = self.builds.get(name)?;
        Some(Party {
            name: name.to_owned(),
            version: version.clone(),
        })
    }

    /// The example of an item, and each of its variants.
    fn results(&self, contract: &Contract, item: &Item<'_>) -> Vec<InteractionResult> {
        let terms = item.terms;
        let result = |(variant, found): (Option<String>, Vec<&Judged>)| {
            let problems = problems::kept(found.into_iter());
            InteractionResult {
                interaction: item.key.to_owned(),
                variant,
                standing: problems::worst(&problems),
                pending: item.pending,
                negative: terms.polarity == Polarity::Negative,
                outcome: terms.outcome.as_ref().map(|it| it.code.word().to_owned()),
                edges: shown_edges(terms)
                    .map(|edge| edge.word().to_owned())
                    .collect(),
                sunset: item.sunset,
                problems,
            }
        };
        let found = item.found(self.report, &item.subject(contract));
        found.into_iter().map(result).collect()
    }

    /// Every range once, with the versions that lie in it.
    fn schemas(&self, items: &[Item<'_>]) -> Vec<SchemaProof> {
        let mut ranges: BTreeMap<(String, String), Option<NaiveDate>> = BTreeMap::new();
        for item in items {
            let until = item.sunset;
            for range in item.ranges() {
                let key = (range.id.clone(), range.range.to_string());
                let known = ranges.entry(key).or_insert(until);
                // What has no end outlasts what has one.
                *known = known.zip(until).map(|(one, other)| one.max(other));
            }
        }
        let catalogue = &self.ground.workspace.catalogue;
        let versions = |id: &str, range: &str| -> BTreeMap<String, String> {
            let range = range.parse().unwrap_or_default();
            let versions = catalogue.in_range(id, &range).into_iter();
            versions
                .map(|it| (it.id.version.to_string(), digests::schema(catalogue, it)))
                .collect()
        };
        ranges
            .into_iter()
            .map(|((id, range), until)| SchemaProof {
                versions: versions(&id, &range),
                id,
                range,
                until,
            })
            .collect()
    }

    fn proofs(&self, contract: &Contract, items: &[Item<'_>]) -> Vec<StaticProof> {
        let catalogue = &self.ground.workspace.catalogue;
        let mut proofs = Vec::new();
        for item in items {
            let mut against = problems::of_subject(self.report, &item.subject(contract));
            against.retain(|problem| STATIC.contains(&problem.rule.as_str()));
            for range in item.ranges() {
                for version in catalogue.in_range(&range.id, &range.range) {
                    let schema = version.id.to_string();
                    proofs.push(StaticProof {
                        interaction: item.key.to_owned(),
                        standing: standing(&against, &schema),
                        schema,
                    });
                }
            }
        }
        proofs
    }
}

/// The worst of what speaks against one version: a problem that names none speaks against all.
fn standing(against: &[Problem], schema: &str) -> Standing {
    let names_one = |kind: &str| kind.contains('@') && !kind.contains(' ');
    let speaks = |problem: &&Problem| !names_one(&problem.kind) || problem.kind == schema;
    let worst = against
        .iter()
        .filter(speaks)
        .map(|problem| problem.standing)
        .max();
    worst.unwrap_or(Standing::Passed)
}

/// The digest of every state that the contract uses.
fn states(items: &[Item<'_>]) -> BTreeMap<String, String> {
    let known = digests::states();
    items
        .iter()
        .flat_map(|item| &item.states)
        .filter_map(|state| known.get_key_value(*state))
        .map(|(name, digest)| (name.clone(), digest.clone()))
        .collect()
}
