//! What is kept of a run of the gate, made from its report and from what the checks counted.
//! Refuses to know where it is kept and what came before it.

use super::base::Sides;
use super::contract;
use super::replay::Replayed;
use crate::model::{
    CheckRequest, CheckState, ContractRate, FindingMark, Judge, Judged, Mismatch, ReplayRate,
    Report, RunAsked, RunRecord, VersionId, WaiverLine, WaiverState, WaiverUse, digest,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What the checks counted and no report shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies {
    replays: Vec<ReplayRate>,
    replayed: BTreeMap<String, Mismatch>,
    contracts: Vec<ContractRate>,
}

impl Tallies {
    /// The counts of the checks that ran.
    pub(super) fn of(replayed: Option<&Replayed>, contract: Option<&contract::Judged>) -> Self {
        let mut tallies = Self::default();
        if let Some(replayed) = replayed {
            for (partner, versions) in &replayed.rates.by_version {
                let rate = |(version, count): (&VersionId, &Mismatch)| ReplayRate {
                    partner: partner.clone(),
                    version: version.to_string(),
                    replayed: count.replayed,
                    mismatched: count.mismatched,
                };
                tallies.replays.extend(versions.iter().map(rate));
            }
            tallies.replayed.clone_from(&replayed.rates.by_partner);
        }
        if let Some(contract) = contract {
            tallies.contracts.clone_from(&contract.rates);
        }
        tallies
    }
}

/// What a record is made from.
pub(super) struct Ran<'a> {
    pub request: &'a CheckRequest,
    pub sides: &'a Sides,
    pub as_of: DateTime<Utc>,
    pub report: &'a Report,
    pub tallies: Tallies,
    pub policy_input: Option<String>,
    pub code_owners: Option<String>,
}

impl Ran<'_> {
    /// The record, before it has a place in a chain.
    pub(super) fn record(self, program: Option<String>) -> RunRecord {
        let report = self.report;
        RunRecord {
            number: 0,
            previous: None,
            tool: Judge {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest: program,
            },
            head: self.sides.head_tree(),
            base: self.sides.base_tree(),
            code_owners: self.code_owners,
            as_of: self.as_of,
            stage: self.request.stage,
            asked: asked(self.request),
            policy_input: self.policy_input,
            rules: report.governance.rules.clone(),
            rule_versions: rule_versions(&self.sides.head.inputs),
            checks: report.checks.iter().map(state).collect(),
            findings: report.findings.iter().map(mark).collect(),
            waivers: waivers(report),
            replays: self.tallies.replays,
            replayed: self.tallies.replayed,
            contracts: self.tallies.contracts,
            verdict: report.verdict,
            exit_code: report.exit_code,
            report: report.digest.clone(),
        }
    }
}

fn asked(request: &CheckRequest) -> RunAsked {
    let longest = request.timeout.map(|time| time.as_millis());
    RunAsked {
        checks: request.checks.clone(),
        fail_on: request.fail_on,
        base: request.base.clone(),
        as_of: request.as_of.is_some(),
        allow_empty: request.allow_empty,
        exit_zero: request.exit_zero,
        timeout_ms: longest.map(|time| u64::try_from(time).unwrap_or(u64::MAX)),
    }
}

fn state(check: &crate::model::Check) -> CheckState {
    CheckState {
        name: check.name,
        ran: check.ran,
        subjects: check.subjects,
        findings: check.findings,
    }
}

fn mark(finding: &Judged) -> FindingMark {
    FindingMark {
        fingerprint: finding.fingerprint.clone(),
        rule: finding.rule.clone(),
        severity: finding.severity,
        waiver: finding.waived.as_ref().map(|waived| waived.id.clone()),
    }
}

/// Waivers in force, and every other that covered something, by id.
fn waivers(report: &Report) -> Vec<WaiverUse> {
    let mut used: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(waived) = &finding.waived {
            *used.entry(&waived.id).or_default() += 1;
        }
    }
    let lines = &report.governance.waivers;
    for line in lines.iter().filter(|line| is_in_force(line.state)) {
        used.entry(&line.id).or_default();
    }
    let line = |id: &str| lines.iter().find(|line| line.id == id);
    let waiver = |(id, findings): (&str, u64)| {
        let line: Option<&WaiverLine> = line(id);
        WaiverUse {
            id: id.to_owned(),
            findings,
            created: line.map(|line| line.created.clone()),
            approved: line.map(|line| line.approved.clone()).unwrap_or_default(),
        }
    };
    used.into_iter().map(waiver).collect()
}

fn is_in_force(state: WaiverState) -> bool {
    match state {
        WaiverState::Active | WaiverState::Expiring | WaiverState::Unused => true,
        WaiverState::Expired
        | WaiverState::Incomplete
        | WaiverState::Unapproved
        | WaiverState::Rejected => false,
    }
}

/// A digest over the two files of each rule that decide, by finding id.
fn rule_versions(inputs: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (path, own) in inputs {
        let parts: Vec<&str> = path.split('/').collect();
        if let [
            "policies",
            family @ ("rules" | "payload"),
            name,
            "rule.toml" | "rule.rego",
        ] = parts.as_slice()
        {
            let room = match *family {
                "rules" => "policy",
                family => family,
            };
            let id = format!("{room}/{name}");
            let lines = files.entry(id).or_default();
            lines.push_str(&format!("{path}\u{0}{own}\n"));
        }
    }
    let version = |(id, lines): (String, String)| (id, digest(lines.as_bytes()));
    files.into_iter().map(version).collect()
}
