//! What of a contract has a result of its own: interactions, their variants, messages.

use crate::contract::{Contract, SchemaRange, Terms, plan};
use crate::model::{Judged, Report};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// An interaction or a message.
pub(super) struct Item<'a> {
    pub key: &'a str,
    pub pending: bool,
    pub terms: &'a Terms,
    /// Names of the states that it starts from.
    pub states: Vec<&'a str>,
    /// What was asked for instead of the example.
    pub variants: BTreeSet<String>,
    pub sunset: Option<NaiveDate>,
}

/// All of a contract, in the order of the file.
pub(super) fn items(contract: &Contract) -> Vec<Item<'_>> {
    let planned = plan(contract);
    let variants = |key: &str| -> BTreeSet<String> {
        let own = planned.iter().filter(|one| one.interaction == key);
        let names = own.map(|one| one.variant.clone());
        names.filter(|name| !name.is_empty()).collect()
    };
    let sunset = |terms: &Terms| terms.sunset.or(contract.terms.sunset);
    let interactions = contract.interactions.iter().map(|it| Item {
        key: &it.key,
        pending: it.pending,
        terms: &it.terms,
        states: it.states.iter().map(|state| state.name.as_str()).collect(),
        variants: variants(&it.key),
        sunset: sunset(&it.terms),
    });
    let messages = contract.messages.iter().map(|it| Item {
        key: &it.key,
        pending: it.pending,
        terms: &it.terms,
        states: it.states.iter().map(|state| state.name.as_str()).collect(),
        variants: BTreeSet::new(),
        sunset: sunset(&it.terms),
    });
    interactions.chain(messages).collect()
}

impl Item<'_> {
    /// What findings of it call their subject.
    pub(super) fn subject(&self, contract: &Contract) -> String {
        format!("{}#{}", contract.path, self.key)
    }

    /// Every range that it names.
    pub(super) fn ranges(&self) -> impl Iterator<Item = &SchemaRange> {
        let terms = self.terms;
        let sides = terms.request.iter().chain(&terms.response);
        sides.chain(&terms.contents)
    }

    /// The example and every variant, each with what was found wrong with it. What names no variant that was asked
    /// for is about the example.
    pub(super) fn found<'r>(
        &self,
        report: &'r Report,
        subject: &str,
    ) -> Vec<(Option<String>, Vec<&'r Judged>)> {
        let own: Vec<&Judged> = report
            .findings
            .iter()
            .filter(|finding| finding.subject == subject)
            .collect();
        let variant = |finding: &Judged| {
            let named = finding.notes.iter().find(|note| note.label == "variant");
            let named = named.map(|note| note.text.clone());
            named.filter(|name| self.variants.contains(name))
        };
        let names = std::iter::once(None).chain(self.variants.iter().cloned().map(Some));
        names
            .map(|name| {
                let own = own.iter().filter(|finding| variant(finding) == name);
                let own: Vec<&Judged> = own.copied().collect();
                (name, own)
            })
            .collect()
    }
}
