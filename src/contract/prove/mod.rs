//! A contract against schema versions, without any provider running: proofs, and witnesses where they fail.
//! Refuses to call anything proved that the prover could not settle.

mod confirm;
mod example;
mod order;
mod outcome;
mod relax;
mod request;
mod response;

use super::interaction::{Body, Content, Contract, Interaction};
use super::masked::masked;
use super::terms::{SchemaRange, Side};
use super::versions::{Ready, Versions};
use crate::inclusion::{Budget, Prover};
use crate::model::{Finding, Place, rule};
pub(super) use confirm::unknown_member;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a proof needs beside the contract.
pub struct Question<'a> {
    pub versions: &'a Versions<'a>,
    pub prover: &'a dyn Prover,
    pub budget: &'a Budget,
}

/// Everything that a contract demands and a version in its range does not give, or that could not be settled.
#[must_use]
pub fn prove(contract: &Contract, question: &Question<'_>) -> Vec<Finding> {
    let contract = &contract.with_messages_as_answers();
    let mut findings = Vec::new();
    for interaction in &contract.interactions {
        let case = Case {
            contract,
            interaction,
            question,
        };
        findings.extend(case.without_schema());
        findings.extend(case.side(Side::Request));
        findings.extend(case.side(Side::Response));
    }
    findings.extend(response::everything_is_read(contract, question));
    once(findings)
}

/// The same thing said of several versions is said once.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let told = |finding: &Finding| (finding.fingerprint(), finding.message.clone());
    let mut findings = findings;
    findings.retain(|finding| seen.insert(told(finding)));
    findings
}

/// One interaction under proof.
#[derive(Clone, Copy)]
struct Case<'a> {
    contract: &'a Contract,
    interaction: &'a Interaction,
    question: &'a Question<'a>,
}

impl<'a> Case<'a> {
    fn side(&self, side: Side) -> Vec<Finding> {
        let Some(range) = self.range(side) else {
            return Vec::new();
        };
        let ids = self.question.versions.in_range(&range.id, &range.range);
        if ids.is_empty() {
            return vec![self.range_empty(range)];
        }
        let mut findings = Vec::new();
        for id in ids {
            match self.question.versions.get(&id) {
                Ok(ready) => findings.extend(self.version(side, &ready)),
                Err(why) => findings.push(self.undecided(side, &id.to_string(), &why)),
            }
        }
        findings
    }

    fn version(&self, side: Side, ready: &Arc<Ready>) -> Vec<Finding> {
        let mut findings = example::valid(self, side, ready);
        let valid = findings.is_empty();
        match side {
            Side::Request if valid => findings.extend(request::accepted(self, ready)),
            Side::Request => {}
            Side::Response => {
                findings.extend(order::kept(self, ready));
                findings.extend(outcome::agrees(self, ready));
                findings.extend(response::possible(self, ready));
            }
        }
        findings
    }

    fn range(&self, side: Side) -> Option<&'a SchemaRange> {
        match side {
            Side::Request => self.interaction.terms.request.as_ref(),
            Side::Response => self.interaction.terms.response.as_ref(),
        }
    }

    fn content(&self, side: Side) -> &'a Content {
        match side {
            Side::Request => &self.interaction.request.content,
            Side::Response => &self.interaction.response.content,
        }
    }

    /// Pointer of a side in the contract file.
    fn pointer(&self, side: Side) -> String {
        let word = self.part(side).split('/').next().unwrap_or_default();
        format!("{}/{word}", self.interaction.pointer)
    }

    /// The side in reports: a message has contents and no answer.
    fn part(&self, side: Side) -> &'static str {
        match side {
            Side::Request => "request/body",
            Side::Response if self.interaction.terms.contents.is_some() => "contents",
            Side::Response => "response/body",
        }
    }

    /// Nothing is proved of an interaction that names no schema, and that must not look green.
    fn without_schema(&self) -> Option<Finding> {
        let bodies = [Side::Request, Side::Response].map(|side| self.content(side));
        let speaks = bodies
            .iter()
            .any(|content| !matches!(content.body, Body::Absent | Body::Empty));
        if !self.interaction.terms.names_no_schema() || !(self.contract.is_plain || speaks) {
            return None;
        }
        let place = self.contract.place(&self.interaction.pointer);
        let message = "it names no schema, so nothing is proved of it";
        let remedy = "name the schemas under `comments.references.matchmark`; a plain Pact file is \
                      brought over with `matchmark contract import`";
        Some(
            self.finding("contract/static-undecided", place, "no-schema")
                .message(message)
                .remedy(remedy),
        )
    }

    fn range_empty(&self, range: &SchemaRange) -> Finding {
        let message = format!(
            "no version of {} that is served or drafted lies in {}",
            range.id, range.range
        );
        let place = self.contract.place(&range.pointer);
        self.finding("contract/range-empty", place, &range.id)
            .message(message)
    }

    fn undecided(&self, side: Side, version: &str, why: &str) -> Finding {
        let place = self.contract.place(&self.pointer(side));
        self.finding("contract/static-undecided", place, version)
            .message(format!(
                "neither proved nor refuted for the {} under {version}",
                self.part(side).split('/').next().unwrap_or_default()
            ))
            .note("tried", why)
    }

    /// A finding about this interaction; `kind` tells versions apart.
    fn finding(&self, id: &str, place: Place, kind: &str) -> Finding {
        Finding::new(id, self.contract.subject(self.interaction), place)
            .kind(kind)
            .remedy(rule(id).map_or("", |rule| rule.fix))
            .hurt(self.contract.hurt(self.interaction))
    }

    /// The place in the contract file of what stands at `pointer` of a side's JSON body.
    fn body_place(&self, side: Side, pointer: &str) -> Place {
        let at = match &self.content(side).body {
            Body::Json(json) => json.file_pointer(pointer),
            Body::Absent | Body::Empty | Body::Text(_) | Body::Form(_) | Body::Unsupported => {
                self.pointer(side)
            }
        };
        self.contract.place(&at)
    }
}

/// `pointer` as it may be shown when `ready` declares what is no data.
fn shown(pointer: &str, ready: &Ready) -> String {
    masked(pointer, &ready.names)
}
