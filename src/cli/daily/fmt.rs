//! The flags of `fmt` and their help.

use crate::cli::flags::{Color, ListFormats, RepositoryFlags};
use crate::cli::request::{Voice, messages, repository};
use crate::cli::{Asked, Surroundings};
use crate::model::{DailyRequest, FmtRequest, Request};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(in crate::cli) struct FmtArguments {
    /// Files of ours; every one of the repository when none is named
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// List what would change and exit with 1, change nothing
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
}

pub(in crate::cli) const FMT_EXAMPLES: &str = "\
Examples:
  matchmark fmt                                     every TOML and JSON file of ours
  matchmark fmt --check                             in CI
  matchmark fmt partners/northwind.toml
";

pub(in crate::cli) const FMT_CODES: &str = "\
Exit codes:
  0  every file has its layout
  1  a file would change (--check)
  2  a file cannot be read as what it is called; the others were laid out all the same
  4  there was no file

Comments, order of keys and line breaks between items stay. What somebody holds the digest of, such
as a released schema or an approved waiver, and examples of payloads are never changed.";

pub(in crate::cli) fn fmt(arguments: FmtArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: Color::Never,
    };
    let show = voice.show(&repository.root, around)?;
    let request = FmtRequest {
        repository,
        files: arguments.files,
        check: arguments.check,
        show,
    };
    Ok(messages(Request::Daily(DailyRequest::Fmt(request))))
}
