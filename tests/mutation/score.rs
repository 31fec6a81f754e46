//! The share of killed constraints, and the reviewed table of those that nothing kills.
//! Refuses to know how a constraint is killed.

use super::trial::{Fate, Outcome};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// `survivors.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    survivor: Vec<Survivor>,
}

/// One constraint that no payload can tell from its absence, in every version where it stands so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    entry: String,
    versions: Vec<String>,
    pointer: String,
    reason: String,
}

/// Every line of the table about the entries that `chosen` picks, as `entry@version pointer`.
pub fn reviewed(chosen: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let table: Table = toml::from_str(include_str!("survivors.toml")).unwrap();
    let mut lines = BTreeSet::new();
    let asked = table.survivor.into_iter();
    for survivor in asked.filter(|survivor| chosen(&survivor.entry)) {
        assert!(
            survivor.reason.split(' ').count() > 5,
            "{}",
            survivor.pointer
        );
        for version in &survivor.versions {
            let line = format!("{}@{version} {}", survivor.entry, survivor.pointer);
            assert!(lines.insert(line.clone()), "{line} stands twice");
        }
    }
    lines
}

/// Per entry and in all: how many constraints met which fate, and the share that is killed.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut entries: BTreeMap<&str, BTreeMap<Fate, usize>> = BTreeMap::new();
    let mut all: BTreeMap<Fate, usize> = BTreeMap::new();
    for outcome in outcomes {
        for (_, fate) in &outcome.fates {
            let entry = entries.entry(&outcome.entry).or_default();
            *entry.entry(*fate).or_default() += 1;
            *all.entry(*fate).or_default() += 1;
        }
    }
    let mut text = format!(
        "{:34}{:>8}{:>8}{:>9}{:>7}{:>9}{:>10}{:>9}\n",
        "entry", "asked", "mutant", "example", "twin", "implied", "survivor", "killed"
    );
    for (entry, count) in entries.iter().map(|(e, c)| (*e, c)).chain([("all", &all)]) {
        let of = |fate| count.get(&fate).copied().unwrap_or_default();
        let sum: usize = count.values().sum();
        let killed = of(Fate::Mutant) + of(Fate::Example) + of(Fate::Twin);
        let share = 100.0 * killed as f64 / (sum - of(Fate::Implied)).max(1) as f64;
        writeln!(
            text,
            "{entry:34}{sum:>8}{:>8}{:>9}{:>7}{:>9}{:>10}{share:>8.2}%",
            of(Fate::Mutant),
            of(Fate::Example),
            of(Fate::Twin),
            of(Fate::Implied),
            of(Fate::Survivor),
        )
        .unwrap();
    }
    text
}
