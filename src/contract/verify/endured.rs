//! What we did as the consumer of a partner that a stub played, against what our own contract promises.
//! Refuses to know stubs and retry policies: what was seen is handed over.

use super::super::interaction::{Contract, Interaction};
use super::super::masked::masked;
use super::super::play;
use super::super::promise::{Fault, FaultKind};
use super::super::rule::Part;
use super::super::terms::Polarity;
use super::super::versions::Versions;
use super::Check;
use crate::model::{Delivery, Finding, counted};
use std::collections::BTreeSet;
use std::time::Duration;
use wire::outcome::Class;

/// The header under which a partner knows a call that is made again.
const KEY: &str = "idempotency-key";

/// Everything that we promise in a contract of ours and did not do, and everything that was not tried.
#[must_use]
pub fn endured(
    contract: &Contract,
    deliveries: &[Delivery],
    versions: &Versions<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interaction in &contract.interactions {
        let check = Check::new(contract, interaction, versions);
        let own =
            |one: &&Delivery| one.contract == contract.path && one.interaction == interaction.key;
        let seen: Vec<&Delivery> = deliveries.iter().filter(own).collect();
        if seen.is_empty() {
            findings.push(check.not_verified("no exchange was started"));
        }
        if Promise::of(interaction).is_none() {
            let why = "a refusal that may be repeated promises nothing by itself: say what we do in `fault`";
            findings.push(check.not_verified(why));
        }
        for delivery in seen {
            findings.extend(check.asked(delivery));
            findings.extend(check.ended(delivery));
        }
    }
    findings
}

/// What an exchange must come to.
struct Promise<'a> {
    class: Option<Class>,
    attempts: Option<u64>,
    end_state: &'a str,
}

impl<'a> Promise<'a> {
    /// Without a fault, an answer fulfils an exchange, and a refusal for good fails it, each with one call.
    ///
    /// Errors: none where the end of a refusal that may be repeated is not promised
    fn of(interaction: &'a Interaction) -> Option<Self> {
        let terms = &interaction.terms;
        if let Some(Fault { expect, .. }) = &terms.fault {
            return Some(Self {
                class: Some(expect.class),
                attempts: Some(expect.attempts),
                end_state: &expect.end_state,
            });
        }
        let class = terms.outcome.as_ref().map(|outcome| outcome.class);
        match (terms.polarity, class) {
            (Polarity::Positive, _) => Some(Self {
                class: None,
                attempts: Some(1),
                end_state: "fulfilled",
            }),
            (Polarity::Negative, Some(Class::Permanent)) => Some(Self {
                class,
                attempts: Some(1),
                end_state: "failed",
            }),
            (Polarity::Negative, _) => None,
        }
    }
}

impl Check<'_> {
    /// Whether what the partner was asked is what the contract shows; the same call again is told once.
    fn asked(&self, delivery: &Delivery) -> Vec<Finding> {
        let mut told = BTreeSet::new();
        let mut findings = Vec::new();
        for request in &delivery.requests {
            for mismatch in play::differences(self.interaction, request) {
                if !told.insert(mismatch.clone()) {
                    continue;
                }
                let mut shown = mismatch.clone();
                if mismatch.part == Part::Body {
                    shown.pointer = masked(&mismatch.pointer, &self.names);
                }
                let id = format!("contract/{}-mismatch", mismatch.part.word());
                findings.push(
                    self.finding(&id, self.contract.place(&mismatch.at), mismatch.rule)
                        .pointer(format!("/{}{}", mismatch.part.word(), shown.pointer))
                        .message(format!("what we ask: {}", shown.sentence())),
                );
            }
        }
        findings
    }

    /// Whether the exchange ended as promised.
    fn ended(&self, delivery: &Delivery) -> Option<Finding> {
        let promise = Promise::of(self.interaction)?;
        let broken = self.broken(&promise, delivery);
        if broken.is_empty() {
            return None;
        }
        let fault = self.interaction.terms.fault.as_ref();
        let (id, at) = match fault {
            Some(fault) => (
                "contract/fault-not-handled",
                format!("{}/expect", fault.pointer),
            ),
            None => ("contract/delivery-failed", self.interaction.pointer.clone()),
        };
        let what = fault.map_or("without a fault", |fault| fault.kind.word());
        let mut finding = self
            .finding(id, self.contract.place(&at), what)
            .message(format!(
                "an exchange with `{}` ({what}): {}",
                delivery.partner,
                broken.join("; ")
            ));
        if let Some(code) = &delivery.code {
            finding = finding.note("code", code.clone());
        }
        Some(finding)
    }

    /// Every part of the promise that was not kept.
    fn broken(&self, promise: &Promise<'_>, delivery: &Delivery) -> Vec<String> {
        let mut broken = Vec::new();
        let calls = delivery.calls.len() as u64;
        if delivery.state != promise.end_state {
            broken.push(format!(
                "it ended {}, not {}",
                delivery.state, promise.end_state
            ));
        }
        if let Some(promised) = promise.attempts.filter(|promised| *promised != calls) {
            broken.push(format!("it took {}, not {promised}", calls_of(calls)));
        }
        broken.extend(self.class(promise, delivery));
        broken.extend(self.unheard(delivery));
        broken.extend(self.hurried(delivery));
        broken.extend(changed_key(delivery));
        broken
    }

    /// Whether the calls failed as promised.
    fn class(&self, promise: &Promise<'_>, delivery: &Delivery) -> Option<String> {
        let promised = promise.class?.word();
        let failed: BTreeSet<&str> = delivery
            .calls
            .iter()
            .filter_map(|call| call.class.as_deref())
            .collect();
        let borne = self
            .interaction
            .terms
            .fault
            .as_ref()
            .is_some_and(|fault| is_borne(fault.kind));
        if failed.is_empty() {
            // What does no harm has no class.
            return (!borne).then(|| format!("no call failed, {promised} is promised"));
        }
        let others: Vec<&str> = failed.into_iter().filter(|one| *one != promised).collect();
        (!others.is_empty())
            .then(|| format!("a call counted as {}, not {promised}", others.join(", ")))
    }

    /// Whether the partner saw as many calls as we say that we made.
    fn unheard(&self, delivery: &Delivery) -> Option<String> {
        let calls = delivery.calls.len() as u64;
        let fault = self.interaction.terms.fault.as_ref();
        let lost = fault.filter(|fault| fault.kind.never_arrives());
        let lost = lost.map_or(0, |fault| {
            (1..=calls).filter(|n| fault.hits(*n)).count() as u64
        });
        let expected = calls.saturating_sub(lost);
        let seen = delivery.arrived;
        (seen != expected).then(|| format!("the partner saw {}, we say {expected}", calls_of(seen)))
    }

    /// Whether a wait that the partner asked for was kept.
    fn hurried(&self, delivery: &Delivery) -> Option<String> {
        self.interaction.terms.fault.as_ref()?;
        let headers = &self.interaction.response.headers;
        let (_, values) = headers.iter().find(|(name, _)| name == "retry-after")?;
        let asked = Duration::from_secs(values.first()?.parse().ok()?);
        let mut waits = delivery.calls.iter().filter_map(|call| call.wait);
        waits.any(|wait| wait < asked).then(|| {
            format!(
                "a wait was shorter than the {} s asked for",
                asked.as_secs()
            )
        })
    }
}

/// A kind that need not make a call fail.
fn is_borne(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Delay | FaultKind::Drip | FaultKind::DuplicateRequest
    )
}

/// One exchange has one key, however often it calls.
fn changed_key(delivery: &Delivery) -> Option<String> {
    let keys: BTreeSet<Option<&str>> = delivery
        .requests
        .iter()
        .map(|request| {
            let mut headers = request.headers.iter();
            let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(KEY));
            found.map(|(_, value)| value.as_str())
        })
        .collect();
    let one = keys.len() <= 1 && !keys.contains(&None);
    (!one).then(|| "its calls did not carry one and the same idempotency key".to_owned())
}

fn calls_of(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "call")
}
