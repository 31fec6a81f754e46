//! `replay`, `replay merge` and `replay exchanges`: flags, examples, exit codes.

use super::contract::Recording;
use super::flags::{
    AmountFlags, ColorFlags, LeniencyFlags, ProgressFlags, ProviderFlags, RepositoryFlags,
    VolumeFlags, WorkFlags,
};
use super::request::{Voice, chatter, repository};
use super::{Asked, Surroundings, value};
use crate::model::replayed::{Sample, Shard};
use crate::model::{
    Format, ReplayAct, ReplayExchanges, ReplayJudge, ReplayRequest, Request, Wanted,
};
use clap::{Args, Subcommand};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ReplayArguments {
    #[command(subcommand)]
    pub verb: Option<ReplayVerb>,
    #[command(flatten)]
    pub judge: JudgeArguments,
}

#[derive(Subcommand, Debug)]
pub(super) enum ReplayVerb {
    /// Put the json results of all shards together: the same bytes as one run gives
    Merge(MergeArguments),
    /// Send recorded requests again, to the reference service or to one that runs, and compare the answers
    #[command(before_long_help = EXCHANGES_EXAMPLES, after_long_help = EXCHANGES_CODES)]
    Exchanges(ExchangesArguments),
}

#[derive(Args, Debug)]
pub(super) struct JudgeArguments {
    /// Recorded envelopes, one a line: files, folders, patterns, plain, .gz or .zst, `-` for standard input;
    /// matchmark.toml names those of the repository
    #[arg(long, value_name = "FILE", env = "MATCHMARK_HISTORY", hide_env = true)]
    pub history: Vec<PathBuf>,
    /// Judge every payload of this entry by this version, and no other payload
    #[arg(
        long,
        value_name = "ID@VERSION",
        env = "MATCHMARK_CANDIDATE",
        hide_env = true
    )]
    pub candidate: Option<String>,
    /// Compare with this revision instead of the one that matchmark.toml names
    #[arg(long, value_name = "REF", env = "MATCHMARK_BASE", hide_env = true)]
    pub base: Option<String>,
    /// Judge only the Ith of N shares of the lines; `replay merge` puts the results together
    #[arg(long, value_name = "I/N", env = "MATCHMARK_SHARD", hide_env = true)]
    pub shard: Option<Shard>,
    /// Judge only one line in N, chosen by --seed; what was not judged keeps the verdict from being go
    #[arg(long, value_name = "N", env = "MATCHMARK_SAMPLE", hide_env = true)]
    pub sample: Option<NonZeroU64>,
    /// Which lines a sample chooses
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        requires = "sample",
        env = "MATCHMARK_SEED",
        hide_env = true
    )]
    pub seed: u64,
    #[command(flatten)]
    pub work: WorkFlags,
    #[command(flatten)]
    pub said: SaidArguments,
    #[command(flatten)]
    pub progress: ProgressFlags,
}

#[derive(Args, Debug)]
pub(super) struct MergeArguments {
    /// What `replay --shard I/N --format json=RESULT` wrote, of every shard
    #[arg(value_name = "RESULT")]
    pub first: PathBuf,
    /// The other shards, in any order
    #[arg(value_name = "RESULT")]
    pub others: Vec<PathBuf>,
    #[command(flatten)]
    pub said: SaidArguments,
}

#[derive(Args, Debug)]
pub(super) struct ExchangesArguments {
    /// How the exchanges are written
    #[arg(long, value_enum)]
    pub from: Recording,
    /// The recorded exchanges; `-` for standard input
    pub file: PathBuf,
    /// Who sent the requests: a partner's id, where an exchange does not say it itself
    #[arg(long, value_name = "NAME", env = "MATCHMARK_CONSUMER", hide_env = true)]
    pub consumer: Option<String>,
    #[command(flatten)]
    pub provider: ProviderFlags,
    /// Be no looser than [replay] of this revision, instead of the one that matchmark.toml names
    #[arg(long, value_name = "REF", env = "MATCHMARK_BASE", hide_env = true)]
    pub base: Option<String>,
    /// Judge the exchanges with these numbers only; those before them are sent, since ids may come from them
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..))]
    pub only: Vec<u64>,
    /// Wait so long for one answer: seconds (10s) or minutes (2m)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub formats: ReplayFormats,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
    #[command(flatten)]
    pub progress: ProgressFlags,
}

/// Formats of a replay, of payloads or of exchanges.
#[derive(Args, Debug)]
pub(super) struct ReplayFormats {
    /// Give text, json, markdown, html, sarif or junit; repeatable, `html=answers.html` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &FORMATS))]
    pub format: Vec<Wanted>,
}

/// Every format that a replay has.
const FORMATS: [Format; 6] = [
    Format::Text,
    Format::Json,
    Format::Markdown,
    Format::Html,
    Format::Sarif,
    Format::Junit,
];

/// How a result is given.
#[derive(Args, Debug)]
pub(super) struct SaidArguments {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ReplayFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

/// Reads the words of `replay`.
pub(super) fn replay(arguments: ReplayArguments, around: &Surroundings) -> Result<Asked, String> {
    match arguments.verb {
        Some(ReplayVerb::Merge(merge)) => {
            let act = ReplayAct::Merge(merge.first, merge.others);
            asked(act, &merge.said, true, around)
        }
        Some(ReplayVerb::Exchanges(arguments)) => exchanges(arguments, around),
        None => {
            let JudgeArguments {
                history,
                candidate,
                base,
                shard,
                sample,
                seed,
                work,
                said,
                progress,
            } = arguments.judge;
            let act = ReplayAct::Judge(ReplayJudge {
                base,
                histories: history,
                candidate,
                shard: shard.unwrap_or(Shard::WHOLE),
                sample: sample.map(|one_in| Sample {
                    one_in: one_in.get(),
                    seed,
                }),
                jobs: work.jobs,
            });
            asked(act, &said, progress.no_progress, around)
        }
    }
}

fn exchanges(arguments: ExchangesArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ReplayRequest {
        repository,
        act: ReplayAct::Exchanges(ReplayExchanges {
            base: arguments.base,
            file: arguments.file,
            is_archive: arguments.from == Recording::Har,
            consumer: arguments.consumer,
            provider: arguments.provider.provider(),
            only: arguments.only.into_iter().collect(),
            patience: arguments.timeout,
        }),
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        max_findings: arguments.amount.max_findings,
        show,
    };
    let chatter = chatter(&arguments.volume, arguments.progress.no_progress);
    Ok(Asked::Run(Box::new(Request::Replay(request)), chatter))
}

fn asked(
    act: ReplayAct,
    said: &SaidArguments,
    no_progress: bool,
    around: &Surroundings,
) -> Result<Asked, String> {
    let repository = repository(&said.repository);
    let voice = Voice {
        formats: &said.formats.format,
        volume: Some(&said.volume),
        color: said.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ReplayRequest {
        repository,
        act,
        allow_empty: said.leniency.allow_empty,
        exit_zero: said.leniency.exit_zero,
        max_findings: said.amount.max_findings,
        show,
    };
    let chatter = chatter(&said.volume, no_progress);
    Ok(Asked::Run(Box::new(Request::Replay(request)), chatter))
}

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  matchmark replay
  matchmark replay --history 'archive/**/*.ndjson.zst' --candidate hrex-member-match-request@next
  matchmark replay --history day.ndjson --shard 2/4 --format json=2.json
  matchmark replay merge 1.json 2.json 3.json 4.json --format text --format json=all.json
  matchmark replay --history archive/ --sample 100 --seed 7   what one line in a hundred says
  matchmark replay exchanges --from har staging.har --consumer northwind
";

pub(super) const REPLAY_CODES: &str = "\
Exit codes:
  0 go         every recorded payload keeps its verdict, within the budget of matchmark.toml
  1 no-go      more payloads are newly rejected than that, or a line is no envelope
  2 error      usage, configuration, or a file that could not be read to its end
  3 undecided  a shard or a sample without a fault, an unknown version, a rule that gave no answer,
               a base that does not show what [replay] allowed, another `history` than the base's
  4 empty      there was no payload";

pub(super) const EXCHANGES_EXAMPLES: &str = "\
Examples:
  matchmark replay exchanges --from ndjson exchanges.ndjson
  matchmark replay exchanges --from har staging.har --consumer northwind --format markdown=answers.md
  matchmark replay exchanges --from ndjson exchanges.ndjson --only 7
  matchmark replay exchanges --from ndjson exchanges.ndjson --provider-url http://127.0.0.1:8080
";

pub(super) const EXCHANGES_CODES: &str = "\
Exit codes:
  0 go         every recorded request is answered as recorded, within the budget of matchmark.toml
  1 no-go      more of them are answered otherwise than that
  2 error      usage, configuration, a file that cannot be read or holds something that is no exchange
  3 undecided  an exchange cannot be had again or was not answered, or --only left some out
  4 empty      there was no exchange";
