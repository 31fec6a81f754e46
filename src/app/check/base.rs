//! The head and what it is compared with, and what that comparison leaves open.

use crate::app::AppError;
use crate::catalogue::{Source, Workspace};
use crate::evidence::of_inputs;
use crate::lifecycle::CODEOWNERS;
use crate::load::{self, Head};
use crate::model::{CheckRequest, Finding, JudgedTree};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Files that speak for partners, or of who answers to them: one that is gone asks nothing any more.
const VOICES: [&str; 5] = [
    "contracts/",
    "partners/",
    "payloads/",
    "policies/raci.toml",
    "policies/reviews/",
];

/// What was there before the change.
pub(super) struct Base {
    pub commit: String,
    pub workspace: Workspace,
    /// The day on which it was made.
    pub day: Option<NaiveDate>,
    /// Files that could not be used.
    pub unreadable: Vec<String>,
}

impl Base {
    fn read(root: &Path, commit: String) -> Result<Self, AppError> {
        let (workspace, findings) = load::revision(root, &commit)?;
        let files = findings.into_iter().map(|finding| finding.place.file);
        let made = load::made_at(root, &commit)?;
        Ok(Self {
            commit,
            workspace,
            day: made.map(|made| made.date_naive()),
            unreadable: files.collect(),
        })
    }
}

/// The head and its base.
pub(super) struct Sides {
    pub head: Workspace,
    pub unreadable: Vec<Finding>,
    /// The base, or why there is none.
    pub base: Result<Base, String>,
    commit: Option<Head>,
    /// The commit that the head was read from, where it is not the working tree.
    pub revision: Option<String>,
}

impl Sides {
    /// Reads both.
    ///
    /// Errors: the head cannot be read at all, or git refuses to answer
    pub(super) fn read(request: &CheckRequest) -> Result<Self, AppError> {
        let root = &request.repository.root;
        let (head, unreadable) = load::folder(root, request.repository.config.as_deref())?;
        let default = &head.config.gate.base;
        let base = match load::base(root, request.base.as_deref(), default)? {
            load::Base::Commit(commit) => Ok(Base::read(root, commit)?),
            load::Base::None(why) => Err(why),
        };
        let commit = committed(root, &head, &base)?;
        Ok(Self {
            head,
            unreadable,
            base,
            commit,
            revision: None,
        })
    }

    /// Head and base of a run that is judged once more, both read as git objects.
    ///
    /// Errors: git cannot be run, or a commit is not there
    pub(super) fn recorded(
        root: &Path,
        head: String,
        base: Option<String>,
    ) -> Result<Self, AppError> {
        let (workspace, unreadable) = load::revision(root, &head)?;
        let base = match base {
            Some(commit) => Ok(Base::read(root, commit)?),
            None => Err("there was none".to_owned()),
        };
        Ok(Self {
            head: workspace,
            unreadable,
            base,
            commit: Some(Head {
                commit: head.clone(),
                clean: true,
            }),
            revision: Some(head),
        })
    }

    /// The commit of the head, when nothing of ours differs from it.
    pub(super) fn name(&self) -> String {
        match &self.commit {
            Some(head) if head.clean => head.commit.clone(),
            Some(head) => format!("{} and changes", head.commit),
            None => "working tree".to_owned(),
        }
    }

    /// What is kept of the head: its commit and every file that was read.
    pub(super) fn head_tree(&self) -> JudgedTree {
        let commit = self.commit.as_ref();
        JudgedTree {
            commit: commit.map(|head| head.commit.clone()),
            clean: commit.is_some_and(|head| head.clean),
            digest: of_inputs(&self.head.inputs),
            inputs: self.head.inputs.clone(),
        }
    }

    /// What is kept of the base: its commit tells the files.
    pub(super) fn base_tree(&self) -> Option<JudgedTree> {
        let base = self.base.as_ref().ok()?;
        Some(JudgedTree {
            commit: Some(base.commit.clone()),
            clean: true,
            digest: of_inputs(&base.workspace.inputs),
            inputs: BTreeMap::new(),
        })
    }

    /// What the comparison does not show, in whole sentences.
    pub(super) fn limits(&self) -> Vec<String> {
        let base = match &self.base {
            Ok(base) => base,
            Err(why) => return vec![format!("Nothing was compared with a base: {why}.")],
        };
        let mut limits = Vec::new();
        let is_head = |head: &Head| head.commit == base.commit;
        if self.commit.as_ref().is_some_and(is_head) {
            limits.push("The base is the commit of the head itself, so only what is not committed yet was compared.".to_owned());
        }
        if base.workspace.inputs.is_empty() {
            limits.push("The base holds none of our files, so nothing was compared.".to_owned());
        }
        if !base.unreadable.is_empty() {
            let files = base.unreadable.join(", ");
            limits.push(format!(
                "Not everything of the base could be used, so nothing was compared with: {files}."
            ));
        }
        let gone = self.gone(base);
        if !gone.is_empty() {
            limits.push(format!(
                "Gone since the base, so nobody asks for what they asked: {}.",
                gone.join(", ")
            ));
        }
        limits
    }

    /// Whether a commit is compared with itself, and nothing differs from it.
    pub(super) fn is_its_own_base(&self) -> bool {
        let (Ok(base), Some(head)) = (&self.base, &self.commit) else {
            return false;
        };
        head.clean && head.commit == base.commit
    }

    /// Files that spoke for somebody at the base; one that only has another path is not gone.
    pub(super) fn gone<'a>(&self, base: &'a Base) -> Vec<&'a str> {
        let here: BTreeSet<&String> = self.head.inputs.values().collect();
        let before = base.workspace.inputs.iter();
        before
            .filter(|(path, _)| VOICES.iter().any(|folder| path.starts_with(folder)))
            .filter(|(path, _)| !self.head.inputs.contains_key(*path))
            .filter(|(_, digest)| !here.contains(digest))
            .map(|(path, _)| path.as_str())
            .collect()
    }
}

/// The commit of the working tree. It is clean when what was read is what the commit holds: git says nothing of a file
/// that it ignores, or was told to leave alone.
fn committed(
    root: &Path,
    read: &Workspace,
    base: &Result<Base, String>,
) -> Result<Option<Head>, AppError> {
    let Some(mut head) = load::head(root)? else {
        return Ok(None);
    };
    if head.clean {
        let base = base.as_ref().ok();
        head.clean = match base.filter(|base| base.commit == head.commit) {
            Some(base) => read.inputs == base.workspace.inputs,
            None => read.inputs == load::inputs_of(root, &head.commit)?,
        };
    }
    if head.clean {
        let digest = |owners: Option<Source>| owners.map(|owners| owners.digest());
        let committed = load::first_of(root, &head.commit, &CODEOWNERS)?;
        head.clean = digest(load::first(root, &CODEOWNERS)) == digest(committed);
    }
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(paths: &[&str]) -> Workspace {
        let input = |path: &&str| ((*path).to_owned(), format!("sha256:{path}"));
        Workspace {
            inputs: paths.iter().map(input).collect::<BTreeMap<_, _>>(),
            ..Workspace::default()
        }
    }

    fn sides(head: &[&str], base: &[&str], unreadable: &[&str]) -> Sides {
        Sides {
            head: workspace(head),
            unreadable: Vec::new(),
            base: Ok(Base {
                commit: "b".to_owned(),
                workspace: workspace(base),
                day: None,
                unreadable: unreadable.iter().map(|path| (*path).to_owned()).collect(),
            }),
            commit: Some(Head {
                commit: "h".to_owned(),
                clean: true,
            }),
            revision: None,
        }
    }

    #[test]
    fn a_comparison_with_a_whole_base_leaves_nothing_to_say() {
        let all = ["contracts/n/a.json", "schemas/a/entry.toml"];
        assert!(sides(&all, &all, &[]).limits().is_empty());
    }

    #[test]
    fn what_the_base_could_not_show_is_said() {
        for (sides, said) in [
            (sides(&["matchmark.toml"], &[], &[]), "none of our files"),
            (
                sides(&[], &["a"], &["schemas/b/entry.toml"]),
                "b/entry.toml",
            ),
            (sides(&[], &["contracts/n/a.json"], &[]), "contracts/n/a"),
        ] {
            let limits = sides.limits();
            assert!(limits.iter().any(|limit| limit.contains(said)), "{said}");
        }
    }

    #[test]
    fn a_head_that_is_its_own_base_is_said() {
        let mut same = sides(&["a"], &["a"], &[]);
        same.commit = Some(Head {
            commit: "b".to_owned(),
            clean: true,
        });
        assert_eq!(same.limits().len(), 1);
        assert!(same.is_its_own_base());
        same.commit = Some(Head {
            commit: "b".to_owned(),
            clean: false,
        });
        assert!(!same.is_its_own_base(), "changes are compared with it");
    }
}
