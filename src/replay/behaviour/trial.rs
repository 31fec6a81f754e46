//! Recorded exchanges one after the other: what is sent for each, and what its answer comes to.
//! Refuses to call anything red that it cannot show, and anything green that it did not see.

use super::binding::Bindings;
use super::sent::sendable;
use super::{Access, Manner, Recorded};
use crate::model::replayed::{Behaved, BehaviourAsked, Clusters};
use crate::model::{Finding, HttpRequest, HttpResponse, rule};
use std::collections::BTreeSet;

/// What a provider answers while it still works.
///
/// Source: HL7 FHIR asynchronous request pattern: 202 until the job is complete
const STILL_WORKING: u16 = 202;
/// The finding of an exchange of which nothing can be said.
const UNKNOWN: &str = "replay/not-reproducible";

/// Whether the answer is waited for: a poll that was recorded when the work was done.
#[must_use]
pub fn is_awaited(recorded: &Recorded) -> bool {
    is_poll(recorded)
        && is_success(recorded.answer.status)
        && recorded.answer.status != STILL_WORKING
}

fn is_poll(recorded: &Recorded) -> bool {
    recorded.request.method.eq_ignore_ascii_case("get")
}

/// Whether a request leaves the provider as it was.
///
/// Source: RFC 9110, section 9.2.1
fn is_safe(method: &str) -> bool {
    let mut safe = ["GET", "HEAD", "OPTIONS"].iter();
    safe.any(|known| method.eq_ignore_ascii_case(known))
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What an answer comes to.
enum Outcome {
    Same,
    Sooner,
    Changed,
    Unknown(&'static str),
    NoAnswer(String),
}

/// Recorded exchanges under way.
pub struct Trial<'a> {
    manner: &'a Manner,
    bindings: Bindings,
    /// Whether nothing can be said of a request that changes the provider: what follows may rest on it.
    is_torn: bool,
    behaved: Behaved,
}

impl<'a> Trial<'a> {
    #[must_use]
    pub fn new(manner: &'a Manner, asked: BehaviourAsked) -> Self {
        Self {
            manner,
            bindings: Bindings::default(),
            is_torn: false,
            behaved: Behaved::new(asked),
        }
    }

    /// The provider begins anew: what it made before is gone.
    pub fn renew(&mut self) {
        self.bindings = Bindings::default();
        self.is_torn = false;
    }

    /// What is sent for an exchange; nothing where it cannot be sent again.
    #[must_use]
    pub fn request(&self, recorded: &Recorded) -> Option<HttpRequest> {
        let may = recorded.lost.is_none();
        may.then(|| self.bindings.placed(&sendable(&recorded.request)))
    }

    /// Judges an answer, or the reason why none was seen.
    pub fn answered(&mut self, recorded: &Recorded, answer: Result<HttpResponse, String>) {
        let mut clusters = Clusters::default();
        let outcome = match (recorded.lost, &answer) {
            (Some(why), _) => Outcome::Unknown(why),
            (None, Err(why)) => Outcome::NoAnswer(why.clone()),
            (None, Ok(now)) => self.outcome(recorded, now, &mut clusters),
        };
        if let Ok(now) = &answer
            && is_success(now.status)
            && is_success(recorded.answer.status)
        {
            self.bindings.learn(self.manner, &recorded.answer, now);
        }
        let is_done = matches!(outcome, Outcome::Same | Outcome::Sooner | Outcome::Changed);
        self.is_torn |= !is_done && !is_safe(&recorded.request.method);
        if !self.is_asked(recorded.number) {
            return;
        }
        self.behaved.exchanges += 1;
        match outcome {
            Outcome::Same => self.behaved.same += 1,
            Outcome::Sooner => self.behaved.sooner += 1,
            Outcome::Changed => {
                self.behaved.changed += 1;
                self.behaved.clusters.merge(clusters);
            }
            Outcome::Unknown(why) => self.unknown(recorded, why),
            Outcome::NoAnswer(why) => {
                self.unknown(recorded, &format!("no answer was seen: {why}"));
            }
        }
    }

    fn is_asked(&self, number: u64) -> bool {
        let only: &BTreeSet<u64> = &self.behaved.asked.only;
        only.is_empty() || only.contains(&number)
    }

    fn outcome(
        &self,
        recorded: &Recorded,
        now: &HttpResponse,
        clusters: &mut Clusters<
            crate::model::replayed::Difference,
            crate::model::replayed::Answers,
        >,
    ) -> Outcome {
        let was = &recorded.answer;
        if is_poll(recorded) && was.status != now.status {
            match (was.status, now.status) {
                (STILL_WORKING, status) if is_success(status) => return Outcome::Sooner,
                (status, STILL_WORKING) if is_success(status) => {
                    return Outcome::Unknown("the work that it asks for was not done in time");
                }
                _ => {}
            }
        }
        let is_refused = |status| matches!(status, 401 | 403);
        let is_about_access =
            was.status != now.status && (is_refused(was.status) || is_refused(now.status));
        if recorded.access == Access::Ours && is_about_access {
            return Outcome::Unknown(
                "one of the answers is about credentials, and those of then are not sent again; name a state \
                 `authorization`",
            );
        }
        match self.manner.compare(recorded, now, clusters) {
            false => Outcome::Same,
            true if self.bindings.is_strange(
                self.manner,
                &recorded.request.path,
                recorded.is_staged,
            ) =>
            {
                Outcome::Unknown(
                    "its address holds an id that no answer before it and no state has made",
                )
            }
            true if self.is_torn => Outcome::Unknown(
                "a request before it, which changes the provider, could not be had again",
            ),
            true => Outcome::Changed,
        }
    }

    fn unknown(&mut self, recorded: &Recorded, why: &str) {
        let operation = self.manner.operation(&recorded.request);
        let finding = Finding::new(UNKNOWN, operation, recorded.place.clone())
            .kind(format!("{} {}", recorded.number, recorded.partner))
            .message(format!(
                "exchange {} of {}: {why}",
                recorded.number, recorded.partner
            ))
            .remedy(rule(UNKNOWN).map_or("", |rule| rule.fix));
        self.behaved.cannot_tell(finding.into());
    }

    /// What all of them come to.
    #[must_use]
    pub fn finish(mut self) -> Behaved {
        self.behaved.judge();
        self.behaved
    }
}
