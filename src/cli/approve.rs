//! The command `approve`, from its flags to its request.
//! Refuses to know what can be approved and by whom.

use super::flags::{ColorFlags, ListFormats, RepositoryFlags};
use super::request::{Voice, messages, repository};
use super::{Asked, Surroundings, value};
use crate::model::{ApproveRequest, Request};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct ApproveArguments {
    /// What is decided about: WV-0001, ID@1.2.3, policy/NAME, payload/NAME, partner:ID, profile:STAGE,
    /// sunset:ID@1.2.3 or board
    pub subject: String,
    /// Seat on the board for which the decision is made
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// Account that decides: neither who asked nor an author of the change
    #[arg(long = "as", value_name = "ACCOUNT", value_parser = account)]
    pub account: String,
    /// Decide against it
    #[arg(long)]
    pub reject: bool,
    /// Last day of sunset:ID@1.2.3 that is decided about; the day in the catalogue where it is left out
    #[arg(long, value_name = "DATE")]
    pub sunset: Option<NaiveDate>,
    /// Authors since REF are authors of the change, instead of since the merge base with the configured branch
    #[arg(long, value_name = "REF", env = "MATCHMARK_BASE", hide_env = true)]
    pub base: Option<String>,
    /// Date the decision as of this date or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

/// Longest name of an account.
const LONGEST: usize = 100;

/// The account as a forge would name it.
fn account(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_begun = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !is_begun || text.len() > LONGEST || !text.chars().all(is_plain) {
        return Err(format!(
            "an account is 1 to {LONGEST} letters, digits and ._-, and begins with a letter or digit"
        ));
    }
    Ok(text.to_owned())
}

pub(super) const APPROVE_EXAMPLES: &str = "\
Examples:
  matchmark approve WV-0031 --role security --as board-security
  matchmark approve hrex-coverage@3.0.0 --role compliance --as board-compliance
  matchmark approve sunset:hrex-coverage@2.0.0 --sunset 2027-02-01 --role platform --as board-platform
  matchmark approve policy/name-irregular --role platform --as board-platform --reject
";

pub(super) fn approve(arguments: ApproveArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    Ok(messages(Request::Approve(ApproveRequest {
        repository,
        subject: arguments.subject,
        role: arguments.role,
        account: arguments.account,
        reject: arguments.reject,
        sunset: arguments.sunset,
        base: arguments.base,
        as_of: arguments.as_of,
        dry_run: arguments.dry_run,
        show,
    })))
}
