//! An answer to a question of ours, held against what was asked: what it says of each member, and which list it made.
//! Refuses to guess: who is on no list, or on two, is undecided, and a list with a stranger on it is no answer.

use super::{MemberOutcome, Roster};
use crate::failure::Code;
use crate::fulfilment::patient_id;
use crate::masked::Masked;
use crate::message::group::{Group, MatchOutcome, Member};
use std::collections::{BTreeMap, BTreeSet};

/// As what the partner knows a member who was matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// Where it keeps the member, below its own address: `Patient/{id}`.
    pub record: Option<Masked<String>>,
    /// Under which number it knows the member.
    pub number: Option<Masked<String>>,
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub roster: Roster,
    /// Those who were matched, by their places in the request.
    pub known: BTreeMap<usize, Known>,
    /// The id of the list of those who were matched.
    pub list: Option<String>,
}

/// What one line says: the outcome, the id of the record and the number. No outcome where it says none that counts.
type Said<'a> = (Option<MatchOutcome>, Option<&'a str>, Option<&'a str>);

/// Holds the groups of an answer, of one published form or two, against those who were asked about: local ids and their
/// places. Records are those of the partner at `base_url`. Of a line it reads the link, the record and the number: whatever else was submitted is not looked at.
///
/// Errors: somebody was matched who was not asked about, or several lists are named
/// Source: PDex 2.2.0 pdex-150 to pdex-153: the copy of a person keeps its id
pub fn settle(
    mut roster: Roster,
    asked: &BTreeMap<String, usize>,
    base_url: &str,
    groups: &[Group],
) -> Result<Settlement, Code> {
    let mut said = said(asked, base_url, groups)?;
    let mut known = BTreeMap::new();
    for position in asked.values() {
        let mut lines = said.remove(position).unwrap_or_default().into_iter();
        let outcome = match (lines.next(), lines.next()) {
            (Some((Some(outcome), record, number)), None) => {
                let as_what = Known {
                    record: record.map(|id| Masked::new(format!("Patient/{id}"))),
                    number: number.map(|number| Masked::new(number.to_owned())),
                };
                if outcome == MatchOutcome::Match {
                    known.insert(*position, as_what);
                }
                of(outcome)
            }
            (None | Some(_), _) => MemberOutcome::Undecided,
        };
        roster.place(*position, outcome);
    }
    for position in mistaken(&known) {
        known.remove(&position);
        roster.place(position, MemberOutcome::Undecided);
    }
    let list = list(groups)?;
    Ok(Settlement {
        roster,
        known,
        list,
    })
}

/// What all lines say, by the places of those whom they are about.
fn said<'a>(
    asked: &BTreeMap<String, usize>,
    base_url: &str,
    groups: &'a [Group],
) -> Result<BTreeMap<usize, BTreeSet<Said<'a>>>, Code> {
    let mut said: BTreeMap<usize, BTreeSet<Said<'a>>> = BTreeMap::new();
    for group in groups {
        let outcome = group.outcome();
        let persons = group.persons();
        for line in &group.member {
            let person = line.entity.submitted_person();
            let person = person.filter(|id| persons.contains(id));
            match (person.and_then(|id| asked.get(id)), outcome) {
                (Some(position), _) => {
                    let lines = said.entry(*position).or_default();
                    lines.insert(says(outcome, line, base_url));
                }
                (None, Some(MatchOutcome::Match)) => return Err(Code::BadResponse),
                (None, Some(MatchOutcome::NoMatch | MatchOutcome::ConsentConstraint) | None) => {}
            }
        }
    }
    Ok(said)
}

/// A line that holds no more, or keeps its person at somebody else's, says nothing that counts.
fn says<'a>(outcome: Option<MatchOutcome>, line: &'a Member, base_url: &str) -> Said<'a> {
    let record = line.entity.record();
    let id = record.and_then(|to| record_id(base_url, to));
    let is_here = outcome != Some(MatchOutcome::Match) || record.is_some() == id.is_some();
    let counts = is_here && line.inactive != Some(true);
    (outcome.filter(|_| counts), id, line.entity.number())
}

/// The id of the record of a person to which a partner at `base_url` refers; none where it is no record there.
#[must_use]
pub fn record_id<'a>(base_url: &str, reference: &'a str) -> Option<&'a str> {
    let id = patient_id(base_url, reference)?;
    // An id alone is no reference.
    reference.ends_with(&format!("Patient/{id}")).then_some(id)
}

const fn of(outcome: MatchOutcome) -> MemberOutcome {
    match outcome {
        MatchOutcome::Match => MemberOutcome::Matched,
        MatchOutcome::NoMatch => MemberOutcome::NoMatch,
        MatchOutcome::ConsentConstraint => MemberOutcome::ConsentConstraint,
    }
}

/// Those who were matched with the same record or number: different enrollees of ours are different persons.
fn mistaken(known: &BTreeMap<usize, Known>) -> BTreeSet<usize> {
    let mut same: BTreeMap<(bool, &str), Vec<usize>> = BTreeMap::new();
    for (position, one) in known {
        let keys = [(true, &one.record), (false, &one.number)];
        for (is_record, key) in keys {
            if let Some(key) = key {
                let all = same.entry((is_record, key.expose().as_str())).or_default();
                all.push(*position);
            }
        }
    }
    let several = same.into_values().filter(|all| all.len() > 1);
    several.flatten().collect()
}

/// The one list of those who were matched.
///
/// Source: FHIR R4 id
fn list(groups: &[Group]) -> Result<Option<String>, Code> {
    let matched = groups
        .iter()
        .filter(|group| group.outcome() == Some(MatchOutcome::Match));
    let ids: BTreeSet<&str> = matched.filter_map(|group| group.id.as_deref()).collect();
    let mut ids = ids.into_iter();
    let (one, other) = (ids.next(), ids.next());
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    // A name of dots alone would lead to another place.
    let named = |id: &str| id.chars().any(|c| c.is_ascii_alphanumeric());
    let sound = |id: &str| (1..=64).contains(&id.len()) && id.chars().all(sign) && named(id);
    match (one, other) {
        (_, Some(_)) => Err(Code::BadResponse),
        (Some(id), None) if !sound(id) => Err(Code::BadResponse),
        (one, None) => Ok(one.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::LARGEST;
    use super::*;
    use crate::message::envelope;
    use crate::message::group::{OUTCOMES, SUBMITTED_PERSON};
    use serde_json::json;

    const BASE: &str = "https://contoso.example/fhir";

    /// A list of these members: a local id, and where the partner keeps the member.
    fn group(outcome: &str, members: &[(&str, &str)]) -> Group {
        let person = |(id, _): &(&str, &str)| json!({"resourceType": "Patient", "id": id});
        let line = |(id, record): &(&str, &str)| {
            let link = json!({"reference": format!("#{id}")});
            json!({"entity": {"extension": [{"url": SUBMITTED_PERSON, "valueReference": link}],
                "reference": record}})
        };
        envelope::read(json!({
            "resourceType": "Group", "id": "g-1", "type": "person", "actual": true,
            "code": {"coding": [{"system": OUTCOMES, "code": outcome}]},
            "contained": members.iter().map(person).collect::<Vec<_>>(),
            "member": members.iter().map(line).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    fn settled(groups: &[Group]) -> Result<Settlement, Code> {
        let ids = ["a", "b", "c"].iter().enumerate();
        let asked = ids.map(|(place, id)| ((*id).to_owned(), place)).collect();
        settle(Roster::asked(3), &asked, BASE, groups)
    }

    fn outcomes(groups: &[Group]) -> Vec<MemberOutcome> {
        let settled = settled(groups).unwrap();
        let seats = settled.roster.seats().iter();
        seats.map(|seat| seat.outcome).collect()
    }

    use MemberOutcome::{ConsentConstraint, Matched, NoMatch, Undecided};

    #[test]
    fn everybody_is_placed_by_the_list_they_are_on() {
        let groups = [
            group("match", &[("b", "Patient/7")]),
            group("nomatch", &[("a", "#a")]),
            group("consentconstraint", &[("c", "#c")]),
        ];
        assert_eq!(outcomes(&groups), [NoMatch, Matched, ConsentConstraint]);
        let settled = settled(&groups).unwrap();
        assert_eq!(settled.list.as_deref(), Some("g-1"));
        let record = settled.known[&1].record.as_ref().unwrap();
        assert_eq!(record.expose(), "Patient/7");
        assert!(!format!("{settled:?}").contains("Patient/7"));
    }

    #[test]
    fn who_is_on_no_list_or_on_two_is_undecided() {
        let groups = [
            group("match", &[("a", "Patient/1"), ("b", "Patient/2")]),
            group("nomatch", &[("b", "#b")]),
        ];
        assert_eq!(outcomes(&groups), [Matched, Undecided, Undecided]);
        // The same said twice, in both forms of an answer, is said once.
        let twice = [
            group("match", &[("a", "Patient/1")]),
            group("match", &[("a", "Patient/1")]),
        ];
        assert_eq!(outcomes(&twice), [Matched, Undecided, Undecided]);
        let maybe = [group("maybe", &[("a", "Patient/1")])];
        assert_eq!(outcomes(&maybe), [Undecided; 3]);
    }

    #[test]
    fn a_line_that_holds_no_more_and_a_list_that_says_two_things_match_nobody() {
        let mut list = group("match", &[("a", "Patient/1"), ("b", "Patient/2")]);
        list.member[0].inactive = Some(true);
        list.member[1].inactive = Some(false);
        assert_eq!(outcomes(&[list]), [Undecided, Matched, Undecided]);
        let mut both = group("nomatch", &[("a", "Patient/1")]);
        let mut more = group("match", &[]).code.coding;
        both.code.coding.append(&mut more);
        assert_eq!(outcomes(std::slice::from_ref(&both)), [Undecided; 3]);
        // Nor does it say nothing of whom another list calls matched.
        let beside = [group("match", &[("a", "Patient/1")]), both];
        assert_eq!(outcomes(&beside), [Undecided; 3]);
    }

    #[test]
    fn two_of_ours_under_one_record_are_undecided() {
        let groups = [group(
            "match",
            &[("a", "Patient/1"), ("b", "Patient/1"), ("c", "Patient/3")],
        )];
        assert_eq!(outcomes(&groups), [Undecided, Undecided, Matched]);
    }

    #[test]
    fn a_record_is_the_same_however_it_is_written_and_one_elsewhere_is_none() {
        let whole = format!("{BASE}/Patient/1");
        let two = [group("match", &[("a", "Patient/1"), ("b", whole.as_str())])];
        assert_eq!(outcomes(&two), [Undecided; 3]);
        let forms = [
            group("match", &[("a", "Patient/1")]),
            group("match", &[("a", whole.as_str())]),
        ];
        assert_eq!(outcomes(&forms), [Matched, Undecided, Undecided]);
        let known = settled(&forms).unwrap().known;
        assert_eq!(known[&0].record.as_ref().unwrap().expose(), "Patient/1");
        for elsewhere in [
            "https://other.example/fhir/Patient/1",
            "https://contoso.example/fhirx/Patient/1",
            "Group/1",
            "1",
            "",
            "Patient/..",
        ] {
            let away = [group("match", &[("a", elsewhere), ("b", "Patient/2")])];
            let outcomes = outcomes(&away);
            assert_eq!(outcomes, [Undecided, Matched, Undecided], "{elsewhere}");
        }
    }

    #[test]
    fn two_of_ours_under_one_number_are_undecided() {
        let mut list = group("match", &[("a", "Patient/1"), ("b", "#b"), ("c", "#c")]);
        for (line, number) in list.member.iter_mut().zip(["n-1", "n-1", "n-3"]) {
            let said = json!({"value": number});
            line.entity.identifier = Some(serde_json::from_value(said).unwrap());
        }
        assert_eq!(outcomes(&[list]), [Undecided, Undecided, Matched]);
    }

    #[test]
    fn a_person_on_many_lines_is_not_copied_for_each() {
        let mut one = group("match", &[("a", "Patient/1")]);
        let photo = json!({"contentType": "image/png", "data": "x".repeat(2_000_000)});
        let person = json!({"resourceType": "Patient", "id": "a", "photo": [photo]});
        one.contained = vec![serde_json::from_value(person).unwrap()];
        one.member = vec![one.member[0].clone(); 10_000];
        assert_eq!(outcomes(&[one]), [Matched, Undecided, Undecided]);
    }

    #[test]
    fn ten_thousand_members_are_placed() {
        let ids: Vec<(String, String)> = (0..LARGEST)
            .map(|place| (format!("p{place}"), format!("Patient/{place}")))
            .collect();
        let lines: Vec<(&str, &str)> = ids.iter().map(|(id, to)| (&**id, &**to)).collect();
        let asked = ids.iter().enumerate();
        let asked = asked.map(|(place, (id, _))| (id.clone(), place)).collect();
        let (found, rest) = lines.split_at(LARGEST - 1);
        let groups = [group("match", found), group("nomatch", rest)];
        let settled = settle(Roster::asked(LARGEST), &asked, BASE, &groups).unwrap();
        let counts = settled.roster.counts();
        assert_eq!(counts[&Matched], LARGEST - 1);
        assert_eq!((counts[&NoMatch], settled.known.len()), (1, LARGEST - 1));
    }

    #[test]
    fn a_stranger_among_the_matched_is_no_answer() {
        let stranger = [group("match", &[("a", "Patient/1"), ("x", "Patient/9")])];
        assert_eq!(settled(&stranger).unwrap_err(), Code::BadResponse);
        let unmatched = [group("nomatch", &[("x", "#x")])];
        assert_eq!(outcomes(&unmatched), [Undecided; 3]);
    }

    #[test]
    fn a_list_has_one_name_and_that_is_an_id() {
        for id in ["g/../x", "", "g 1", ".."] {
            let mut odd = group("match", &[]);
            odd.id = Some(id.to_owned());
            assert_eq!(settled(&[odd]).unwrap_err(), Code::BadResponse, "{id}");
        }
        let mut other = group("match", &[]);
        other.id = Some("g-2".to_owned());
        let two = [group("match", &[]), other];
        assert_eq!(settled(&two).unwrap_err(), Code::BadResponse);
    }
}
