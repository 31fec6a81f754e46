//! The members of a request as our own systems hand them in.
//! Refuses the whole where members could not be told apart in an answer; what is wrong with one alone is for the steps.

use super::super::submit::Unfit;
use domain::bulk::LARGEST;
use domain::failure::Code;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a request says of each member, and whether it has to. A consent that is missing leaves one member out.
const FIELDS: [(&str, bool); 4] = [
    ("member_patient", true),
    ("coverage_to_match", true),
    ("coverage_to_link", false),
    ("consent", false),
];

/// The most paths that one refusal names (ours).
const MOST_TOLD: usize = 20;

/// What is wrong with the list of members, if something is.
pub(crate) fn wrong(members: &Value) -> Option<Unfit> {
    let unfit = |code, fields| Some(Unfit { code, fields });
    let whole = || vec![format!("/{}", super::MEMBERS)];
    let Some(all) = members.as_array().filter(|all| !all.is_empty()) else {
        return unfit(Code::SchemaInvalid, whole());
    };
    if all.len() > LARGEST {
        return unfit(Code::TooLarge, whole());
    }
    let mut ids = BTreeSet::new();
    let mut fields = Vec::new();
    for (position, member) in all.iter().enumerate() {
        fields.extend(wrong_fields(position, member));
        let id = member.pointer("/member_patient/id").and_then(Value::as_str);
        // The copy of a person in the answer keeps its id: two under one id could not be told apart.
        if !id.is_some_and(|id| is_id(id) && ids.insert(id)) {
            fields.push(format!("/{}/{position}/member_patient/id", super::MEMBERS));
        }
        if fields.len() >= MOST_TOLD {
            break;
        }
    }
    fields.truncate(MOST_TOLD);
    match fields.is_empty() {
        true => None,
        false => unfit(Code::SchemaInvalid, fields),
    }
}

fn wrong_fields(position: usize, member: &Value) -> Vec<String> {
    let place = format!("/{}/{position}", super::MEMBERS);
    let Some(said) = member.as_object() else {
        return vec![place];
    };
    let unfit = FIELDS
        .iter()
        .filter(|(name, required)| match said.get(*name) {
            None => *required,
            Some(value) => !value.is_object(),
        });
    let mut fields: Vec<String> = unfit.map(|(name, _)| format!("{place}/{name}")).collect();
    let known = |name: &String| FIELDS.iter().any(|(field, _)| field == name);
    if !said.keys().all(known) {
        fields.push(format!("{place}/*"));
    }
    fields
}

/// Source: FHIR R4 id
fn is_id(text: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    (1..=64).contains(&text.len()) && text.chars().all(sign)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn member(id: &str) -> Value {
        json!({"member_patient": {"id": id}, "coverage_to_match": {}, "consent": {}})
    }

    #[test]
    fn members_who_can_be_told_apart_are_fit_and_a_consent_may_be_missing() {
        let mut without = member("b");
        without.as_object_mut().unwrap().remove("consent");
        assert_eq!(wrong(&json!([member("a"), without])), None);
    }

    #[test]
    fn what_is_wrong_is_named_by_place_and_nothing_of_it_repeated() {
        let odd =
            json!([member("a"), member("a"), {"member_patient": 1, "CANARY": 1}, 7, member("a/b")]);
        let unfit = wrong(&odd).unwrap();
        assert_eq!(unfit.code, Code::SchemaInvalid);
        assert_eq!(
            unfit.fields,
            [
                "/members/1/member_patient/id",
                "/members/2/member_patient",
                "/members/2/coverage_to_match",
                "/members/2/*",
                "/members/2/member_patient/id",
                "/members/3",
                "/members/3/member_patient/id",
                "/members/4/member_patient/id",
            ]
        );
        let many = wrong(&json!(vec![json!(7); 100])).unwrap();
        assert_eq!(many.fields.len(), MOST_TOLD);
    }

    #[test]
    fn nobody_and_too_many_are_refused() {
        for none in [json!([]), json!({}), json!(null)] {
            assert_eq!(wrong(&none).unwrap().fields, ["/members"]);
        }
        let many = json!(vec![json!({}); LARGEST + 1]);
        let unfit = wrong(&many).unwrap();
        assert_eq!((unfit.code, unfit.fields.len()), (Code::TooLarge, 1));
    }
}
