//! The commands about what was seen on the wire: `contract match` and `contract record`.
//! Refuses to know how a message is matched or drafted.

use super::super::Asked;
use super::super::flags::{RepositoryFlags, WorkFlags};
use super::super::request::{below, messages, repository};
use crate::model::{ContractRequest, MatchRequest, RecordRequest, Request, Target};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Recording {
    /// HTTP Archive 1.2, as browsers and proxies export it
    Har,
    /// One `{"request": {..}, "response": {..}}` a line
    Ndjson,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct RecordArguments {
    /// How the traffic is written
    #[arg(long, value_enum)]
    pub from: Recording,
    /// The recorded traffic; `-` for standard input
    pub file: PathBuf,
    /// Who sent the requests: a partner's id
    #[arg(long, value_name = "NAME")]
    pub consumer: String,
    /// Write the draft there instead of to standard output
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct MatchArguments {
    /// Read pairs from standard input, one JSON object a line
    #[arg(long, required = true)]
    pub batch: bool,
    #[command(flatten)]
    pub work: WorkFlags,
}

/// The request behind `contract match`.
pub(super) fn matched(arguments: &MatchArguments) -> Asked {
    let request = MatchRequest {
        jobs: arguments.work.jobs,
    };
    messages(Request::Contract(ContractRequest::Match(request)))
}

/// The request behind `contract record`.
pub(super) fn record(arguments: RecordArguments) -> Asked {
    let repository = repository(&arguments.repository);
    let out = arguments.out.filter(|path| path != Path::new("-"));
    let request = ContractRequest::Record(RecordRequest {
        out: out.map_or(Target::Stdout, |path| {
            Target::File(below(&repository.root, &path))
        }),
        file: arguments.file,
        is_archive: arguments.from == Recording::Har,
        consumer: arguments.consumer,
        repository,
    });
    messages(Request::Contract(request))
}

pub(super) const MATCH_EXAMPLES: &str = "\
Examples:
  matchmark contract match --batch < pairs.ndjson > verdicts.ndjson
  echo '{\"n\": 1, \"kind\": \"response\", \"spec\": \"3\", \"expected\": {\"status\": 200}, \"actual\": {\"status\": 404}}' |
    matchmark contract match --batch
";

pub(super) const MATCH_CODES: &str = "\
Exit codes:
  0  every line got a verdict; `false` and `unsupported` are verdicts
  2  a line got an error instead; the others were answered all the same";

pub(super) const RECORD_EXAMPLES: &str = "\
Examples:
  matchmark contract record --from har staging.har --consumer northwind --out contracts/northwind/draft.json
  matchmark contract record --from ndjson exchanges.ndjson --consumer northwind
";
