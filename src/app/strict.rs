//! `[replay]` of both sides: a change cannot loosen what it is judged by, so the stricter of both counts.
//! Refuses to send and to judge anything.

use crate::catalogue::{ReplayBudget, ReplayConfig, Workspace};
use crate::model::replayed::Loosened;

/// Reads one number of a budget.
pub(super) type Share = fn(&ReplayBudget) -> u64;

/// Payloads that may be newly rejected.
pub(super) const NEWLY_REJECTED: (&str, Share) =
    ("budget.newly-rejected", |budget| budget.newly_rejected);
/// Exchanges that may be answered otherwise.
pub(super) const BEHAVIOUR_CHANGED: (&str, Share) = ("budget.behaviour-changed", |budget| {
    budget.behaviour_changed
});

/// How many may turn out otherwise. A change cannot raise the budget and spend it in one go: the smaller one counts.
pub(super) fn budget((_, share): (&str, Share), head: &Workspace, base: Option<&Workspace>) -> u64 {
    let sides = [Some(head), base].into_iter().flatten();
    let budgets = sides.map(|side| share(&side.config.replay.budget));
    budgets.min().unwrap_or_default()
}

/// The budget, where the head raises it.
pub(super) fn raised(
    (key, share): (&str, Share),
    head: &Workspace,
    base: Option<&Workspace>,
) -> Option<Loosened> {
    let here = share(&head.config.replay.budget);
    let before = share(&base?.config.replay.budget);
    (here > before).then(|| Loosened {
        key: key.to_owned(),
        here: here.to_string(),
        counts: before.to_string(),
    })
}

/// Places that the head does not compare and the base does.
pub(super) fn passed_over(head: &ReplayConfig, base: Option<&ReplayConfig>) -> Vec<Loosened> {
    let Some(base) = base else {
        return Vec::new();
    };
    let lists = [
        ("volatile", &head.volatile, &base.volatile),
        ("unordered", &head.unordered, &base.unordered),
    ];
    let new = lists.into_iter().flat_map(|(key, here, before)| {
        let is_new = |text: &&String| !before.contains(text);
        here.iter().filter(is_new).map(move |text| Loosened {
            key: key.to_owned(),
            here: format!("`{text}`"),
            counts: "what both name".to_owned(),
        })
    });
    new.collect()
}

/// Everything that is softer in the head.
pub(super) fn loosened(head: &Workspace, base: Option<&Workspace>) -> Vec<Loosened> {
    let shares = [NEWLY_REJECTED, BEHAVIOUR_CHANGED].into_iter();
    let budgets = shares.filter_map(|share| raised(share, head, base));
    let before = base.map(|base| &base.config.replay);
    budgets
        .chain(passed_over(&head.config.replay, before))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(volatile: &[&str], changed: u64) -> Workspace {
        let mut side = Workspace::default();
        side.config.replay.volatile = volatile.iter().map(|text| (*text).to_owned()).collect();
        side.config.replay.budget.behaviour_changed = changed;
        side
    }

    #[test]
    fn the_smaller_budget_counts_and_a_raised_one_is_told() {
        let counted = |head: u64, base: Option<u64>| {
            let (head, base) = (side(&[], head), base.map(|base| side(&[], base)));
            let told = raised(BEHAVIOUR_CHANGED, &head, base.as_ref());
            (
                budget(BEHAVIOUR_CHANGED, &head, base.as_ref()),
                told.is_some(),
            )
        };
        assert_eq!(counted(3, None), (3, false));
        assert_eq!(counted(3, Some(1)), (1, true));
        assert_eq!(counted(1, Some(3)), (1, false));
    }

    #[test]
    fn a_place_that_only_the_head_passes_over_is_told() {
        let (head, base) = (side(&["/a", "/b"], 0), side(&["/b", "/c"], 0));
        let told = passed_over(&head.config.replay, Some(&base.config.replay));
        let told: Vec<String> = told.iter().map(Loosened::told).collect();
        assert_eq!(
            told,
            ["`volatile` of `[replay]` has `/a`, and the base does not: what both name counts"]
        );
        assert_eq!(passed_over(&head.config.replay, None), []);
    }
}
