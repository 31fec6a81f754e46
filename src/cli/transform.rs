//! The flags of `transform` and their help.

use super::flags::{
    AmountFlags, ColorFlags, LeniencyFlags, ListFormats, RepositoryFlags, VolumeFlags,
};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct TransformArguments {
    /// Payloads: JSON or NDJSON files, folders, `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The version that the payloads are of
    #[arg(long, value_name = "ID@VERSION")]
    pub from: String,
    /// The version that they are to be of; versions between the two are passed through
    #[arg(long, value_name = "ID@VERSION")]
    pub to: String,
    /// Write the transformed payloads to FILE; `-` is standard output, which CI must ask for
    #[arg(long, value_name = "FILE", env = "MATCHMARK_OUT", hide_env = true)]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

pub(super) const TRANSFORM_EXAMPLES: &str = "\
Examples:
  matchmark transform --from hrex-coverage@1.0.0 --to hrex-coverage@2.0.1 coverage.json > new.json
  matchmark transform --from hrex-member-match-request@1.0.0 --to hrex-member-match-request@2.0.1 \\
    day.ndjson --out new.ndjson --format json=refused.json
  cat old.json | matchmark transform --from hrex-consent@1.0.0 --to hrex-consent@2.0.0 -

The transformed payloads are the product and hold their values; what is said of them on standard
error or in a report holds none. Where CI is set, standard output is a log that others read: name
a file with --out, or ask for it with `--out -`.
";

pub(super) const TRANSFORM_CODES: &str = "\
Exit codes:
  0 go         every payload turned, and every result fits its version
  1 no-go      a payload was refused; the fact that is missing is named, the others turned
  2 error      usage, no way between the two versions, or a file that could not be used
  4 empty      there was no payload";
