//! The finding ids that are decided in Rust, each with its weight and its explanation; one table a room.
//! Ids of policies (`policy/...`) stand in their own `rule.toml`.

mod catalogue;
mod compare;
mod compat;
mod contract;
mod gate;
mod lifecycle;
mod payload;
mod policy;
mod replay;

use super::Severity;

/// One finding id: what must hold, why it matters, how to settle it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    /// What must hold, as one sentence with "must".
    pub title: &'static str,
    pub why: &'static str,
    pub fix: &'static str,
}

/// Every finding id that is decided in Rust, room by room.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        catalogue::RULES,
        compare::RULES,
        compat::RULES,
        contract::RULES,
        gate::RULES,
        lifecycle::RULES,
        payload::RULES,
        policy::RULES,
        replay::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rule with this id, if Rust decides it.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_unique_and_explained() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in rules() {
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            for text in [rule.title, rule.why, rule.fix] {
                assert!(!text.is_empty(), "{} lacks an explanation", rule.id);
            }
        }
    }
}
