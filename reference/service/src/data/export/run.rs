//! Carries an export out, some members at a time and for them year by year, and ends it with its files.
//! Refuses to call a part the whole, and to write a record whose member's permission is lost.

use super::judge_again;
use crate::clock::later;
use crate::data::{Outage, Plane, bulk};
use crate::store::{Export, Membership, NamedFile, RunId, StoreError};
use crate::telemetry::{self, Context, Dependency, RequestType, Stage};
use domain::Timestamp;
use domain::consent::Identifier;
use domain::export::{self, History, Kind, Made, Source, claim, without_amounts};
use domain::failure::Code;
use domain::ids::ExportId;
use domain::record::{Day, Given, Instant};
use domain::snapshot::Snapshot;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tracing::{Instrument, Span};

/// Pause before each year of service.
///
/// Source: ours; the store has one writer, and matches are answered between two years
pub(crate) const PACE: Duration = Duration::from_millis(200);

/// How long files can be fetched.
///
/// Source: ours; Bulk Data leaves it to the server
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Members whose records are held in memory, and written to one file, at a time.
///
/// Source: ours; five years of a hundred members take about ten megabytes
const MEMBERS: usize = 100;

/// Carries out what was asked for, unless it has ended. `run` writes for as long as nobody takes its place.
pub(crate) async fn run(plane: &Plane, id: &ExportId, run: &RunId) -> Result<(), StoreError> {
    let Some(export) = plane.store.export(id).await? else {
        return Ok(());
    };
    if !export.phase.is_open() {
        return Ok(());
    }
    match export.kind {
        Kind::DataExport => give(plane, &export, run).await,
        Kind::BulkMatch => bulk::run::run(plane, &export, run).await,
    }
}

async fn give(plane: &Plane, export: &Export, id: &RunId) -> Result<(), StoreError> {
    let context = Context::of_exchange(export.business_transaction.clone(), plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    root.record("matchmark.partner", export.client.as_str());
    root.record("matchmark.dependency", Dependency::SourceStore.word());
    let run = Run {
        plane,
        id,
        context,
        export,
        snapshot: &plane.snapshot(),
        window: Given::floor(Instant::new(plane.now()).day()),
    };
    run.steps(&root).instrument(root.clone()).await
}

struct Run<'a> {
    plane: &'a Plane,
    id: &'a RunId,
    context: Context,
    export: &'a Export,
    snapshot: &'a Snapshot,
    window: Given,
}

/// Some of the members, and which of how many such parts they are.
#[derive(Clone, Copy)]
struct Part<'a> {
    members: &'a [Membership],
    number: usize,
    of: usize,
}

/// Records of one member, and what of the window they are.
struct Found<'a> {
    member: &'a Membership,
    history: History,
    years: Vec<Vec<Day>>,
    claims: Vec<Value>,
}

impl Run<'_> {
    async fn steps(&self, root: &Span) -> Result<(), StoreError> {
        let (store, export) = (&self.plane.store, self.export);
        let list = store.list(&export.client, &export.group).await?;
        let Some(list) = list else {
            return self.finish(&Made::lost(), root).await;
        };
        let wanted = list.members.into_iter();
        let wanted: Vec<Membership> = wanted
            .filter(|one| export.wishes.want(&one.member))
            .collect();
        let wanted = self.one_each(wanted, root).await?;
        let mut made = match wanted.as_slice() {
            [] => Made::of(self.window.clone()),
            _ => Made::default(),
        };
        let of = wanted.len().div_ceil(MEMBERS);
        for (number, members) in (1..).zip(wanted.chunks(MEMBERS)) {
            let part = Part {
                members,
                number,
                of,
            };
            match self.part(part, root).await? {
                Some(more) => made = made.and(more),
                None => return Ok(()),
            }
        }
        self.finish(&made, root).await
    }

    /// One membership of each person: whoever was submitted with two covers has one history. Of two, the first whose
    /// permission holds stands for the person.
    async fn one_each(
        &self,
        wanted: Vec<Membership>,
        root: &Span,
    ) -> Result<Vec<Membership>, StoreError> {
        let mut places = BTreeMap::new();
        let mut each: Vec<Membership> = Vec::new();
        for membership in wanted {
            let place = *places
                .entry(membership.member.clone())
                .or_insert(each.len());
            match each.get_mut(place) {
                None => each.push(membership),
                Some(former) => {
                    if self.permitted(&[&*former], root).await?.is_empty() {
                        *former = membership;
                    }
                }
            }
        }
        Ok(each)
    }

    /// What a part came to, its files written; none when the export has ended on the way.
    async fn part(&self, part: Part<'_>, root: &Span) -> Result<Option<Made>, StoreError> {
        let permitted = self
            .permitted(&part.members.iter().collect::<Vec<_>>(), root)
            .await?;
        let looked = match permitted.is_empty() {
            true => Some(Vec::new()),
            false => self.retrieved(permitted, part, root).await?,
        };
        let Some(found) = looked else {
            return Ok(None);
        };
        // A permission that was lost while the years were looked through counts as well.
        let looked_through: Vec<&Membership> = found.iter().map(|one| one.member).collect();
        let still = self.permitted(&looked_through, root).await?;
        let still: Vec<&Found<'_>> = found
            .iter()
            .filter(|one| still.iter().any(|member| std::ptr::eq(*member, one.member)))
            .collect();
        let mut made = Made::default();
        for _ in still.len()..part.members.len() {
            made = made.and(Made::lost());
        }
        for one in &still {
            let wishes = &self.export.wishes;
            let given = one
                .history
                .given(&self.window, wishes.claims(), &wishes.unheld());
            made = made.and(Made::of(given));
        }
        let files = self.transformed(&still, part.number);
        let (store, now) = (&self.plane.store, self.plane.now());
        let written = store
            .add_files((&self.export.id, self.id), &files, now)
            .await?;
        Ok(written.then_some(made))
    }

    /// The members whose permission holds at this moment.
    async fn permitted<'m>(
        &self,
        members: &[&'m Membership],
        root: &Span,
    ) -> Result<Vec<&'m Membership>, StoreError> {
        let span = telemetry::stage(Stage::AccessPolicy, &self.context);
        let mut permitted = Vec::new();
        let Some(partner) = self.snapshot.partners.get(&self.export.client) else {
            return Ok(permitted);
        };
        for member in members.iter().copied() {
            let standing = self.plane.store.standing(&member.member);
            let standing = standing.instrument(span.clone()).await?;
            let judged =
                root.in_scope(|| judge_again(self.plane, self.snapshot, partner, member, standing));
            match judged {
                Ok(_) => permitted.push(member),
                Err(code) => telemetry::failed(&span, code),
            }
        }
        Ok(permitted)
    }

    /// The claims that are wanted, year by year. A source that is down fails the export.
    async fn retrieved<'m>(
        &self,
        members: Vec<&'m Membership>,
        part: Part<'_>,
        root: &Span,
    ) -> Result<Option<Vec<Found<'m>>>, StoreError> {
        let span = telemetry::stage(Stage::SourceRetrieval, &self.context);
        let looked = self.look(members, part).instrument(span.clone()).await?;
        match looked {
            Ok(looked) => Ok(looked),
            Err(code) => {
                telemetry::failed(&span, code);
                telemetry::failed(root, code);
                let (store, id) = (&self.plane.store, &self.export.id);
                store
                    .fail_export((id, self.id), code, self.plane.now())
                    .await?;
                Ok(None)
            }
        }
    }

    async fn look<'m>(
        &self,
        members: Vec<&'m Membership>,
        part: Part<'_>,
    ) -> Result<Result<Option<Vec<Found<'m>>>, Code>, StoreError> {
        let mut found = self.histories(members).await?;
        let years = found.iter().map(|one| one.years.len()).max().unwrap_or(0);
        let before = part.number.saturating_sub(1).saturating_mul(years);
        let parts = count(years.saturating_mul(part.of));
        for year in 0..years {
            let done = count(before.saturating_add(year));
            if !self.advance(done, parts).await? {
                return Ok(Ok(None));
            }
            self.plane.clock.wait(PACE).await;
            if self.plane.conditions.check(Outage::MemberStore).is_err() {
                return Ok(Err(Code::JobFailed));
            }
            for one in &mut found {
                let claims = self.wanted(one, year);
                one.claims.extend(claims);
            }
        }
        Ok(Ok(Some(found)))
    }

    async fn histories<'m>(
        &self,
        members: Vec<&'m Membership>,
    ) -> Result<Vec<Found<'m>>, StoreError> {
        let mut found = Vec::new();
        for member in members {
            let history = self.plane.store.history_of(&member.member).await?;
            found.push(Found {
                member,
                years: history.days(&self.window),
                history,
                claims: Vec::new(),
            });
        }
        Ok(found)
    }

    async fn advance(&self, done: u32, parts: u32) -> Result<bool, StoreError> {
        let (store, now) = (&self.plane.store, self.plane.now());
        store
            .advance_export((&self.export.id, self.id), (done, parts), now)
            .await
    }

    fn wanted(&self, of: &Found<'_>, year: usize) -> Vec<Value> {
        let wishes = &self.export.wishes;
        if !wishes.claims() {
            return Vec::new();
        }
        let payer = payer(self.snapshot);
        let source = Source {
            patient: &of.member.patient,
            payer: &payer,
            financial: of.history.financial,
        };
        let days = of.years.get(year).into_iter().flatten();
        let claims = days.map(|day| claim(&source, *day));
        let wanted = claims.filter(|(changed, _)| wishes.cover(*changed));
        wanted.map(|(_, claim)| claim).collect()
    }

    fn transformed(&self, found: &[&Found<'_>], part: usize) -> Vec<NamedFile> {
        let span = telemetry::stage(Stage::Transformation, &self.context);
        span.in_scope(|| {
            let claims = found.iter().flat_map(|one| &one.claims);
            let claims: Vec<Value> = claims.map(without_amounts).collect();
            let at = Instant::new(self.plane.now());
            let records = export::records(&claims, &payer(self.snapshot), at);
            let named = records.into_iter();
            named.map(|file| NamedFile::of_part(file, part)).collect()
        })
    }

    async fn finish(&self, made: &Made, root: &Span) -> Result<(), StoreError> {
        let span = telemetry::stage(Stage::Egress, &self.context);
        let (store, now) = (&self.plane.store, self.plane.now());
        let ended = store
            .complete_export((&self.export.id, self.id), made, end_of(now), now)
            .instrument(span)
            .await?;
        if ended {
            root.record("matchmark.disposition", made.disposition().word());
            tracing::info!("the export has ended");
        }
        Ok(())
    }
}

/// Ourselves, by the identifier under which partners know us.
pub(crate) fn payer(snapshot: &Snapshot) -> Identifier {
    let us = &snapshot.us;
    let known = us.organisation.identifiers.first().cloned();
    known.unwrap_or_else(|| Identifier {
        system: "urn:ietf:rfc:3986".to_owned(),
        value: us.id.to_string(),
    })
}

/// When files that are ready now can be fetched no more.
pub(crate) fn end_of(now: Timestamp) -> Timestamp {
    later(now, KEPT)
}

fn count(parts: usize) -> u32 {
    u32::try_from(parts).unwrap_or(u32::MAX)
}
