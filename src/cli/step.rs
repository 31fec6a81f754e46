//! The commands about the step from one version to the next: `diff` and `bump`, from their flags to their requests.
//! Refuses to know how two versions are compared.

use super::flags::{
    AmountFlags, ColorFlags, DiffFormats, ListFormats, RepositoryFlags, VolumeFlags,
};
use super::request::{Voice, chatter, messages, repository};
use super::{Asked, Surroundings, value};
use crate::model::{BumpRequest, BumpScope, DiffRequest, Request};
use chrono::{DateTime, Utc};
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct DiffArguments {
    /// The older side; alone: the newer side, which is compared with the version before it
    ///
    /// ID@VERSION (ID@next is the draft) or the path of a schema file; REV: before either, as git writes it, looks it up
    /// at that revision. An ID alone is its newest version.
    #[arg(value_name = "A")]
    pub first: String,
    /// The newer side, in the same forms
    #[arg(value_name = "B")]
    pub other: Option<String>,
    /// Look the older side up at this git revision; with A alone: the same version then and now
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: DiffFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct BumpArguments {
    /// Entry whose draft stands in schemas/ID/next
    #[arg(value_name = "ID", required_unless_present = "notes")]
    pub id: Option<String>,
    /// Say everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go to the next major version whatever was computed; settles what is neither proved nor refuted
    #[arg(long, conflicts_with = "notes")]
    pub major: bool,
    /// Write the missing or stale notes of released versions instead: of ID, or of every entry
    #[arg(long)]
    pub notes: bool,
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

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  matchmark diff hrex-coverage                      the newest version against the one before it
  matchmark diff hrex-coverage@1.0.0 hrex-coverage@2.0.0
  matchmark diff hrex-coverage@next --base HEAD     the draft now against the draft as committed
  matchmark diff old/schema.json new/schema.json --format markdown
  matchmark diff main:hrex-coverage@next hrex-coverage@next --format html=diff.html
  matchmark diff v1.4:schemas/hrex-coverage/2.0.0/schema.json hrex-coverage@2.0.0
";

pub(super) const DIFF_CODES: &str = "\
Exit codes:
  0  the difference is told, whatever it is
  2  one of the two sides cannot be found or read
  3  what it does to payloads was neither proved nor refuted";

pub(super) const BUMP_EXAMPLES: &str = "\
Examples:
  matchmark bump hrex-coverage --dry-run            which number the draft needs, and why
  matchmark bump hrex-coverage                      write it: $id, entry.toml, next/NOTES.md
  matchmark bump --notes                            the notes of versions that were released by hand
";

pub(super) const BUMP_CODES: &str = "\
Exit codes:
  0  the number is written, or there is nothing to write
  2  there is no such draft, or a file cannot be read or changed; nothing was written
  3  a step was neither proved nor refuted, so no number is known; nothing was written";

pub(super) fn diff(arguments: DiffArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.volume, true);
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = DiffRequest {
        repository,
        first: arguments.first,
        other: arguments.other,
        base: arguments.base,
        max_findings: arguments.amount.max_findings,
        show,
    };
    Ok(Asked::Run(Box::new(Request::Diff(request)), chatter))
}

pub(super) fn bump(arguments: BumpArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let scope = match (arguments.notes, arguments.id) {
        (false, Some(id)) => BumpScope::Draft(id),
        (_, id) => BumpScope::Notes(id),
    };
    let request = BumpRequest {
        repository,
        scope,
        dry_run: arguments.dry_run,
        major: arguments.major,
        as_of: arguments.as_of,
        show,
    };
    Ok(messages(Request::Bump(request)))
}
