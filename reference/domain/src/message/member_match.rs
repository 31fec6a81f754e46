//! `$member-match`: the question about one member, and its answer.
//! Refuses to know other parts than the published ones: both bags are closed.

use super::consent::Consent;
use super::coverage::Coverage;
use super::datatype::{Identifier, Reference};
use super::envelope::{Carrying, Other, Parameters};
use super::patient::Patient;
use serde::{Deserialize, Serialize};

/// The question.
pub type Question = Parameters<QuestionPart>;

/// The answer.
pub type Answer = Parameters<AnswerPart>;

/// One part of the question; the same stand inside each member of a bulk match.
///
/// Source: HRex 1.2.0 hrex-parameters-member-match-in
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name")]
pub enum QuestionPart {
    MemberPatient(Carrying<Box<Patient>>),
    CoverageToMatch(Carrying<Box<Coverage>>),
    CoverageToLink(Carrying<Box<Coverage>>),
    Consent(Carrying<Box<Consent>>),
}

/// One part of the answer.
///
/// Source: HRex 1.2.0 hrex-parameters-member-match-out
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name")]
pub enum AnswerPart {
    MemberIdentifier(FoundNumber),
    MemberId(FoundRecord),
}

/// The number under which the payer knows the person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundNumber {
    pub value_identifier: Identifier,
    #[serde(flatten)]
    pub other: Other,
}

/// The address of the person's record at the payer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundRecord {
    pub value_reference: Reference,
    #[serde(flatten)]
    pub other: Other,
}
