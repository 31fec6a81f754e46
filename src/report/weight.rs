//! The order in which a short list tells findings: the worst first, and one of each rule before the like of it.
//! Refuses to know how they are shown.

use crate::model::{CheckName, Judged};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// `findings` for a list that has room for a few. What weighs the same is told one of each rule first, and of those what
/// hurts someone or is proved by a payload.
pub(super) fn worst_first<'a>(findings: impl IntoIterator<Item = &'a Judged>) -> Vec<&'a Judged> {
    let mut before: BTreeMap<(&str, Reverse<_>), usize> = BTreeMap::new();
    let mut ranked = Vec::new();
    for judged in findings {
        let nth = before
            .entry((&judged.rule, Reverse(judged.severity)))
            .or_default();
        ranked.push((Reverse(judged.severity), *nth, !breaks(judged), judged));
        *nth += 1;
    }
    ranked.sort_by_key(|&(severity, nth, is_quiet, _)| (severity, nth, is_quiet));
    ranked.into_iter().map(|(.., judged)| judged).collect()
}

/// Whether someone stands behind it: a payload, a partner, what was recorded.
fn breaks(judged: &Judged) -> bool {
    let is_seen = match judged.check() {
        Some(CheckName::Compat | CheckName::Contract | CheckName::Replay) => true,
        Some(CheckName::Catalogue | CheckName::Policy | CheckName::Lifecycle) | None => false,
    };
    is_seen || judged.witness.is_some() || !judged.hurts.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::report::sample::required_added;

    #[test]
    fn the_worst_is_told_first_and_one_of_each_rule_before_its_like() {
        let made = |rule: &str, severity, is_bare| {
            let mut judged = required_added();
            judged.rule = rule.to_owned();
            judged.severity = severity;
            if is_bare {
                judged.witness = None;
                judged.hurts.clear();
            }
            judged
        };
        let findings = [
            made("catalogue/a", Severity::Error, true),
            made("catalogue/a", Severity::Error, true),
            made("lifecycle/w", Severity::Warning, false),
            made("compat/b", Severity::Error, true),
            made("compat/b", Severity::Error, true),
            made("policy/c", Severity::Error, false),
            made("gate/f", Severity::Fault, true),
        ];
        let told: Vec<&str> = worst_first(&findings)
            .into_iter()
            .map(|judged| judged.rule.as_str())
            .collect();
        let wanted = [
            "gate/f",
            "compat/b",
            "policy/c",
            "catalogue/a",
            "compat/b",
            "catalogue/a",
            "lifecycle/w",
        ];
        assert_eq!(told, wanted);
    }
}
