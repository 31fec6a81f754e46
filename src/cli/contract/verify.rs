//! `contract verify`, from its flags to its request.

use super::super::args::GateFlags;
use super::super::flags::ProviderFlags;
use super::super::request::gate;
use super::super::{Asked, Surroundings};
use super::gate::{RecordingFlags, kept};
use crate::model::{
    Aim, CheckName, CheckRequest, ContractRequest, Extent, RecordedRequest, Request,
};
use clap::Args;

#[derive(Args, Debug)]
pub(in crate::cli) struct VerifyArguments {
    #[command(flatten)]
    pub provider: ProviderFlags,
    /// Verify the contracts of this consumer only
    #[arg(long, value_name = "NAME", env = "MATCHMARK_CONSUMER", hide_env = true)]
    pub consumer: Option<String>,
    /// Verify the interactions with these keys only, and the sequences that they are part of
    #[arg(
        long,
        value_name = "KEY",
        env = "MATCHMARK_INTERACTIONS",
        hide_env = true,
        value_delimiter = ','
    )]
    pub only: Vec<String>,
    #[command(flatten)]
    pub recording: RecordingFlags,
    #[command(flatten)]
    pub gate: GateFlags,
}

impl VerifyArguments {
    fn aim(&self) -> Aim {
        Aim {
            provider: self.provider.provider(),
            consumer: self.consumer.clone(),
            only: self.only.clone(),
        }
    }
}

/// What the arguments come to in these surroundings.
pub(super) fn verify(arguments: VerifyArguments, around: &Surroundings) -> Result<Asked, String> {
    let aim = arguments.aim();
    let checks = vec![CheckName::Contract];
    let (request, chatter) = gate(arguments.gate, checks, Extent::Part, around)?;
    let check = CheckRequest { aim, ..request };
    let request = match kept(arguments.recording) {
        Some(recording) => ContractRequest::Keep(RecordedRequest { check, recording }),
        None => ContractRequest::Verify(check),
    };
    Ok(Asked::Run(Box::new(Request::Contract(request)), chatter))
}

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  matchmark contract verify --consumer northwind
  matchmark contract verify --only nw-one-match
  matchmark contract verify --provider-url http://127.0.0.1:8080 --states-url http://127.0.0.1:8080/_states
  matchmark contract verify --provider-url http://127.0.0.1:8080 --record --subject payer-exchange@1.4.0
";
