//! Asking a partner how far its work is, and taking in what it gives when it is done.
//! Refuses to ask more often than the partner wants, and to take 202 for an answer.

use super::call::Manner;
use super::monitor::Watch;
use super::roster::answer::Answers;
use super::step::{self, Answer, Done};
use super::submit;
use super::synthetic::answer::of_match;
use crate::adapters::messages;
use crate::store::{Changes, Note, StoreError};
use domain::failure::{Code, RetryClass};
use domain::fulfilment::{Inventory, Notification, Phase, Progress, progress, within};
use domain::ports::{Failure, Op, WireResponse};
use domain::resilience::Operation;
use domain::workflow::Hold;
use std::time::Duration;

/// The act of asking.
pub(super) struct Poll<'a>(pub &'a Watch<'a>);

impl Poll<'_> {
    pub(super) async fn act(&self) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        // A list that has been read in part goes on where it was: nobody has to tell us of that.
        let place = match &watch.kept.page {
            Some(page) => page,
            None => match self.due() {
                Ok(place) => place,
                Err(done) => return Ok(done),
            },
        };
        let permit = match watch.admit(Operation::Poll) {
            Ok(permit) => permit,
            Err(wait) => return Ok(Ok(wait)),
        };
        let answer = watch
            .line
            .send(&messages::status(place), &self.manner())
            .await;
        watch.settle(permit, &answer);
        Ok(match answer {
            Err(failure) => self.failed(&failure),
            Ok(answer) => match progress(&answer) {
                Progress::Working { .. } | Progress::Failed if watch.kept.page.is_some() => {
                    Err(Code::BadResponse)
                }
                Progress::Working { percent, wait } => Ok(self.wait(percent, wait, None)),
                Progress::AskLater { code, wait } => self.failed(&Failure {
                    code,
                    retry_after: wait,
                }),
                Progress::Lost => Err(Code::JobLost),
                Progress::Failed => self.refused(&answer),
                Progress::Done if watch.is_matching() && watch.kept.page.is_none() => {
                    return Answers(watch).told(&answer).await;
                }
                Progress::Done => return self.done(&answer).await,
            },
        })
    }

    /// Where the partner is asked now, or what is done instead.
    fn due(&self) -> Result<&str, Result<Done, Code>> {
        let watch = self.0;
        let told = watch.partner.terms.notification == Notification::Callback;
        if told && watch.kept.asked == 0 && !watch.kept.is_called() {
            // It promised to tell us: silence ends at the deadline.
            return Err(Ok(watch.later(Duration::MAX, None, Vec::new())));
        }
        let now = watch.plane.now();
        let early = watch.kept.first_at.filter(|first| *first > now);
        if let Some(first) = early.filter(|_| watch.kept.asked == 0 && !watch.kept.is_called()) {
            let rest = first.signed_duration_since(now).to_std();
            return Err(Ok(watch.later(rest.unwrap_or_default(), None, Vec::new())));
        }
        watch.kept.place.as_deref().ok_or(Err(Code::BadResponse))
    }

    /// The answer about many members may be the body itself.
    fn manner(&self) -> Manner<'_> {
        let watch = self.0;
        let limits = &watch.snapshot.fulfilment.limits;
        Manner {
            largest: watch.is_matching().then_some(limits.file_bytes),
            ..Manner::of(watch.right())
        }
    }

    /// Only the question failed: it is asked again until the deadline.
    fn failed(&self, failure: &Failure) -> Result<Done, Code> {
        let code = failure.code;
        match code.meaning().class {
            RetryClass::Throttled => {
                Ok(self.wait(None, failure.retry_after, Some(Hold::Throttled)))
            }
            RetryClass::Transient => {
                tracing::warn!(code = %code, "the partner could not be asked");
                Ok(self.wait(None, failure.retry_after, Some(Hold::Backoff)))
            }
            RetryClass::AuthRefresh
            | RetryClass::Permanent
            | RetryClass::Hold
            | RetryClass::Escalate
            | RetryClass::None => Err(code),
        }
    }

    fn wait(&self, percent: Option<u8>, named: Option<Duration>, hold: Option<Hold>) -> Done {
        let watch = self.0;
        let asked = watch.kept.asked.saturating_add(1);
        let wait = watch.snapshot.fulfilment.poll.next(asked, named);
        let acted = watch.kept.heard;
        watch.later(wait, hold, vec![Note::Asked { percent, acted }])
    }

    /// The work failed: by the code that the partner's words stand for, if they stand for any.
    fn refused(&self, answer: &WireResponse) -> Result<Done, Code> {
        let watch = self.0;
        let parameters = submit::parameters(watch.request);
        let op = Op::MemberMatch {
            parameters: &parameters,
        };
        let code = watch
            .adapter
            .decode(&op, answer)
            .map_or_else(|failure| failure.code, |_| Code::BadResponse);
        match code {
            Code::Unmapped => {
                let changes = Changes {
                    notes: vec![Note::Unmapped(answer.status)],
                    ..Changes::default()
                };
                Ok((step::rejected(Code::JobFailed), changes).into())
            }
            Code::PartnerRejected => Err(Code::JobFailed),
            told => Err(told),
        }
    }

    async fn done(&self, answer: &WireResponse) -> Result<Result<Done, Code>, StoreError> {
        match self.0.kept.phase {
            Phase::Matching if !self.0.is_matching() => Ok(self.matched(answer)),
            Phase::Matching
            | Phase::KickOff
            | Phase::Exporting
            | Phase::Retrieving
            | Phase::Reading
            | Phase::Delivering => self.paged(answer).await,
        }
    }

    /// A page of a list, the first one or that which the last one named.
    pub(super) async fn paged(
        &self,
        answer: &WireResponse,
    ) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        let limits = &watch.limits();
        let base_url = &watch.partner.base_url;
        let page = match Inventory::read(answer.body.expose(), base_url, limits) {
            Ok(page) => page,
            Err(code) => return Ok(Err(code)),
        };
        if watch.kept.page.is_none() {
            return Ok(self.listed(page));
        }
        let mut whole = watch.plane.store.inventory(&watch.kept).await?;
        let extended = whole.extend(page, limits);
        Ok(extended.and_then(|()| self.listed(whole)))
    }

    /// The partner has found the member.
    fn matched(&self, answer: &WireResponse) -> Result<Done, Code> {
        let watch = self.0;
        let parameters = submit::parameters(watch.request);
        let op = Op::MemberMatch {
            parameters: &parameters,
        };
        let canonical = watch
            .adapter
            .decode(&op, answer)
            .map_err(|failure| failure.code)?;
        let found = Answer::now(canonical, answer, &watch.partner.base_url);
        of_match(watch.request, &found, watch.partner.terms.retrieval)?;
        let result = Some(step::result(&found));
        let Some((phase, list)) = step::follows(watch.partner, &found)? else {
            let (event, changes) = step::complete();
            return Ok((event, Changes { result, ..changes }).into());
        };
        let enters = Note::Enters {
            phase,
            place: None,
            list,
            first_at: None,
        };
        match watch.on(vec![enters]) {
            Done::Stays(rest, changes) => {
                Ok(Done::Stays(rest, Box::new(Changes { result, ..*changes })))
            }
            moved @ Done::Moved(_) => Ok(moved),
        }
    }

    /// The partner has made the export: its list is read, each page of it by a step of its own.
    fn listed(&self, mut whole: Inventory) -> Result<Done, Code> {
        let watch = self.0;
        if let Some(next) = whole.next.take() {
            let pages = watch.kept.pages.saturating_add(1);
            if pages >= watch.snapshot.fulfilment.limits.list_pages {
                return Err(Code::BadResponse);
            }
            return Ok(watch.on(vec![Note::Paged(whole, next)]));
        }
        let enters = Note::Enters {
            phase: Phase::Retrieving,
            place: None,
            list: None,
            first_at: None,
        };
        Ok(watch.on(vec![Note::Listed(whole), enters]))
    }
}

/// Where a partner that took work on says that it is asked.
///
/// Errors: it says none and did not promise to tell us, or names a place elsewhere
pub(super) fn place(
    answer: &WireResponse,
    base_url: &str,
    notification: Notification,
) -> Result<Option<String>, Code> {
    match (answer.header("content-location"), notification) {
        (Some(named), _) => within(base_url, named).map(Some),
        (None, Notification::Callback) => Ok(None),
        (None, Notification::Poll) => Err(Code::BadResponse),
    }
}
