//! What a change makes softer, and whether the board agreed to it as it stands.

use super::{Books, Question};
use crate::catalogue::{Board, Workspace};
use crate::lifecycle::{
    BOARD, Deciders, Matter, Matters, Quorum, RuleTerms, StageTerms, Weakening, approvable,
    lost_stage, quorum, softer_board, softer_rule, softer_stage, stricter_board,
};
use crate::model::{Finding, Place, Stage, counted};
use crate::policy::{Profile, ProfileFile, Rule, RuleStatus, unheld};
use std::collections::{BTreeMap, BTreeSet};

/// A softening with what the board said of it.
pub(super) struct Softened {
    pub weakening: Weakening,
    pub quorum: Quorum,
}

/// What the run is judged by where base and head differ: the stricter of both.
pub(super) struct Guard<'a> {
    question: &'a Question<'a>,
    /// The board of both sides.
    pub board: Board,
    pub softened: Vec<Softened>,
    /// The profile of the base, unless the board let it go.
    pub profile: Option<Profile>,
    authors: BTreeSet<String>,
}

impl<'a> Guard<'a> {
    /// Compares both sides.
    pub(super) fn read(
        question: &'a Question<'a>,
        books: &Books,
        stage: Stage,
        authors: &BTreeSet<String>,
    ) -> Self {
        let head = question.head;
        let mut guard = Self {
            question,
            board: head.config.board.clone(),
            softened: Vec::new(),
            profile: None,
            authors: authors.clone(),
        };
        let Some(base) = question.base.filter(|base| !base.inputs.is_empty()) else {
            return guard;
        };
        guard.board = stricter_board(&base.config.board, &head.config.board);
        let mut found = rules(books);
        found.extend(profiles(base, head));
        found.extend(softer_board(&base.config.board, &head.config.board));
        for weakening in found {
            let quorum = guard.agreed(&weakening.subject);
            guard.softened.push(Softened { weakening, quorum });
        }
        if guard.let_go(BOARD) {
            guard.board = head.config.board.clone();
        }
        let is_kept = |one: &Softened| {
            one.weakening.subject.starts_with("profile:") && !one.quorum.is_reached()
        };
        if let Some(book) = books
            .base
            .as_ref()
            .filter(|_| guard.softened.iter().any(is_kept))
        {
            guard.profile = Profile::read(stage, &base.profiles, book).ok();
        }
        guard
    }

    /// Who decides about this change.
    pub(super) fn deciders(&self) -> Deciders<'_> {
        Deciders {
            board: &self.board,
            not_by: &self.authors,
        }
    }

    /// How the board decided about weakening `subject` to what it is now.
    pub(super) fn agreed(&self, subject: &str) -> Quorum {
        let head = self.question.head;
        let digest = approvable(head, subject).unwrap_or_default();
        let asked = Matters {
            matter: Matter::RuleWeakened,
            subject,
            digest: &digest,
            not_by: &self.authors,
            day: self.question.as_of.date_naive(),
        };
        quorum(&self.board, &asked, &head.approvals)
    }

    /// Whether something got softer, and the board agreed to all of it.
    fn let_go(&self, subject: &str) -> bool {
        let mut own = self.softened.iter();
        own.any(|one| one.weakening.subject == subject && one.quorum.is_reached())
    }

    /// Rules whose new form the board approved: the old one is asked no more.
    pub(super) fn settled(&self, books: &Books) -> BTreeSet<String> {
        let bases = [&books.base, &books.payload_base].into_iter().flatten();
        let rules = bases.flat_map(|book| &book.rules);
        let changed = rules.filter(|rule| {
            let id = &rule.file.id;
            let before = self.question.base.and_then(|base| approvable(base, id));
            before != approvable(self.question.head, id)
        });
        changed
            .map(|rule| rule.file.id.clone())
            .filter(|id| self.question.head_has(id) && self.agreed(id).is_reached())
            .collect()
    }

    /// What is found of softened rules: what their files say, and what only the base's rule still finds.
    pub(super) fn findings(&self, others: &[Finding]) -> Vec<Finding> {
        let open = |one: &&Softened| !one.quorum.is_reached();
        let softened = self.softened.iter().filter(open);
        let mut findings: Vec<Finding> = softened
            .map(|one| told(&one.weakening, &one.quorum))
            .collect();
        let only_base: BTreeMap<&str, &Finding> = others
            .iter()
            .filter(|finding| finding.notes.iter().any(|note| note.label == "base"))
            .map(|finding| (finding.rule.as_str(), finding))
            .collect();
        for (id, finding) in only_base {
            if !self.question.head_has(id) {
                continue;
            }
            let weakening = Weakening {
                subject: id.to_owned(),
                owner: None,
                key: "text".to_owned(),
                what: format!(
                    "no longer finds what it found before, in {}",
                    finding.subject
                ),
                place: rule_place(self.question.head, id),
            };
            findings.push(told(&weakening, &self.agreed(id)));
        }
        findings
    }
}

impl Question<'_> {
    fn head_has(&self, id: &str) -> bool {
        let head = self.head;
        let mut rules = head.rules.values().chain(head.payload_rules.values());
        rules.any(|rule| rule.id() == id && rule.rego.is_some())
    }
}

fn rule_place(head: &Workspace, id: &str) -> Place {
    let mut rules = head.rules.values().chain(head.payload_rules.values());
    let found = rules.find(|rule| rule.id() == id);
    let path = found.and_then(|rule| Some(rule.rego.as_ref()?.path.clone()));
    Place::start(path.unwrap_or_else(|| "policies/rules".to_owned()))
}

fn told(weakening: &Weakening, quorum: &Quorum) -> Finding {
    let subject = &weakening.subject;
    let finding = Finding::new(
        "lifecycle/rule-weakened",
        subject.clone(),
        weakening.place.clone(),
    )
    .pointer(format!("/{}", weakening.key))
    .kind("weakened")
    .message(format!("`{subject}` got softer: it {}", weakening.what))
    .remedy(format!(
        "take it back, or `matchmark approve {subject} --role ROLE --as ACCOUNT` by each of: {}",
        quorum.missing().join(", ")
    ))
    .note("approval", quorum.reasons().join("; "));
    match &weakening.owner {
        Some(owner) => finding.note("owner", owner.clone()),
        None => finding,
    }
}

/// Rules of both sides that got softer.
fn rules(books: &Books) -> Vec<Weakening> {
    let pairs = [
        (&books.base, &books.head),
        (&books.payload_base, &books.payload),
    ];
    let mut found = Vec::new();
    for (base, head) in pairs {
        for before in base.iter().flat_map(|book| &book.rules) {
            if let Some(now) = head.rule(&before.file.id) {
                found.extend(softer_rule(&terms(before), &terms(now)));
                found.extend(unproven(before, now));
            }
        }
    }
    found
}

/// The rule no longer does what its cases said before the change, whatever they say now.
fn unproven(before: &Rule, now: &Rule) -> Option<Weakening> {
    if (&before.rego.bytes, &before.toml.bytes) == (&now.rego.bytes, &now.toml.bytes) {
        return None;
    }
    let unheld = unheld(before, now);
    let first = unheld.first()?;
    Some(Weakening {
        subject: now.file.id.clone(),
        owner: Some(now.file.owner.clone()),
        key: "cases".to_owned(),
        what: format!(
            "answers {} that it had before otherwise than listed there, {} for one",
            counted(unheld.len(), "case"),
            first.path
        ),
        place: Place::start(&now.rego.path),
    })
}

fn terms(rule: &Rule) -> RuleTerms {
    let file = &rule.file;
    let kinds = file.severity_by_kind.iter();
    RuleTerms {
        id: file.id.clone(),
        owner: file.owner.clone(),
        source: rule.toml.clone(),
        gates: file.status == RuleStatus::Active,
        severity: file.severity.into(),
        by_kind: kinds
            .map(|(kind, floor)| (kind.clone(), (*floor).into()))
            .collect(),
        days: if file.waivable {
            file.max_waiver_days
        } else {
            0
        },
        approvers: file.approvers.iter().cloned().collect(),
        applies: file.applies.iter().cloned().collect(),
        per_member: file.per_member.iter().cloned().collect(),
        params: file.params.clone(),
    }
}

/// Profiles of both sides that got softer.
fn profiles(base: &Workspace, head: &Workspace) -> Vec<Weakening> {
    let read = |side: &Workspace, stage: &str| {
        let source = side.profiles.get(stage)?;
        let file = ProfileFile::read(source)?;
        Some(StageTerms {
            stage: file.stage,
            source: source.clone(),
            require: file.require.into_iter().collect(),
            fail_on: file.fail_on.map(Into::into),
            raise: file
                .raise
                .into_iter()
                .map(|(id, floor)| (id, floor.into()))
                .collect(),
        })
    };
    Stage::ALL
        .iter()
        .filter_map(|stage| Some((read(base, stage.word())?, read(head, stage.word()))))
        .flat_map(|(before, now)| match now {
            Some(now) => softer_stage(&before, &now),
            None => vec![lost_stage(&before)],
        })
        .collect()
}
