//! A route of the mock server that answers normally, but for the calls that a script hits.
//! Refuses to block: a responder that waits would hold every other route.

use super::said::{Unsayable, instead, template};
use super::script::FaultScript;
use crate::contract::FaultKind;
use crate::model::HttpResponse;
use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use wiremock::matchers::any;
use wiremock::{Mock, MockBuilder, MockServer, Request, ResponseTemplate};

/// Any call that no answer was meant for; the stub must never give it.
pub const UNMEANT: u16 = 599;

/// Which requests an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: String,
    pub path: String,
}

impl Route {
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
        }
    }

    fn given(&self) -> MockBuilder {
        let Self { method, path } = self.clone();
        Mock::given(move |request: &Request| {
            let path = path.split('?').next().unwrap_or_default();
            request.method.as_str().eq_ignore_ascii_case(&method) && request.url.path() == path
        })
    }
}

/// A route, what it says, and when it does not.
#[derive(Clone, Debug)]
pub struct Play {
    pub route: Route,
    /// What travels when the fault does not hit.
    pub normal: HttpResponse,
    /// What travels when it does, where the contract says it: the kind `status`.
    pub hit: Option<HttpResponse>,
    pub script: FaultScript,
    pub seed: u64,
}

/// In which order answers to one route are looked for: the calls before the fault, those that it hits, the rest.
#[derive(Clone, Copy)]
enum Turn {
    Before = 1,
    Hit = 2,
    After = 3,
}

/// Mounts the route. A fault that is not the stub's to bring about leaves the normal answer.
///
/// Errors: an answer that no server can give
pub async fn mount(server: &MockServer, play: &Play) -> Result<(), Unsayable> {
    let normal = template(&play.normal)?;
    let script = &play.script;
    if script.kind == FaultKind::TokenExpired {
        let refusal = template(&instead(&play.normal, script, play.seed))?;
        let guard = Guard::new(script, normal, refusal);
        let guarded = play.route.given();
        guarded
            .respond_with(move |request: &Request| guard.answer(request))
            .mount(server)
            .await;
        return Ok(());
    }
    let said = match &play.hit {
        Some(hit) => template(hit)?,
        None => template(&instead(&play.normal, script, play.seed))?,
    };
    if let (2.., before) = (script.at, script.at.saturating_sub(1)) {
        let mock = play.route.given().respond_with(normal.clone());
        turn(mock, Turn::Before)
            .up_to_n_times(before)
            .mount(server)
            .await;
    }
    if script.times != Some(0) {
        let mock = if script.kind == FaultKind::EmptyReply {
            // Any error ends the connection: no reset travels, whatever its kind.
            play.route.given().respond_with_err(|_: &Request| closed())
        } else if script.kind == FaultKind::Delay {
            let late = said.set_delay(script.pause());
            play.route.given().respond_with(late)
        } else {
            play.route.given().respond_with(said)
        };
        let mock = turn(mock, Turn::Hit);
        let mock = match script.times {
            Some(times) => mock.up_to_n_times(times),
            None => mock,
        };
        mock.mount(server).await;
    }
    let mock = play.route.given().respond_with(normal);
    turn(mock, Turn::After).mount(server).await;
    Ok(())
}

/// Mounts what answers every call that no route is for, and counts those.
pub async fn mount_unmeant(server: &MockServer) -> Arc<AtomicU64> {
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let answer = move |_: &Request| {
        counted.fetch_add(1, Ordering::SeqCst);
        ResponseTemplate::new(UNMEANT)
    };
    let mock = Mock::given(any()).respond_with(answer);
    mock.with_priority(u8::MAX).mount(server).await;
    count
}

/// Mounts a token endpoint that issues a new token at every call, and counts them.
pub async fn mount_tokens(server: &MockServer, route: &Route) -> Arc<AtomicU64> {
    let issued = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&issued);
    let answer = move |_: &Request| {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        ResponseTemplate::new(200).set_body_json(serde_json::json!({
            "access_token": format!("stub-token-{number}"),
            "token_type": "Bearer",
            "expires_in": 300,
        }))
    };
    route.given().respond_with(answer).mount(server).await;
    issued
}

fn turn(mock: Mock, turn: Turn) -> Mock {
    mock.with_priority(turn as u8)
}

fn closed() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

/// Whose token has expired.
struct Guard {
    script: FaultScript,
    normal: ResponseTemplate,
    refusal: ResponseTemplate,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: u64,
    expired: BTreeSet<Vec<u8>>,
}

impl Guard {
    /// Without a number of times, one token expires: the row says once.
    fn new(script: &FaultScript, normal: ResponseTemplate, refusal: ResponseTemplate) -> Self {
        let mut script = script.clone();
        script.times = script.times.or(Some(1));
        Self {
            script,
            normal,
            refusal,
            seen: Mutex::default(),
        }
    }

    /// A token that came at a call that is hit has expired, at that call and at every later one.
    fn answer(&self, request: &Request) -> ResponseTemplate {
        let token = request.headers.get("authorization");
        let token = token.map(|value| value.as_bytes().to_vec());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.calls += 1;
        let Some(token) = token else {
            return self.refusal.clone();
        };
        if self.script.hits(seen.calls) {
            seen.expired.insert(token.clone());
        }
        match seen.expired.contains(&token) {
            true => self.refusal.clone(),
            false => self.normal.clone(),
        }
    }
}
