//! The flags of `contract match` and their help.

use crate::cli::Asked;
use crate::cli::flags::WorkFlags;
use crate::cli::request::messages;
use crate::model::{ContractRequest, MatchRequest, Request};
use clap::Args;

#[derive(Args, Debug)]
pub(in crate::cli) struct MatchArguments {
    /// Read pairs from standard input, one JSON object a line
    #[arg(long, required = true)]
    pub batch: bool,
    #[command(flatten)]
    pub work: WorkFlags,
}

/// What the arguments come to.
pub(super) fn resolve(arguments: &MatchArguments) -> Asked {
    let request = MatchRequest {
        jobs: arguments.work.jobs,
    };
    messages(Request::Contract(ContractRequest::Match(request)))
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
