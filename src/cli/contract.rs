//! The commands of `contract`, from their flags to their requests.
//! Refuses to know how an expectation is proved or tested.

use super::args::GateFlags;
use super::request::gate;
use super::{Asked, Surroundings};
use crate::model::{CheckName, ContractRequest, Extent, Request};
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub(super) enum ContractVerb {
    /// Run the contract check of the gate on its own: every contract proved and tested
    #[command(before_long_help = CHECK_EXAMPLES)]
    Check(Box<GateFlags>),
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: ContractVerb, around: &Surroundings) -> Result<Asked, String> {
    match verb {
        ContractVerb::Check(flags) => {
            let checks = vec![CheckName::Contract];
            let (request, chatter) = gate(*flags, checks, Extent::Part, around)?;
            let request = ContractRequest::Check(request);
            Ok(Asked::Run(Box::new(Request::Contract(request)), chatter))
        }
    }
}

const CHECK_EXAMPLES: &str = "\
Examples:
  matchmark contract check
  matchmark contract check --format json=contracts.json
";
