//! Recorded requests sent again to a provider, in their order and at their distance in time.
//! Refuses to know what an answer must be, and to wait for one without end.

use super::provider::{ADVANCES, LOOK, LOOKS, STILL_WORKING, pause, retry_after, settled};
use super::target::Target;
use super::{RehearsalError, Script, client};
use crate::contract::{AUTHORIZATION, State};
use crate::model::{HttpRequest, HttpResponse, digest};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::time::Duration;

/// Longest that the clock is moved at once because an answer asks for it.
///
/// Units: milliseconds; a day
const LONGEST_PAUSE: u64 = 86_400_000;
/// So many requests in a row without an answer are followed by no other.
const SILENCES: u32 = 3;
/// Pause between two looks at a provider whose clock is its own, unless it asks for a longer one.
const BREATH: Duration = Duration::from_secs(1);
/// What such a provider answers to who should come back later.
///
/// Source: RFC 6585, section 4; RFC 9110, section 15.6.4
const BUSY: [u16; 3] = [STILL_WORKING, 429, 503];
/// The header by which a provider knows a request again.
const KEY: &str = "idempotency-key";
/// Longest key that is one, as the reference service sees it.
///
/// Units: bytes
const LONGEST_KEY: usize = 255;

/// Headers that a request itself does not show.
type Secret = Vec<(String, String)>;

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
        last: None,
        nonce: match target {
            Target::Reference(_) => None,
            Target::Remote(_) => Some(nonce(script.as_of)),
        },
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
    /// What was answered while the provider was busy with the request under way.
    last: Option<HttpResponse>,
    /// What tells this run from others, where the provider may remember them.
    nonce: Option<String>,
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
        let request = keyed(request, self.nonce.as_deref());
        self.wind(resend.recorded).await?;
        self.last = None;
        let answer = tokio::time::timeout(patience, self.asked(resend, &request)).await;
        answer.unwrap_or_else(|_| Ok(self.cut_off()))
    }

    /// What is known when time is up.
    fn cut_off(&mut self) -> Result<HttpResponse, String> {
        match self.last.take() {
            Some(last) if last.status == STILL_WORKING => Ok(last),
            Some(_) => Err("it was still busy when time was up".to_owned()),
            None => {
                self.silences += 1;
                Err("no answer in time".to_owned())
            }
        }
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
        let mut secret = match self.secret(resend).await? {
            Ok(secret) => secret,
            Err(why) => return Ok(Err(why)),
        };
        let mut answer = self.send(request, &secret).await;
        if !resend.awaited {
            return Ok(answer);
        }
        if !self.target.has_clock() {
            return Ok(self.waited(request, &secret, answer).await);
        }
        for _ in 0..ADVANCES {
            for _ in 0..LOOKS {
                if pause(&answer).is_none() {
                    return Ok(answer);
                }
                tokio::time::sleep(LOOK).await;
                answer = self.send(request, &secret).await;
            }
            let Some(pause) = pause(&answer) else {
                break;
            };
            self.advance(pause.clamp(1, LONGEST_PAUSE)).await?;
            secret = match self.secret(resend).await? {
                Ok(secret) => secret,
                Err(why) => return Ok(Err(why)),
            };
            answer = self.send(request, &secret).await;
        }
        Ok(answer)
    }

    /// The answer of a provider that takes its own time, once it is no longer busy; whoever asks ends this when time
    /// is up.
    async fn waited(
        &mut self,
        request: &HttpRequest,
        secret: &[(String, String)],
        mut answer: Result<HttpResponse, String>,
    ) -> Result<HttpResponse, String> {
        while let Some(wait) = answer.as_ref().ok().and_then(busy) {
            self.last = answer.ok();
            tokio::time::sleep(wait).await;
            answer = self.send(request, secret).await;
        }
        answer
    }

    /// A token as the states say, as old as the clock is now; that of anybody where they say nothing; or why there is
    /// none.
    async fn secret(&self, resend: &Resend) -> Result<Result<Secret, String>, RehearsalError> {
        if !resend.credentials {
            return Ok(Ok(Secret::new()));
        }
        let named = self.states.iter().find(|state| state.name == AUTHORIZATION);
        let anybody = State {
            name: AUTHORIZATION.to_owned(),
            params: Map::new(),
        };
        let state = named.unwrap_or(&anybody);
        let set = self.target.set(&resend.consumer, &[state]).await?;
        let token = set.values.get(AUTHORIZATION).and_then(Value::as_str);
        let is_owed = named.is_some()
            || match self.target {
                Target::Reference(_) => true,
                Target::Remote(outside) => outside.is_told_states(),
            };
        Ok(match token {
            Some(token) => Ok(vec![(AUTHORIZATION.to_owned(), token.to_owned())]),
            None if is_owed => Err(format!(
                "no token was given for the state `{AUTHORIZATION}`"
            )),
            // A provider without a handler of states is asked without, and says what it thinks of that.
            None => Ok(Secret::new()),
        })
    }

    async fn send(
        &mut self,
        request: &HttpRequest,
        secret: &[(String, String)],
    ) -> Result<HttpResponse, String> {
        let (http, url) = (self.target.http(), self.target.url());
        let answer = client::send(http, &url, request, secret).await;
        self.silences = match answer {
            Ok(_) => 0,
            Err(_) => self.silences + 1,
        };
        answer
    }
}

/// How long a provider that is busy is left alone.
fn busy(answer: &HttpResponse) -> Option<Duration> {
    let asked = Duration::from_millis(retry_after(answer).min(LONGEST_PAUSE));
    BUSY.contains(&answer.status).then(|| asked.max(BREATH))
}

/// What tells this run from every other.
fn nonce(as_of: DateTime<Utc>) -> String {
    let mut drawn = [0_u8; 16];
    // Where nothing can be drawn, the time of the run is left to tell it.
    let _ = getrandom::fill(&mut drawn);
    format!("{drawn:?} {}", as_of.to_rfc3339())
}

/// The request with keys of this run: under those of another one a provider may give the answers of then. What is no
/// key stays as it was.
fn keyed(request: &HttpRequest, nonce: Option<&str>) -> HttpRequest {
    let mut request = request.clone();
    let Some(nonce) = nonce else {
        return request;
    };
    for (name, value) in &mut request.headers {
        let is_key = (1..=LONGEST_KEY).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_graphic());
        if name.eq_ignore_ascii_case(KEY) && is_key {
            *value = key(nonce, value);
        }
    }
    request
}

/// The key that stands for a recorded one, in the form of a UUID: the same one throughout a run.
///
/// Source: RFC 9562, section 5.8
fn key(nonce: &str, recorded: &str) -> String {
    let text = digest(format!("{nonce} {recorded}").as_bytes());
    let hex = text.rsplit(':').next().unwrap_or_default();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(value: &str) -> HttpRequest {
        HttpRequest {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: [("Idempotency-Key", value), ("Accept", "a")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: Vec::new(),
        }
    }

    fn sent(value: &str, nonce: Option<&str>) -> Vec<String> {
        let headers = keyed(&request(value), nonce).headers.into_iter();
        headers.map(|(_, value)| value).collect()
    }

    #[test]
    fn a_recorded_key_is_another_one_in_each_run_and_one_within_it() {
        let one = sent("key-1", Some("run 1"));
        assert_eq!(one, sent("key-1", Some("run 1")));
        assert_ne!(one, sent("key-1", Some("run 2")));
        assert_ne!(one, sent("key-2", Some("run 1")));
        let lengths = |text: &String| text.split('-').map(str::len).collect::<Vec<_>>();
        assert_eq!(one.first().map(lengths), Some(vec![8, 4, 4, 4, 12]));
        assert_eq!(one.last().map(String::as_str), Some("a"));
        // The reference service begins anew, and what is no key must be refused as one that is none.
        assert_eq!(sent("key-1", None), ["key-1", "a"]);
        assert_eq!(sent("", Some("run 1")), ["", "a"]);
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert_ne!(nonce(now), nonce(now));
    }

    #[test]
    fn a_busy_provider_is_left_alone_for_as_long_as_it_asks() {
        let wait = |status, after: &str| {
            busy(&HttpResponse {
                status,
                headers: vec![("Retry-After".to_owned(), after.to_owned())],
                body: Vec::new(),
            })
            .map(|wait| wait.as_secs())
        };
        assert_eq!(wait(202, "0"), Some(1));
        assert_eq!(wait(429, "30"), Some(30));
        assert_eq!(wait(503, "soon"), Some(1));
        assert_eq!(wait(429, "99999999999999"), Some(86_400));
        assert_eq!(wait(200, "30"), None);
        assert_eq!(wait(404, "30"), None);
    }
}
