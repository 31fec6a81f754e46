//! The flags of `contract compare` and their help.

use crate::cli::flags::{
    AmountFlags, ColorFlags, DirectoryFlag, LeniencyFlags, ListFormats, VolumeFlags,
};
use crate::cli::request::{Voice, chatter};
use crate::cli::{Asked, Surroundings};
use crate::model::{CompareRequest, ContractRequest, Request};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(in crate::cli) struct CompareArguments {
    /// The provider's document as JSON: OpenAPI 3.0 or 3.1, or Swagger 2.0
    #[arg(long, value_name = "FILE")]
    pub openapi: PathBuf,
    /// The consumer's Pact file, of any edition
    #[arg(long, value_name = "FILE")]
    pub pact: PathBuf,
    #[command(flatten)]
    pub at: DirectoryFlag,
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

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  matchmark contract compare --openapi openapi.json --pact northwind-payer-exchange.json
  matchmark contract compare --openapi openapi.json --pact pact.json --format json=compared.json
";

pub(super) const COMPARE_CODES: &str = "\
Exit codes:
  0 go         every example fits the document; warnings may be told
  1 no-go      an example does not fit
  2 error      usage, or one of the two files could not be read
  3 undecided  a part of the document that is needed leads nowhere or cannot be used
  4 empty      there was no HTTP interaction";

/// What the arguments come to in these surroundings.
pub(super) fn resolve(arguments: CompareArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.volume, true);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let show = voice.show(&arguments.at.directory, around)?;
    let request = CompareRequest {
        root: arguments.at.directory,
        openapi: arguments.openapi,
        pact: arguments.pact,
        max_findings: arguments.amount.max_findings,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        show,
    };
    let request = Request::Contract(ContractRequest::Compare(request));
    Ok(Asked::Run(Box::new(request), chatter))
}
