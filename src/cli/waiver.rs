//! The commands of `waiver`, from their flags to their requests.
//! Refuses to know when a waiver counts.

use super::args::{DONE_CODES, EXIT_CODES};
use super::flags::{ColorFlags, ListFormats, RepositoryFlags};
use super::request::{Voice, messages, repository};
use super::{Asked, Surroundings, value};
use crate::model::{Request, WaiverAct, WaiverRequest};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(super) enum WaiverVerb {
    /// Write the draft of an exception for one finding; it counts for nothing until it is completed and approved
    #[command(before_long_help = NEW_EXAMPLES, after_long_help = DONE_CODES)]
    New(NewArguments),
    /// List every exception: how it stands, days left, who agreed and who did not
    #[command(before_long_help = LIST_EXAMPLES, after_long_help = EXIT_CODES)]
    List(WaiverFlags),
    /// Move the end of an exception once more; the board has to approve it anew
    #[command(before_long_help = RENEW_EXAMPLES, after_long_help = DONE_CODES)]
    Renew(RenewArguments),
    /// Remove an exception with its approvals; git keeps both
    #[command(before_long_help = CLOSE_EXAMPLES, after_long_help = DONE_CODES)]
    Close(CloseArguments),
}

#[derive(Args, Debug)]
pub(super) struct WaiverFlags {
    /// Judge as if now were this date (its first second in UTC) or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct NewArguments {
    /// Fingerprint of the finding: the gate shows it
    #[arg(long = "for", value_name = "FINGERPRINT")]
    pub fingerprint: String,
    /// Let it last N days; as long as its rule allows where it is left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub days: Option<u32>,
    /// Find it in this report in JSON instead of the newest kept run
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Run the gate against REF where no kept run tells of it
    #[arg(
        long,
        value_name = "REF",
        env = "MATCHMARK_BASE",
        hide_env = true,
        conflicts_with = "report"
    )]
    pub base: Option<String>,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub flags: WaiverFlags,
}

#[derive(Args, Debug)]
pub(super) struct RenewArguments {
    /// The exception, such as WV-0001
    pub id: String,
    /// Its new last day
    #[arg(long, value_name = "DATE", value_parser = value::day)]
    pub until: NaiveDate,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub flags: WaiverFlags,
}

#[derive(Args, Debug)]
pub(super) struct CloseArguments {
    /// The exception, such as WV-0001
    pub id: String,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub flags: WaiverFlags,
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: WaiverVerb, around: &Surroundings) -> Result<Asked, String> {
    let (act, dry_run, flags) = match verb {
        WaiverVerb::List(flags) => (WaiverAct::List, false, flags),
        WaiverVerb::New(it) => {
            let act = WaiverAct::New {
                fingerprint: it.fingerprint,
                days: it.days,
                report: it.report,
                base: it.base,
            };
            (act, it.dry_run, it.flags)
        }
        WaiverVerb::Renew(it) => {
            let (id, until) = (it.id, it.until);
            (WaiverAct::Renew { id, until }, it.dry_run, it.flags)
        }
        WaiverVerb::Close(it) => (WaiverAct::Close { id: it.id }, it.dry_run, it.flags),
    };
    let repository = repository(&flags.repository);
    let voice = Voice {
        formats: &flags.formats.format,
        volume: None,
        color: flags.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    Ok(messages(Request::Waiver(WaiverRequest {
        repository,
        act,
        as_of: flags.as_of,
        dry_run,
        show,
    })))
}

pub(super) const WAIVER_EXAMPLES: &str = "\
Examples:
  matchmark waiver new --for 7c1e9a4f02bd51e8       the fingerprint stands beside the finding
  matchmark waiver list
  matchmark waiver renew WV-0031 --until 2027-01-15
  matchmark waiver close WV-0031
";

const NEW_EXAMPLES: &str = "\
Examples:
  matchmark waiver new --for 7c1e9a4f02bd51e8       as the newest kept run told it, else runs the gate
  matchmark waiver new --for 7c1e9a4f02bd51e8 --report report.json --days 30
";

const LIST_EXAMPLES: &str = "\
Examples:
  matchmark waiver list
  matchmark waiver list --as-of 2027-01-01 --format json
";

const RENEW_EXAMPLES: &str = "\
Examples:
  matchmark waiver renew WV-0031 --until 2027-01-15
";

const CLOSE_EXAMPLES: &str = "\
Examples:
  matchmark waiver close WV-0031
";
