//! Steps between versions as the compatibility check judged them, and whose parser would not bear them.

use super::Shown;
use crate::app::check::touched;
use crate::model::Change;
use crate::policy::input::{ChangeFacts, TouchedFacts};
use std::collections::BTreeSet;

pub(super) fn of(shown: &Shown<'_>) -> Vec<ChangeFacts> {
    let touched = touched(shown.gates, shown.findings);
    let mut facts: Vec<ChangeFacts> = shown
        .changes
        .iter()
        .map(|change| facts(shown, change, &touched))
        .collect();
    facts.sort_by(|a, b| (&a.schema, &a.from).cmp(&(&b.schema, &b.from)));
    facts
}

fn facts(shown: &Shown<'_>, change: &Change, touched: &BTreeSet<(String, String)>) -> ChangeFacts {
    let schema = format!("{}@{}", change.entry, change.to);
    let kinds: BTreeSet<&String> = change.details.iter().map(|one| &one.rule).collect();
    let told = |consumer: &str| {
        let mut notices = shown.notices.iter();
        notices.any(|notice| notice.partner == consumer && notice.version == schema)
    };
    let consumers = touched.iter().filter(|(_, version)| *version == schema);
    ChangeFacts {
        entry: change.entry.clone(),
        pointer: "/$id".to_owned(),
        from: change.from.clone(),
        to: change.to.clone(),
        new: change.new,
        declared_bump: change.declared,
        required_bump: change.required,
        enough: change.declared >= change.required,
        verdict: change.effect,
        proved: !change.proof.contains("not decided"),
        kinds: kinds.into_iter().cloned().collect(),
        touches_closed_consumers: consumers
            .map(|(consumer, _)| TouchedFacts {
                consumer: consumer.clone(),
                notified: told(consumer),
            })
            .collect(),
        schema,
    }
}
