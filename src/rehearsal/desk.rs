//! One partner played by a stub for whoever sits at a desk, until the process is interrupted.
//! Refuses to play without a contract.

use super::RehearsalError;
use super::fault::demand;
use super::stub::{CHOOSE_FAULT, CHOOSE_INTERACTION, Manner, Stub, is_playable};
use crate::contract::{Contract, FaultKind};

/// What is played, and how.
pub struct Desk {
    /// The contracts in which the partner is the provider.
    pub contracts: Vec<Contract>,
    pub port: u16,
    /// What hits every call that asks for nothing else, as it was written.
    pub fault: Option<String>,
    pub seed: Option<u64>,
}

/// Where the stub listens, and how a call asks for something of its own.
#[derive(Clone, Debug)]
pub struct Playing {
    pub url: String,
    pub choose_interaction: &'static str,
    pub choose_fault: &'static str,
    /// Kinds that a call may choose.
    pub by_call: Vec<&'static str>,
    /// Kinds that the stub has to be started with.
    pub from_start: Vec<&'static str>,
}

/// Plays the partner and says where, until the process is interrupted.
///
/// Errors: the fault is none, or the port is not free
pub fn desk(desk: Desk, ready: impl FnOnce(&Playing)) -> Result<(), RehearsalError> {
    let script = desk.fault.as_deref().map(demand).transpose()?;
    if let Some(kind) = script.as_ref().map(|script| script.kind)
        && !is_playable(kind)
    {
        return Err(RehearsalError::Unplayable(kind.word()));
    }
    let manner = Manner {
        choose: true,
        script,
        seed: desk.seed,
        port: desk.port,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(RehearsalError::Runtime)?;
    runtime.block_on(async {
        let stub = Stub::start(desk.contracts, manner).await?;
        ready(&playing(&stub));
        // Without signals to wait for, it plays until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Ok(())
    })
}

fn playing(stub: &Stub) -> Playing {
    let all = FaultKind::ALL.into_iter().filter(|kind| is_playable(*kind));
    let (from_start, by_call): (Vec<_>, Vec<_>) = all.partition(|kind| kind.is_unheard());
    let words = |kinds: Vec<FaultKind>| kinds.into_iter().map(FaultKind::word).collect();
    Playing {
        url: stub.url(),
        choose_interaction: CHOOSE_INTERACTION,
        choose_fault: CHOOSE_FAULT,
        by_call: words(by_call),
        from_start: words(from_start),
    }
}
