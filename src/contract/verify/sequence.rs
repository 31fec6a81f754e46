//! The steps of a sequence as they were driven: in their order, in time, and once, however often they arrive.
//! Refuses to know what the answer of a step must look like.

use super::Check;
use crate::contract::interaction::{Contract, Interaction};
use crate::contract::matching::Message;
use crate::contract::plan::order;
use crate::contract::promise::{Deliver, Sequence};
use crate::contract::versions::Versions;
use crate::model::{Effects, Exchange, Finding, HttpResponse, Sending};
use std::collections::BTreeMap;

/// Headers that name what a request has made.
const NAMES: [&str; 2] = ["content-location", "location"];

/// Everything that is wrong with the sequences of a contract.
pub fn judged(
    contract: &Contract,
    exchanges: &[Exchange],
    versions: &Versions<'_>,
) -> Vec<Finding> {
    let mut sequences: BTreeMap<&str, Vec<Step<'_>>> = BTreeMap::new();
    for interaction in &contract.interactions {
        if let Some(sequence) = &interaction.terms.sequence {
            let step = Step {
                check: Check::new(contract, interaction, versions),
                interaction,
                sequence,
            };
            sequences.entry(&sequence.id).or_default().push(step);
        }
    }
    sequences
        .values()
        .flat_map(|steps| of_steps(steps, exchanges))
        .collect()
}

struct Step<'a> {
    check: Check<'a>,
    interaction: &'a Interaction,
    sequence: &'a Sequence,
}

fn of_steps(steps: &[Step<'_>], exchanges: &[Exchange]) -> Vec<Finding> {
    let sequences: Vec<&Sequence> = steps.iter().map(|step| step.sequence).collect();
    if order(&sequences).is_none() {
        let circle = "the steps of the sequence have no order: a name stands twice, is missing, or they follow each other";
        let first = steps.iter().take(1);
        return first.map(|step| step.broken("order", circle)).collect();
    }
    let mut findings = Vec::new();
    for step in steps {
        let of_step = |(_, seen): &(usize, &Exchange)| step.is_of(seen);
        for (at, seen) in exchanges.iter().enumerate().filter(of_step) {
            let course: Vec<(usize, &Exchange)> = exchanges
                .iter()
                .enumerate()
                .filter(|(_, other)| other.replay.course == seen.replay.course)
                .collect();
            let mut told: Vec<Finding> = Vec::new();
            match seen.replay.sending {
                // A step without an answer is told as not verified; it shows no order and no time.
                Sending::First if seen.answer.is_err() => {}
                Sending::First => {
                    told.extend(step.in_order(at, steps, &course));
                    told.extend(step.in_time(seen));
                    told.extend(step.delivered_again(seen, &course));
                }
                Sending::Again => told.extend(step.once(seen, &course)),
            }
            let variant = &seen.replay.variant;
            findings.extend(told.into_iter().map(|finding| match variant.is_empty() {
                true => finding,
                false => finding.note("variant", variant.as_str()),
            }));
        }
    }
    findings
}

impl Step<'_> {
    fn is_of(&self, exchange: &Exchange) -> bool {
        exchange.contract == self.check.contract.path
            && exchange.interaction == self.interaction.key
    }

    /// Every step that this one follows was answered before.
    fn in_order(
        &self,
        at: usize,
        steps: &[Step<'_>],
        course: &[(usize, &Exchange)],
    ) -> Option<Finding> {
        let before = |name: &String| {
            let earlier = steps.iter().find(|step| step.sequence.step == *name);
            earlier.is_some_and(|step| {
                let mut seen = course.iter().filter(|(when, _)| *when < at);
                seen.any(|(_, seen)| step.is_of(seen) && seen.answer.is_ok())
            })
        };
        let missing = self.sequence.after.iter().find(|name| !before(name))?;
        let message = format!(
            "step `{}` came before `{missing}`, which it follows",
            self.sequence.step
        );
        Some(self.broken("order", &message))
    }

    /// The answer came within the time of the step, by the clock of the provider.
    fn in_time(&self, seen: &Exchange) -> Option<Finding> {
        let within = u64::try_from(self.sequence.within?.as_millis()).unwrap_or(u64::MAX);
        let waits = |response: &HttpResponse| {
            response.status == 202 && self.interaction.response.status != 202
        };
        let waiting = seen.answer.as_ref().is_ok_and(waits);
        let waited = seen.replay.waited_ms;
        let step = &self.sequence.step;
        if waiting && waited < within {
            let why = "the clock of the provider cannot be moved, and the step is still under way";
            return Some(self.check.not_verified(why));
        }
        (waiting || waited > within).then(|| {
            let message = format!("step `{step}` was not answered within {within} ms");
            self.broken("late", &message)
        })
    }

    /// What may arrive twice was sent twice.
    fn delivered_again(&self, seen: &Exchange, course: &[(usize, &Exchange)]) -> Option<Finding> {
        let twice = self.sequence.deliver == Deliver::AtLeastOnce;
        let again = |(_, other): &(usize, &Exchange)| {
            self.is_of(other) && other.replay.sending == Sending::Again
        };
        if !twice || seen.answer.is_err() || course.iter().any(again) {
            return None;
        }
        Some(
            self.check
                .not_verified("the step was not delivered a second time"),
        )
    }

    /// The second delivery had no effect of its own, and was told of the same thing as the first.
    fn once(&self, again: &Exchange, course: &[(usize, &Exchange)]) -> Option<Finding> {
        let answer = again.answer.as_ref().ok()?;
        let (_, first) = course.iter().find(|(_, seen)| {
            self.is_of(seen) && seen.replay.sending == Sending::First && seen.answer.is_ok()
        })?;
        let step = &self.sequence.step;
        if let Ok(first) = &first.answer
            && named(first) != named(answer)
        {
            let message = format!("step `{step}` made another thing when it arrived a second time");
            return Some(self.broken("twice", &message));
        }
        let Some(effects) = again.effects else {
            let why = "the provider does not tell what a second delivery stored and sent";
            return Some(self.check.not_verified(why));
        };
        (effects != Effects::default()).then(|| {
            let message = format!(
                "step `{step}` had an effect again when it arrived a second time: {}",
                effects.words()
            );
            self.broken("twice", &message)
        })
    }

    fn broken(&self, kind: &str, message: &str) -> Finding {
        let place = self.check.contract.place(&self.sequence.pointer);
        self.check
            .finding("contract/sequence-broken", place, kind)
            .message(message)
    }
}

/// What an answer says that the request made.
fn named(response: &HttpResponse) -> Vec<Option<&str>> {
    let message = Message {
        headers: &response.headers,
        body: None,
    };
    NAMES.iter().map(|name| message.header(name)).collect()
}
