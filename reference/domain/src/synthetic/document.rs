//! The document of a check: whom it asks about whom, how often, how long that may take, what the answer must contain.
//! Refuses a document whole, by the place of the first thing that is wrong with it.

use crate::ids::{DocumentNumber, PartnerId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// The most checks of one service (ours).
pub const MOST_CHECKS: usize = 64;

/// The longest document of a check, in bytes (ours).
pub const LONGEST: usize = 16 * 1024;

/// A round is no shorter: a check is no load test (ours).
const SHORTEST_ROUND_MS: u64 = 60_000;

/// A round is no longer: what is looked at once a week is not watched (ours).
const LONGEST_ROUND_MS: u64 = 7 * 24 * 3_600_000;

/// A run has at least so long: less than one call may take would tell of nothing else (ours).
const SHORTEST_RUN_MS: u64 = 1_000;

/// The longest text of a document, in characters (ours).
const LONGEST_TEXT: usize = 200;

/// The most kinds of records that a check counts, and the most records of one (ours).
const MOST_KINDS: usize = 16;
const MOST_RECORDS: u32 = 10_000;

/// A number within the system that gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbered {
    pub system: String,
    pub value: String,
}

/// The member who does not exist, as the partner knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fixture {
    pub family: String,
    pub given: Vec<String>,
    pub gender: String,
    pub birth_date: NaiveDate,
    /// The number on the card of the partner's plan.
    pub member_id: Numbered,
    pub subscriber_id: Option<String>,
}

/// An identifier as an answer tells it; some partners name no system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    pub value: String,
}

impl Known {
    /// Is it this one? A document that names no system leaves it open.
    #[must_use]
    pub fn is(&self, system: Option<&str>, value: &str) -> bool {
        let open = self.system.is_none();
        self.value == value && (open || self.system.as_deref() == system)
    }

    fn fits(&self) -> bool {
        is_text(&self.value) && self.system.as_deref().is_none_or(is_text)
    }
}

/// What has to be in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The identifier under which the partner knows the member. An answer about anybody else is not followed.
    pub member: Known,
    /// Kinds of records that have to arrive, and the fewest of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub records: BTreeMap<String, u32>,
}

/// Under which name a request carries what has to be answered to it. No system of ours may say it.
pub(super) const EXPECTED: &str = "synthetic";

impl Expected {
    /// What has to be answered to a request, when it is one of a check.
    #[must_use]
    pub fn of(request: &Value) -> Option<Self> {
        serde_json::from_value(request.get(EXPECTED)?.clone()).ok()
    }

    /// Has enough arrived of everything that has to?
    #[must_use]
    pub fn is_met(&self, arrived: &BTreeMap<String, u64>) -> bool {
        let mut wanted = self.records.iter();
        wanted.all(|(kind, fewest)| arrived.get(kind).copied() >= Some(u64::from(*fewest)))
    }
}

/// One numbered document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Check {
    pub number: DocumentNumber,
    /// For whoever reads the file.
    pub title: String,
    /// The partner that is asked.
    pub partner: PartnerId,
    /// How often.
    pub every_ms: u64,
    /// How long one run may take.
    pub within_ms: u64,
    pub member: Fixture,
    pub answer: Expected,
}

/// Why a document is not used, and no other one of the set either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the synthetic check {document} is refused: {place} {why}")]
pub struct Refused {
    /// Name of the file without its ending.
    pub document: String,
    pub place: String,
    pub why: String,
}

/// Reads the text of a document, or says in which line it is wrong, and why.
pub type Parse = fn(&str) -> Result<Check, (usize, String)>;

impl Check {
    #[must_use]
    pub const fn every(&self) -> Duration {
        Duration::from_millis(self.every_ms)
    }

    #[must_use]
    pub const fn within(&self) -> Duration {
        Duration::from_millis(self.within_ms)
    }

    /// Reads one document.
    fn read(name: &str, text: &str, parse: Parse) -> Result<Self, Refused> {
        let refused = |place: &str, why: &str| Refused {
            document: name.to_owned(),
            place: place.to_owned(),
            why: why.to_owned(),
        };
        if text.len() > LONGEST {
            return Err(refused("/", "is longer than a check may be"));
        }
        let check =
            parse(text).map_err(|(line, message)| refused(&format!("line {line}"), &message))?;
        if check.number.to_string() != name {
            return Err(refused("/number", "is not the name of the file"));
        }
        match check.unfit() {
            Some((place, why)) => Err(refused(place, why)),
            None => Ok(check),
        }
    }

    /// The first thing that no check can be run with.
    fn unfit(&self) -> Option<(&'static str, &'static str)> {
        let (member, answer) = (&self.member, &self.answer);
        let names = member.given.iter().chain([&member.family]);
        let named = !member.given.is_empty() && member.given.len() <= 4;
        let round = SHORTEST_ROUND_MS..=LONGEST_ROUND_MS;
        let run = SHORTEST_RUN_MS..=self.every_ms;
        let text = "is empty or too long";
        let wanted = [
            ("/title", is_text(&self.title), text),
            (
                "/every-ms",
                round.contains(&self.every_ms),
                "is under a minute or over a week",
            ),
            (
                "/within-ms",
                run.contains(&self.within_ms),
                "is under a second or over a round",
            ),
            (
                "/member",
                named && names.into_iter().all(|name| is_text(name)),
                text,
            ),
            (
                "/member/gender",
                is_gender(&member.gender),
                "is no gender of FHIR",
            ),
            ("/member/member-id", is_number(&member.member_id), text),
            (
                "/member/subscriber-id",
                member.subscriber_id.as_deref().is_none_or(is_text),
                text,
            ),
            ("/answer/member", answer.member.fits(), text),
            (
                "/answer/records",
                are_records(&answer.records),
                "names no kind of FHIR, or a count that none has",
            ),
        ];
        let first = wanted.into_iter().find(|(_, fits, _)| !fits);
        first.map(|(place, _, why)| (place, why))
    }
}

fn is_text(text: &str) -> bool {
    let length = text.chars().count();
    (1..=LONGEST_TEXT).contains(&length) && !text.chars().any(char::is_control)
}

fn is_number(number: &Numbered) -> bool {
    is_text(&number.system) && is_text(&number.value)
}

/// Source: FHIR R4 value set administrative-gender
fn is_gender(gender: &str) -> bool {
    matches!(gender, "male" | "female" | "other" | "unknown")
}

fn are_records(records: &BTreeMap<String, u32>) -> bool {
    let is_kind = |kind: &str| {
        kind.starts_with(|first: char| first.is_ascii_uppercase())
            && kind.len() <= 64
            && kind.chars().all(|letter| letter.is_ascii_alphabetic())
    };
    let fits =
        |(kind, fewest): (&String, &u32)| is_kind(kind) && (1..=MOST_RECORDS).contains(fewest);
    records.len() <= MOST_KINDS && records.iter().all(fits)
}

/// Every check of a service, by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks(BTreeMap<DocumentNumber, Check>);

impl Checks {
    /// Reads the documents by the names of their files, without the ending.
    ///
    /// Errors: the first that cannot be used; then none is
    pub fn read<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
        parse: Parse,
    ) -> Result<Self, Refused> {
        let mut checks = BTreeMap::new();
        for (name, text) in texts {
            if checks.len() == MOST_CHECKS {
                return Err(Refused {
                    document: name.to_owned(),
                    place: "/".to_owned(),
                    why: format!("is one more than the {MOST_CHECKS} that there may be"),
                });
            }
            let check = Check::read(name, text, parse)?;
            checks.insert(check.number, check);
        }
        Ok(Self(checks))
    }

    #[must_use]
    pub fn get(&self, number: DocumentNumber) -> Option<&Check> {
        self.0.get(&number)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Check> {
        self.0.values()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    pub(in crate::synthetic) const WHOLE: &str = r#"
number = 7
title = "Sample Testperson at northwind"
partner = "northwind"
every-ms = 900000
within-ms = 60000

[member]
family = "Testperson"
given = ["Sample"]
gender = "unknown"
birth-date = "1970-01-01"
member-id = { system = "https://northwind.example/member-ids", value = "NW-M100000" }
subscriber-id = "NW-S500000"

[answer]
member = { system = "https://northwind.example/unique-ids", value = "NW-U700000" }
records = { Patient = 1, ExplanationOfBenefit = 2 }
"#;

    pub(in crate::synthetic) fn parse(text: &str) -> Result<Check, (usize, String)> {
        toml::from_str(text).map_err(|wrong| {
            let before = wrong.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.split('\n').count());
            (line, wrong.message().to_owned())
        })
    }

    fn refused(text: &str) -> String {
        let refused = Checks::read([("7", text)], parse).expect_err("it is bad");
        assert_eq!(refused.document, "7");
        refused.place
    }

    #[test]
    fn a_whole_document_is_read_and_found_by_its_number() {
        let checks = Checks::read([("7", WHOLE)], parse).unwrap();
        let number = checks.iter().next().unwrap().number;
        let check = checks.get(number).unwrap();
        assert_eq!(check.every(), Duration::from_secs(900));
        assert_eq!(check.answer.records.len(), 2);
    }

    #[test]
    fn a_document_that_is_out_of_bounds_is_refused_by_its_place_and_takes_the_others_with_it() {
        for (from, to, place) in [
            ("title = \"Sample", "title = \"\u{7}Sample", "line 3"),
            ("every-ms = 900000", "every-ms = 59999", "/every-ms"),
            ("every-ms = 900000", "every-ms = 604800001", "/every-ms"),
            ("within-ms = 60000", "within-ms = 999", "/within-ms"),
            ("within-ms = 60000", "within-ms = 900001", "/within-ms"),
            ("within-ms = 60000", "within-ms = -1", "line 6"),
            ("given = [\"Sample\"]", "given = []", "/member"),
            ("\"unknown\"", "\"robot\"", "/member/gender"),
            ("1970-01-01", "1970-13-01", "line 12"),
            (
                "value = \"NW-M100000\"",
                "value = \"\"",
                "/member/member-id",
            ),
            ("\"NW-S500000\"", "\"\"", "/member/subscriber-id"),
            ("value = \"NW-U700000\"", "value = \"\"", "/answer/member"),
            ("Patient = 1", "patient = 1", "/answer/records"),
            ("Patient = 1", "Patient = 0", "/answer/records"),
            (
                "partner = \"northwind\"",
                "partner = \"no payer\"",
                "line 4",
            ),
            ("[answer]", "[answer]\nanything = 1", "line 17"),
            ("number = 7", "number = 8", "/number"),
        ] {
            let changed = WHOLE.replace(from, to);
            assert_ne!(changed, WHOLE, "{from}");
            assert_eq!(refused(&changed), place, "{to}");
            let good = WHOLE.replace("= 7", "= 6");
            assert!(Checks::read([("6", &*good), ("7", &*changed)], parse).is_err());
        }
        let long = format!("{WHOLE}#{}", " ".repeat(LONGEST));
        assert_eq!(refused(&long), "/");
        assert_eq!(refused(""), "line 1");
    }

    #[test]
    fn there_may_not_be_more_checks_than_somebody_looks_at() {
        let texts: Vec<(String, String)> = (1..=MOST_CHECKS + 1)
            .map(|number| {
                (
                    number.to_string(),
                    WHOLE.replace("= 7", &format!("= {number}")),
                )
            })
            .collect();
        let pairs = || texts.iter().map(|(name, text)| (&**name, &**text));
        assert!(Checks::read(pairs().take(MOST_CHECKS), parse).is_ok());
        assert_eq!(Checks::read(pairs(), parse).unwrap_err().document, "65");
    }

    #[test]
    fn enough_of_every_kind_has_to_arrive() {
        let checks = Checks::read([("7", WHOLE)], parse).unwrap();
        let expected = &checks.iter().next().unwrap().answer;
        let arrived = |eobs: u64| {
            BTreeMap::from([
                ("Patient".to_owned(), 1),
                ("ExplanationOfBenefit".to_owned(), eobs),
            ])
        };
        assert!(expected.is_met(&arrived(2)) && expected.is_met(&arrived(3)));
        assert!(!expected.is_met(&arrived(1)) && !expected.is_met(&BTreeMap::new()));
    }
}
