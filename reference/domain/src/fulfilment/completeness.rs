//! Whether what has arrived is everything, a part, or no answer at all.
//! Refuses to call a part the whole, and to give a part where something critical is missing.

use super::inventory::Inventory;
use super::lines::Message;
use super::policy::{FulfilmentPolicy, Terms};
use crate::failure::Code;
use crate::record::{Gap, GapWhy, Given, Instant, ResourceType};
use crate::workflow::Completion;
use wire::outcome::{Code as Outcome, OperationOutcome};

/// The abstract kind of every record: stands where a message does not say what is absent.
///
/// Source: FHIR R4 Resource
const ANYTHING: &str = "Resource";

/// The most gaps of one answer.
///
/// Source: our published record of what was given
const MOST_GAPS: usize = 1000;

/// Something on the list that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// None when the list does not say what the file holds.
    pub kind: Option<ResourceType>,
    pub why: GapWhy,
}

/// Everything that is known about an answer when it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    pub inventory: &'a Inventory,
    /// Records that have arrived and were checked.
    pub records: u64,
    pub messages: &'a [Message],
    pub absent: &'a [Absent],
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Whole(Given),
    /// A verified part, with everything that is known to be absent.
    Part(Given),
    Failed(Code),
}

/// Judges an answer by what is agreed with the partner.
///
/// Errors: none; a critical kind that could not be had, or a consent that does not allow anything, is a failure
#[must_use]
pub fn judge(arrived: &Arrived<'_>, policy: &FulfilmentPolicy, terms: &Terms) -> Verdict {
    let refused = arrived.messages.iter().find(|message| message.consent);
    if let (0, Some(message)) = (arrived.records, refused) {
        return Verdict::Failed(message.code());
    }
    let day = Instant::new(arrived.inventory.at).day();
    let told = arrived.inventory.given.clone();
    let mut given = told.unwrap_or_else(|| Given::floor(day));
    for (kind, why) in missing(arrived, &given) {
        let Some(kind) = kind.or_else(|| ANYTHING.parse().ok()) else {
            return Verdict::Failed(Code::BadResponse);
        };
        let gap = Gap {
            resource_type: kind,
            from: given.from,
            to: given.to,
            why,
        };
        if !given.gaps.contains(&gap) {
            given.gaps.push(gap);
        }
    }
    if given.gaps.len() > MOST_GAPS {
        return Verdict::Failed(Code::BadResponse);
    }
    // What the partner never had is a short history; what it has and does not give is a failure of its source.
    let lost =
        |gap: &Gap| gap.why != GapWhy::NotHeld && policy.is_critical(terms, &gap.resource_type);
    if given.gaps.iter().any(lost) {
        return Verdict::Failed(Code::JobFailed);
    }
    match given.completion() {
        Completion::Complete => Verdict::Whole(given),
        Completion::Partial => Verdict::Part(given),
    }
}

/// What is missing beside what the partner told by day.
fn missing(arrived: &Arrived<'_>, told: &Given) -> Vec<(Option<ResourceType>, GapWhy)> {
    let is_told = |kind: &ResourceType| told.gaps.iter().any(|gap| gap.resource_type == *kind);
    let mut missing: Vec<(Option<ResourceType>, GapWhy)> = arrived
        .absent
        .iter()
        .map(|absent| (absent.kind.clone(), absent.why))
        .collect();
    let why = GapWhy::PartnerError;
    for message in arrived.messages.iter().filter(|message| message.grave) {
        let unsaid = message.kinds.iter().filter(|kind| !is_told(kind));
        missing.extend(unsaid.map(|kind| (Some(kind.clone()), why)));
        if message.kinds.is_empty() && told.gaps.is_empty() {
            missing.push((None, why));
        }
    }
    let explained = !told.gaps.is_empty() || !missing.is_empty();
    let silent = arrived.inventory.grave && arrived.messages.is_empty();
    if silent && !explained {
        missing.push((None, why));
    }
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// What our own systems are told beside a part: every kind that is absent, by path.
#[must_use]
pub fn outcome(given: &Given) -> Option<OperationOutcome> {
    if given.completion() == Completion::Complete {
        return None;
    }
    let mut paths: Vec<String> = given
        .gaps
        .iter()
        .map(|gap| gap.resource_type.to_string())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let word = Outcome::Partial;
    Some(OperationOutcome::new(word, word.status(), paths))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::policy::{Limits, PollRule};
    use super::super::sla::Allowed;
    use super::*;
    use crate::consent::Refusal;
    use crate::ids::DocumentNumber;
    use std::num::NonZeroU32;

    fn policy() -> FulfilmentPolicy {
        FulfilmentPolicy {
            number: DocumentNumber(NonZeroU32::MIN),
            title: "test".to_owned(),
            silence_ms: 1,
            waiting_ms: 1,
            critical: [kind(CLAIMS)].into(),
            poll: PollRule {
                base_ms: 1,
                factor: 1,
                cap_ms: 1,
            },
            limits: Limits {
                list_bytes: 1,
                list_pages: 1,
                files: 1,
                file_bytes: 1,
                total_bytes: 1,
                line_bytes: 1,
                depth: 1,
                nodes: 1_000_000,
            },
            allowed: Allowed {
                validation_ms: 1,
                transport_ms: 1,
                acknowledgement_ms: 1,
                processing_ms: 1,
            },
        }
    }

    fn kind(word: &str) -> ResourceType {
        word.parse().unwrap()
    }

    fn given(from: &str, gaps: &[(&str, GapWhy)]) -> Given {
        let gap = |(word, why): &(&str, GapWhy)| Gap {
            resource_type: kind(word),
            from: "2023-01-01".parse().unwrap(),
            to: "2023-12-31".parse().unwrap(),
            why: *why,
        };
        Given {
            from: from.parse().unwrap(),
            to: "2026-10-01".parse().unwrap(),
            gaps: gaps.iter().map(gap).collect(),
        }
    }

    fn inventory(given: Option<Given>, grave: bool) -> Inventory {
        Inventory {
            at: "2026-10-01T12:00:00Z".parse().unwrap(),
            files: Vec::new(),
            protected: true,
            given,
            grave,
            next: None,
        }
    }

    fn message(consent: bool, kinds: &[&str]) -> Message {
        Message {
            grave: true,
            consent,
            kinds: kinds.iter().map(|word| kind(word)).collect(),
        }
    }

    fn verdict(inventory: &Inventory, messages: &[Message], absent: &[Absent]) -> Verdict {
        let arrived = Arrived {
            inventory,
            records: 12,
            messages,
            absent,
        };
        judge(&arrived, &policy(), &Terms::default())
    }

    fn gaps(verdict: Verdict) -> Vec<(String, GapWhy)> {
        let Verdict::Part(given) = verdict else {
            panic!("no part: {verdict:?}");
        };
        let gaps = given.gaps.iter();
        gaps.map(|gap| (gap.resource_type.to_string(), gap.why))
            .collect()
    }

    const CLAIMS: &str = "ExplanationOfBenefit";

    #[test]
    fn everything_that_was_asked_for_is_whole() {
        for told in [None, Some(given("2021-10-01", &[]))] {
            let whole = verdict(&inventory(told, false), &[], &[]);
            assert!(matches!(whole, Verdict::Whole(_)));
        }
    }

    #[test]
    fn row_s0_45_a_partner_that_holds_less_than_five_years_or_kinds_gives_a_part_with_its_gaps() {
        let short = inventory(Some(given("2024-10-01", &[])), false);
        assert!(gaps(verdict(&short, &[], &[])).is_empty());
        let held = [(CLAIMS, GapWhy::NotHeld), ("Condition", GapWhy::NotHeld)];
        let torn = inventory(Some(given("2021-10-01", &held)), true);
        assert_eq!(
            gaps(verdict(
                &torn,
                &[message(false, &[CLAIMS, "Condition"])],
                &[]
            )),
            held.map(|(word, why)| (word.to_owned(), why))
        );
    }

    #[test]
    fn a_deferrable_kind_that_could_not_be_had_leaves_a_part_and_a_critical_one_nothing() {
        for why in [
            GapWhy::SourceUnavailable,
            GapWhy::PartnerError,
            GapWhy::NotInTime,
        ] {
            let absent = |word: &str| Absent {
                kind: Some(kind(word)),
                why,
            };
            let whole = inventory(None, false);
            assert_eq!(
                gaps(verdict(&whole, &[], &[absent("Condition")])),
                [("Condition".to_owned(), why)]
            );
            let failed = Verdict::Failed(Code::JobFailed);
            assert_eq!(verdict(&whole, &[], &[absent(CLAIMS)]), failed);
            let told = inventory(Some(given("2021-10-01", &[(CLAIMS, why)])), false);
            assert_eq!(verdict(&told, &[], &[]), failed);
        }
    }

    #[test]
    fn a_message_that_says_nothing_and_a_list_that_hints_are_parts_of_we_do_not_know_what() {
        let anything = vec![(ANYTHING.to_owned(), GapWhy::PartnerError)];
        let unsaid = verdict(&inventory(None, true), &[message(false, &[])], &[]);
        assert_eq!(gaps(unsaid), anything);
        assert_eq!(gaps(verdict(&inventory(None, true), &[], &[])), anything);
        let critical = verdict(&inventory(None, true), &[message(false, &[CLAIMS])], &[]);
        assert_eq!(critical, Verdict::Failed(Code::JobFailed));
    }

    #[test]
    fn a_consent_that_allows_nothing_is_a_refusal_and_one_that_allows_less_a_part() {
        let list = inventory(None, true);
        let messages = [message(true, &[])];
        let mut arrived = Arrived {
            inventory: &list,
            records: 0,
            messages: &messages,
            absent: &[],
        };
        let judged = judge(&arrived, &policy(), &Terms::default());
        let code = Code::Consent(Refusal::ByPartner);
        assert_eq!(judged, Verdict::Failed(code));
        arrived.records = 1;
        let judged = judge(&arrived, &policy(), &Terms::default());
        assert!(matches!(judged, Verdict::Part(_)));
    }

    #[test]
    fn what_is_critical_is_agreed_with_each_partner() {
        let terms = Terms {
            critical: Some([kind("Condition")].into()),
            ..Terms::default()
        };
        let list = inventory(None, false);
        for (word, fails) in [("Condition", true), (CLAIMS, false)] {
            let absent = [Absent {
                kind: Some(kind(word)),
                why: GapWhy::PartnerError,
            }];
            let arrived = Arrived {
                inventory: &list,
                records: 3,
                messages: &[],
                absent: &absent,
            };
            let judged = judge(&arrived, &policy(), &terms);
            assert_eq!(matches!(judged, Verdict::Failed(_)), fails, "{word}");
        }
    }

    #[test]
    fn a_part_is_told_with_the_kinds_that_are_absent() {
        assert!(outcome(&given("2021-10-01", &[])).is_none());
        let part = given(
            "2021-10-01",
            &[("Goal", GapWhy::NotHeld), ("Goal", GapWhy::NotInTime)],
        );
        let told = serde_json::to_string(&outcome(&part).unwrap()).unwrap();
        assert_eq!(told.matches("Goal").count(), 1);
        assert!(told.contains("partial"));
    }
}
