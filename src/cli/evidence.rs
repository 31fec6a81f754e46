//! The commands about kept runs of the gate, from their flags to their requests.
//! Refuses to know how a chain is verified and a run is judged again.

use super::args::EXIT_CODES;
use super::flags::{ColorFlags, ListFormats, RepositoryFlags, VolumeFlags};
use super::request::{Voice, chatter, repository};
use super::{Asked, Surroundings, value};
use crate::model::{
    Again, EvidenceListRequest, EvidenceRequest, EvidenceVerifyRequest, Request, RunsAsked, Show,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(super) enum EvidenceVerb {
    /// Prove that kept runs are the ones that were written, each after the one before it
    #[command(before_long_help = VERIFY_EXAMPLES, after_long_help = VERIFY_CODES)]
    Verify(VerifyArguments),
    /// List kept runs with their rates by partner and version
    #[command(before_long_help = LIST_EXAMPLES, after_long_help = EXIT_CODES)]
    List(ListArguments),
}

/// Where kept runs are.
#[derive(Args, Debug)]
pub(super) struct RunsFlags {
    /// Folder of kept runs, seen from the repository; [evidence] runs of matchmark.toml unless named
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    pub runs: RunsFlags,
    /// Demand that the chain has this record, which was the newest when its digest was put away
    #[arg(
        long,
        value_name = "DIGEST",
        env = "MATCHMARK_EVIDENCE_HEAD",
        hide_env = true,
        value_parser = value::digest
    )]
    pub head: Option<String>,
    /// Judge a run once more from its commits: that of this digest or number, else the newest
    #[arg(long, value_name = "RECORD", num_args = 0..=1, require_equals = true)]
    pub rederive: Option<Option<String>>,
}

#[derive(Args, Debug)]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub runs: RunsFlags,
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: EvidenceVerb, around: &Surroundings) -> Result<Asked, String> {
    let runs = match &verb {
        EvidenceVerb::Verify(arguments) => &arguments.runs,
        EvidenceVerb::List(arguments) => &arguments.runs,
    };
    let chatter = chatter(&runs.volume, false);
    let (place, show) = place(runs, around)?;
    let request = match verb {
        EvidenceVerb::Verify(arguments) => EvidenceRequest::Verify(EvidenceVerifyRequest {
            place,
            head: arguments.head,
            again: arguments
                .rederive
                .map(|named| named.map_or(Again::Newest, Again::Named)),
            show,
        }),
        EvidenceVerb::List(_) => EvidenceRequest::List(EvidenceListRequest { place, show }),
    };
    Ok(Asked::Run(Box::new(Request::Evidence(request)), chatter))
}

fn place(runs: &RunsFlags, around: &Surroundings) -> Result<(RunsAsked, Show), String> {
    let repository = repository(&runs.repository);
    let voice = Voice {
        formats: &runs.formats.format,
        volume: Some(&runs.volume),
        color: runs.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let folder = runs.folder.clone();
    Ok((RunsAsked { repository, folder }, show))
}

pub(super) const EVIDENCE_EXAMPLES: &str = "\
Examples:
  matchmark evidence verify                         the chain of .matchmark/evidence
  matchmark evidence list                           how often which partner and version failed
";

const VERIFY_EXAMPLES: &str = "\
Examples:
  matchmark evidence verify                         the chain of .matchmark/evidence
  matchmark evidence verify --head sha256:9c41...   and that nothing was cut off after that record
  matchmark evidence verify --rederive              and that its newest run comes out the same once more
  matchmark evidence verify --rederive=12 --format json=proof.json
  matchmark evidence verify downloaded/evidence
";

const VERIFY_CODES: &str = "\
Exit codes, the first that applies:
  2  error      a record was changed, is missing, was slipped in, or does not come out the same once more
  3  undecided  the run cannot be judged again: its files were in no commit, or another program judged it
  4  empty      no run is kept there
  0  go         every record is the one that was written, and follows the one before it
";

const LIST_EXAMPLES: &str = "\
Examples:
  matchmark evidence list
  matchmark evidence list --format json=runs.json
";
