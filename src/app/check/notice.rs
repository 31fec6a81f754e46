//! Drift that would reach a consumer in silence: who is told, of what, before a version is released.

use crate::catalogue::Catalogue;
use crate::contract::Contract;
use crate::model::{Drift, Finding, Notice, VersionId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Rules whose breach a consumer meets as a valid answer that its parser does not bear.
const SILENT: [&str; 2] = ["contract/reader-order-broken", "contract/response-not-read"];

/// Partner and version for each version that a partner's parser would not bear.
pub(in crate::app) fn touched(
    contracts: &[Contract],
    findings: &[Finding],
) -> BTreeSet<(String, String)> {
    let silent = findings
        .iter()
        .filter(|finding| SILENT.contains(&finding.rule.as_str()));
    silent
        .filter_map(|finding| {
            let mut all = contracts.iter();
            let contract = all.find(|contract| contract.path == finding.place.file)?;
            let version = finding.kind.parse::<VersionId>().ok()?;
            Some((contract.consumer.clone(), version.to_string()))
        })
        .collect()
}

/// One notice for each partner and version; the findings that it stands for say where it is kept.
pub(super) fn notices(
    contracts: &[Contract],
    catalogue: &Catalogue,
    findings: &mut [Finding],
    day: NaiveDate,
) -> Vec<Notice> {
    let mut notices: BTreeMap<(String, String), Notice> = BTreeMap::new();
    for finding in findings {
        let about = contracts
            .iter()
            .find(|contract| contract.path == finding.place.file);
        let version = finding.kind.parse::<VersionId>().ok();
        let (Some(contract), Some(version)) = (about, version) else {
            continue;
        };
        if !SILENT.contains(&finding.rule.as_str()) {
            continue;
        }
        let notice = notices
            .entry((contract.consumer.clone(), version.to_string()))
            .or_insert_with(|| begun(contract, catalogue, &version, day));
        notice.owners.push(contract.terms.owner.clone());
        notice.changes.push(drift(finding));
        finding.notes.push(crate::model::Note {
            label: "notice".to_owned(),
            text: format!("to {}: {}", contract.terms.owner, notice.path()),
        });
    }
    notices.into_values().map(ordered).collect()
}

fn begun(contract: &Contract, catalogue: &Catalogue, id: &VersionId, day: NaiveDate) -> Notice {
    let version = catalogue.version(id);
    Notice {
        partner: contract.consumer.clone(),
        owners: Vec::new(),
        version: id.to_string(),
        status: version
            .map_or("", |version| version.file.status.word())
            .to_owned(),
        day,
        changes: Vec::new(),
    }
}

fn drift(finding: &Finding) -> Drift {
    let schema = finding.notes.iter().find(|note| note.label == "schema");
    Drift {
        message: finding.message.clone(),
        contract: finding.place.clone(),
        schema: schema.map_or_else(String::new, |note| note.text.clone()),
        fingerprint: finding.fingerprint(),
    }
}

fn ordered(mut notice: Notice) -> Notice {
    notice.owners.sort();
    notice.owners.dedup();
    notice.changes.sort();
    notice.changes.dedup();
    notice
}
