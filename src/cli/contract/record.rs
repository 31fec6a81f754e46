//! The flags of `contract record` and their help.

use crate::cli::Asked;
use crate::cli::flags::RepositoryFlags;
use crate::cli::request::{below, messages, repository};
use crate::model::{ContractRequest, DraftRequest, Request, Target};
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

/// What the arguments come to.
pub(super) fn resolve(arguments: RecordArguments) -> Asked {
    let repository = repository(&arguments.repository);
    let out = arguments.out.filter(|path| path != Path::new("-"));
    let out = out.map(|path| below(&repository.root, &path));
    let request = DraftRequest {
        out: out.map_or(Target::Stdout, Target::File),
        file: arguments.file,
        is_archive: arguments.from == Recording::Har,
        consumer: arguments.consumer,
        repository,
    };
    messages(Request::Contract(ContractRequest::Draft(request)))
}

pub(super) const RECORD_EXAMPLES: &str = "\
Examples:
  matchmark contract record --from har staging.har --consumer northwind --out contracts/northwind/draft.json
  matchmark contract record --from ndjson exchanges.ndjson --consumer northwind
";
