//! Recorded requests sent again to a provider, in their order and at their distance in time.
//! Refuses to know what an answer must be, and to wait for one without end.

use super::provider::{ADVANCES, AUTHORIZATION, LOOK, LOOKS, pause, settled};
use super::target::Target;
use super::{RehearsalError, Script, client};
use crate::contract::State;
use crate::model::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::time::Duration;

/// Longest that the clock is moved at once because an answer asks for it.
///
/// Units: milliseconds; a day
const LONGEST_PAUSE: u64 = 86_400_000;
/// So many requests in a row without an answer are followed by no other.
const SILENCES: u32 = 3;

/// One request that is to be sent.
pub struct Resend {
    pub consumer: String,
    /// The states in which the provider begins anew; none where it goes on.
    pub fresh: Option<Vec<State>>,
    pub recorded: Option<DateTime<Utc>>,
    /// Whether it carries a token of ours.
    pub credentials: bool,
    /// Whether it is sent again while work is under way.
    pub awaited: bool,
    /// Nothing where it cannot be sent.
    pub request: Option<HttpRequest>,
}

/// Requests one by one: what the next one is may rest on the answer to the last.
pub trait Course {
    fn next(&mut self) -> Option<Resend>;
    fn answered(&mut self, answer: Result<HttpResponse, String>);
}

/// Sends a course to its end. `patience` is the time that one answer may take.
pub(super) async fn drive(
    target: &Target<'_>,
    script: &Script<'_>,
    course: &mut dyn Course,
    patience: Duration,
) -> Result<(), RehearsalError> {
    let mut walk = Walk {
        target,
        script,
        states: Vec::new(),
        consumer: String::new(),
        missing: false,
        begun: None,
        moved: 0,
        silences: 0,
    };
    let mut is_first = true;
    while let Some(resend) = course.next() {
        if is_first && resend.fresh.is_none() {
            walk.begin(&resend, &[]).await?;
        }
        is_first = false;
        let answer = walk.answer(&resend, patience).await?;
        course.answered(answer);
    }
    target.unset(&walk.consumer, &walk.states).await;
    Ok(())
}

struct Walk<'a> {
    target: &'a Target<'a>,
    script: &'a Script<'a>,
    /// States that were set since the provider began anew, and for whom.
    states: Vec<State>,
    consumer: String,
    /// Whether it could not be brought into one of them.
    missing: bool,
    /// When the exchanges since then were recorded first.
    begun: Option<DateTime<Utc>>,
    /// Milliseconds that the clock was moved since then.
    moved: u64,
    /// Requests without an answer, since the last one that had one.
    silences: u32,
}

impl Walk<'_> {
    /// Lets the provider begin anew at the recorded time, in these states.
    async fn begin(&mut self, resend: &Resend, states: &[State]) -> Result<(), RehearsalError> {
        self.target.unset(&self.consumer, &self.states).await;
        self.begun = resend.recorded;
        self.moved = 0;
        let as_of = resend.recorded.unwrap_or(self.script.as_of);
        self.target.reset(as_of).await?;
        resend.consumer.clone_into(&mut self.consumer);
        let all: Vec<&State> = states.iter().collect();
        self.missing = !self
            .target
            .set(&resend.consumer, &all)
            .await?
            .missing
            .is_empty();
        self.states = states.to_vec();
        Ok(())
    }

    async fn answer(
        &mut self,
        resend: &Resend,
        patience: Duration,
    ) -> Result<Result<HttpResponse, String>, RehearsalError> {
        if let Some(states) = &resend.fresh {
            self.begin(resend, states).await?;
        }
        let refused = |why: &str| Ok(Err(why.to_owned()));
        if self.missing {
            return refused("the provider could not be brought into the states");
        }
        if self.silences >= SILENCES {
            return refused("the provider no longer answers");
        }
        let Some(request) = &resend.request else {
            return refused("nothing was sent");
        };
        self.wind(resend.recorded).await?;
        let answer = tokio::time::timeout(patience, self.asked(resend, request)).await;
        let answer = answer.unwrap_or_else(|_| Ok(Err("no answer in time".to_owned())))?;
        self.silences = match answer {
            Ok(_) => 0,
            Err(_) => self.silences + 1,
        };
        Ok(answer)
    }

    /// Moves the clock to where it stood when the request was recorded.
    async fn wind(&mut self, recorded: Option<DateTime<Utc>>) -> Result<(), RehearsalError> {
        if !self.target.has_clock() {
            return Ok(());
        }
        settled(self.target).await?;
        let since = recorded.zip(self.begun);
        let since = since.map_or(0, |(now, begun)| (now - begun).num_milliseconds());
        let ahead = u64::try_from(since).unwrap_or(0).saturating_sub(self.moved);
        self.advance(ahead).await
    }

    async fn advance(&mut self, ms: u64) -> Result<(), RehearsalError> {
        if ms > 0 {
            self.moved = self.moved.saturating_add(ms);
            self.target.advance(ms).await?;
        }
        Ok(())
    }

    /// Who is told to come back comes back, where the record shows the work done.
    async fn asked(
        &mut self,
        resend: &Resend,
        request: &HttpRequest,
    ) -> Result<Result<HttpResponse, String>, RehearsalError> {
        let mut secret = self.secret(resend).await?;
        let mut answer = self.send(request, &secret).await;
        if !resend.awaited {
            return Ok(answer);
        }
        for _ in 0..ADVANCES {
            for _ in 0..LOOKS {
                if pause(&answer).is_none() {
                    return Ok(answer);
                }
                tokio::time::sleep(LOOK).await;
                answer = self.send(request, &secret).await;
            }
            let Some(pause) = pause(&answer).filter(|_| self.target.has_clock()) else {
                break;
            };
            self.advance(pause.clamp(1, LONGEST_PAUSE)).await?;
            secret = self.secret(resend).await?;
            answer = self.send(request, &secret).await;
        }
        Ok(answer)
    }

    /// A token as the states say, as old as the clock is now; that of anybody where they say nothing.
    async fn secret(&self, resend: &Resend) -> Result<Vec<(String, String)>, RehearsalError> {
        if !resend.credentials {
            return Ok(Vec::new());
        }
        let named = self.states.iter().find(|state| state.name == AUTHORIZATION);
        let anybody = State {
            name: AUTHORIZATION.to_owned(),
            params: Map::new(),
        };
        let state = named.unwrap_or(&anybody);
        // A provider without a handler of states is asked without a token, and says what it thinks of that.
        let set = self.target.set(&resend.consumer, &[state]).await?;
        let token = set.values.get(AUTHORIZATION).and_then(Value::as_str);
        let token = token.map(|token| (AUTHORIZATION.to_owned(), token.to_owned()));
        Ok(token.into_iter().collect())
    }

    async fn send(
        &self,
        request: &HttpRequest,
        secret: &[(String, String)],
    ) -> Result<HttpResponse, String> {
        client::send(self.target.http(), &self.target.url(), request, secret).await
    }
}
