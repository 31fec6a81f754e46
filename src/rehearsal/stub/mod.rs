//! A partner as a stub plays it: the answers of the contracts in which we are its consumer, and the faults they name.
//! Refuses to answer what no contract shows.

mod cast;
mod unmeant;

use super::RehearsalError;
use super::fault::{Bringer, FaultProxy, FaultScript, bringer, end};
use crate::contract::{Contract, FaultKind, Interaction};
use crate::model::HttpRequest;
use cast::{Cast, Player};
use std::sync::Arc;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

/// The header in which a call chooses its fault.
pub(super) const CHOOSE_FAULT: &str = "x-matchmark-fault";
/// The header in which a call chooses its interaction.
pub(super) const CHOOSE_INTERACTION: &str = "x-matchmark-interaction";

/// How a stub behaves to calls that nobody has set up.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// A call may choose an interaction or a fault by header.
    pub choose: bool,
    /// What hits a call that chooses nothing.
    pub script: Option<FaultScript>,
    /// Which drift of a shape; without it, the first that the contract notices.
    pub seed: Option<u64>,
    /// Where it listens; 0 stands for any free port.
    pub port: u16,
}

/// A partner on a loopback port.
pub(super) struct Stub {
    cast: Arc<Cast>,
    proxy: FaultProxy,
    /// Ends with the value, and is taken by nothing else.
    server: Option<MockServer>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            end(server);
        }
    }
}

impl Stub {
    /// A partner that answers whatever its contracts show.
    ///
    /// Errors: no port is free
    pub(super) async fn start(
        contracts: Vec<Contract>,
        manner: Manner,
    ) -> Result<Self, RehearsalError> {
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        let mut manner = manner;
        let before_all = |script: &FaultScript| script.kind.is_unheard();
        // What hits before a call says anything is for the proxy alone.
        let standing = match manner.script.as_ref().is_some_and(before_all) {
            true => manner.script.take(),
            false => None,
        };
        let port = manner.port;
        let cast = Arc::new(Cast::new(contracts, manner));
        let player = Player(Arc::clone(&cast));
        Mock::given(any()).respond_with(player).mount(&server).await;
        let script = standing.unwrap_or_else(FaultScript::none);
        let proxy = FaultProxy::start_at(port, *server.address(), script)
            .await
            .map_err(RehearsalError::Stub)?;
        Ok(Self {
            cast,
            proxy,
            server: Some(server),
        })
    }

    pub(super) fn url(&self) -> String {
        self.proxy.url()
    }

    /// Plays one interaction from its first call on, and nothing else.
    ///
    /// Errors: the fault cannot be brought about
    pub(super) async fn play(&self, interaction: &Interaction) -> Result<(), RehearsalError> {
        self.cast.play(&interaction.key);
        let fault = interaction.terms.fault.as_ref();
        let travelling = fault.filter(|fault| travels(fault.kind));
        let script = travelling.map_or_else(FaultScript::none, FaultScript::from);
        let played = self.proxy.script(script).await;
        played.map_err(RehearsalError::Stub)
    }

    /// Every call that was answered since the play began.
    pub(super) fn seen(&self) -> Vec<HttpRequest> {
        self.cast.seen()
    }

    /// Connections that came since the play began.
    pub(super) fn arrived(&self) -> u64 {
        self.proxy.calls()
    }
}

/// Whether a fault lies in how an answer travels, and not in what it says.
fn travels(kind: FaultKind) -> bool {
    bringer(kind) == Bringer::Proxy || kind == FaultKind::EmptyReply
}

/// Whether the stub can bring a fault about; the others concern jobs and callbacks, which no match has.
pub(super) fn is_playable(kind: FaultKind) -> bool {
    let of_jobs = matches!(
        kind,
        FaultKind::PollNeverEnds | FaultKind::PollThrottled | FaultKind::JobExpired
    );
    bringer(kind) != Bringer::Scheduler && !of_jobs
}
