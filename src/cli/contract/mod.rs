//! The commands of `contract`, from their flags to their requests.
//! Refuses to know how an expectation is proved or tested.

mod compare;
mod file;
mod gate;
mod matching;
mod record;
mod verify;

use super::args::{DONE_CODES, EXIT_CODES};
use super::{Asked, Surroundings};
use clap::Subcommand;
use compare::{COMPARE_CODES, COMPARE_EXAMPLES, CompareArguments};
use file::{
    EXPORT_EXAMPLES, ExportArguments, IMPORT_CODES, IMPORT_EXAMPLES, ImportArguments,
    SHOW_EXAMPLES, ShowArguments,
};
use gate::{
    CAN_RELEASE_CODES, CAN_RELEASE_EXAMPLES, CanReleaseArguments, ContractCheckArguments,
    DEPLOYMENT_EXAMPLES, DeploymentArguments, OWED_EXAMPLES, OwedArguments,
};
use matching::{MATCH_CODES, MATCH_EXAMPLES, MatchArguments};
pub(super) use record::Recording;
use record::{RECORD_EXAMPLES, RecordArguments};
use verify::{VERIFY_EXAMPLES, VerifyArguments};

#[derive(Subcommand, Debug)]
pub(super) enum ContractVerb {
    /// Run the contract check of the gate on its own: every contract proved and tested
    #[command(before_long_help = CHECK_EXAMPLES, after_long_help = EXIT_CODES)]
    Check(Box<ContractCheckArguments>),
    /// Run it against a provider of your choice, for the contracts that you name
    #[command(before_long_help = VERIFY_EXAMPLES, after_long_help = EXIT_CODES)]
    Verify(Box<VerifyArguments>),
    /// Show what contracts promise: parties, interactions, schema ranges, digest
    #[command(before_long_help = SHOW_EXAMPLES, after_long_help = EXIT_CODES)]
    Show(ShowArguments),
    /// Bring a plain Pact file of edition 2, 3 or 4 into contracts/
    #[command(before_long_help = IMPORT_EXAMPLES, after_long_help = IMPORT_CODES)]
    Import(ImportArguments),
    /// Give a contract as a plain Pact file
    #[command(before_long_help = EXPORT_EXAMPLES, after_long_help = DONE_CODES)]
    Export(ExportArguments),
    /// Match expectations with what was seen, one JSON object a line
    #[command(before_long_help = MATCH_EXAMPLES, after_long_help = MATCH_CODES)]
    Match(MatchArguments),
    /// Draft a contract from recorded traffic, without any of its values
    #[command(before_long_help = RECORD_EXAMPLES, after_long_help = DONE_CODES)]
    Record(RecordArguments),
    /// Hold a Pact file against a provider's OpenAPI document
    #[command(before_long_help = COMPARE_EXAMPLES, after_long_help = COMPARE_CODES)]
    Compare(Box<CompareArguments>),
    /// Tell whether a version may be released: who would break, who never verified, who settles it
    #[command(before_long_help = CAN_RELEASE_EXAMPLES, after_long_help = CAN_RELEASE_CODES)]
    CanRelease(Box<CanReleaseArguments>),
    /// List live pairs without evidence
    #[command(before_long_help = OWED_EXAMPLES, after_long_help = EXIT_CODES)]
    Owed(Box<OwedArguments>),
    /// Write down which version runs where
    #[command(before_long_help = DEPLOYMENT_EXAMPLES, after_long_help = DONE_CODES)]
    RecordDeployment(Box<DeploymentArguments>),
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: ContractVerb, around: &Surroundings) -> Result<Asked, String> {
    match verb {
        ContractVerb::Verify(arguments) => verify::verify(*arguments, around),
        ContractVerb::Show(arguments) => file::show(arguments, around),
        ContractVerb::Import(arguments) => file::import(arguments, around),
        ContractVerb::Export(arguments) => Ok(file::export(arguments)),
        ContractVerb::Compare(arguments) => compare::resolve(*arguments, around),
        ContractVerb::Match(arguments) => Ok(matching::resolve(&arguments)),
        ContractVerb::Record(arguments) => Ok(record::resolve(arguments)),
        ContractVerb::Check(arguments) => gate::check(*arguments, around),
        ContractVerb::CanRelease(arguments) => gate::can_release(*arguments, around),
        ContractVerb::Owed(arguments) => gate::owed(*arguments, around),
        ContractVerb::RecordDeployment(arguments) => Ok(gate::deployment(*arguments)),
    }
}

const CHECK_EXAMPLES: &str = "\
Examples:
  matchmark contract check
  matchmark contract check --format json=contracts.json
  matchmark contract check --record --store git:origin
";
