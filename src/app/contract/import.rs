//! `contract import`: a plain Pact file brought into our place, and read there at once.

use super::super::{Answer, AppError, Output, Sink};
use super::show;
use crate::catalogue::{ContractSource, Source};
use crate::contract::{self, Imported, StateMap};
use crate::load;
use crate::model::{BroughtOver, ContractImportRequest, Finding, Place, Target, Verdict, counted};
use crate::report::Content;
use crate::store;
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};

/// Writes the contract and says what its reader makes of it.
///
/// Errors: the file cannot be opened, its consumer has no name that a folder can have, or something else stands where
/// it would be written
pub(super) fn import(
    request: &ContractImportRequest,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let root = &request.repository.root;
    let source = load::contract(root, &request.file)?;
    let consumer = consumer(request, &source)?;
    let source = ContractSource { consumer, source };
    let states = match states(request, &source.consumer) {
        Ok(states) => states,
        Err(findings) => return answer(request, &source, None, findings, 0, sink),
    };
    let imported = match contract::import(&source, &states, request.owner.as_deref()) {
        Ok(imported) => imported,
        Err(findings) => return answer(request, &source, None, findings, 0, sink),
    };
    let target = target(request, &source.consumer);
    let path = match &target {
        Some(path) => {
            write(request, path, &imported.text)?;
            path.to_string_lossy().replace('\\', "/")
        }
        None => "-".to_owned(),
    };
    let written = ContractSource {
        consumer: source.consumer.clone(),
        source: Source::new(path, imported.text.clone().into_bytes()),
    };
    let mut findings = imported.unmapped.clone();
    let unmapped = findings.len();
    findings.extend(objections(&written, &imported));
    let mut answer = answer(request, &source, Some(&written), findings, unmapped, sink)?;
    if target.is_none() {
        answer.outputs.push(Output {
            target: Target::Stdout,
            text: imported.text,
        });
    }
    Ok(answer)
}

/// The name that the consumer's folder has.
fn consumer(request: &ContractImportRequest, source: &Source) -> Result<String, AppError> {
    let own = || show::own_name(&source.bytes);
    let name = request.consumer.clone().or_else(own).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // The name of the file is not quoted: it may be anything.
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(AppError::NoFolderName(request.file.display().to_string()));
    }
    Ok(name)
}

fn states(request: &ContractImportRequest, consumer: &str) -> Result<StateMap, Vec<Finding>> {
    let usual = PathBuf::from(format!("contracts/{consumer}/states.toml"));
    let path = request.states.as_ref().unwrap_or(&usual);
    let found =
        load::state_map(&request.repository.root, path).map_err(|finding| vec![*finding])?;
    match found {
        Some((source, file)) => StateMap::of(&source, &file),
        None if request.states.is_none() => Ok(StateMap::default()),
        None => {
            let path = path.to_string_lossy().into_owned();
            let place = Place::start(&path);
            let finding = Finding::new("catalogue/state-map-unreadable", path, place)
                .kind("missing")
                .message("there is no such file")
                .remedy("name the map of provider states that there is");
            Err(vec![finding])
        }
    }
}

/// Where the contract goes, as seen from the root; nothing stands for standard output.
fn target(request: &ContractImportRequest, consumer: &str) -> Option<PathBuf> {
    match &request.out {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(path.clone()),
        None => {
            let name = request.file.file_name().unwrap_or_default();
            Some(Path::new("contracts").join(consumer).join(name))
        }
    }
}

/// A file that somebody named is replaced; one that stands in the usual place by chance is not.
fn write(request: &ContractImportRequest, path: &Path, text: &str) -> Result<(), AppError> {
    let root = &request.repository.root;
    let whole = root.join(path);
    if request.out.is_some() {
        return Ok(store::write(&whole, text)?);
    }
    let shown = path.to_string_lossy();
    if !store::create(&whole, text)? && load::text(root, &shown).as_deref() != Some(text) {
        return Err(AppError::InTheWay(shown.into_owned()));
    }
    Ok(())
}

/// What the reader has against the new file, but for the states that are asked about already.
fn objections(written: &ContractSource, imported: &Imported) -> Vec<Finding> {
    let Err(mut findings) = contract::read(written) else {
        return Vec::new();
    };
    if let Ok(document) = Document::parse(&written.source.bytes, &Limits::FILE) {
        let asked: Vec<Place> = imported
            .questions
            .iter()
            .map(|pointer| Place::at(&written.source.path, document.nearest(pointer)))
            .collect();
        findings.retain(|finding| {
            finding.rule != "contract/state-unknown" || !asked.contains(&finding.place)
        });
    }
    findings
}

fn answer(
    request: &ContractImportRequest,
    source: &ContractSource,
    written: Option<&ContractSource>,
    findings: Vec<Finding>,
    unmapped: usize,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let findings = show::judged(&request.repository.root, findings);
    let verdict: Verdict = show::verdict(&findings);
    let contract = written.and_then(|written| contract::read(written).ok());
    let brought = BroughtOver {
        verdict,
        exit_code: verdict.exit_code(),
        source: source.source.path.clone(),
        written: written.map(|written| written.source.path.clone()),
        unmapped,
        contract: contract.as_ref().map(show::card),
        findings,
    };
    if request.show.wanted.is_empty() && !brought.findings.is_empty() {
        let first = brought.findings.first();
        let place = first.map_or_else(String::new, |finding| finding.location.to_string());
        let count = counted(brought.findings.len(), "finding");
        sink.message(&format!(
            "{count}, the first at {place}; --format json=FILE has all"
        ));
    }
    Answer::of(
        verdict,
        brought.exit_code,
        Content::BroughtOver(&brought),
        &request.show,
        request.max_findings,
    )
}
