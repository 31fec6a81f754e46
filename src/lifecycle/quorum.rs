//! Whether the board agreed: which roles had to, which did, and why the others do not count.
//! Refuses to know what is approved: a subject and a digest are all that it holds a decision against.

use crate::catalogue::{Approval, Board, Decision, account, is_account};
use crate::model::Place;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What the board is asked about; each has its own quorum in `[board.quorum]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    Waiver,
    Emergency,
    MajorRelease,
    RuleWeakened,
    EarlySunset,
}

impl Matter {
    pub const ALL: [Self; 5] = [
        Self::Waiver,
        Self::Emergency,
        Self::MajorRelease,
        Self::RuleWeakened,
        Self::EarlySunset,
    ];

    /// The key in `[board.quorum]`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiver => "waiver",
            Self::Emergency => "emergency",
            Self::MajorRelease => "major-release",
            Self::RuleWeakened => "rule-weakened",
            Self::EarlySunset => "early-sunset",
        }
    }
}

/// What has to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matters<'a> {
    pub matter: Matter,
    /// As approvals name it.
    pub subject: &'a str,
    /// Digest of it as it stands.
    pub digest: &'a str,
    /// Accounts and teams whose approval does not count: who asked, and the authors of the change.
    pub not_by: &'a BTreeSet<String>,
    /// Last day on which a decision may have been made.
    pub day: NaiveDate,
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub role: String,
    pub approver: String,
    pub date: NaiveDate,
    pub place: Place,
}

/// A role that had to agree and did not, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    pub role: String,
    pub why: String,
    /// Whether it decided against it, rather than not at all or not validly.
    pub rejected: bool,
    /// The file that records the decision that does not count, if there is one.
    pub place: Option<Place>,
}

/// How the board decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quorum {
    pub given: Vec<Given>,
    pub lacking: Vec<Lacking>,
}

impl Quorum {
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.lacking.is_empty()
    }

    /// The roles whose word is missing.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.lacking.iter().map(|one| one.role.clone()).collect()
    }

    /// Who lacks and why, in words.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let said = |one: &Lacking| format!("{} {}", one.role, one.why);
        self.lacking.iter().map(said).collect()
    }
}

/// The roles that have to agree: those of the quorum of `matter`, or the whole board where none is set.
#[must_use]
pub fn roles(board: &Board, matter: Matter) -> &[String] {
    board.quorum.get(matter.word()).unwrap_or(&board.roles)
}

/// Holds the decisions on record against what has to be approved.
#[must_use]
pub fn quorum(board: &Board, asked: &Matters<'_>, approvals: &[Approval]) -> Quorum {
    let mut quorum = Quorum::default();
    let wanted = roles(board, asked.matter);
    if wanted.is_empty() {
        quorum.lacking.push(Lacking {
            role: "board".to_owned(),
            why: "matchmark.toml names no roles under [board]".to_owned(),
            rejected: false,
            place: None,
        });
    }
    for role in wanted {
        match counted(role, asked, approvals, &quorum.given) {
            Ok(given) => quorum.given.push(given),
            Err(lacking) => quorum.lacking.push(lacking),
        }
    }
    quorum
}

fn counted(
    role: &str,
    asked: &Matters<'_>,
    approvals: &[Approval],
    given: &[Given],
) -> Result<Given, Lacking> {
    let own: Vec<&Approval> = approvals
        .iter()
        .filter(|approval| approval.file.subject == asked.subject && approval.file.role == role)
        .collect();
    let lacking = |why: String, approval: Option<&Approval>| Lacking {
        role: role.to_owned(),
        why,
        rejected: approval.is_some_and(|approval| approval.file.decision == Decision::Reject),
        place: approval.map(|approval| approval.source.find("decision")),
    };
    // A rejection outranks an approval of the same role: nobody can outvote it with a second file.
    let rejects = |approval: &&&Approval| approval.file.decision == Decision::Reject;
    let Some(approval) = own.iter().find(rejects).or_else(|| own.first()) else {
        return Err(lacking("has not decided".to_owned(), None));
    };
    match flaw(approval, asked, given) {
        Some(why) => Err(lacking(why, Some(approval))),
        None => Ok(Given {
            role: role.to_owned(),
            approver: approval.file.approver.clone(),
            date: approval.file.date,
            place: approval.source.find("decision"),
        }),
    }
}

/// Why a decision does not count as an approval.
fn flaw(approval: &Approval, asked: &Matters<'_>, given: &[Given]) -> Option<String> {
    let file = &approval.file;
    if file.decision == Decision::Reject {
        return Some("rejected it".to_owned());
    }
    if file.digest != asked.digest {
        return Some("approved another text of it: the digest differs".to_owned());
    }
    if !is_account(&file.approver) {
        return Some("was approved by what is no account".to_owned());
    }
    let approver = account(&file.approver);
    if asked.not_by.iter().any(|other| account(other) == approver) {
        return Some("was approved by who asked for it or wrote it".to_owned());
    }
    if given
        .iter()
        .any(|other| account(&other.approver) == approver)
    {
        return Some("was approved by the account that speaks for another role".to_owned());
    }
    if file.date > asked.day {
        return Some("is dated later than the day of this run".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::Source;

    const DIGEST: &str = "sha256:11";

    fn approval(role: &str, approver: &str, decision: &str, digest: &str, date: &str) -> Approval {
        let text = format!(
            "subject = 'WV-0001'\ndigest = '{digest}'\nrole = '{role}'\napprover = '{approver}'\n\
             decision = '{decision}'\ndate = '{date}'\n"
        );
        Approval {
            file: toml::from_str(&text).unwrap(),
            source: Source::new(
                format!("policies/approvals/WV-0001/{role}.toml"),
                text.into_bytes(),
            ),
        }
    }

    fn lacking(approvals: &[Approval]) -> Vec<String> {
        let board = Board {
            roles: ["platform", "security"].map(str::to_owned).into(),
            ..Board::default()
        };
        let not_by = BTreeSet::from(["team-asking".to_owned()]);
        let asked = Matters {
            matter: Matter::Waiver,
            subject: "WV-0001",
            digest: DIGEST,
            not_by: &not_by,
            day: "2026-11-20".parse().unwrap(),
        };
        let quorum = quorum(&board, &asked, approvals);
        assert_eq!(quorum.is_reached(), quorum.lacking.is_empty());
        quorum.lacking.into_iter().map(|one| one.role).collect()
    }

    #[test]
    fn every_role_must_have_approved_this_very_text() {
        let platform = approval("platform", "a", "approve", DIGEST, "2026-11-20");
        let good = |role| approval(role, "b", "approve", DIGEST, "2026-11-19");
        assert!(lacking(&[platform.clone(), good("security")]).is_empty());
        for second in [
            good("compliance"),
            approval("security", "b", "reject", DIGEST, "2026-11-19"),
            approval("security", "b", "approve", "sha256:22", "2026-11-19"),
            approval("security", "team-asking", "approve", DIGEST, "2026-11-19"),
            approval("security", "a", "approve", DIGEST, "2026-11-19"),
            approval("security", "@A", "approve", DIGEST, "2026-11-19"),
            approval("security", "Team-Asking", "approve", DIGEST, "2026-11-19"),
            approval("security", "team asking", "approve", DIGEST, "2026-11-19"),
            approval("security", "b", "approve", DIGEST, "2026-11-21"),
        ] {
            assert_eq!(lacking(&[platform.clone(), second]), ["security"]);
        }
    }

    #[test]
    fn a_rejection_outranks_an_approval_of_the_same_role() {
        let platform = approval("platform", "a", "approve", DIGEST, "2026-11-20");
        let yes = approval("security", "b", "approve", DIGEST, "2026-11-19");
        let no = approval("security", "c", "reject", DIGEST, "2026-11-19");
        assert_eq!(lacking(&[platform, yes, no]), ["security"]);
    }

    #[test]
    fn without_a_board_nothing_is_approved() {
        let asked = Matters {
            matter: Matter::Waiver,
            subject: "WV-0001",
            digest: DIGEST,
            not_by: &BTreeSet::new(),
            day: "2026-11-20".parse().unwrap(),
        };
        assert!(!quorum(&Board::default(), &asked, &[]).is_reached());
    }
}
