//! What the matcher promises, one test a promise, under the policy and the model that are shipped.
//! Refuses to measure how often: that is for the proofs.

use crate::population::Person;
use crate::shipped;
use crate::trainer::Dice;
use domain::identity::policy::TieBreaker;
use domain::identity::profile::{Permit, Said, Source};
use domain::identity::{
    Approvals, Asked, Attribute, Candidate, Decision, Level, MatchingPolicy, NamedPayer, Origin,
    Outcome, PersonRecord, Profile, Provenance, Question, Raw, Sensitivity, Tier, decide,
};
use domain::ids::MemberRef;
use std::cell::RefCell;
use std::collections::BTreeSet;

fn person() -> Person {
    let mut person = Person::head(&mut Dice::new(5), 1);
    person.email = "p01@members.example".to_owned();
    person
}

fn judged(
    policy: &MatchingPolicy,
    sensitivity: Sensitivity,
    asked: &PersonRecord,
    known: &[(&str, PersonRecord)],
) -> Decision {
    let (_, knowledge) = shipped();
    let question = Question {
        policy,
        knowledge: &knowledge,
        sensitivity,
        snapshot: 4,
        on: "2026-10-01".parse().unwrap(),
    };
    let candidates: Vec<Candidate> = known
        .iter()
        .map(|(id, record)| Candidate {
            person: MemberRef::new(*id),
            profile: Profile::read(policy, record),
        })
        .collect();
    let asked = Asked {
        payer: NamedPayer::Us,
        profile: Profile::read(policy, asked),
    };
    decide(&question, &asked, &candidates)
}

fn usual(asked: &PersonRecord, known: &[(&str, PersonRecord)]) -> Decision {
    judged(&shipped().0, Sensitivity::ClinicalHistory, asked, known)
}

fn matched(id: &str) -> Outcome {
    Outcome::Matched {
        person: MemberRef::new(id),
    }
}

#[test]
fn row_s2_02_the_same_request_gives_the_same_bytes() {
    let (one, other) = (person(), Person::head(&mut Dice::new(6), 2));
    let mut asked = one.clone();
    asked.given = String::new();
    let known = [("p1", one.record()), ("p2", other.record())];
    let turned = [known[1].clone(), known[0].clone()];
    let text = |known: &[_]| serde_json::to_string(&usual(&asked.record(), known)).unwrap();
    let first = text(&known);
    assert_eq!(first, text(&known));
    assert_eq!(first, text(&turned));
    assert!(first.contains("\"snapshot\":4") && first.contains("\"model\":1"));
    for value in [&one.family, &one.phone, &one.member, &one.line, &one.email] {
        assert!(!first.contains(value.as_str()));
    }
}

#[test]
fn row_s2_04_a_tie_is_broken_as_the_policy_says_and_never_by_the_order_of_rows() {
    let person = person();
    let verified = |day: &str| {
        let of = |entry: &domain::identity::Entry| domain::identity::Entry {
            provenance: Provenance {
                verified: Some(day.parse().unwrap()),
                ..entry.provenance
            },
            ..entry.clone()
        };
        PersonRecord::of(person.record().entries().iter().map(of).collect())
    };
    let (older, newer) = (verified("2019-01-01"), verified("2024-05-05"));
    for known in [
        [("p1", older.clone()), ("p2", newer.clone())],
        [("p2", newer.clone()), ("p1", older.clone())],
    ] {
        let decision = usual(&person.record(), &known);
        assert_eq!(decision.outcome(), &matched("p2"));
        assert_eq!(decision.tie_breaker(), Some(TieBreaker::NewestVerified));
    }
    let same = [("p1", older.clone()), ("p2", older)];
    assert_eq!(usual(&person.record(), &same).tier(), Tier::Review);
    assert_eq!(usual(&person.record(), &same).policy().to_string(), "2");
}

/// A source that writes down what it is asked for.
struct Witness<'a> {
    record: &'a PersonRecord,
    read: RefCell<BTreeSet<Attribute>>,
}

impl Source for Witness<'_> {
    fn say(&self, permit: &Permit<'_>) -> Vec<Said> {
        self.read.borrow_mut().insert(permit.attribute());
        self.record.say(permit)
    }
}

#[test]
fn row_s2_05_each_listed_attribute_counts_and_no_other_is_read() {
    let (policy, _) = shipped();
    let known = person();
    let mut asked = known.clone();
    // An identifier that settles nothing: the scores have to.
    asked.member = "M-OTHER".to_owned();
    asked.subscriber = known.subscriber.clone();
    let full = judged(
        &policy,
        Sensitivity::CoverageCheck,
        &asked.record(),
        &[("p1", known.record())],
    );
    let weight = |decision: &Decision| -> i64 {
        decision
            .evidence()
            .iter()
            .filter_map(|one| one.weight)
            .sum()
    };
    let said = Profile::read(&policy, &asked.record());
    for attribute in policy.attributes.iter().copied() {
        let counts = attribute != Attribute::Relationship && said.says(attribute);
        let mut less = policy.clone();
        less.attributes.remove(&attribute);
        if let Some(scoring) = &mut less.scoring {
            scoring.automatic.remove(&attribute);
        }
        let record = known.record();
        let witness = Witness {
            record: &record,
            read: RefCell::default(),
        };
        let _ = Profile::read(&less, &witness);
        assert_eq!(*witness.read.borrow(), less.attributes);
        let without = judged(
            &less,
            Sensitivity::CoverageCheck,
            &asked.record(),
            &[("p1", record.clone())],
        );
        assert!(
            without
                .evidence()
                .iter()
                .all(|one| one.attribute != attribute)
        );
        if counts {
            assert_ne!(weight(&full), weight(&without), "{attribute}");
        }
    }
}

#[test]
fn row_s2_06_three_requests_land_in_three_tiers_and_demographics_never_in_the_first() {
    let known = person();
    let store = [("p1", known.record())];
    let first = usual(&known.record(), &store);
    assert_eq!(first.tier(), Tier::Deterministic);
    let mut slip = known.clone();
    slip.born = (known.born.0, known.born.2.min(12), known.born.1);
    let mut turned = known.clone();
    turned.born = (slip.born.0, slip.born.2, slip.born.1);
    assert_eq!(
        usual(&slip.record(), &[("p1", turned.record())]).tier(),
        Tier::Probabilistic
    );
    let mut twin = known.clone();
    twin.given = "Harper".to_owned();
    twin.member = String::new();
    assert_eq!(usual(&twin.record(), &store).tier(), Tier::Review);
    let mut nameless = known.clone();
    (nameless.member, nameless.subscriber) = (String::new(), String::new());
    let mut policy = shipped().0;
    policy.without_identifier = true;
    let demographics = judged(
        &policy,
        Sensitivity::CoverageCheck,
        &nameless.record(),
        &store,
    );
    assert_eq!(demographics.tier(), Tier::Probabilistic);
    assert!(matches!(
        usual(&nameless.record(), &store).outcome(),
        Outcome::MissingIdentifier { .. }
    ));
}

#[test]
fn row_s2_08_a_coverage_check_takes_what_clinical_history_sends_to_review() {
    let known = person();
    let mut asked = known.clone();
    // A number of another plan: it does not agree, and everything else does.
    (asked.member, asked.subscriber) = ("OLD77".to_owned(), String::new());
    let tier = |sensitivity| {
        judged(
            &shipped().0,
            sensitivity,
            &asked.record(),
            &[("p1", known.record())],
        )
        .tier()
    };
    assert_eq!(tier(Sensitivity::CoverageCheck), Tier::Probabilistic);
    assert_eq!(tier(Sensitivity::ClinicalHistory), Tier::Review);
    assert_eq!(tier(Sensitivity::PriorAuthorization), Tier::Review);
    assert_eq!(tier(Sensitivity::Bulk), Tier::Review);
}

#[test]
fn row_s2_11_a_person_is_found_through_what_no_longer_holds_and_the_record_says_since_when() {
    let known = person();
    let on = "2024-03-01".parse().unwrap();
    let text = |text: &str| Raw::Text(text.to_owned());
    let moved = Raw::Address {
        lines: vec!["7 Newhome Road".to_owned()],
        city: "Sampleton".to_owned(),
        postal_code: "00000".to_owned(),
    };
    let portal = Origin::MemberPortal;
    let now = known
        .record()
        .changed(Attribute::FamilyName, text("Testmember-09"), portal, on)
        .and_then(|it| it.changed(Attribute::Address, moved.clone(), portal, on))
        .and_then(|it| it.changed(Attribute::MemberId, text("NEW-000 1-01"), portal, on))
        .unwrap();
    assert_eq!(now.entries().len(), known.record().entries().len() + 3);
    assert!(now.changed(Attribute::Address, moved, portal, on).is_err());
    let decision = usual(&known.record(), &[("p1", now.clone())]);
    assert_eq!(decision.outcome(), &matched("p1"));
    let family = decision
        .evidence()
        .iter()
        .find(|one| one.attribute == Attribute::FamilyName);
    let family = family.unwrap();
    assert_eq!(family.level, Level::Alias);
    assert_eq!(family.held.unwrap().until, Some(on));
    assert_eq!(family.held.unwrap().origin, Origin::Enrollment);
    let mut reformatted = known.clone();
    reformatted.member = "new 0001-01".to_owned();
    reformatted.family = "Testmember-09".to_owned();
    let decision = usual(&reformatted.record(), &[("p1", now)]);
    assert_eq!(decision.tier(), Tier::Deterministic);
}

#[test]
fn row_s2_80_when_a_family_changes_the_right_one_is_found_or_a_person_decides() {
    use crate::adversary::{Trap, case};
    let mut dice = Dice::new(80);
    for trap in [
        Trap::SubscriberBecomesDependant,
        Trap::Divorced,
        Trap::NewbornUnderTheMothersNumber,
        Trap::BothTwins,
        Trap::TwinOfAMember,
    ] {
        for number in 0..25 {
            let case = case(trap, &mut dice, number);
            let names: Vec<String> = (0..case.known.len()).map(|at| format!("p{at}")).collect();
            let known: Vec<(&str, PersonRecord)> = names
                .iter()
                .zip(&case.known)
                .map(|(name, person)| (name.as_str(), person.record()))
                .collect();
            let decision = usual(&case.asked.record(), &known);
            if let Outcome::Matched { person } = decision.outcome() {
                let right = case.right.map(|at| names[at].as_str());
                assert_eq!(Some(person.as_str()), right, "{trap:?}");
            }
        }
    }
}

#[test]
fn row_s2_50_a_doubtful_match_says_what_is_missing_and_two_people_or_more_data_settle_it() {
    use domain::identity::review::{Cause, Phase, Review, Unheard, Verdict, Word};
    let known = person();
    let store = [("p1", known.record())];
    let mut doubtful = known.clone();
    (doubtful.given, doubtful.member) = (String::new(), String::new());
    let decision = usual(&doubtful.record(), &store);
    let Outcome::UnderReview { missing, .. } = decision.outcome() else {
        panic!("{:?}", decision.outcome());
    };
    assert!(missing.contains(&Attribute::GivenName) && missing.contains(&Attribute::MemberId));
    let more = usual(&known.record(), &store);
    assert_eq!(more.outcome(), &matched("p1"));
    let opened = |decision| {
        let now = chrono::DateTime::default();
        Review::of(decision, Cause::Question, Approvals::Two, now)
    };
    assert!(opened(more).is_none());
    let review = opened(decision.clone()).unwrap();
    let word = |by: &str, person: &str| Word {
        by: by.parse().unwrap(),
        verdict: Verdict::Approve {
            person: MemberRef::new(person),
        },
        rule: "identity/review".parse().unwrap(),
        reason: "seen".parse().unwrap(),
    };
    assert_eq!(
        review.heard(word("reviewer-1", "p9")).unwrap_err(),
        Unheard::NoCandidate
    );
    let proposed = review.heard(word("reviewer-1", "p1")).unwrap();
    assert!(proposed.settles(&decision).is_none());
    assert_eq!(
        proposed.heard(word("reviewer-1", "p1")).unwrap_err(),
        Unheard::SamePerson
    );
    let approved = proposed.heard(word("reviewer-2", "p1")).unwrap();
    assert!(matches!(approved.phase, Phase::Approved { .. }));
    let made = approved.settles(&decision).unwrap();
    assert_eq!(
        (made.tier(), made.outcome()),
        (Tier::ApprovedReview, &matched("p1"))
    );
}
