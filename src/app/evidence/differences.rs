//! What came out otherwise when a run was judged once more, one sentence each.

use crate::model::{FindingMark, RunRecord};
use std::collections::BTreeMap;

/// Things that are named one by one before the rest is counted.
const NAMED: usize = 5;

/// Everything decided that `again` says otherwise than `record`.
pub(super) fn differences(record: &RunRecord, again: &RunRecord) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(files) = files(&record.head.inputs, &again.head.inputs) {
        told.push(format!(
            "the commit holds other files than were judged: {files}"
        ));
    }
    if record.head.inputs.is_empty() || record.head.digest != again.head.digest {
        told.push("the digest over the judged files is another".to_owned());
    }
    if record.base != again.base {
        told.push("the base holds other files than it was compared with".to_owned());
    }
    if record.verdict != again.verdict || record.exit_code != again.exit_code {
        told.push(format!(
            "it came to `{}` ({}), and now comes to `{}` ({})",
            record.verdict.word(),
            record.exit_code,
            again.verdict.word(),
            again.exit_code
        ));
    }
    told.extend(findings(&record.findings, &again.findings));
    for (what, is_same) in [
        (
            "the facts that rules were asked about",
            record.policy_input == again.policy_input,
        ),
        (
            "the file of code owners",
            record.code_owners == again.code_owners,
        ),
        ("which rules were asked", record.rules == again.rules),
        (
            "the rules themselves",
            record.rule_versions == again.rule_versions,
        ),
        ("how the six checks ended", record.checks == again.checks),
        (
            "waivers and who approved them",
            record.waivers == again.waivers,
        ),
        (
            "what was replayed",
            record.replays == again.replays && record.replayed == again.replayed,
        ),
        ("how contracts held", record.contracts == again.contracts),
    ] {
        if !is_same {
            told.push(format!("{what} came out otherwise"));
        }
    }
    told
}

fn files(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Option<String> {
    let paths = before.keys().chain(now.keys());
    let other = paths.filter(|path| before.get(*path) != now.get(*path));
    let mut other: Vec<&str> = other.map(String::as_str).collect();
    other.sort_unstable();
    other.dedup();
    some(&other)
}

/// Findings that only one side has.
fn findings(before: &[FindingMark], now: &[FindingMark]) -> Vec<String> {
    let side = |all: &[FindingMark], others: &[FindingMark], what: &str| {
        let mut rest = others.to_vec();
        let mut alone = Vec::new();
        for mark in all {
            match rest.iter().position(|other| other == mark) {
                Some(place) => {
                    rest.swap_remove(place);
                }
                None => alone.push(format!("{} {}", mark.rule, mark.fingerprint)),
            }
        }
        let alone: Vec<&str> = alone.iter().map(String::as_str).collect();
        some(&alone).map(|alone| format!("{what}: {alone}"))
    };
    let gone = side(before, now, "found then and not now, or weighed otherwise");
    let new = side(now, before, "found now and not then, or weighed otherwise");
    gone.into_iter().chain(new).collect()
}

/// The first of some names, and how many more there are.
fn some(names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let first: Vec<&str> = names.iter().take(NAMED).copied().collect();
    let rest = names.len().saturating_sub(NAMED);
    let more = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    Some(format!("{}{more}", first.join(", ")))
}
