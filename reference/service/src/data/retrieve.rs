//! Fetching the data of a matched member: the export is asked for, its files are checked and kept, the whole is judged.
//! Refuses a file that is not what the list says, and to deliver a part where something critical is missing.

use super::call::Manner;
use super::guard::Permit;
use super::monitor::Watch;
use super::patience::patiently;
use super::poll;
use super::roster::given;
use super::step::Done;
use super::synthetic::answer::of_records;
use crate::adapters::{messages, refusal};
use crate::store::{Changes, FileNote, Note, StoreError};
use domain::failure::Code;
use domain::fulfilment::{
    Absent, Arrived, Checked, Inventory, Lines, Listed, Message, Phase, Progress, Role, Verdict,
    judge, outcome, progress, told_digest,
};
use domain::masked::Masked;
use domain::ports::{Failure, WireResponse};
use domain::record::{GapWhy, Given};
use domain::resilience::Operation;
use domain::snapshot::KeyHandling;
use domain::workflow::{Completion, Event, Work};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The acts of fetching.
pub(super) struct Retrieve<'a>(pub &'a Watch<'a>);

impl Retrieve<'_> {
    /// Asks for the export. A partner that would begin a second one is never asked twice: when nobody has seen how the
    /// first call ended, a person decides.
    pub(super) async fn kick_off(&self) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        if watch.kept.begun_at.is_some() {
            watch.line.way.is_unknown();
            return Ok(Err(Code::TransportReset));
        }
        let permit = match watch.admit(Operation::DataExport) {
            Ok(permit) => permit,
            Err(wait) => return Ok(Ok(wait)),
        };
        watch.line.way.acts();
        if watch.partner.keys == KeyHandling::Ignores {
            let (store, now) = (&watch.plane.store, watch.plane.now());
            let begin = || store.begin_kick_off(&watch.exchange.id, now);
            // Nothing is sent before the store has said that this is written down.
            if !patiently(watch.stop, StoreError::is_hiccup, begin).await? {
                return Err(StoreError::LostRace);
            }
        }
        Ok(self.ask(permit).await)
    }

    async fn ask(&self, permit: Permit) -> Result<Done, Code> {
        let watch = self.0;
        let list = watch.kept.list.as_deref().ok_or(Code::BadResponse)?;
        let callback = watch.callback();
        let request = messages::kick_off(list, callback.as_deref());
        let key = watch.key(Work::Retrieve);
        let manner = Manner {
            key: Some(&key),
            ..Manner::of(watch.right())
        };
        let answer = watch.line.send(&request, &manner).await;
        watch.settle(permit, &answer);
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => return watch.again(&failure, true),
        };
        if answer.status != 202 {
            let failure = self.refused(&answer)?;
            return watch.again(&failure, false);
        }
        let terms = &watch.partner.terms;
        let place = poll::place(&answer, &watch.partner.base_url, terms.notification)?;
        let enters = Note::Enters {
            phase: Phase::Exporting,
            place,
            list: None,
            first_at: watch.first_asked(answer.retry_after),
        };
        Ok(watch.on(vec![enters]))
    }

    /// What a refusal of our kick-off stands for. Success without a job is none.
    fn refused(&self, answer: &WireResponse) -> Result<Failure, Code> {
        let watch = self.0;
        let dialect = watch.plane.dialect(watch.partner).ok_or(Code::NoRoute)?;
        if (200..400).contains(&answer.status) {
            return Err(Code::BadResponse);
        }
        Ok(refusal::read(answer, dialect))
    }

    /// Fetches the first file that is not here yet.
    pub(super) async fn next_file(&self) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        let store = &watch.plane.store;
        let inventory = store.inventory(&watch.kept).await?;
        let here = store.files(&watch.exchange.id).await?;
        let known: BTreeSet<usize> = here.iter().map(|file| file.position).collect();
        let mut listed = inventory.files.iter().enumerate();
        let next = listed.find(|(at, _)| !known.contains(at));
        let Some((position, listed)) = next else {
            let enters = Note::Enters {
                phase: Phase::Delivering,
                place: None,
                list: None,
                first_at: None,
            };
            return Ok(Ok(watch.on(vec![enters])));
        };
        let permit = match watch.admit(Operation::Retrieve) {
            Ok(permit) => permit,
            Err(wait) => return Ok(Ok(wait)),
        };
        let kept = here.iter().map(|file| file.bytes).sum();
        let fetched = self.fetch(permit, &inventory, (listed, kept)).await;
        Ok(match fetched {
            Ok((body, checked)) => {
                let members = given::arrived(watch, listed.role, &body).await?;
                let file = Note::Arrived(FileNote {
                    position,
                    listed: listed.clone(),
                    body,
                    count: checked.count,
                    digest: checked.digest,
                    messages: checked.messages,
                });
                Ok(watch.on([Some(file), members].into_iter().flatten().collect()))
            }
            Err(failure) => self.unfetched((position, listed), &failure),
        })
    }

    async fn fetch(
        &self,
        permit: Permit,
        inventory: &Inventory,
        (listed, kept): (&Listed, u64),
    ) -> Result<(Masked<Vec<u8>>, Checked), Failure> {
        let watch = self.0;
        let limits = &watch.limits();
        let mut lines = Lines::new(listed, limits, kept);
        let manner = Manner {
            right: inventory.protected.then(|| watch.right()),
            largest: Some(limits.room(kept)),
            ..Manner::default()
        };
        let request = messages::file(&listed.url);
        let mut check = |chunk: &[u8]| lines.take(chunk);
        let answer = watch.line.receive(&request, &manner, &mut check).await;
        watch.settle(permit, &answer);
        let answer = answer?;
        if answer.status != 200 {
            let (code, retry_after) = match progress(&answer) {
                Progress::AskLater { code, wait } => (code, wait),
                Progress::Lost => (Code::JobLost, None),
                Progress::Failed | Progress::Working { .. } | Progress::Done => {
                    (Code::JobFailed, None)
                }
            };
            return Err(Failure { code, retry_after });
        }
        let told = answer.header("repr-digest").map(told_digest).transpose();
        let told = told.map_err(Failure::new)?.flatten();
        let checked = lines.finish(told.as_ref()).map_err(Failure::new)?;
        Ok((answer.body, checked))
    }

    /// A file that could not be had: it is tried again, or its kind is absent, or nothing counts. A file that is here
    /// and is not what the list says is never a gap: it is a failure of the whole.
    fn unfetched(
        &self,
        (position, listed): (usize, &Listed),
        failure: &Failure,
    ) -> Result<Done, Code> {
        let watch = self.0;
        let code = match watch.again(failure, false) {
            Ok(again) => return Ok(again),
            Err(code) => code,
        };
        let policy = &watch.snapshot.fulfilment;
        let deferrable = match (listed.role, &listed.kind) {
            (Role::Messages | Role::Deleted, _) => true,
            (Role::Records, Some(kind)) => !policy.is_critical(&watch.partner.terms, kind),
            (Role::Records, None) => false,
        };
        if code == Code::BadResponse || !deferrable {
            return Err(code);
        }
        Ok(watch.on(vec![Note::Missed {
            position,
            listed: listed.clone(),
            why: GapWhy::PartnerError,
        }]))
    }

    /// Judges what has arrived, and delivers it.
    pub(super) async fn deliver(&self) -> Result<Result<Done, Code>, StoreError> {
        let watch = self.0;
        let store = &watch.plane.store;
        let inventory = store.inventory(&watch.kept).await?;
        let files = store.files(&watch.exchange.id).await?;
        let messages: Vec<Message> = files
            .iter()
            .flat_map(|file| file.messages.clone())
            .collect();
        let absent: Vec<Absent> = files.iter().filter_map(|file| file.absent()).collect();
        let records = files.iter().filter(|file| file.role == Role::Records);
        let arrived = Arrived {
            inventory: &inventory,
            records: records.map(|file| file.count).sum(),
            messages: &messages,
            absent: &absent,
        };
        let judged = judge(&arrived, &watch.snapshot.fulfilment, &watch.partner.terms);
        let (completion, given) = match judged {
            Verdict::Whole(given) => (Completion::Complete, given),
            Verdict::Part(given) => (Completion::Partial, given),
            Verdict::Failed(code) => return Ok(Err(code)),
        };
        if let Err(code) = of_records(watch.request, &files) {
            return Ok(Err(code));
        }
        let closed = given::close(watch).await?;
        if closed.as_ref().is_some_and(|closed| !closed.has_data()) {
            return Ok(Err(Code::BadResponse));
        }
        let before = store.result(&watch.exchange.id).await?;
        let mut result: Value = before
            .and_then(|kept| serde_json::from_slice(kept.expose()).ok())
            .unwrap_or_else(|| json!({}));
        if let Some(members) = result.as_object_mut() {
            members.insert("files".to_owned(), listing(&files));
            members.insert("absent".to_owned(), absence(&given));
        }
        let mut notes = vec![Note::Gave(given)];
        let mut completion = completion;
        if let Some(closed) = closed {
            completion = closed.and(completion);
            closed.tell(&mut result);
            notes.push(Note::Members(closed.roster));
        }
        let changes = Changes {
            result: Some(Masked::new(result.to_string().into_bytes())),
            notes,
            ..Changes::default()
        };
        Ok(Ok((Event::Completed(completion), changes).into()))
    }
}

/// The files that are here, by reference.
fn listing(files: &[crate::store::FileKept]) -> Value {
    let told = files.iter().filter(|file| file.body.is_some());
    told.map(|file| {
        json!({
            "role": file.role,
            "kind": file.kind,
            "count": file.count,
            "digest": file.digest,
            "payload": file.body,
        })
    })
    .collect()
}

/// What is absent, as our own systems are told it; nothing when nothing is.
fn absence(given: &Given) -> Value {
    // A value of our own type always serialises.
    serde_json::to_value(outcome(given)).unwrap_or_default()
}

/// The address at which the answer to a match names the list that it made.
pub(super) fn collection(answer: &WireResponse) -> Option<String> {
    let link = answer.header("link")?;
    messages::collection(link).map(str::to_owned)
}
