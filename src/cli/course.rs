//! The commands that move a version through its life: `release`, `promote`, `deprecate`, from their flags to their requests.
//! Refuses to know which moves there are.

use super::flags::{ColorFlags, ListFormats, RepositoryFlags};
use super::request::{Voice, messages, repository};
use super::{Asked, Surroundings, value};
use crate::model::{
    BumpRequest, BumpScope, DeprecateRequest, EndingAsked, PromoteRequest, Request, Rung, VersionId,
};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Flags that all of them have.
#[derive(Args, Debug)]
pub(super) struct CourseFlags {
    /// Account that asks; its own approval does not count
    #[arg(long, value_name = "ACCOUNT", env = "GITHUB_ACTOR", hide_env = true, value_parser = account)]
    pub requested_by: Option<String>,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take this date (its first second in UTC) or RFC 3339 instant for now
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
pub(super) struct ReleaseArguments {
    /// Entry whose draft or candidate stands in schemas/ID/next
    #[arg(value_name = "ID")]
    pub id: String,
    /// Go to the next major version whatever was computed; settles what is neither proved nor refuted
    #[arg(long)]
    pub major: bool,
    #[command(flatten)]
    pub course: CourseFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RungWord {
    /// Take a candidate back; asks for no proof
    Draft,
    /// Put a draft forward; asks for a run of the gate at the stage staging
    Candidate,
    /// Release it; asks for a run of the gate at the stage release-candidate
    Released,
}

#[derive(Args, Debug)]
pub(super) struct PromoteArguments {
    /// Draft or candidate, by the number that it is to get or as ID@next
    #[arg(value_name = "ID@VERSION", value_parser = version)]
    pub version: VersionId,
    /// Where it goes
    #[arg(long, value_enum, value_name = "STATE")]
    pub to: RungWord,
    /// Folder of kept runs of the gate, instead of .matchmark/evidence
    #[arg(long, value_name = "FOLDER")]
    pub runs: Option<PathBuf>,
    #[command(flatten)]
    pub course: CourseFlags,
}

#[derive(Args, Debug)]
pub(super) struct DeprecateArguments {
    /// Version that ends
    #[arg(value_name = "ID@VERSION", value_parser = version)]
    pub version: VersionId,
    /// What replaces it: a version of the same entry, or ID@VERSION of another
    #[arg(long, value_name = "VERSION", conflicts_with = "retire")]
    pub replaced_by: Option<String>,
    /// File of the repository that tells partners how to move
    #[arg(long, value_name = "FILE", conflicts_with = "retire")]
    pub migration: Option<String>,
    /// Last day on which it is served; the earliest that policies/windows.toml allows when left out
    #[arg(long, value_name = "DATE", conflicts_with = "retire", value_parser = value::day)]
    pub sunset: Option<NaiveDate>,
    /// Serve it no longer; its sunset must have passed
    #[arg(long)]
    pub retire: bool,
    #[command(flatten)]
    pub course: CourseFlags,
}

pub(super) const RELEASE_EXAMPLES: &str = "\
Examples:
  matchmark release hrex-coverage --dry-run         which number it would get, and what is missing
  matchmark release hrex-coverage --requested-by integration-bot
";

pub(super) const RELEASE_CODES: &str = "\
Exit codes:
  0  it is released: folder, entry.toml, notes, record of the move
  1  the gate rejects it, the board has not agreed to a major release, or nobody asks for one
     (--requested-by); nothing was written
  2  there is no such draft, or a file cannot be read or changed; nothing was written
  3  a step was neither proved nor refuted, so no number is known; nothing was written";

pub(super) const PROMOTE_EXAMPLES: &str = "\
Examples:
  matchmark promote hrex-coverage@next --to candidate
  matchmark promote hrex-coverage@2.1.0 --to released --requested-by integration-bot
  matchmark promote hrex-coverage@2.1.0 --to draft  take a candidate back
";

pub(super) const PROMOTE_CODES: &str = "\
Exit codes:
  0  it went there, or was there
  1  no kept run proves these files, the board has not agreed, or there is no such move; nothing was written
  2  there is no such version, or kept runs cannot be trusted; nothing was written
  3  a step was neither proved nor refuted, so no number is known; nothing was written";

pub(super) const DEPRECATE_EXAMPLES: &str = "\
Examples:
  matchmark deprecate hrex-coverage@2.0.0 --replaced-by 2.0.1 --migration docs/migrations/hrex-coverage-2.md
  matchmark deprecate hrex-coverage@1.0.0 --sunset 2027-09-30    move an end later
  matchmark deprecate hrex-coverage@1.0.0 --retire               after its sunset
";

pub(super) const DEPRECATE_CODES: &str = "\
Exit codes:
  0  entry.toml says so, and every partner that may use it has a notice; or there was nothing to do
  1  it is too early for a partner, or something that partners need is missing; nothing was written
  2  there is no such version, or a file cannot be read or changed; nothing was written";

pub(super) fn release(arguments: ReleaseArguments, around: &Surroundings) -> Result<Asked, String> {
    let flags = arguments.course;
    let (repository, show) = flags.place(around)?;
    let request = BumpRequest {
        repository,
        scope: BumpScope::Release {
            id: arguments.id,
            requested_by: flags.requested_by,
        },
        dry_run: flags.dry_run,
        major: arguments.major,
        as_of: flags.as_of,
        show,
    };
    Ok(messages(Request::Bump(request)))
}

pub(super) fn promote(arguments: PromoteArguments, around: &Surroundings) -> Result<Asked, String> {
    let flags = arguments.course;
    let (repository, show) = flags.place(around)?;
    let request = PromoteRequest {
        repository,
        version: arguments.version,
        to: match arguments.to {
            RungWord::Draft => Rung::Draft,
            RungWord::Candidate => Rung::Candidate,
            RungWord::Released => Rung::Released,
        },
        requested_by: flags.requested_by,
        runs: arguments.runs,
        dry_run: flags.dry_run,
        as_of: flags.as_of,
        show,
    };
    Ok(messages(Request::Promote(request)))
}

pub(super) fn deprecate(
    arguments: DeprecateArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let flags = arguments.course;
    let (repository, show) = flags.place(around)?;
    let ending = if arguments.retire {
        EndingAsked::Retired
    } else {
        EndingAsked::Told {
            replaced_by: arguments.replaced_by,
            migration: arguments.migration,
            sunset: arguments.sunset,
        }
    };
    let request = DeprecateRequest {
        repository,
        version: arguments.version,
        ending,
        requested_by: flags.requested_by,
        dry_run: flags.dry_run,
        as_of: flags.as_of,
        show,
    };
    Ok(messages(Request::Deprecate(request)))
}

impl CourseFlags {
    fn place(
        &self,
        around: &Surroundings,
    ) -> Result<(crate::model::Repository, crate::model::Show), String> {
        let repository = repository(&self.repository);
        let voice = Voice {
            formats: &self.formats.format,
            volume: None,
            color: self.color.color,
        };
        let show = voice.show(&repository.root, around)?;
        Ok((repository, show))
    }
}

fn version(text: &str) -> Result<VersionId, String> {
    text.parse()
        .map_err(|_| "write the version as ID@x.y.z, or ID@next for the draft".to_owned())
}

/// Longest name of an account.
const LONGEST: usize = 100;

fn account(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-[]".contains(c);
    if text.is_empty() || text.len() > LONGEST || !text.chars().all(is_plain) {
        return Err("an account is named by letters, digits and ._-[]".to_owned());
    }
    Ok(text.to_owned())
}
