//! What a partner sends without being asked: the steps of a sequence, in the order and number that a fault has it.
//! Refuses to know what a step means.

use super::broken::{Broken, broken};
use super::dice::Dice;
use super::proxy::FaultProxy;
use super::script::FaultScript;
use crate::contract::FaultKind;
use std::sync::Arc;
use std::time::Duration;

/// One message that a partner sends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    pub step: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When it is sent, counted from the answer to the request that it follows.
    pub due: Duration,
    /// What ties it to that request, as it stands in url, headers and body.
    pub id: Option<String>,
}

/// What became of one callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub step: String,
    /// The consumer's status, or how the call broke off.
    pub status: Result<u16, Broken>,
}

/// Callbacks as they are to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Before the answer to the request.
    pub early: Vec<Callback>,
    /// After it, in the order of the list.
    pub later: Vec<Callback>,
}

/// How the scheduler lets time pass.
#[derive(Clone)]
pub enum Pace {
    /// As it passes for everybody.
    Real,
    /// It does not wait; whoever keeps the clock is told how far to wind it.
    Wound(Arc<dyn Fn(Duration) + Send + Sync>),
}

/// Sends callbacks, on the runtime that it is called on.
pub struct CallbackScheduler {
    seed: u64,
    pace: Pace,
    http: reqwest::Client,
}

impl CallbackScheduler {
    /// A scheduler that plays the same disorder for the same seed.
    ///
    /// Errors: no client can be built
    pub fn new(seed: u64, pace: Pace) -> Result<Self, reqwest::Error> {
        // Set once a process; somebody else's is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Consumers listen on loopback, without TLS: nobody has to be trusted.
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        let http = http.build()?;
        Ok(Self { seed, pace, http })
    }

    /// The callbacks by due time, then as each script has it; a script's `at` and `times` count callbacks.
    #[must_use]
    pub fn schedule(&self, callbacks: &[Callback], scripts: &[FaultScript]) -> Schedule {
        let mut later = callbacks.to_vec();
        later.sort_by_key(|callback| callback.due);
        let mut schedule = Schedule {
            early: Vec::new(),
            later,
        };
        let mut dice = Dice::new(self.seed);
        for script in scripts {
            play(&mut schedule, script, &mut dice);
        }
        schedule
    }

    /// Sends one after the other, each at its time and after the one before it is answered.
    pub async fn post(&self, callbacks: &[Callback]) -> Vec<Posted> {
        let mut posted = Vec::new();
        let mut now = Duration::ZERO;
        for callback in callbacks {
            // What is out of order is sent when its turn comes.
            let wait = callback.due.saturating_sub(now);
            now += wait;
            self.wait(wait).await;
            posted.push(Posted {
                step: callback.step.clone(),
                status: self.send(callback).await,
            });
        }
        posted
    }

    /// Sends what comes early while `proxy` holds the answer back, lets that go, then sends the rest.
    ///
    /// Shape:  `proxy` plays `callback-early` when anything is early, and nothing is waited for otherwise
    pub async fn follow(&self, proxy: &FaultProxy, schedule: &Schedule) -> Vec<Posted> {
        let mut posted = Vec::new();
        if !schedule.early.is_empty() {
            proxy.holding().await;
            posted = self.post(&schedule.early).await;
            proxy.release();
        }
        posted.extend(self.post(&schedule.later).await);
        posted
    }

    async fn wait(&self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        match &self.pace {
            Pace::Real => tokio::time::sleep(wait).await,
            Pace::Wound(wind) => wind(wait),
        }
    }

    async fn send(&self, callback: &Callback) -> Result<u16, Broken> {
        let mut call = self.http.post(&callback.url).body(callback.body.clone());
        for (name, value) in &callback.headers {
            call = call.header(name, value);
        }
        let answer = call.send().await;
        answer
            .map(|answer| answer.status().as_u16())
            .map_err(|error| broken(&error))
    }
}

fn play(schedule: &mut Schedule, script: &FaultScript, dice: &mut Dice) {
    let numbered = std::mem::take(&mut schedule.later);
    let hits = |at: usize| script.hits(u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1));
    let numbered = numbered.into_iter().enumerate();
    let (hit, rest): (Vec<_>, Vec<_>) = numbered.partition(|(at, _)| hits(*at));
    let places: Vec<usize> = hit.iter().map(|(at, _)| *at).collect();
    let mut hit: Vec<Callback> = hit.into_iter().map(|(_, callback)| callback).collect();
    let mut placed = rest;
    if script.kind == FaultKind::CallbackEarly {
        schedule.early.extend(hit);
    } else if script.kind == FaultKind::CallbackDuplicate {
        let twice = places.iter().copied().zip(hit);
        placed.extend(twice.flat_map(|(at, callback)| [(at, callback.clone()), (at, callback)]));
    } else if script.kind != FaultKind::CallbackMissing {
        if script.kind == FaultKind::CallbackOutOfOrder {
            dice.disorder(&mut hit);
        } else if script.kind == FaultKind::CallbackWrongId {
            hit = hit
                .into_iter()
                .map(|callback| misdirected(callback, dice))
                .collect();
        }
        placed.extend(places.into_iter().zip(hit));
    }
    placed.sort_by_key(|(at, _)| *at);
    schedule.later = placed.into_iter().map(|(_, callback)| callback).collect();
}

/// The callback with another id of the same form, wherever the id stands.
fn misdirected(callback: Callback, dice: &mut Dice) -> Callback {
    let Some(id) = callback.id.as_deref().filter(|id| !id.is_empty()) else {
        return callback;
    };
    let other = another(id, dice);
    let body = match String::from_utf8(callback.body) {
        Ok(text) => text.replace(id, &other).into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    };
    let headers = callback.headers.into_iter();
    Callback {
        url: callback.url.replace(id, &other),
        headers: headers
            .map(|(name, value)| (name, value.replace(id, &other)))
            .collect(),
        body,
        id: Some(other),
        ..callback
    }
}

/// Another id: its last letter or digit is another one; without any, one more.
fn another(id: &str, dice: &mut Dice) -> String {
    let mut signs: Vec<char> = id.chars().collect();
    let last = signs
        .iter_mut()
        .rev()
        .find(|sign| sign.is_ascii_alphanumeric());
    let Some(last) = last else {
        return format!("{id}0");
    };
    let alphabet = match last {
        '0'..='9' => "0123456789",
        'A'..='Z' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _ => "abcdef",
    };
    let others: Vec<char> = alphabet.chars().filter(|sign| sign != last).collect();
    let at = dice.below(others.len());
    *last = others.get(at).copied().unwrap_or('0');
    signs.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_id_has_the_same_form_and_is_another() {
        for id in ["job-0417", "A7", "x", "9", "ab/cd?e=f"] {
            for seed in 0..100 {
                let other = another(id, &mut Dice::new(seed));
                assert_ne!(other, id);
                assert_eq!(other.len(), id.len());
            }
        }
        assert_eq!(another("--", &mut Dice::new(1)), "--0");
    }
}
