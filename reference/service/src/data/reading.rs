//! Reading the data of a matched member at once, page by page, with a token that is for this member.
//! Refuses to read without knowing who the member is there, and to take fewer records than there are for all of them.

use super::call::Manner;
use super::credentials::Right;
use super::guard::Permit;
use super::monitor::Watch;
use super::step::Done;
use crate::adapters::{messages, refusal};
use crate::store::{FileKept, FileNote, Note, StoreError};
use domain::failure::Code;
use domain::fulfilment::{
    Inventory, Listed, Phase, Progress, RecordPage, Role, everything, patient_id, progress,
};
use domain::masked::Masked;
use domain::ports::{Failure, WireResponse};
use domain::resilience::Operation;
use serde::Deserialize;

/// The act of reading.
pub(super) struct Reading<'a>(pub &'a Watch<'a>);

/// What a match has told of the member, as it is kept.
#[derive(Deserialize)]
struct Found {
    umb: Named,
    patient: Option<Masked<String>>,
}

#[derive(Deserialize)]
struct Named {
    value: Masked<String>,
}

impl Found {
    /// The name under which a token is asked for: the MemberId, or the UMB when there is none.
    ///
    /// Source: PDex 2.2.0 pdex-200, pdex-222
    fn name(&self, base_url: &str) -> Option<Masked<String>> {
        let Some(patient) = &self.patient else {
            return Some(self.umb.value.clone());
        };
        let id = patient_id(base_url, patient.expose());
        id.map(|id| Masked::new(id.to_owned()))
    }
}

/// A page as it was answered.
type Answered = (Masked<Vec<u8>>, RecordPage);

impl Reading<'_> {
    /// Reads the next page, and keeps it as it came.
    pub(super) async fn next_page(&self) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        let store = &watch.plane.store;
        let kept = store.result(&watch.exchange.id).await?;
        let found: Option<Found> = kept.and_then(|kept| serde_json::from_slice(kept.expose()).ok());
        let base_url = &watch.partner.base_url;
        let known = found.and_then(|found| Some((found.name(base_url)?, found.patient)));
        let Some((name, patient)) = known else {
            return Ok(Err(Code::BadResponse));
        };
        let here = store.files(&watch.exchange.id).await?;
        if here.len() >= watch.snapshot.fulfilment.limits.files {
            return Ok(Err(Code::BadResponse));
        }
        let permit = match watch.admit(Operation::Retrieve) {
            Ok(permit) => permit,
            Err(wait) => return Ok(Ok(wait)),
        };
        let right = Right::Member(&name);
        // What a place says belongs to the try in which it was said: no page is here before the first.
        let place = match (watch.kept.place.clone(), here.is_empty()) {
            (Some(place), false) => Ok(place),
            (_, true) | (None, false) => self.first(right, patient).await,
        };
        let kept = here.iter().map(|page| page.bytes).sum();
        let read = match place {
            Ok(place) => self.read(permit, right, (&place, kept)).await,
            Err(failure) => {
                watch.settle(permit, &Err(failure));
                Err(failure)
            }
        };
        Ok(match read {
            Ok(page) => self.taken(&here, page),
            Err(failure) => watch.again(&failure, false),
        })
    }

    /// Where the first page is. A partner that has not told the Patient tells it with the token.
    async fn first(
        &self,
        right: Right<'_>,
        patient: Option<Masked<String>>,
    ) -> Result<String, Failure> {
        let watch = self.0;
        let patient = match patient {
            Some(patient) => Some(patient),
            None => watch.line.bearer(right).await?.and_then(|it| it.patient),
        };
        let patient = patient.ok_or(Failure::new(Code::BadResponse))?;
        everything(&watch.partner.base_url, patient.expose()).map_err(Failure::new)
    }

    async fn read(
        &self,
        permit: Permit,
        right: Right<'_>,
        (place, kept): (&str, u64),
    ) -> Result<Answered, Failure> {
        let watch = self.0;
        let limits = &watch.snapshot.fulfilment.limits;
        let manner = Manner {
            largest: Some(limits.room(kept).min(limits.line_bytes)),
            ..Manner::of(right)
        };
        let answer = watch.line.send(&messages::page(place), &manner).await;
        watch.settle(permit, &answer);
        let answer = answer?;
        if answer.status != 200 {
            return Err(self.refused(&answer));
        }
        let base_url = &watch.partner.base_url;
        let page = RecordPage::read(answer.body.expose(), base_url, limits);
        let page = page.map_err(Failure::new)?;
        if page.next.as_deref() == Some(place) {
            return Err(Failure::new(Code::BadResponse));
        }
        Ok((answer.body, page))
    }

    /// What a refusal stands for. Success without a page is none.
    fn refused(&self, answer: &WireResponse) -> Failure {
        if let Progress::AskLater { code, wait } = progress(answer) {
            return Failure {
                code,
                retry_after: wait,
            };
        }
        let dialect = self.0.plane.dialect(self.0.partner);
        match dialect.filter(|_| answer.status >= 400) {
            Some(dialect) => refusal::read(answer, dialect),
            None => Failure::new(Code::BadResponse),
        }
    }

    fn taken(&self, here: &[FileKept], (body, page): Answered) -> Result<Done, Code> {
        let watch = self.0;
        let before: u64 = here.iter().map(|page| page.count).sum();
        let so_far = before.saturating_add(page.checked.count);
        let fewer = page.total.is_some_and(|total| so_far < total);
        if page.next.is_none() && fewer {
            return Err(Code::BadResponse);
        }
        let phase = match page.next {
            Some(_) => Phase::Reading,
            None => Phase::Delivering,
        };
        let mut notes = Vec::new();
        if here.is_empty() {
            notes.push(Note::Listed(self.inventory()));
        }
        notes.push(Note::Arrived(FileNote {
            position: here.len(),
            listed: listed(),
            body,
            count: page.checked.count,
            digest: page.checked.digest,
            messages: page.checked.messages,
        }));
        notes.push(Note::Enters {
            phase,
            place: page.next,
            list: None,
            first_at: None,
        });
        Ok(watch.on(notes))
    }

    /// Nobody lists what is read at once: it is what there is at this moment.
    fn inventory(&self) -> Inventory {
        Inventory {
            at: self.0.plane.now(),
            files: Vec::new(),
            protected: true,
            given: None,
            grave: false,
            next: None,
        }
    }
}

/// A page holds records of every kind.
const fn listed() -> Listed {
    Listed {
        role: Role::Records,
        kind: None,
        url: String::new(),
        count: None,
        digest: None,
    }
}
