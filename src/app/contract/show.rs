//! `contract show`: what contract files promise, as they are read.

use super::super::judge::{self, Strictness};
use super::super::{Answer, AppError};
use crate::catalogue::ContractSource;
use crate::contract::{
    Contract, Edge, Edition, Interaction, MessageExpectation, Polarity, SchemaRange, State, Terms,
    read,
};
use crate::load;
use crate::model::{
    ContractCard, ContractList, ContractShowRequest, Finding, InteractionCard, Judged, Severity,
    Verdict,
};
use crate::report::Content;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Every named contract, or all of the repository.
///
/// Errors: a named file cannot be opened, or there is no repository
pub(super) fn show(request: &ContractShowRequest) -> Result<Answer, AppError> {
    let root = &request.repository.root;
    let mut findings = Vec::new();
    let sources = if request.files.is_empty() {
        let (workspace, _) = load::folder(root, request.repository.config.as_deref())?;
        workspace.contracts
    } else {
        let named = request.files.iter().map(|file| named(root, file));
        named.collect::<Result<_, _>>()?
    };
    let mut contracts = Vec::new();
    for source in &sources {
        match read(source) {
            Ok(contract) => contracts.push(card(&contract)),
            Err(rejected) => findings.extend(rejected),
        }
    }
    let findings = judged(root, findings);
    let verdict = match verdict(&findings) {
        Verdict::Go if contracts.is_empty() => Verdict::Empty,
        verdict => verdict,
    };
    let list = ContractList {
        verdict,
        exit_code: verdict.exit_code(),
        contracts,
        findings,
    };
    let content = Content::Contracts(&list);
    Answer::of(
        verdict,
        list.exit_code,
        content,
        &request.show,
        request.max_findings,
    )
}

/// A file by its name: below `contracts/` its folder says who wrote it, elsewhere the file itself does.
pub(super) fn named(root: &Path, file: &Path) -> Result<ContractSource, AppError> {
    let source = load::contract(root, file)?;
    let path = source.path.trim_start_matches("./");
    let folder = match path.split('/').collect::<Vec<_>>().as_slice() {
        ["contracts", consumer, _] => Some((*consumer).to_owned()),
        _ => None,
    };
    let consumer = folder.unwrap_or_else(|| own_name(&source.bytes).unwrap_or_default());
    Ok(ContractSource { consumer, source })
}

/// What a contract file calls its consumer.
pub(super) fn own_name(bytes: &[u8]) -> Option<String> {
    let file: Value = serde_json::from_slice(bytes).ok()?;
    let name = file.pointer("/consumer/name")?.as_str()?;
    Some(name.to_owned())
}

/// Findings with their weight; nothing is waived where a file is only looked at.
pub(super) fn judged(root: &Path, findings: Vec<Finding>) -> Vec<Judged> {
    let strictness = Strictness {
        fail_on: Severity::Error,
        required: [].into(),
        raise: BTreeMap::new(),
        unwaivable: [].into(),
    };
    judge::findings(findings, &[], &strictness, |path| load::text(root, path))
}

/// What reading came to: a file that is no contract is an error, one that is not judged stays open.
pub(super) fn verdict(findings: &[Judged]) -> Verdict {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Fault) => Verdict::Error,
        Some(Severity::Error) => Verdict::NoGo,
        Some(Severity::Undecided) => Verdict::Undecided,
        Some(Severity::Warning | Severity::Info) | None => Verdict::Go,
    }
}

/// What a person is told of a contract.
pub(super) fn card(contract: &Contract) -> ContractCard {
    let interactions = contract.interactions.iter().map(exchange);
    let messages = contract.messages.iter().map(message);
    ContractCard {
        path: contract.path.clone(),
        consumer: contract.consumer.clone(),
        provider: contract.provider.clone(),
        edition: edition(contract.edition).to_owned(),
        plain: contract.is_plain,
        owner: contract.terms.owner.clone(),
        introduced: contract.terms.introduced.map(|date| date.to_string()),
        sunset: contract.terms.sunset.map(|date| date.to_string()),
        digest: contract.digest(),
        interactions: interactions.chain(messages).collect(),
    }
}

fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::V1 => "1",
        Edition::V1_1 => "1.1",
        Edition::V2 => "2",
        Edition::V3 => "3",
        Edition::V4 => "4",
    }
}

fn exchange(interaction: &Interaction) -> InteractionCard {
    InteractionCard {
        key: interaction.key.clone(),
        kind: "http".to_owned(),
        description: interaction.description.clone(),
        pending: interaction.pending,
        ..of_terms(&interaction.terms, &interaction.states)
    }
}

fn message(message: &MessageExpectation) -> InteractionCard {
    InteractionCard {
        key: message.key.clone(),
        kind: "message".to_owned(),
        description: message.description.clone(),
        pending: message.pending,
        ..of_terms(&message.terms, &message.states)
    }
}

/// What our group says; the rest stays to be filled in.
fn of_terms(terms: &Terms, states: &[State]) -> InteractionCard {
    let polarity = match terms.polarity {
        Polarity::Positive => "positive",
        Polarity::Negative => "negative",
    };
    let range = |range: &Option<SchemaRange>| {
        let range = range.as_ref()?;
        Some(format!("{} {}", range.id, range.range))
    };
    InteractionCard {
        key: String::new(),
        kind: String::new(),
        description: String::new(),
        polarity: polarity.to_owned(),
        pending: false,
        request: range(&terms.request),
        response: range(&terms.response),
        contents: range(&terms.contents),
        edges: terms
            .edges
            .iter()
            .map(|edge: &Edge| edge.word().to_owned())
            .collect(),
        states: states.iter().map(|state| state.name.clone()).collect(),
        sunset: terms.sunset.map(|date| date.to_string()),
    }
}
