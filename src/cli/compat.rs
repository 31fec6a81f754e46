//! The flags of `compat` and their help.

use super::flags::WorkFlags;
use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatMeaning {
    Annotation,
    Assertion,
}

#[derive(Args, Debug)]
pub(super) struct CompatArguments {
    /// Read questions from standard input, one JSON object a line
    #[arg(long, required = true)]
    pub batch: bool,
    /// Whether the keyword `format` is checked
    #[arg(long, value_enum, default_value = "annotation")]
    pub format: FormatMeaning,
    /// Longest work on one line, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
    pub budget_ms: u64,
    #[command(flatten)]
    pub work: WorkFlags,
    /// Be the process that another batch hands its lines to
    #[arg(long, hide = true)]
    pub worker: bool,
}

pub(super) const COMPAT_EXAMPLES: &str = "\
Examples:
  matchmark compat --batch --jobs 2 < questions.ndjson > answers.ndjson
  echo '{\"n\": 1, \"old\": {\"type\": \"number\"}, \"new\": {\"type\": \"integer\"}, \"draft\": \"2020-12\"}' |
    matchmark compat --batch
";

pub(super) const COMPAT_CODES: &str = "\
Exit codes:
  0  every line was answered; `unknown` is an answer
  2  a line could not be read; the others were answered all the same";
