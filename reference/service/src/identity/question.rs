//! A question by its digests: the person whom it is about, and everything that it says.
//! Refuses to keep anything of the person: keyed digests only.

use crate::store::QuestionKeys;
use domain::masked::Masked;
use domain::member_match::MemberMatch;
use ring::hmac;
use serde_json::{Map, Value};

/// Separates these digests from others under the same key.
const PURPOSE: &[u8] = b"matchmark review question";

/// Members of a resource that say nothing of the person, and that a caller may choose anew for every call.
const OF_THE_CALL: [&str; 5] = ["id", "meta", "text", "beneficiary", "contained"];

/// What questions are known again by.
pub(crate) struct Questions(hmac::Key);

impl Questions {
    /// Without a key that processes share, the digests are those of whoever knows this text: a start does not change
    /// them, so that what people have decided is found again.
    pub(crate) fn new(key: Option<&Masked<Vec<u8>>>) -> Self {
        let key = key.map_or(PURPOSE, |key| key.expose().as_slice());
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The digests of a question about one member.
    pub(crate) fn keys(&self, parts: &MemberMatch<'_>) -> QuestionKeys {
        let (patient, coverage) = (parts.patient, parts.coverage_to_match);
        let names = patient.get("name").and_then(Value::as_array);
        let families = names
            .into_iter()
            .flatten()
            .filter_map(|it| it.get("family"));
        let mut subject: Vec<String> = families.filter_map(folded).collect();
        subject.sort();
        subject.extend(patient.get("birthDate").and_then(folded));
        let subject: Vec<&str> = subject.iter().map(String::as_str).collect();
        let said = [said(patient), said(coverage)];
        QuestionKeys {
            subject: self.digest("subject", &subject),
            question: self.digest("question", &said.each_ref().map(String::as_str)),
        }
    }

    /// The digest of what an exchange of ours waits for.
    pub(crate) fn of_exchange(&self, exchange: &str) -> QuestionKeys {
        let digest = self.digest("exchange", &[exchange]);
        QuestionKeys {
            subject: digest.clone(),
            question: digest,
        }
    }

    fn digest(&self, what: &str, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(PURPOSE);
        context.update(what.as_bytes());
        for part in parts {
            context.update(&[0]);
            context.update(part.as_bytes());
        }
        let tag = context.sign();
        tag.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn folded(value: &Value) -> Option<String> {
    Some(value.as_str()?.trim().to_lowercase())
}

/// What a resource says, without what belongs to the call.
fn said(resource: &Value) -> String {
    let members = resource.as_object().into_iter().flatten();
    let kept: Map<String, Value> = members
        .filter(|(name, _)| !OF_THE_CALL.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    wire::json::canonical(&Value::Object(kept))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn keys(patient: &Value) -> QuestionKeys {
        let parameters = json!({"parameter": [
            {"name": "MemberPatient", "resource": patient},
            {"name": "CoverageToMatch", "resource": {"subscriberId": "S1"}},
        ]});
        let parts = MemberMatch::read(&parameters).unwrap();
        Questions::new(None).keys(&parts)
    }

    #[test]
    fn what_is_said_of_the_person_makes_the_question_and_the_name_makes_the_subject() {
        let one = json!({"id": "1", "birthDate": "1970-01-01", "name": [{"family": "Testperson"}]});
        let again =
            json!({"id": "2", "name": [{"family": "Testperson"}], "birthDate": "1970-01-01"});
        let more = json!({"birthDate": "1970-01-01", "gender": "female", "name": [{"family": "Testperson".to_lowercase()}]});
        assert_eq!(keys(&one), keys(&again));
        assert_eq!(keys(&one).subject, keys(&more).subject);
        assert_ne!(keys(&one).question, keys(&more).question);
    }

    #[test]
    fn another_key_gives_other_digests() {
        let (own, shared) = (
            Questions::new(None),
            Questions::new(Some(&Masked::new(vec![7; 32]))),
        );
        assert_ne!(own.of_exchange("x1"), shared.of_exchange("x1"));
    }
}
