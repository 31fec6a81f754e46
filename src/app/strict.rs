//! `[replay]` of both sides: a change cannot loosen what it is judged by, so the stricter of both counts.
//! Refuses to send and to judge anything.

use super::AppError;
use crate::catalogue::{Gate, ReplayBudget, ReplayConfig, Workspace};
use crate::load;
use crate::model::Repository;
use crate::model::replayed::{BaseDoubt, HISTORY, Loosened};
use crate::replay::behaviour::Patterns;
use std::path::Path;

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
        counts: Some(before.to_string()),
    })
}

/// Places that the head does not compare and the base does.
pub(super) fn passed_over(head: &ReplayConfig, base: Option<&ReplayConfig>) -> Vec<Loosened> {
    let Some(base) = base else {
        return Vec::new();
    };
    let known = |texts: &[String]| {
        let pointers = texts.iter().filter(|text| text.starts_with('/'));
        // Read and found right when the configuration was.
        Patterns::of(pointers.map(String::as_str)).unwrap_or_default()
    };
    let lists = [
        (
            "volatile",
            &head.volatile,
            &base.volatile,
            known(&base.volatile).and_below(),
        ),
        (
            "unordered",
            &head.unordered,
            &base.unordered,
            known(&base.unordered),
        ),
    ];
    let new = lists.into_iter().flat_map(|(key, here, before, known)| {
        let is_new = move |text: &&String| {
            let is_same = |other: &String| other.eq_ignore_ascii_case(text);
            match text.starts_with('/') {
                true => !before.contains(text) && !known.cover(text),
                false => !before.iter().any(is_same),
            }
        };
        here.iter().filter(is_new).map(move |text| Loosened {
            key: key.to_owned(),
            here: text.clone(),
            counts: None,
        })
    });
    new.collect()
}

/// Whether other payloads are named than in the base.
pub(super) fn renamed(head: &Workspace, base: Option<&Workspace>) -> Option<Loosened> {
    let here = &head.config.replay.history;
    let before = &base?.config.replay.history;
    (here != before).then(|| Loosened {
        key: HISTORY.to_owned(),
        here: here.clone(),
        counts: Some(before.clone()),
    })
}

/// What is softer in the head of what answers are judged by.
pub(super) fn of_answers((head, base): (&Workspace, Option<&Workspace>)) -> Vec<Loosened> {
    let before = base.map(|base| &base.config.replay);
    let budget = raised(BEHAVIOUR_CHANGED, head, base).into_iter();
    budget
        .chain(passed_over(&head.config.replay, before))
        .collect()
}

/// Everything that is softer in the head.
pub(super) fn loosened(head: &Workspace, base: Option<&Workspace>) -> Vec<Loosened> {
    let budget = raised(NEWLY_REJECTED, head, base).into_iter();
    budget
        .chain(of_answers((head, base)))
        .chain(renamed(head, base))
        .collect()
}

/// What a replay is held to.
pub(super) struct Before {
    pub commit: Option<String>,
    pub workspace: Option<Workspace>,
    pub doubts: Vec<BaseDoubt>,
}

impl Before {
    /// Without a base. Outside a repository there is no change that could loosen anything.
    fn none(why: &str, has_commits: bool, head: &Workspace, keys: &[&str]) -> Self {
        let doubt = has_commits.then(|| doubt(None, format!("There is no base: {why}")));
        let doubts = doubt.into_iter().map(|it| open(it, (head, None), keys));
        Self {
            commit: None,
            workspace: None,
            doubts: doubts.collect(),
        }
    }

    /// Reads the base, and what its choice leaves open of these keys.
    ///
    /// Errors: git cannot be run, or `asked` names no commit
    pub(super) fn read(
        repository: &Repository,
        asked: Option<&str>,
        head: &Workspace,
        keys: &[&str],
    ) -> Result<Self, AppError> {
        let root = &repository.root;
        let tree = load::head(root)?;
        let commit = match load::base(root, asked, &head.config.gate.base)? {
            load::Base::Commit(commit) => commit,
            load::Base::None(why) => return Ok(Self::none(&why, tree.is_some(), head, keys)),
        };
        let config = repository.config.as_deref();
        let (mut base, findings) = load::judging_at(root, &commit, config, head)?;
        let mut files = findings.iter().map(|finding| &finding.place.file);
        let is_unreadable = files.any(|file| file == CONFIG);
        let is_configured = base.inputs.contains_key(CONFIG);
        let mut doubts = Vec::new();
        if let Some(named) = config.filter(|_| !is_configured && !is_unreadable) {
            // A file that somebody names has no defaults: `[replay]` is held to itself.
            base.config.replay = head.config.replay.clone();
            doubts.push(doubt(None, absent(named)));
        }
        if asked.is_none() {
            let was = is_configured && !is_unreadable;
            let was = was.then_some(&base.config.gate);
            doubts.extend(chosen(was, &head.config.gate));
        }
        let is_same = base.config.replay == head.config.replay && !is_unreadable;
        let is_head = tree.is_some_and(|tree| tree.commit == commit);
        if doubts.is_empty() && is_same && is_head {
            doubts.push(doubt(Some("gate/base-is-head"), OWN_BASE.to_owned()));
        }
        let sides = (head, Some(&base));
        let doubts = doubts.into_iter().map(|it| open(it, sides, keys));
        let unreadable = is_unreadable.then(|| doubt(None, unread(config)));
        let doubts = doubts.chain(unreadable).collect();
        Ok(Self {
            commit: Some(commit),
            workspace: Some(base),
            doubts,
        })
    }
}

const CONFIG: &str = "matchmark.toml";
const OWN_BASE: &str = "The base is the commit of the head itself, so nothing shows what `[replay]` said before, and no version counts as new: ask for `--base HEAD~1`, or fetch the branch that `[gate] base` names";

/// Why a base has no counterpart of a file that was named.
fn absent(named: &Path) -> String {
    let named = named.display();
    format!(
        "The base has no `{named}`, which `--config` names, so nothing shows what `[replay]` said before: keep that file in the repository, and ask for a base that has it"
    )
}

/// Why a base does not tell what `[replay]` was.
fn unread(config: Option<&Path>) -> String {
    let file = config.unwrap_or(Path::new(CONFIG)).display();
    format!("`{file}` of the base cannot be read, so the defaults of `[replay]` count in its place")
}

/// A base that the change picks, now or the last time that it was changed.
fn chosen(was: Option<&Gate>, is: &Gate) -> Option<BaseDoubt> {
    let now = &is.base;
    let was = was.map_or(now, |was| &was.base);
    let why = match was == now {
        false => format!(
            "The base is `{now}` because this change says so; before it that was `{was}`: ask for it by `--base {was}`"
        ),
        true => format!(
            "The base is `{now}`, which is no branch, so every change picks it anew: name the branch that changes land on"
        ),
    };
    (was != now || is.has_no_branch()).then(|| doubt(Some("gate/base-chosen"), why))
}

fn doubt(rule: Option<&str>, message: String) -> BaseDoubt {
    BaseDoubt {
        rule: rule.map(str::to_owned),
        message,
        unproved: Vec::new(),
    }
}

/// The doubt with those of the keys that are softer than usual on every side there is.
fn open(
    doubt: BaseDoubt,
    (head, base): (&Workspace, Option<&Workspace>),
    keys: &[&str],
) -> BaseDoubt {
    let usual = ReplayConfig::default();
    let is_soft = |key: &str, side: &ReplayConfig| match key {
        "volatile" => !side.volatile.is_empty(),
        "unordered" => !side.unordered.is_empty(),
        HISTORY => side.history != usual.history,
        key if key == NEWLY_REJECTED.0 => side.budget.newly_rejected > 0,
        key if key == BEHAVIOUR_CHANGED.0 => side.budget.behaviour_changed > 0,
        _ => true,
    };
    let counts = |key: &&&str| {
        let mut sides = [Some(head), base].into_iter().flatten();
        sides.all(|side| is_soft(key, &side.config.replay))
    };
    BaseDoubt {
        unproved: keys
            .iter()
            .filter(counts)
            .map(|it| (*it).to_owned())
            .collect(),
        ..doubt
    }
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
            ["`/a` is new in `volatile`: it counts once it has landed"]
        );
        assert_eq!(passed_over(&head.config.replay, None), []);
        let narrower = side(&["/issue/*", "etag"], 0).config.replay;
        let wider = side(&["/issue/**", "ETag"], 0).config.replay;
        assert_eq!(passed_over(&narrower, Some(&wider)), []);
        assert_eq!(passed_over(&wider, Some(&narrower)).len(), 1);
    }
}
