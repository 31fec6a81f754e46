//! `stub`: a partner on loopback, played by the contracts in which we are its consumer.
//! Refuses a partner of whom no contract says anything.

use super::AppError;
use super::answer::{Answer, Sink};
use super::check::Library;
use crate::contract::{Contract, Fault, Interaction, gating, play};
use crate::load;
use crate::model::{Aim, StubRequest, Verdict};
use crate::rehearsal::{Desk, Playing, desk};
use crate::store;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};

/// Runs until the process is interrupted.
///
/// Errors: the repository cannot be read, no contract shows the partner, or the stub does not start
pub(super) fn stub(
    request: &StubRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    // What is printed is pasted into another terminal, which stands in another folder.
    let root = &std::path::absolute(&request.repository.root)
        .unwrap_or_else(|_| request.repository.root.clone());
    let contracts = contracts(request, root, now)?;
    let mut said = Ok(());
    let playing = Desk {
        contracts: contracts.clone(),
        port: request.port,
        fault: request.fault.clone(),
        seed: request.seed,
    };
    desk(playing, |playing| {
        said = bill(root, request, &contracts, playing)
            .and_then(|text| sink.result(&text).map_err(AppError::Unread));
    })?;
    said?;
    Ok(Answer::said(Verdict::Go))
}

/// The contracts of ours with this partner, as far as they are still in force.
fn contracts(
    request: &StubRequest,
    root: &Path,
    now: DateTime<Utc>,
) -> Result<Vec<Contract>, AppError> {
    let (workspace, _) = load::folder(root, request.repository.config.as_deref())?;
    let partner = &request.partner;
    super::daily::known(&workspace, partner)?;
    let library = Library::read(&workspace, &Aim::default());
    let us = &workspace.config.payer.id;
    let contracts: Vec<Contract> = library
        .ours(us)
        .filter(|contract| contract.provider == *partner)
        .map(|contract| gating(contract, now.date_naive()).0)
        .filter(|contract| !contract.interactions.is_empty())
        .collect();
    if !contracts.is_empty() {
        return Ok(contracts);
    }
    // A contract that cannot be read is no missing one.
    let own = format!("contracts/{us}/");
    super::error::usable(&library.findings, &own)?;
    Err(AppError::NoContract {
        partner: partner.clone(),
        us: us.clone(),
    })
}

/// What is played, how to ask for it, and lines that can be pasted.
fn bill(
    root: &Path,
    request: &StubRequest,
    contracts: &[Contract],
    playing: &Playing,
) -> Result<String, AppError> {
    let paths: Vec<&str> = contracts.iter().map(|one| one.path.as_str()).collect();
    let mut text = format!(
        "  partner  {}, as {} shows it\n  address  {}\n\n",
        request.partner,
        paths.join(" and "),
        playing.url
    );
    let all = || contracts.iter().flat_map(|one| &one.interactions);
    let widest = all().map(|one| one.key.len()).max().unwrap_or(0);
    for interaction in all() {
        text.push_str(&format!(
            "  {} {}  {}  {:widest$}  {}\n",
            interaction.request.method.to_ascii_uppercase(),
            interaction.request.path,
            interaction.response.status,
            interaction.key,
            what(interaction),
        ));
    }
    text.push_str(&choices(playing));
    for interaction in all().filter(|one| one.terms.fault.is_none()) {
        text.push_str(&format!(
            "  {}:\n\n    {}\n\n",
            interaction.description,
            curl(root, request, interaction, &playing.url)?
        ));
    }
    text.push_str("  Stop it with Ctrl-C.\n");
    Ok(text)
}

/// The fault of an interaction, or what it is about.
fn what(interaction: &Interaction) -> String {
    let Some(fault) = &interaction.terms.fault else {
        return interaction.description.clone();
    };
    let Fault {
        kind, at, times, ..
    } = fault;
    let calls = match times {
        None => format!("from call {at} on"),
        Some(0 | 1) => format!("call {at}"),
        Some(times) => format!("calls {at} to {}", at.saturating_add(times - 1)),
    };
    format!("fault {}, {calls}", kind.word())
}

fn choices(playing: &Playing) -> String {
    format!(
        "\n  A call chooses what it meets by a header:\n    -H '{}: KEY'\n    -H '{}: KIND[:at=1,times=2,delay-ms=50,bytes=40]'\n  \
         KIND is one of {};\n  with --fault also {}.\n  A call that no contract shows is answered 599, with what differs.\n\n",
        playing.choose_interaction,
        playing.choose_fault,
        playing.by_call.join(", "),
        playing.from_start.join(", "),
    )
}

/// A line that sends the call of an interaction as it stands.
fn curl(
    root: &Path,
    request: &StubRequest,
    interaction: &Interaction,
    url: &str,
) -> Result<String, AppError> {
    let call = play::call(interaction);
    let body: PathBuf = root
        .join(".matchmark/stub")
        .join(&request.partner)
        .join(format!("{}.json", file_name(&interaction.key)));
    store::write(&body, &String::from_utf8_lossy(&call.body))?;
    let headers: String = call
        .headers
        .iter()
        .map(|(name, value)| format!(" -H '{name}: {value}'"))
        .collect();
    Ok(format!(
        "curl -s -X {} '{url}{}'{headers} --data-binary '@{}'",
        call.method,
        call.path,
        body.display()
    ))
}

/// The key of an interaction as the name of a file.
fn file_name(key: &str) -> String {
    let plain = |sign: char| match sign.is_ascii_alphanumeric() {
        true => sign,
        false => '-',
    };
    key.chars().map(plain).collect()
}
