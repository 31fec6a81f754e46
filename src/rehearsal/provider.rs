//! Consumers asking a provider, course by course: states set, requests sent, effects counted.

use super::target::{Set, Target};
use super::{RehearsalError, Script, client};
use crate::contract::{AUTHORIZATION, Call, Given, Planned, State};
use crate::model::{Effects, Exchange, HttpRequest, HttpResponse, Replay, Sending};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a provider answers while it still works.
///
/// Source: HL7 FHIR asynchronous request pattern: 202 until the job is complete
pub(super) const STILL_WORKING: u16 = 202;
/// How often the clock of a provider is moved at most until the time of a step is over.
pub(super) const ADVANCES: u64 = 32;
/// Pause between two looks at work that is under way.
pub(super) const LOOK: Duration = Duration::from_millis(2);
/// How often it is looked at before the clock is moved: work in progress needs no more than a moment.
pub(super) const LOOKS: u32 = 100;
/// As many equal counts in a row mean that nothing is under way.
const QUIET: u32 = 3;

/// Drives one course from a fresh setup of the provider and hands back what was seen, in order.
pub(super) async fn drive(
    target: &Target<'_>,
    script: &Script<'_>,
    number: u64,
    course: &[Call<'_>],
) -> Result<Vec<Exchange>, RehearsalError> {
    target.reset(script.as_of).await?;
    let mut walk = Walk {
        target,
        script,
        number,
        states: Vec::new(),
        values: Map::new(),
        sent: BTreeMap::new(),
        steps: BTreeMap::new(),
        is_broken: false,
    };
    let mut exchanges = Vec::new();
    for send in course {
        let exchange = match send {
            Call::First(planned) => walk.first(planned).await?,
            Call::Again(planned) => walk.again(planned).await?,
        };
        walk.is_broken |= exchange.answer.is_err();
        exchanges.push(exchange);
    }
    if let Some(Call::First(planned) | Call::Again(planned)) = course.first() {
        target.unset(&planned.consumer, &walk.states).await;
    }
    Ok(exchanges)
}

/// A course under way.
struct Walk<'a> {
    target: &'a Target<'a>,
    script: &'a Script<'a>,
    number: u64,
    /// States that were set so far.
    states: Vec<State>,
    /// What the states made known.
    values: Map<String, Value>,
    /// Answers so far, by step.
    steps: BTreeMap<String, HttpResponse>,
    /// Requests as they were sent, by interaction.
    sent: BTreeMap<String, HttpRequest>,
    /// A step had no answer: what follows it would show something else.
    is_broken: bool,
}

impl Walk<'_> {
    async fn first(&mut self, planned: &Planned) -> Result<Exchange, RehearsalError> {
        let mut exchange = self.exchange(planned, Sending::First);
        if self.is_broken {
            exchange.answer = Err("a step before it had no answer".to_owned());
            return Ok(exchange);
        }
        exchange.states_missing = self.enter(planned).await?;
        if !exchange.states_missing.is_empty() {
            exchange.answer = Err("the provider could not be brought into the states".to_owned());
            return Ok(exchange);
        }
        match self.made(planned) {
            Ok(request) => exchange.request = request,
            Err(why) => {
                exchange.answer = Err(why);
                return Ok(exchange);
            }
        }
        self.sent
            .insert(planned.interaction.clone(), exchange.request.clone());
        self.counted(planned, &mut exchange).await?;
        if let (Some(sequence), Ok(answer)) = (&planned.sequence, &exchange.answer) {
            self.steps.insert(sequence.step.clone(), answer.clone());
        }
        Ok(exchange)
    }

    fn made(&self, planned: &Planned) -> Result<HttpRequest, String> {
        planned.made(&Given {
            as_of: self.script.as_of,
            base: &self.target.url(),
            values: &self.values,
            steps: &self.steps,
        })
    }

    async fn again(&mut self, planned: &Planned) -> Result<Exchange, RehearsalError> {
        let mut exchange = self.exchange(planned, Sending::Again);
        match self.sent.get(&planned.interaction) {
            Some(request) if !self.is_broken => exchange.request = request.clone(),
            Some(_) | None => {
                exchange.answer = Err("a step before it had no answer".to_owned());
                return Ok(exchange);
            }
        }
        settled(self.target).await?;
        self.counted(planned, &mut exchange).await?;
        Ok(exchange)
    }

    fn exchange(&self, planned: &Planned, sending: Sending) -> Exchange {
        Exchange {
            contract: planned.contract.clone(),
            interaction: planned.interaction.clone(),
            request: planned.request.clone(),
            answer: Err("nothing was sent".to_owned()),
            effects: None,
            states_missing: Vec::new(),
            replay: Replay {
                variant: planned.variant.clone(),
                course: self.number,
                sending,
                waited_ms: 0,
                spoken: planned.spoken.clone(),
            },
        }
    }

    /// Sets the states of a step that no step before it has set, and hands back those that could not be.
    async fn enter(&mut self, planned: &Planned) -> Result<Vec<String>, RehearsalError> {
        let states = planned.states.iter();
        let new: Vec<&State> = states
            .filter(|state| !self.states.contains(state))
            .collect();
        let Set { values, missing } = self.target.set(&planned.consumer, &new).await?;
        self.values.extend(values);
        self.states.extend(new.into_iter().cloned());
        Ok(missing)
    }

    /// Sends the request of `exchange` and counts what it leaves behind.
    async fn counted(
        &mut self,
        planned: &Planned,
        exchange: &mut Exchange,
    ) -> Result<(), RehearsalError> {
        let before = self.target.effects().await?;
        let (answer, waited) = self.answer(planned, &exchange.request).await?;
        let after = self.target.effects().await?;
        exchange.answer = answer;
        exchange.replay.waited_ms = waited;
        exchange.effects = before
            .zip(after)
            .map(|(before, after)| grown(before, after));
        Ok(())
    }

    /// The answer, and how far the clock of the provider was moved until it came. Who is told to come back comes back
    /// until the time of the step is over; any other answer is final.
    async fn answer(
        &mut self,
        planned: &Planned,
        request: &HttpRequest,
    ) -> Result<(Result<HttpResponse, String>, u64), RehearsalError> {
        let mut answer = self.send(request).await;
        let within = planned.sequence.as_ref().and_then(|step| step.within);
        let Some(within) = within.filter(|_| planned.status != STILL_WORKING) else {
            return Ok((answer, 0));
        };
        let within = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
        let mut waited = 0;
        while self.target.has_clock() {
            answer = self.looked_at(request, answer).await;
            let Some(pause) = pause(&answer).filter(|_| waited < within) else {
                break;
            };
            let pause = pause.max(within / ADVANCES).max(1).min(within - waited);
            self.target.advance(pause).await?;
            waited += pause;
            self.renew(planned).await?;
            answer = self.send(request).await;
        }
        Ok((answer, waited))
    }

    /// The answer after the provider had a moment to work, which takes time of ours and none of its clock.
    async fn looked_at(
        &self,
        request: &HttpRequest,
        mut answer: Result<HttpResponse, String>,
    ) -> Result<HttpResponse, String> {
        for _ in 0..LOOKS {
            if pause(&answer).is_none() {
                break;
            }
            tokio::time::sleep(LOOK).await;
            answer = self.send(request).await;
        }
        answer
    }

    /// A token that is as old as the clock now says: who waits for long asks for a new one.
    async fn renew(&mut self, planned: &Planned) -> Result<(), RehearsalError> {
        let states = self.states.iter();
        let tokens: Vec<&State> = states.filter(|state| state.name == AUTHORIZATION).collect();
        let set = self.target.set(&planned.consumer, &tokens).await?;
        self.values.extend(set.values);
        Ok(())
    }

    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, String> {
        let token = self.values.get(AUTHORIZATION).and_then(Value::as_str);
        let token = token.map(|token| (AUTHORIZATION.to_owned(), token.to_owned()));
        let secret: Vec<(String, String)> = token.into_iter().collect();
        client::send(self.target.http(), &self.target.url(), request, &secret).await
    }
}

/// Waits until the work behind earlier answers has left all its effects: they would be counted for the next.
pub(super) async fn settled(target: &Target<'_>) -> Result<(), RehearsalError> {
    let mut before = target.effects().await?;
    let mut quiet = 0;
    for _ in 0..LOOKS {
        if before.is_none() || quiet == QUIET {
            break;
        }
        tokio::time::sleep(LOOK).await;
        let after = target.effects().await?;
        quiet = if after == before { quiet + 1 } else { 0 };
        before = after;
    }
    Ok(())
}

/// Milliseconds that an answer asks to wait, when it is to be asked for again.
pub(super) fn pause(answer: &Result<HttpResponse, String>) -> Option<u64> {
    let working = |response: &&HttpResponse| response.status == STILL_WORKING;
    let response = answer.as_ref().ok().filter(working)?;
    Some(retry_after(response))
}

/// Milliseconds that an answer asks to wait; none where it does not say so in seconds.
pub(super) fn retry_after(response: &HttpResponse) -> u64 {
    let mut headers = response.headers.iter();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
    let seconds: Option<u64> = header.and_then(|(_, value)| value.trim().parse().ok());
    seconds.unwrap_or(0).saturating_mul(1000)
}

/// What came about between two counts.
fn grown(before: Effects, after: Effects) -> Effects {
    Effects {
        rows: after.rows.saturating_sub(before.rows),
        events: after.events.saturating_sub(before.events),
        outbound_calls: after.outbound_calls.saturating_sub(before.outbound_calls),
    }
}
