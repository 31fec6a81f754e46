//! Recorded exchanges one after the other: what is sent for each, and what its answer comes to.
//! Refuses to call anything red that it cannot show, and anything green that it did not see.

use super::binding::Bindings;
use super::header;
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

/// Headers that ask for one kind of answer rather than another.
///
/// Source: RFC 9110, section 12.5; RFC 7240
const NEGOTIATING: [&str; 5] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "prefer",
];

/// Whether two exchanges ask the same: by the same partner, at the same place, for the same kind of answer.
fn is_same(one: &Recorded, other: &Recorded) -> bool {
    let wants = |name: &str| {
        let asked = |it: &Recorded| header::value(&it.request.headers, name);
        asked(one) == asked(other)
    };
    one.partner == other.partner
        && one.request.path == other.request.path
        && NEGOTIATING.into_iter().all(wants)
}

/// A question about work that was begun: no GET that begins it, and is told where to ask.
fn is_poll(recorded: &Recorded) -> bool {
    let prefers = header::value(&recorded.request.headers, "prefer");
    let begins = prefers.is_some_and(|prefers| prefers.contains("respond-async"))
        || header::value(&recorded.answer.headers, "content-location").is_some();
    recorded.request.method.eq_ignore_ascii_case("get") && !begins
}

/// Whether the request names a version that the provider of then had, and the one of now never gave out.
///
/// Source: RFC 9110, section 13.1
fn is_conditional(request: &HttpRequest) -> bool {
    let mut headers = request.headers.iter();
    headers.any(|(name, _)| {
        name.to_ascii_lowercase().starts_with("if-") && !name.eq_ignore_ascii_case("if-none-exist")
    })
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
    /// Answered sooner, and not seen yet what with: the last of these questions is still to come in the record.
    waiting: Vec<&'a Recorded>,
    behaved: Behaved,
}

impl<'a> Trial<'a> {
    #[must_use]
    pub fn new(manner: &'a Manner, asked: BehaviourAsked) -> Self {
        Self {
            manner,
            bindings: Bindings::default(),
            is_torn: false,
            waiting: Vec::new(),
            behaved: Behaved::new(asked),
        }
    }

    /// The provider begins anew: what it made before is gone.
    pub fn renew(&mut self) {
        self.give_up_waiting();
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
    pub fn answered(&mut self, recorded: &'a Recorded, answer: Result<HttpResponse, String>) {
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
        if matches!(outcome, Outcome::Same | Outcome::Changed) {
            self.seen(recorded);
        }
        match outcome {
            Outcome::Same => self.behaved.same += 1,
            Outcome::Sooner => self.waiting.push(recorded),
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
        if was.status != now.status && is_conditional(&recorded.request) {
            return Outcome::Unknown(
                "its request names a version of then, which is another one now",
            );
        }
        let is_refused = |status| matches!(status, 401 | 403);
        // The same refusal of other credentials says nothing of those of then.
        let is_about_access = was.status == 401
            || was.status != now.status && (is_refused(was.status) || is_refused(now.status));
        if recorded.access == Access::Ours && is_about_access {
            return Outcome::Unknown(
                "one of the answers is about credentials, and those of then are not sent again; name a state \
                 `authorization`",
            );
        }
        match self.manner.compare(recorded, now, &self.bindings, clusters) {
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
        self.behaved.undecided.add(finding.into());
    }

    /// What a question was answered sooner with is judged by the answer to this one, if it is the same question and was
    /// recorded when the work was done.
    fn seen(&mut self, recorded: &Recorded) {
        let before = self.waiting.len();
        let settles = |waiting: &&Recorded| is_awaited(recorded) && is_same(waiting, recorded);
        self.waiting.retain(|waiting| !settles(waiting));
        self.behaved.sooner += (before - self.waiting.len()) as u64;
    }

    /// Nothing more comes that could show it.
    fn give_up_waiting(&mut self) {
        for recorded in std::mem::take(&mut self.waiting) {
            self.unknown(
                recorded,
                "its work was done sooner, and no later answer of the record shows with what",
            );
        }
    }

    /// What all of them come to.
    #[must_use]
    pub fn finish(mut self) -> Behaved {
        self.give_up_waiting();
        self.behaved.judge();
        self.behaved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    const JOB: &str = "/async/job-1";

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let headers = headers.iter();
        HttpResponse {
            status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn recorded(
        number: u64,
        path: &str,
        headers: &[(&str, &str)],
        answer: HttpResponse,
    ) -> Recorded {
        Recorded {
            number,
            place: Place {
                file: "day".to_owned(),
                line: 1,
                column: 1,
            },
            partner: "north".to_owned(),
            at: None,
            request: HttpRequest {
                method: "GET".to_owned(),
                path: path.to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                body: Vec::new(),
            },
            answer,
            access: Access::Named,
            is_staged: true,
            lost: None,
        }
    }

    /// Same, sooner, changed and undecided.
    fn counts(exchanges: Vec<(Recorded, HttpResponse)>) -> (u64, u64, u64, u64) {
        let manner = Manner::default();
        let mut trial = Trial::new(&manner, BehaviourAsked::default());
        for (recorded, now) in &exchanges {
            trial.answered(recorded, Ok(now.clone()));
        }
        let behaved = trial.finish();
        let decided = behaved.same + behaved.sooner + behaved.changed;
        let undecided = behaved.exchanges - decided;
        (behaved.same, behaved.sooner, behaved.changed, undecided)
    }

    #[test]
    fn work_that_is_done_sooner_is_judged_by_a_later_answer_or_not_at_all() {
        let still = || recorded(1, JOB, &[], answer(202, &[], ""));
        let done = || recorded(2, JOB, &[], answer(200, &[], "{\"a\":1}"));
        let (fine, other) = (answer(200, &[], "{\"a\":1}"), answer(200, &[], "{}"));
        let first = || (still(), fine.clone());
        assert_eq!(counts(vec![first()]), (0, 0, 0, 1));
        assert_eq!(counts(vec![first(), (done(), fine.clone())]), (1, 1, 0, 0));
        assert_eq!(counts(vec![first(), (done(), other)]), (0, 1, 1, 0));
        let again = (still(), answer(202, &[], ""));
        assert_eq!(counts(vec![first(), again]), (1, 0, 0, 1));
        let mut other = done();
        other.request.method = "DELETE".to_owned();
        let ended = vec![first(), (other, fine.clone())];
        assert_eq!(counts(ended), (1, 0, 0, 1));
        let (mut other, nothing) = (done(), answer(200, &[], ""));
        other.partner = "south".to_owned();
        let place = recorded(2, "/async/job-2", &[], nothing.clone());
        let kind = recorded(2, JOB, &[("accept", "text/plain")], nothing.clone());
        for (asks, now) in [
            (place, nothing.clone()),
            (kind, nothing),
            (other, fine.clone()),
        ] {
            assert_eq!(counts(vec![first(), (asks, now)]), (1, 0, 0, 1));
        }
    }

    #[test]
    fn a_request_that_begins_work_is_no_question_about_it() {
        let now = || answer(200, &[], "{}");
        let told = answer(202, &[("Content-Location", JOB)], "");
        let asked = recorded(1, "/Group/g/$export", &[], told);
        assert_eq!(counts(vec![(asked, now())]), (0, 0, 1, 0));
        let asked = [("Prefer", "respond-async")];
        let asked = recorded(1, "/Group/g/$export", &asked, answer(202, &[], ""));
        assert_eq!(counts(vec![(asked, now())]), (0, 0, 1, 0));
    }

    #[test]
    fn a_refusal_of_credentials_that_were_not_sent_tells_nothing() {
        let refused = || answer(401, &[], "");
        let mut exchange = recorded(1, "/Patient", &[], refused());
        exchange.access = Access::Ours;
        assert_eq!(counts(vec![(exchange.clone(), refused())]), (0, 0, 0, 1));
        exchange.access = Access::None;
        assert_eq!(counts(vec![(exchange, refused())]), (1, 0, 0, 0));
    }

    #[test]
    fn a_version_of_then_is_no_version_of_now() {
        let asked = [("If-None-Match", "W/\"1\"")];
        let exchange = recorded(1, "/Patient/p", &asked, answer(304, &[], ""));
        assert_eq!(
            counts(vec![(exchange, answer(200, &[], "{}"))]),
            (0, 0, 0, 1)
        );
    }
}
