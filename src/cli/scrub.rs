//! The flags of `scrub` and their help.

use super::flags::{
    ColorFlags, LeniencyFlags, ListFormats, ProgressFlags, RepositoryFlags, VolumeFlags, WorkFlags,
};
use super::request::{TWO_ON_STDOUT, Voice, below, chatter, repository};
use super::{Asked, Surroundings};
use crate::model::{Request, ScrubRequest, Target};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct ScrubArguments {
    /// Envelopes or payloads, one a line: files, folders, patterns, plain, .gz or .zst, `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The secret that pseudonyms come from: 32 bytes or more. The same one gives the same pseudonyms
    #[arg(long, value_name = "FILE", env = "MATCHMARK_KEY_FILE", hide_env = true)]
    pub key_file: PathBuf,
    /// Make the key file where there is none, readable by its owner only
    #[arg(long)]
    pub new_key: bool,
    /// Write the scrubbed lines to FILE; standard output without it
    #[arg(long, value_name = "FILE", env = "MATCHMARK_OUT", hide_env = true)]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub work: WorkFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
    #[command(flatten)]
    pub progress: ProgressFlags,
}

/// Reads the words of `scrub`.
pub(super) fn scrub(arguments: ScrubArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.volume, arguments.progress.no_progress);
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let mut show = voice.show(&repository.root, around)?;
    let out = match arguments.out {
        Some(path) if path != Path::new("-") => Target::File(below(&repository.root, &path)),
        Some(_) | None => Target::Stdout,
    };
    if out == Target::Stdout {
        // The lines have standard output; what is said of them in words goes to standard error.
        show.wanted.retain(|wanted| wanted.target != Target::Stdout);
        let mut asked = arguments.formats.format.iter();
        if asked.any(|wanted| wanted.target == Target::Stdout) {
            return Err(TWO_ON_STDOUT.to_owned());
        }
    }
    let request = ScrubRequest {
        files: arguments.files,
        key: below(&repository.root, &arguments.key_file),
        new_key: arguments.new_key,
        out,
        jobs: arguments.work.jobs,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        show,
        repository,
    };
    Ok(Asked::Run(Box::new(Request::Scrub(request)), chatter))
}

pub(super) const SCRUB_EXAMPLES: &str = "\
Examples:
  matchmark scrub day.ndjson --key-file ~/scrub.key --new-key --out payloads/northwind/11.ndjson
  matchmark scrub archive/ --key-file ~/scrub.key --out year.ndjson --format json=done.json
  matchmark scrub day.ndjson.zst --key-file ~/scrub.key > scrubbed.ndjson

Whoever has the key can tell whose a pseudonym is: keep it where the history came from.
";

pub(super) const SCRUB_CODES: &str = "\
Exit codes:
  0 go         every line was scrubbed
  1 no-go      a line was no JSON and was not given out; the others were scrubbed
  2 error      usage, no key, or a file that could not be read to its end
  4 empty      there was no line";
