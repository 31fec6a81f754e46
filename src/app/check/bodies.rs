//! Payload rules over what a rehearsal saw: requests that must be served, and answers.
//! Refuses to repeat what the contract check says of schemas.

use super::Question;
use crate::app::ruling::{Known, Ruling};
use crate::catalogue::Partner;
use crate::contract::{Contract, Interaction, Polarity, SchemaRange, Versions};
use crate::model::{Exchange, Finding, Hurt, Place, VersionId};
use crate::policy::Judgement;
use std::collections::BTreeSet;
use wire::json::{Document, Limits};

/// What judges a body.
pub(super) struct Bodies<'a> {
    pub question: &'a Question<'a>,
    pub versions: &'a Versions<'a>,
    pub ruling: &'a Ruling<'a>,
}

impl Bodies<'_> {
    /// What the exchanges of one contract break. A request that is to be refused may break what it likes.
    pub(super) fn of_contract(&self, contract: &Contract, seen: &[Exchange]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for exchange in seen.iter().filter(|seen| seen.contract == contract.path) {
            let mut interactions = contract.interactions.iter();
            let Some(interaction) = interactions.find(|one| one.key == exchange.interaction) else {
                continue;
            };
            let known = Known {
                as_of: Some(self.question.as_of),
                caller: Some(contract.consumer.clone()),
                payer: None,
                either_way: false,
            };
            let terms = &interaction.terms;
            if terms.polarity == Polarity::Positive {
                let judged = self.judge(terms.request.as_ref(), &exchange.request.body, &known);
                findings.extend(self.told(contract, interaction, "request", judged));
            }
            if let Ok(answer) = &exchange.answer {
                let judged = self.judge(terms.response.as_ref(), &answer.body, &known);
                findings.extend(self.told(contract, interaction, "answer", judged));
            }
        }
        findings
    }

    /// What our own requests to a partner break: there we are the caller, and the partner answers.
    pub(super) fn of_asked(
        &self,
        partner: &Partner,
        sent: &BTreeSet<&[u8]>,
        place: &Place,
    ) -> Vec<Finding> {
        let head = self.question.head;
        let id = &partner.file.id;
        let known = Known {
            as_of: Some(self.question.as_of),
            caller: Some(head.config.payer.id.clone()),
            payer: Some(id.clone()),
            either_way: false,
        };
        let mut findings = Vec::new();
        for (entry, range) in &partner.file.uses {
            let is_asked = head.catalogue.entry(entry);
            if is_asked.is_none_or(|entry| entry.file.operation.is_none()) {
                continue;
            }
            let range = SchemaRange {
                id: entry.clone(),
                range: range.clone(),
                pointer: String::new(),
            };
            for body in sent {
                let Some((version, judgement)) = self.judge(Some(&range), body, &known) else {
                    continue;
                };
                findings.extend(judgement.not_evaluated);
                findings.extend(judgement.breaks.into_iter().map(|found| {
                    let why = format!("what we send breaks `{}`", found.finding.rule);
                    broken(id, place.clone(), &version, &found.finding, &why)
                        .kind(found.finding.rule)
                }));
            }
        }
        findings.dedup_by(|a, b| a.fingerprint() == b.fingerprint());
        findings
    }

    /// The newest version of the range that accepts the body, and what the rules say of it. A body that no version
    /// accepts is told elsewhere.
    fn judge(
        &self,
        range: Option<&SchemaRange>,
        body: &[u8],
        known: &Known,
    ) -> Option<(VersionId, Judgement)> {
        let range = range?;
        let document = Document::parse(body, &Limits::PAYLOAD).ok()?;
        let accepts = |id: &VersionId| {
            let ready = self.versions.get(id);
            ready.is_ok_and(|ready| ready.schema.accepts(document.value()))
        };
        let in_range = self.versions.in_range(&range.id, &range.range);
        let id = in_range.into_iter().rev().find(accepts)?;
        let mut judgement = self.ruling.judge(&id, &document, "body", known);
        if let Ok(ready) = self.versions.get(&id) {
            for found in &mut judgement.breaks {
                let (shown, _) = ready.schema.shown(&document, &found.finding.pointer);
                found.finding.pointer = shown;
            }
        }
        Some((id, judgement))
    }

    fn told(
        &self,
        contract: &Contract,
        interaction: &Interaction,
        side: &str,
        judged: Option<(VersionId, Judgement)>,
    ) -> Vec<Finding> {
        let Some((id, judgement)) = judged else {
            return Vec::new();
        };
        let subject = format!("{}#{}", contract.path, interaction.key);
        let mut findings = judgement.not_evaluated;
        findings.extend(judgement.breaks.into_iter().map(|found| {
            let place = contract.place(&interaction.pointer);
            let rule = &found.finding.rule;
            let why = format!(
                "the {side} of `{}` breaks `{rule}`",
                interaction.description
            );
            broken(&subject, place, &id, &found.finding, &why)
                .kind(format!("{side} {rule}"))
                .hurt(Hurt {
                    who: contract.consumer.clone(),
                    why: "its contract shows it".to_owned(),
                    place: None,
                })
        }));
        findings
    }
}

fn broken(subject: &str, place: Place, id: &VersionId, found: &Finding, why: &str) -> Finding {
    Finding::new("contract/payload-rule-broken", subject, place)
        .pointer(found.pointer.clone())
        .message(format!("{why}, as {id}: {}", found.message))
        .remedy(format!(
            "{}; `matchmark explain {}` shows the rule",
            found.remedy, found.rule
        ))
}
