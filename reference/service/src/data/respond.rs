//! Answers one `$member-match`: seven stages, of which the first that fails ends it.
//! Refuses to name the member, or to link anything, unless every stage has passed.

use super::schema::{self, Invalid};
use super::{Outage, Plane, guess};
use crate::adapters::{Dialect, answer};
use crate::identity;
use crate::identity::desk::{self, Asking};
use crate::store::{Approval, Link, Settled, StoreError};
use crate::telemetry::metrics::{Count, Told};
use crate::telemetry::{self, Context, Dependency, Stage};
use domain::bulk::{Submission, line};
use domain::consent::{Grant, Question, Standing, evaluate};
use domain::failure::Code;
use domain::identity::review::Cause;
use domain::identity::{Asked, Decision, Outcome as Identity, Sensitivity, Tier};
use domain::ids::{MemberRef, PartnerId};
use domain::masked::Masked;
use domain::member_match::{MemberMatch, Part};
use domain::snapshot::{Partner, Snapshot};
use serde_json::{Value, json};
use std::future::Future;
use tracing::{Instrument, Span};
use wire::json::Document;
use wire::outcome::OperationOutcome;

/// A refused request: the code, and what may be said about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub code: Code,
    /// Paths of the elements concerned.
    pub expressions: Vec<String>,
    pub invalid: Option<Invalid>,
}

impl Refused {
    pub(crate) const fn new(code: Code) -> Self {
        Self {
            code,
            expressions: Vec::new(),
            invalid: None,
        }
    }

    /// What the caller is told: codes and paths.
    pub(crate) fn outcome(&self) -> OperationOutcome {
        let meaning = self.code.meaning();
        match &self.invalid {
            Some(invalid) => OperationOutcome::from_problems(meaning.outcome, &invalid.problems),
            None => {
                let expressions = self.expressions.clone();
                OperationOutcome::new(meaning.outcome, meaning.status, expressions)
            }
        }
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %error, "the store failed");
        Self::new(error.code())
    }
}

/// A match request that has passed ingestion.
pub(crate) struct Call<'a> {
    pub context: &'a Context,
    pub client: &'a PartnerId,
    pub document: &'a Document,
    /// The caller's choice of a version, if it made one.
    pub pdex_version: Option<&'a str>,
}

/// The answer to a match, and the list of one member that the match has made.
pub(crate) struct Matched {
    pub parameters: Value,
    pub group: String,
}

/// What identity and access have settled about a call.
struct Cleared {
    person: MemberRef,
    decision: Decision,
    grant: Grant,
    approval: Option<Approval>,
}

/// Answers a call, or refuses it.
pub(crate) async fn member_match(plane: &Plane, call: &Call<'_>) -> Result<Matched, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot
        .partners
        .get(call.client)
        .ok_or(Code::TokenInvalid)?;
    let at = |stage| telemetry::stage(stage, call.context);
    let root = Span::current();
    root.record("matchmark.partner", partner.id.as_str());
    let valid = within(at(Stage::SchemaValidation), async {
        validate(plane, &snapshot, partner, call)
    });
    let (dialect, parts) = valid.await?;
    let schema = format!("{}@{}", schema::REQUEST, dialect.schema_version);
    root.record("matchmark.schema_version", schema);
    let cleared = clear(plane, &snapshot, partner, &parts, call).await?;
    let retrieved = within(at(Stage::SourceRetrieval), async {
        root.record("matchmark.dependency", Dependency::MemberStore.word());
        Ok(plane.store.member(&cleared.person).await?)
    });
    let member = retrieved.await?;
    let transformed = within(at(Stage::Transformation), async {
        Ok(answer(dialect, &member, parts.patient))
    });
    let parameters = transformed.await?;
    let link = Link {
        member: &cleared.person,
        client: call.client,
        grant: cleared.grant,
        decision: &cleared.decision,
        snapshot: snapshot.number,
        business_transaction: call.context.business_transaction.as_str(),
        terms: terms(&parts),
        submitted: line(&alone(parts), None).submitted(),
        approval: cleared.approval,
    };
    within(at(Stage::Egress), async {
        Ok(plane.store.link(&link, plane.now()).await?)
    })
    .await?;
    let group = link.group();
    Ok(Matched { parameters, group })
}

/// A single member, as one of many.
fn alone(parts: MemberMatch<'_>) -> Submission<'_> {
    Submission {
        parts,
        index: 0,
        cover_id: None,
    }
}

/// What has to be kept to judge the consent again.
pub(crate) fn terms(parts: &MemberMatch<'_>) -> Masked<Vec<u8>> {
    let (consent, patient) = (parts.resource(Part::Consent), parts.patient_id());
    let terms = json!({"consent": consent, "patient": patient});
    Masked::new(terms.to_string().into_bytes())
}

/// Who is meant, and may the caller know?
async fn clear(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    parts: &MemberMatch<'_>,
    call: &Call<'_>,
) -> Result<Cleared, Refused> {
    let root = Span::current();
    let span = telemetry::stage(Stage::IdentityResolution, call.context);
    let identified = within(span, async {
        guess::check(plane, call.client, parts).await?;
        identify(plane, snapshot, call, parts).await
    });
    let (settled, person) = identified.await?;
    let decision = settled.decision;
    root.record("matchmark.match_confidence", decision.band().word());
    let span = telemetry::stage(Stage::AccessPolicy, call.context);
    let access = within(span, async {
        let standing = plane.store.standing(&person).await?;
        judge_consent(plane, snapshot, partner, parts, standing, &root)
    });
    let grant = access.await?;
    Ok(Cleared {
        person,
        decision,
        grant,
        approval: settled.approval,
    })
}

/// Runs one stage in its span, and marks the span when the stage fails.
pub(crate) async fn within<T>(
    span: Span,
    stage: impl Future<Output = Result<T, Refused>>,
) -> Result<T, Refused> {
    let result = stage.instrument(span.clone()).await;
    if let Err(refused) = &result {
        telemetry::failed(&span, refused.code);
    }
    result
}

fn validate<'a>(
    plane: &'a Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    call: &Call<'a>,
) -> Result<(&'a Dialect, MemberMatch<'a>), Refused> {
    let dialect = match call.pdex_version {
        Some(version) => plane.dialects.of_pdex(version),
        None => plane.edition(partner),
    }
    .ok_or(Code::SchemaInvalid)?;
    let version = dialect.schema_version.as_str();
    schema::judge(snapshot, schema::REQUEST, version, call.document).map_err(|invalid| {
        Refused {
            code: invalid.code,
            expressions: Vec::new(),
            invalid: Some(invalid),
        }
    })?;
    let parts = MemberMatch::read(call.document.value()).ok_or(Code::BadBundle)?;
    let expressions = parts.reference_mismatches();
    if expressions.is_empty() {
        Ok((dialect, parts))
    } else {
        Err(Refused {
            code: Code::ReferenceMismatch,
            expressions,
            invalid: None,
        })
    }
}

/// Who is meant, by the member store and the matching policy of this moment, or by the people who looked at it.
pub(crate) async fn decide(
    plane: &Plane,
    snapshot: &Snapshot,
    parts: &MemberMatch<'_>,
    asking: &Asking<'_>,
) -> Result<Settled, StoreError> {
    let asked = Asked::read(parts, &snapshot.matching, &snapshot.us.organisation);
    let decision = identity::identify(plane, snapshot, &asked, asking.sensitivity).await?;
    let settled = desk::settled(plane, snapshot, (parts, asking), decision).await?;
    let tier = Told::Tier(settled.decision.tier());
    plane.metrics.count(Count::MatchResults, &[tier]);
    if settled.decision.tier() == Tier::Review {
        plane.metrics.count(Count::LowConfidence, &[]);
    }
    Ok(settled)
}

async fn identify(
    plane: &Plane,
    snapshot: &Snapshot,
    call: &Call<'_>,
    parts: &MemberMatch<'_>,
) -> Result<(Settled, MemberRef), Refused> {
    let asking = Asking {
        cause: Cause::Question,
        partner: call.client,
        business_transaction: &call.context.business_transaction,
        // What is asked for is the way to a member's whole history.
        sensitivity: Sensitivity::ClinicalHistory,
    };
    plane.conditions.check(Outage::MemberStore)?;
    let settled = decide(plane, snapshot, parts, &asking).await?;
    match (
        settled.decision.outcome(),
        settled.decision.outcome().code(),
    ) {
        (Identity::Matched { person }, _) => {
            let person = person.clone();
            Ok((settled, person))
        }
        (outcome, code) => Err(Refused {
            code: code.unwrap_or(Code::NoMatch),
            expressions: outcome.expressions(parts),
            invalid: None,
        }),
    }
}

fn judge_consent(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    parts: &MemberMatch<'_>,
    standing: Standing,
    root: &Span,
) -> Result<Grant, Refused> {
    let question = Question {
        consent: parts.resource(Part::Consent),
        patient: parts.patient_id(),
        discloser: &snapshot.us.organisation,
        recipient: &partner.organisation,
        standing,
    };
    let judged = evaluate(&question, &snapshot.consent, plane.now());
    telemetry::consent(root, &judged);
    judged.map_err(|refused| Refused::new(Code::Consent(refused.first)))
}
