//! Carries a bulk match out: who is meant and what the permission allows, for each member on its own.
//! Refuses to end with a part: a member store that is down fails the whole, and nothing of it is kept.

use crate::data::export::run::{PACE, end_of, payer};
use crate::data::respond::{decide, terms};
use crate::data::{Outage, Plane, guess};
use crate::identity::desk::Asking;
use crate::store::audit::act;
use crate::store::{Export, NamedFile, NewList, Placed, RunId, Settled, StoreError};
use crate::telemetry::{self, Context, Dependency, RequestType, Stage};
use domain::bulk::{Found, Heading, Judged, Lists, Sides, Submission, envelope, judge, line, read};
use domain::consent::{Identifier, Standing};
use domain::export::NdJson;
use domain::failure::Code;
use domain::identity::review::Cause;
use domain::identity::{Decision, Outcome, Sensitivity};
use domain::message::group::MatchOutcome;
use domain::record::{Action, Actor, ActorKind, Instant};
use domain::snapshot::{Partner, Snapshot};
use domain::workflow::Disposition;
use serde_json::Value;
use std::str::FromStr;
use tracing::Instrument;

/// Members that are judged between two notes of the progress.
///
/// Source: ours; single matches are answered between two of them
const AT_ONCE: usize = 100;

/// Carries a bulk match out. What fails it is written down with its code.
pub(crate) async fn run(plane: &Plane, export: &Export, id: &RunId) -> Result<(), StoreError> {
    let context = Context::of_exchange(export.business_transaction.clone(), plane.now());
    let root = telemetry::root(&context, RequestType::BulkMemberMatch);
    root.record("matchmark.partner", export.client.as_str());
    root.record("matchmark.dependency", Dependency::MemberStore.word());
    let snapshot = plane.snapshot();
    let run = Run {
        plane,
        id,
        context,
        export,
        snapshot: &snapshot,
    };
    match run.steps().instrument(root.clone()).await? {
        Ok(true) => {
            root.record("matchmark.disposition", Disposition::Complete.word());
            root.in_scope(|| tracing::info!("the bulk match has ended"));
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(code) => {
            telemetry::failed(&root, code);
            let failed = (&export.id, id);
            plane.store.fail_export(failed, code, plane.now()).await
        }
    }
}

struct Run<'a> {
    plane: &'a Plane,
    id: &'a RunId,
    context: Context,
    export: &'a Export,
    snapshot: &'a Snapshot,
}

/// Who was put where.
#[derive(Default)]
struct Sorted {
    lists: Lists,
    found: Vec<Placed>,
    /// Somebody was asked for by more numbers than one has.
    guessed: bool,
}

type Step<T> = Result<Result<T, Code>, StoreError>;

impl Run<'_> {
    /// Whether it came to its end; it does not when somebody gave it up in the meantime.
    async fn steps(&self) -> Step<bool> {
        let question = self.plane.store.bulk_question(&self.export.id).await?;
        let question = question.and_then(|kept| serde_json::from_slice(kept.expose()).ok());
        let question: Value = question.ok_or(StoreError::Row("request"))?;
        let Ok(members) = read(&question) else {
            return Err(StoreError::Row("request"));
        };
        let Some(partner) = self.snapshot.partners.get(&self.export.client) else {
            return Ok(Err(Code::PartnerDisabled));
        };
        let mut sorted = Sorted::default();
        let all = u32::try_from(members.len()).unwrap_or(u32::MAX);
        for (done, some) in (0_u32..).step_by(AT_ONCE).zip(members.chunks(AT_ONCE)) {
            let (store, now) = (&self.plane.store, self.plane.now());
            let job = (&self.export.id, self.id);
            if !store.advance_export(job, (done, all), now).await? {
                return Ok(Ok(false));
            }
            self.plane.clock.wait(PACE).await;
            for member in some {
                if let Err(code) = self.sort(member, partner, &mut sorted).await? {
                    return Ok(Err(code));
                }
            }
        }
        Ok(Ok(self.finish(partner, sorted).await?))
    }

    async fn sort(
        &self,
        member: &Submission<'_>,
        partner: &Partner,
        sorted: &mut Sorted,
    ) -> Step<()> {
        // Whoever tries many numbers for one person learns nothing of that person here either.
        if guess::guesses(self.plane, &partner.id, &member.parts).await? {
            if !std::mem::replace(&mut sorted.guessed, true) {
                self.told_of_guesses(partner).await?;
            }
            sorted.lists.add(MatchOutcome::NoMatch, line(member, None));
            return Ok(Ok(()));
        }
        let settled = match self.decided(member).await? {
            Ok(settled) => settled,
            Err(code) => return Ok(Err(code)),
        };
        let judged = self.judged(member, settled.decision, partner).await?;
        let outcome = judged.outcome();
        let found = match judged {
            Judged::NotFound(_) | Judged::Constrained(..) => None,
            Judged::Found(cleared) => {
                let known = self.plane.store.member(&cleared.person).await?;
                sorted.found.push(Placed {
                    cleared: *cleared,
                    terms: terms(&member.parts),
                    submitted: line(member, None).submitted(),
                    approval: settled.approval,
                });
                Some(Found {
                    patient: known.patient,
                    umb: known.umb,
                })
            }
        };
        sorted.lists.add(outcome, line(member, found));
        Ok(Ok(()))
    }

    /// Writes down and tells that numbers are tried, once for the whole of the bulk match.
    async fn told_of_guesses(&self, partner: &Partner) -> Result<(), StoreError> {
        let now = self.plane.now();
        self.plane.guesses.alarm(now);
        let by = Actor {
            kind: ActorKind::Client,
            id: word(partner.id.as_str())?,
            role: word("partner")?,
        };
        let mut event = act(now, by, Action::Refused, self.snapshot.number)?;
        event.business_transaction_id = Some(self.export.business_transaction.clone());
        event.partner = Some(partner.id.clone());
        event.code = Some(Code::BruteForce);
        self.plane.store.record(event).await?;
        Ok(())
    }

    /// A member store that is out of service fails the match; a hiccup of the database only delays it.
    async fn decided(&self, member: &Submission<'_>) -> Step<Settled> {
        let span = telemetry::stage(Stage::IdentityResolution, &self.context);
        let asking = Asking {
            cause: Cause::Bulk,
            partner: &self.export.client,
            business_transaction: &self.export.business_transaction,
            sensitivity: Sensitivity::Bulk,
        };
        if let Err(code) = self.plane.conditions.check(Outage::MemberStore) {
            telemetry::failed(&span, code);
            return Ok(Err(Code::JobFailed));
        }
        let decided = decide(self.plane, self.snapshot, &member.parts, &asking);
        Ok(Ok(decided.instrument(span).await?))
    }

    async fn judged(
        &self,
        member: &Submission<'_>,
        decision: Decision,
        partner: &Partner,
    ) -> Result<Judged, StoreError> {
        let span = telemetry::stage(Stage::AccessPolicy, &self.context);
        let standing = match decision.outcome() {
            Outcome::Matched { person } => self.plane.store.standing(person).await?,
            Outcome::NoMatch {}
            | Outcome::MultipleMatch {}
            | Outcome::MissingIdentifier { .. }
            | Outcome::UnderReview { .. }
            | Outcome::ConflictingField { .. } => Standing::Open,
        };
        let sides = Sides {
            discloser: &self.snapshot.us.organisation,
            recipient: &partner.organisation,
        };
        let (rules, now) = (&self.snapshot.consent, self.plane.now());
        let judged = judge(&member.parts, decision, standing, sides, rules, now);
        if let Judged::Constrained(_, refused) = &judged {
            // Why, is for our own eyes.
            telemetry::failed(&span, Code::Consent(refused.first));
        }
        Ok(judged)
    }

    /// Writes the answer: the groups, and as long as both forms are given the envelope as well.
    async fn finish(&self, partner: &Partner, sorted: Sorted) -> Result<bool, StoreError> {
        let span = telemetry::stage(Stage::Egress, &self.context);
        let (plane, export, now) = (self.plane, self.export, self.plane.now());
        let groups = sorted.lists.groups(&Heading {
            id: &export.group,
            us: &payer(self.snapshot),
            caller: &caller(partner),
            at: Instant::new(now),
        });
        let mut answer = vec![NamedFile::first(NdJson::of("Group", &groups))];
        if self.snapshot.overlap.is_open(now) {
            let envelope = envelope(&groups);
            answer.push(NamedFile::first(NdJson::of("Parameters", &[envelope])));
        } else {
            span.in_scope(|| tracing::info!("the overlap has ended: no envelope is written"));
        }
        let list = NewList {
            id: &export.group,
            client: &export.client,
            asked_at: now,
            business_transaction: &export.business_transaction,
            snapshot: self.snapshot.number,
            members: &sorted.found,
        };
        let ended =
            plane
                .store
                .complete_bulk((&export.id, self.id), &list, &answer, end_of(now), now);
        ended.instrument(span).await
    }
}

fn word<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Row("actor"))
}

/// The caller, by the identifier under which it is known.
pub(crate) fn caller(partner: &Partner) -> Identifier {
    let known = partner.organisation.identifiers.first().cloned();
    known.unwrap_or_else(|| Identifier {
        system: "urn:ietf:rfc:3986".to_owned(),
        value: partner.id.to_string(),
    })
}
