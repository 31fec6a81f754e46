//! `contract verify`: the contract check against a provider of one's choice, and for a part of the contracts.

use crate::app::check::Library;
use crate::app::{Answer, AppError, Sink};
use crate::contract::Contract;
use crate::load;
use crate::model::{Aim, CheckRequest, Provider, did_you_mean};
use chrono::{DateTime, Utc};

/// The contract check, aimed.
///
/// Errors: those of the check, and an address that may not be called
pub(super) fn verify(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    permitted(&request.aim.provider)?;
    known(request)?;
    crate::app::judged(request, now, sink)
}

/// Whether somebody wrote every name that the request aims at.
///
/// Errors: the first that no contract has
fn known(request: &CheckRequest) -> Result<(), AppError> {
    if !request.aim.is_partial() {
        return Ok(());
    }
    let repository = &request.repository;
    let (workspace, _) = load::folder(&repository.root, repository.config.as_deref())?;
    let contracts = Library::read(&workspace, &Aim::default()).contracts;
    let consumers: Vec<&str> = contracts.iter().map(|it| it.consumer.as_str()).collect();
    let keys: Vec<&str> = contracts.iter().flat_map(keys).collect();
    let asked = request
        .aim
        .consumer
        .iter()
        .map(|name| ("consumer", name, &consumers));
    let keyed = request
        .aim
        .only
        .iter()
        .map(|key| ("interaction", key, &keys));
    for (what, name, known) in asked.chain(keyed) {
        if !known.contains(&name.as_str()) {
            return Err(AppError::NotInContracts {
                what,
                asked: name.clone(),
                hint: did_you_mean(name, known.iter().copied()),
            });
        }
    }
    Ok(())
}

fn keys(contract: &Contract) -> impl Iterator<Item = &str> {
    let interactions = contract.interactions.iter().map(|one| one.key.as_str());
    interactions.chain(contract.messages.iter().map(|one| one.key.as_str()))
}

#[cfg(feature = "service")]
pub(in crate::app) fn permitted(provider: &Provider) -> Result<(), AppError> {
    match provider {
        Provider::Reference => Ok(()),
        Provider::Remote(remote) => Ok(crate::rehearsal::permitted(remote)?),
    }
}

#[cfg(not(feature = "service"))]
pub(in crate::app) fn permitted(_: &Provider) -> Result<(), AppError> {
    Ok(())
}
