//! The partner's answer about many members, in whichever published form it comes: the envelope, or groups in files.
//! Refuses an answer that names somebody who was not asked about, and to call anybody matched whom it does not.

use super::{asked, each_line, narrow, told, wanted, whole};
use crate::data::monitor::Watch;
use crate::data::poll::Poll;
use crate::data::step::{self, Done};
use crate::store::{Changes, FileKept, Note, StoreError};
use domain::bulk::{Known, MemberOutcome, Roster, Settlement, settle};
use domain::failure::Code;
use domain::fulfilment::{Phase, Retrieval, Role, within};
use domain::masked::Masked;
use domain::message::bulk::{Envelope, OutcomePart};
use domain::message::envelope::read;
use domain::message::group::{Group, MatchOutcome};
use domain::ports::WireResponse;
use domain::workflow::Event;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wire::json::{Document, Limits};

type Taken = Result<Result<Done, Code>, StoreError>;

/// The acts of reading the answer.
pub(in crate::data) struct Answers<'a>(pub &'a Watch<'a>);

impl Answers<'_> {
    /// The partner has ended its work: its answer is the envelope itself, or names files that are fetched first.
    ///
    /// Source: PDex 2.1.0 and 2.2.0, `$bulk-member-match`
    pub(in crate::data) async fn told(&self, answer: &WireResponse) -> Taken {
        let body = match self.parsed(answer.body.expose()) {
            Ok(body) => body,
            Err(code) => return Ok(Err(code)),
        };
        let is_envelope = body
            .get("resourceType")
            .is_some_and(|it| it == "Parameters");
        if !is_envelope {
            return Poll(self.0).paged(answer).await;
        }
        match enclosed(body) {
            Ok(groups) => self.taken(&groups).await,
            Err(code) => Ok(Err(code)),
        }
    }

    /// Every file of the answer is here, or cannot be had: who is on none of those that are here is undecided.
    pub(in crate::data) async fn read(&self) -> Taken {
        let store = &self.0.plane.store;
        let files = store.files(&self.0.exchange.id).await?;
        let mut groups = Vec::new();
        let mut bytes = 0_usize;
        for file in files.iter().filter(|file| file.role == Role::Records) {
            let Some(body) = &file.body else { continue };
            let lines = store.payload(body).await?;
            bytes = bytes.saturating_add(lines.expose().len());
            if bytes > self.0.snapshot.fulfilment.limits.file_bytes {
                return Ok(Err(Code::BadResponse));
            }
            match self.groups(file, &lines).await {
                Ok(more) => groups.extend(more),
                Err(code) => return Ok(Err(code)),
            }
        }
        self.taken(&groups).await
    }

    fn parsed(&self, bytes: &[u8]) -> Result<Value, Code> {
        let limits = self.0.limits();
        let within = Limits {
            bytes: limits.file_bytes,
            depth: limits.depth,
            nodes: limits.nodes,
        };
        let parsed = Document::parse(bytes, &within).map_err(|_| Code::BadResponse)?;
        Ok(parsed.into_value())
    }

    /// The groups of one file; of a kind that is neither it has none.
    async fn groups(&self, file: &FileKept, lines: &Masked<Vec<u8>>) -> Result<Vec<Group>, Code> {
        let kind = file.kind.as_ref().map(ToString::to_string);
        let mut groups = Vec::new();
        let looked = each_line(lines.expose(), |line| {
            match kind.as_deref() {
                Some("Group") => {
                    groups.push(read(self.parsed(line)?).map_err(|_| Code::BadResponse)?);
                }
                Some("Parameters") => groups.extend(enclosed(self.parsed(line)?)?),
                Some(_) | None => {}
            }
            Ok(())
        });
        looked.await?;
        Ok(groups)
    }

    async fn taken(&self, groups: &[Group]) -> Taken {
        let watch = self.0;
        let roster = watch.plane.store.roster(&watch.exchange.id).await?;
        let roster = roster.ok_or(StoreError::Row("members"))?;
        let mut request = whole(watch.plane, watch.exchange).await?;
        narrow(&mut request, &roster);
        let (asked, base_url) = (asked(&request), &watch.partner.base_url);
        let settled = settle(roster, &asked, base_url, groups);
        Ok(settled.and_then(|settled| self.goes_on(settled)))
    }

    /// What follows: nothing where nobody was matched or nothing more is wanted, else the export of the list.
    fn goes_on(&self, settled: Settlement) -> Result<Done, Code> {
        let watch = self.0;
        let result = Some(result(&settled));
        let Settlement { roster, list, .. } = settled;
        if !roster.has(MemberOutcome::Matched) {
            let ended = step::rejected(roster.refusal());
            return Ok(moved(ended, roster, result));
        }
        let retrieval = watch.partner.terms.retrieval;
        if retrieval == Retrieval::MatchOnly {
            let completion = roster.completion(wanted(retrieval));
            return Ok(moved(Event::Completed(completion), roster, result));
        }
        let (base_url, id) = (&watch.partner.base_url, list.ok_or(Code::BadResponse)?);
        let list = within(base_url, &format!("{base_url}/Group/{id}"))?;
        let enters = Note::Enters {
            phase: Phase::KickOff,
            place: None,
            list: Some(list),
            first_at: None,
        };
        let mut done = watch.on(vec![Note::Members(roster), Note::Cleared, enters]);
        if let Done::Stays(_, changes) = &mut done {
            changes.result = result;
        }
        Ok(done)
    }
}

fn moved(event: Event, roster: Roster, result: Option<Masked<Vec<u8>>>) -> Done {
    let changes = Changes {
        result,
        notes: vec![Note::Members(roster)],
        ..Changes::default()
    };
    (event, changes).into()
}

fn enclosed(body: Value) -> Result<Vec<Group>, Code> {
    let envelope: Envelope = read(body).map_err(|_| Code::BadResponse)?;
    let lists = envelope.parameter.into_iter().map(|part| match part {
        OutcomePart::MatchedMembers(list) => called(MatchOutcome::Match, *list.resource),
        OutcomePart::NonMatchedMembers(list) => called(MatchOutcome::NoMatch, *list.resource),
        OutcomePart::ConsentConstrainedMembers(list) => {
            called(MatchOutcome::ConsentConstraint, *list.resource)
        }
    });
    lists.collect()
}

/// A list that says of itself what its part of the envelope calls it.
fn called(name: MatchOutcome, list: Group) -> Result<Group, Code> {
    match list.outcome() == Some(name) {
        true => Ok(list),
        false => Err(Code::BadResponse),
    }
}

/// Who the members are at the partner, protected.
fn result(settled: &Settlement) -> Masked<Vec<u8>> {
    let members = with_known(&settled.roster, &settled.known);
    Masked::new(json!({ "members": members }).to_string().into_bytes())
}

fn with_known(roster: &Roster, known: &BTreeMap<usize, Known>) -> Vec<Value> {
    let mut members = told(roster, 0, usize::MAX);
    for (position, one) in known {
        let member = members.get_mut(*position).and_then(Value::as_object_mut);
        if let Some(member) = member {
            let record = one.record.as_ref().map(Masked::expose);
            let number = one.number.as_ref().map(Masked::expose);
            member.insert("patient".to_owned(), json!(record));
            member.insert("umb".to_owned(), json!({"system": null, "value": number}));
        }
    }
    members
}
