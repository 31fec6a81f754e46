//! `$bulk-member-match`: the question about many members, and the answer in one envelope.
//! Refuses to let members touch each other: each stands in a bundle of its own.

use super::envelope::{Carrying, Other, Parameters, says};
use super::group::Group;
use super::member_match::QuestionPart;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The question.
pub type Question = Parameters<Submission>;

/// The answer of PDex 2.1.0; later answers are the groups themselves.
pub type Envelope = Parameters<OutcomePart>;

vocabulary! {
    /// Source: PDex 2.2.0 pdex-parameters-multi-member-match-bundle-in
    BundleWord { MemberBundle = "MemberBundle", }
}

/// One parameter of the question. The profile leaves room for others.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Other", untagged)]
pub enum Submission {
    Member(MemberBundle),
    Added(Other),
}

impl TryFrom<Other> for Submission {
    type Error = serde_json::Error;

    fn try_from(parameter: Other) -> Result<Self, Self::Error> {
        if says(&parameter, "name", BundleWord::MemberBundle.word()) {
            return serde_json::from_value(Value::Object(parameter)).map(Self::Member);
        }
        Ok(Self::Added(parameter))
    }
}

/// Everything that is submitted of one member.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberBundle {
    pub name: BundleWord,
    pub part: Vec<MemberPart>,
    #[serde(flatten)]
    pub other: Other,
}

/// One part of what is submitted of a member. The profile leaves room for others.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Other", untagged)]
pub enum MemberPart {
    Published(QuestionPart),
    Added(Other),
}

impl TryFrom<Other> for MemberPart {
    type Error = serde_json::Error;

    fn try_from(part: Other) -> Result<Self, Self::Error> {
        let published = crate::member_match::Part::ALL
            .iter()
            .any(|known| says(&part, "name", known.word()));
        if published {
            return serde_json::from_value(Value::Object(part)).map(Self::Published);
        }
        Ok(Self::Added(part))
    }
}

/// One list of the envelope, by outcome.
///
/// Source: PDex 2.1.0 pdex-parameters-multi-member-match-bundle-out
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name")]
pub enum OutcomePart {
    MatchedMembers(Carrying<Box<Group>>),
    NonMatchedMembers(Carrying<Box<Group>>),
    ConsentConstrainedMembers(Carrying<Box<Group>>),
}

#[cfg(test)]
mod tests {
    use super::super::envelope::{Unreadable, read};
    use super::*;
    use serde_json::json;

    fn question(parameter: Value) -> Result<Question, Unreadable> {
        read(json!({ "resourceType": "Parameters", "parameter": [parameter] }))
    }

    #[test]
    fn a_part_of_the_sender_is_kept_and_not_read() {
        let added = json!({ "name": "BatchNumber", "valueInteger": 7 });
        let question = question(added.clone()).unwrap();
        assert!(
            matches!(question.parameter.as_slice(), [Submission::Added(kept)] if added == Value::Object(kept.clone()))
        );
    }

    #[test]
    fn a_published_part_of_another_shape_is_no_part_of_the_sender() {
        let part = json!({ "name": "MemberPatient", "resource": { "resourceType": "Coverage" } });
        let bundle = json!({ "name": "MemberBundle", "part": [part] });
        assert!(question(bundle).is_err());
        assert!(question(json!({ "name": "MemberBundle" })).is_err());
    }
}
