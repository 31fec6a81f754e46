//! What a provider was seen to answer against what its consumers expect.
//! Refuses to take silence for consent: what was not seen is not verified.

mod answer;
mod echo;
mod endured;
mod history;
mod refusal;
mod sequence;
mod variants;

pub use endured::endured;

use super::interaction::{Contract, Edition, Interaction, Query};
use super::masked::masked;
use super::matching::{self, Message, Mismatch, Target};
use super::plan::{is_generated, plan};
use super::terms::{Polarity, SideEffects};
use super::versions::{Ready, Versions};
use crate::model::{Effects, Exchange, Finding, HttpResponse, Place, Replay, rule};
use std::collections::BTreeSet;
use std::sync::Arc;
pub use variants::unproven;

/// Label of the note that names a version which the provider was told to speak.
pub(super) const SPOKEN: &str = "spoken";
use wire::json::{Document, Limits};

/// Everything that the exchanges of a contract show to be broken, and everything that was not seen.
#[must_use]
pub fn verify(
    contract: &Contract,
    exchanges: &[Exchange],
    versions: &Versions<'_>,
) -> Vec<Finding> {
    let planned = plan(contract);
    let mut findings = Vec::new();
    for interaction in &contract.interactions {
        let check = Check::new(contract, interaction, versions);
        if interaction.terms.fault.is_some() {
            let why = "what a consumer does under a fault is shown by the consumer alone";
            findings.push(check.not_verified(why));
        }
        let seen: Vec<&Exchange> = exchanges
            .iter()
            .filter(|exchange| {
                exchange.contract == contract.path && exchange.interaction == interaction.key
            })
            .collect();
        let own = planned
            .iter()
            .filter(|one| one.interaction == interaction.key);
        let unseen = own.filter(|one| !seen.iter().any(|seen| seen.replay.variant == one.variant));
        findings.extend(unseen.map(|one| check.unseen(&one.variant)));
        for exchange in seen {
            let told = check.exchange(exchange).into_iter();
            findings.extend(told.map(|finding| which(finding, &exchange.replay)));
        }
    }
    findings.extend(sequence::judged(contract, exchanges, versions));
    findings
}

/// The finding with the variant and the versions of the replay that showed it.
fn which(mut finding: Finding, replay: &Replay) -> Finding {
    if !replay.variant.is_empty() {
        finding = finding.note("variant", replay.variant.as_str());
    }
    for spoken in &replay.spoken {
        finding = finding.note(SPOKEN, spoken.to_string());
    }
    finding
}

/// One interaction and the versions that its answer may follow.
struct Check<'a> {
    contract: &'a Contract,
    interaction: &'a Interaction,
    request_versions: Vec<Arc<Ready>>,
    response_versions: Vec<Arc<Ready>>,
    /// Names that are declared somewhere and may be shown.
    names: BTreeSet<String>,
}

/// An answer with its body read, where it is JSON.
struct Answer<'a> {
    response: &'a HttpResponse,
    body: Option<Document>,
    replay: &'a Replay,
}

impl<'a> Check<'a> {
    fn new(contract: &'a Contract, interaction: &'a Interaction, versions: &Versions<'_>) -> Self {
        let of = |range: Option<&super::terms::SchemaRange>| -> Vec<Arc<Ready>> {
            let Some(range) = range else {
                return Vec::new();
            };
            versions
                .in_range(&range.id, &range.range)
                .iter()
                .filter_map(|id| versions.get(id).ok())
                .collect()
        };
        let request_versions = of(interaction.terms.request.as_ref());
        let response_versions = of(interaction.terms.response.as_ref());
        let all = request_versions.iter().chain(&response_versions);
        Self {
            contract,
            interaction,
            names: all.flat_map(|ready| ready.names.iter().cloned()).collect(),
            request_versions,
            response_versions,
        }
    }

    fn exchange(&self, exchange: &Exchange) -> Vec<Finding> {
        if !exchange.states_missing.is_empty() {
            return vec![self.state_missing(&exchange.states_missing)];
        }
        let unsent = self.unsent(exchange);
        if !unsent.is_empty() {
            return unsent;
        }
        let response = match &exchange.answer {
            Ok(response) => response,
            // Our own words: the driver never hands on those of an error.
            Err(why) => return vec![self.not_verified(&format!("no answer was seen: {why}"))],
        };
        let answer = Answer {
            response,
            body: Document::parse(&response.body, &Limits::PAYLOAD).ok(),
            replay: &exchange.replay,
        };
        let negative = self.interaction.terms.polarity == Polarity::Negative;
        if negative && refusal::is_served(self, &answer) {
            return vec![refusal::served(self)];
        }
        let mut findings = self.matched(&answer);
        findings.extend(answer::judged(self, &answer));
        findings.extend(history::judged(self, &answer));
        if negative {
            findings.extend(refusal::judged(self, &answer));
            findings.extend(self.effects(exchange));
        }
        findings
    }

    /// Whether the request that was sent is the one of the contract.
    fn unsent(&self, exchange: &Exchange) -> Vec<Finding> {
        let request = &exchange.request;
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let target = Target {
            method: &request.method,
            path,
            query: Query::of_text(query, Edition::V4),
        };
        let message = Message {
            headers: &request.headers,
            body: Some(&request.body),
        };
        let interaction = self.interaction;
        let pointer = &interaction.pointer;
        matching::request(
            &interaction.request,
            &interaction.terms,
            pointer,
            &target,
            &message,
        )
        .iter()
        .filter(|mismatch| {
            let keys = super::path::keys(&mismatch.pointer);
            // What is missing was not made.
            mismatch.rule == "presence"
                || !is_generated(&interaction.request.generators, mismatch.part, &keys)
        })
        .map(|mismatch| {
            self.mismatch(mismatch)
                .note("driver", "another request was sent than the contract shows")
        })
        .collect()
    }

    fn matched(&self, answer: &Answer<'_>) -> Vec<Finding> {
        let message = Message {
            headers: &answer.response.headers,
            body: Some(&answer.response.body),
        };
        let interaction = self.interaction;
        matching::response(
            &interaction.response,
            &interaction.terms,
            &interaction.pointer,
            answer.response.status,
            &message,
        )
        .iter()
        .map(|mismatch| match mismatch.part {
            // A status is no payload: both numbers may be said.
            super::rule::Part::Status => self.mismatch(mismatch).message(format!(
                "the answer has status {}, the contract shows {}",
                answer.response.status, interaction.response.status
            )),
            super::rule::Part::Method
            | super::rule::Part::Path
            | super::rule::Part::Query
            | super::rule::Part::Header
            | super::rule::Part::Body
            | super::rule::Part::Metadata => self.mismatch(mismatch),
        })
        .collect()
    }

    fn mismatch(&self, mismatch: &Mismatch) -> Finding {
        let mut shown = mismatch.clone();
        if mismatch.part == super::rule::Part::Body {
            shown.pointer = masked(&mismatch.pointer, &self.names);
        }
        let id = format!("contract/{}-mismatch", mismatch.part.word());
        self.finding(&id, self.contract.place(&mismatch.at), mismatch.rule)
            .pointer(format!("/{}{}", mismatch.part.word(), shown.pointer))
            .message(shown.sentence())
    }

    fn effects(&self, exchange: &Exchange) -> Option<Finding> {
        let outcome = self.interaction.terms.outcome.as_ref()?;
        if outcome.side_effects == SideEffects::Any {
            return None;
        }
        let place = self
            .contract
            .place(&format!("{}/sideEffects", outcome.pointer));
        match exchange.effects {
            None => Some(self.not_verified("the provider does not tell what it stored and sent")),
            Some(effects) => {
                let some = effects != Effects::default();
                some.then(|| {
                    self.finding("contract/effects-seen", place, "effects")
                        .message(format!("the refusal left {} behind", effects.words()))
                })
            }
        }
    }

    fn state_missing(&self, states: &[String]) -> Finding {
        let known = states
            .iter()
            .filter(|name| super::states::known(name).is_some());
        let names: Vec<_> = known.map(String::as_str).collect();
        let pointer = format!("{}/providerStates", self.interaction.pointer);
        let place = self.contract.place(&pointer);
        self.finding("contract/state-handler-missing", place, &names.join(","))
            .message(format!("the provider cannot set up: {}", names.join(", ")))
    }

    fn not_verified(&self, why: &str) -> Finding {
        let place = self.contract.place(&self.interaction.pointer);
        self.finding("contract/not-verified", place, why)
            .message(format!("not verified: {why}"))
    }

    fn unseen(&self, variant: &str) -> Finding {
        match variant.is_empty() {
            true => self.not_verified("no exchange was seen"),
            false => self
                .not_verified(&format!("no exchange was seen with {variant}"))
                .note("variant", variant),
        }
    }

    fn response_place(&self, pointer: &str) -> Place {
        let at = match self.interaction.response.content.body.json() {
            Some(json) => json.file_pointer(pointer),
            None => format!("{}/response", self.interaction.pointer),
        };
        self.contract.place(&at)
    }

    /// A finding about this interaction; `kind` tells several at one pointer apart.
    fn finding(&self, id: &str, place: Place, kind: &str) -> Finding {
        Finding::new(id, self.contract.subject(self.interaction), place)
            .kind(kind)
            .remedy(rule(id).map_or("", |rule| rule.fix))
            .hurt(self.contract.hurt(self.interaction))
    }

    fn shown(&self, pointer: &str) -> String {
        masked(pointer, &self.names)
    }
}

impl Answer<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let message = Message {
            headers: &self.response.headers,
            body: None,
        };
        message.header(name)
    }
}
