//! The commands of `contract`, from their flags to their requests.
//! Refuses to know how an expectation is proved or tested.

mod compare;

use super::args::GateFlags;
use super::request::gate;
use super::{Asked, Surroundings};
use crate::model::{CheckName, ContractRequest, Extent, Request};
use clap::Subcommand;
use compare::{COMPARE_CODES, COMPARE_EXAMPLES, CompareArguments};

#[derive(Subcommand, Debug)]
pub(super) enum ContractVerb {
    /// Run the contract check of the gate on its own: every contract proved and tested
    #[command(before_long_help = CHECK_EXAMPLES)]
    Check(Box<GateFlags>),
    /// Hold a Pact file against a provider's OpenAPI document
    #[command(before_long_help = COMPARE_EXAMPLES, after_long_help = COMPARE_CODES)]
    Compare(Box<CompareArguments>),
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
        ContractVerb::Compare(arguments) => compare::resolve(*arguments, around),
    }
}

const CHECK_EXAMPLES: &str = "\
Examples:
  matchmark contract check
  matchmark contract check --format json=contracts.json
";
