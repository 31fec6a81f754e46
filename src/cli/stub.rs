//! The flags of `matchmark stub`, as clap derives them.
//! Refuses to know which faults there are.

use super::flags::RepositoryFlags;
use crate::model::{Repository, Request, StubRequest};
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct StubArguments {
    /// The partner that is played: an id of partners/
    #[arg(long, value_name = "NAME")]
    pub partner: String,
    /// The loopback port to listen on; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// The fault that hits every call that asks for no other: timeout, truncated-body:bytes=40,times=2
    #[arg(long, value_name = "KIND[:SETTINGS]")]
    pub fault: Option<String>,
    /// Which drift of a shape `schema-drift` plays; without it, the first that breaks what we read
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

/// What the arguments ask for.
pub(super) fn request(arguments: StubArguments, repository: Repository) -> Request {
    Request::Stub(StubRequest {
        repository,
        partner: arguments.partner,
        port: arguments.port,
        fault: arguments.fault,
        seed: arguments.seed,
    })
}

pub(super) const STUB_EXAMPLES: &str = "\
Examples:
  matchmark stub --partner contoso                  play contoso as our contract with it shows
  matchmark stub --partner contoso --port 8099 --fault status:times=2
  curl ... -H 'x-matchmark-fault: truncated-body:bytes=40'       a fault for one call
  curl ... -H 'x-matchmark-interaction: px-cm-no-match'          an interaction for one call
";
