//! Whether a member of a request of ours stands: its shape, its numbers, its consent.
//! Refuses to know whether it is asked about alone or among many, and to end anything.

use super::{Plane, schema};
use domain::consent::{Grant, Question, Refused, Standing, evaluate};
use domain::failure::Code;
use domain::identity::{Asked, Attribute};
use domain::member_match::{MemberMatch, Part};
use domain::snapshot::{Partner, Snapshot};
use serde_json::Value;
use wire::json::{Document, Limits};

/// Does this version of an entry accept the parameters, and do the parts in them speak of one another?
pub(super) fn fits(
    snapshot: &Snapshot,
    (entry, version): (&str, &str),
    parameters: &Value,
    parts: Option<MemberMatch<'_>>,
) -> Result<(), Code> {
    let document = Document::parse(parameters.to_string().as_bytes(), &Limits::MATCH_BODY)
        .map_err(|fault| schema::of_fault(&fault))?;
    schema::judge(snapshot, entry, version, &document).map_err(|invalid| invalid.code)?;
    match parts.ok_or(Code::BadBundle)?.reference_mismatches() {
        none if none.is_empty() => Ok(()),
        _ => Err(Code::ReferenceMismatch),
    }
}

/// Is the member named well enough for the partner to find?
pub(super) fn named(
    snapshot: &Snapshot,
    partner: &Partner,
    parts: &MemberMatch<'_>,
) -> Result<(), Code> {
    let asked = Asked::read(parts, &snapshot.matching, &partner.organisation);
    let numbers = [Attribute::MemberId, Attribute::SubscriberId];
    match numbers.iter().any(|number| asked.profile.says(*number)) {
        true => Ok(()),
        false => Err(Code::MissingIdentifier),
    }
}

/// Does the consent let the partner disclose to us, now?
pub(super) fn consent(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    parts: &MemberMatch<'_>,
) -> Result<Grant, Refused> {
    let question = Question {
        consent: parts.resource(Part::Consent),
        patient: parts.patient_id(),
        discloser: &partner.organisation,
        recipient: &snapshot.us.organisation,
        standing: Standing::Open,
    };
    evaluate(&question, &snapshot.consent, plane.now())
}
