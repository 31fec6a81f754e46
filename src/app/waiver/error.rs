//! Why nothing was asked of the board, or recorded of it.

/// What is wrong with what was asked for; the process ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    #[error("there is no waiver `{asked}`{hint}; `matchmark waiver list` shows them")]
    UnknownWaiver { asked: String, hint: String },
    #[error("no finding has the fingerprint `{0}`; `matchmark check` shows those that there are")]
    UnknownFinding(String),
    #[error("`{0}` cannot be waived: it has to be settled")]
    Unwaivable(String),
    #[error("{id} is a waiver for it already; see policies/waivers/{id}.toml")]
    Waived { id: String },
    #[error("`{rule}` may be waived for {most} days at most, not for {asked}")]
    TooLong { rule: String, most: u32, asked: u32 },
    #[error("{file} is no report of `matchmark check --format json`")]
    NoReport { file: String },
    #[error("{id} cannot be renewed: {why}")]
    NotRenewable { id: String, why: String },
    #[error("{0} is an emergency that was not reviewed: it stays on record until it is")]
    NotReviewed(String),
    #[error("there is no role `{asked}` on the board{hint}; [board] in matchmark.toml names them")]
    UnknownRole { asked: String, hint: String },
    #[error(
        "there is no `{asked}` to decide about{hint}; name a waiver, ID@1.2.3, policy/NAME, payload/NAME, partner:ID, profile:STAGE, sunset:ID@1.2.3 or board"
    )]
    UnknownSubject { asked: String, hint: String },
    #[error("`{account}` cannot decide about {subject}: {why}")]
    OwnApproval {
        account: String,
        subject: String,
        why: &'static str,
    },
    #[error("{0} names no day: say with --sunset DATE on which day it is to end")]
    NoDay(String),
    #[error("--sunset is the day of an end, and {0} is none: name it as sunset:ID@1.2.3")]
    NoEnd(String),
    #[error(
        "{0:?} is no account: letters, digits, `-`, `_` and `.`, with or without an @ before them"
    )]
    NotAnAccount(String),
    #[error("the account is empty")]
    NoAccount,
}
