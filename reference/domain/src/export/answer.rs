//! The files of a finished export, and the list that names them: a part is never called the whole.
//! Refuses to know where files lie; their addresses are handed in.

use super::CLAIMS;
use crate::consent::Identifier;
use crate::message::envelope::Other;
use crate::message::manifest::{ErrorManifest, File};
use crate::record::{Given, Instant};
use crate::workflow::{Completion, Disposition};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::outcome::{Code as Outcome, OperationOutcome};

/// The member of the list's extension under which the days are told.
///
/// Source: ours; Bulk Data 2.0.0 leaves the members of `extension` to the server
pub const GIVEN: &str = "https://payer-exchange.example/extensions/given";

/// Source: US Core 6.1.0 us-core-provenance-participant-type
const PARTS: &str = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type";

/// The kind of the messages.
const MESSAGES: &str = "OperationOutcome";

/// The lines of one file.
#[derive(Clone, PartialEq)]
pub struct NdJson {
    /// Kind of the records.
    pub kind: &'static str,
    pub count: u64,
    pub text: String,
}

/// What an export, or a part of it, came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Nothing when nothing may be told of any member.
    pub given: Option<Given>,
    /// Members whose permission was lost on the way.
    ///
    /// Source: PDex 2.2.0 pdex-154c, pdex-167: nothing more is told of them
    #[serde(default)]
    pub lost: u32,
}

/// The files of records about these members.
///
/// Source: PDex 2.2.0 pdex-127: one record of who passed the data on
#[must_use]
pub fn records(claims: &[Value], payer: &Identifier, at: Instant) -> Vec<NdJson> {
    if claims.is_empty() {
        return Vec::new();
    }
    vec![
        NdJson::of(CLAIMS, claims),
        NdJson::of("Provenance", &[passed_on(claims, payer, at)]),
    ]
}

/// The name of a file: its kind, and from the second part of an export on the number of the part.
#[must_use]
pub fn name(kind: &str, part: usize) -> String {
    match part {
        0 | 1 => kind.to_owned(),
        part => format!("{kind}-{part}"),
    }
}

fn kind(name: &str) -> &str {
    name.split_once('-').map_or(name, |(kind, _)| kind)
}

impl Made {
    /// What a member's part came to.
    #[must_use]
    pub const fn of(given: Given) -> Self {
        Self {
            given: Some(given),
            lost: 0,
        }
    }

    /// Somebody whose permission was lost on the way.
    #[must_use]
    pub const fn lost() -> Self {
        Self {
            given: None,
            lost: 1,
        }
    }

    /// Both: what is absent for one member is absent from the whole.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lost = self.lost.saturating_add(other.lost);
        match (&mut self.given, other.given) {
            (Some(given), Some(more)) => {
                given.gaps.extend(more.gaps);
                given.gaps.sort_unstable();
                given.gaps.dedup();
            }
            (none, more) => *none = none.take().or(more),
        }
        self
    }

    /// Everything, or a part.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self.given.as_ref().map(Given::completion) {
            Some(Completion::Complete) if self.lost == 0 => Disposition::Complete,
            Some(Completion::Complete | Completion::Partial) | None => Disposition::Partial,
        }
    }

    /// The file that tells what is absent and why, one entry each; none when nothing is.
    #[must_use]
    pub fn messages(&self) -> Option<NdJson> {
        let gaps = self.given.iter().flat_map(|given| &given.gaps);
        let absent = gaps.map(|gap| {
            let kind = gap.resource_type.as_str();
            let path = format!("{kind}.{}", element(kind));
            message(Outcome::Partial, Outcome::Partial.status(), vec![path])
        });
        let constrained = Outcome::ConsentConstraint;
        let lost = message(constrained, constrained.status(), Vec::new());
        let lost = (0..self.lost).map(|_| lost.clone());
        let messages: Vec<Value> = absent.chain(lost).collect();
        (!messages.is_empty()).then(|| NdJson::of(MESSAGES, &messages))
    }

    /// The list of Bulk Data 2.0.0. `url` gives the address of a file by its name.
    #[must_use]
    pub fn list(
        &self,
        request: String,
        at: Instant,
        files: &[(String, u64)],
        url: impl Fn(&str) -> String,
    ) -> ErrorManifest {
        let file = |(name, count): &(String, u64)| File {
            kind: Some(kind(name).to_owned()),
            url: url(name),
            continues_in_file: None,
            count: Some(*count),
            other: Other::new(),
        };
        let messages = |(name, _): &&(String, u64)| name == MESSAGES;
        let mut other = Other::new();
        if let Some(given) = &self.given {
            other.insert("extension".to_owned(), json!({GIVEN: given}));
        }
        ErrorManifest {
            transaction_time: at.to_string(),
            request,
            requires_access_token: true,
            output: files
                .iter()
                .filter(|file| !messages(file))
                .map(file)
                .collect(),
            deleted: None,
            error: files.iter().filter(messages).map(file).collect(),
            other,
        }
    }
}

impl NdJson {
    /// One line for each record.
    #[must_use]
    pub fn of(kind: &'static str, records: &[Value]) -> Self {
        let lines: Vec<String> = records.iter().map(|record| format!("{record}\n")).collect();
        Self {
            kind,
            count: u64::try_from(lines.len()).unwrap_or(u64::MAX),
            text: lines.concat(),
        }
    }
}

/// The element by which records of a kind are dated, as far as we know kinds.
fn element(kind: &str) -> &'static str {
    if kind == CLAIMS {
        "billablePeriod"
    } else {
        "id"
    }
}

fn message(code: Outcome, status: u16, paths: Vec<String>) -> Value {
    // A value of our own type always serialises.
    serde_json::to_value(OperationOutcome::new(code, status, paths)).unwrap_or_default()
}

fn passed_on(claims: &[Value], payer: &Identifier, at: Instant) -> Value {
    let target: Vec<Value> = claims
        .iter()
        .filter_map(|claim| claim.get("id")?.as_str())
        .map(|id| json!({"reference": format!("{CLAIMS}/{id}")}))
        .collect();
    json!({
        "resourceType": "Provenance",
        "target": target,
        "recorded": at.to_string(),
        "agent": [{
            "type": {"coding": [{"system": PARTS, "code": "transmitter"}]},
            "who": {"identifier": {"system": payer.system, "value": payer.value}},
        }],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::{History, Source, claim};
    use super::*;
    use crate::masked::Masked;
    use crate::message::envelope::{read, write};
    use crate::message::manifest::Manifest;

    /// What an export of one member came to, and its files of records.
    fn made(history: &History) -> (Made, Vec<NdJson>) {
        let patient = Masked::new("pat-1".to_owned());
        let payer = Identifier {
            system: "urn:payers".to_owned(),
            value: "us".to_owned(),
        };
        let source = Source {
            patient: &patient,
            payer: &payer,
            financial: false,
        };
        let at: Instant = "2026-10-01T12:00:00.000Z".parse().unwrap();
        let window = Given::floor(at.day());
        let days = history.days(&window).concat();
        let claims: Vec<Value> = days.iter().map(|day| claim(&source, *day).1).collect();
        let made = Made::of(history.given(&window, true, &[]));
        (made, records(&claims, &payer, at))
    }

    fn list(made: &Made, records: &[NdJson]) -> Manifest {
        let messages = made.messages();
        let named: Vec<(String, u64)> = records
            .iter()
            .chain(&messages)
            .map(|file| (file.kind.to_owned(), file.count))
            .collect();
        let at: Instant = "2026-10-01T12:00:00.000Z".parse().unwrap();
        let url = |name: &str| format!("https://us.example/async/j1/{name}.ndjson");
        let list = made.list("https://us.example".to_owned(), at, &named, url);
        read(write(&list).unwrap()).unwrap()
    }

    fn late() -> History {
        History {
            from: Some("2024-10-01".parse().unwrap()),
            ..History::default()
        }
    }

    #[test]
    fn a_whole_history_is_complete_and_has_no_messages() {
        let (made, records) = made(&History::default());
        assert_eq!(made.disposition(), Disposition::Complete);
        assert_eq!(records[0].count, 60);
        assert_eq!(records[0].text.lines().count(), 60);
        assert!(!list(&made, &records).may_be_partial());
    }

    #[test]
    fn row_s0_45_two_of_five_years_are_a_part_and_the_list_says_which_days_are_absent() {
        let (made, records) = made(&late());
        assert_eq!(made.disposition(), Disposition::Partial);
        assert_eq!(made.messages().unwrap().count, 1);
        let list = list(&made, &records);
        assert!(list.may_be_partial());
        let told = write(&list).unwrap()["extension"][GIVEN]["gaps"].clone();
        assert_eq!(told[0]["from"], "2021-10-01");
        assert_eq!(told[0]["to"], "2024-09-30");
    }

    #[test]
    fn a_lost_permission_gives_one_entry_and_nothing_else() {
        let made = Made::lost();
        assert!(list(&made, &[]).may_be_partial());
        let messages = made.messages().unwrap();
        assert_eq!(messages.count, 1);
        assert!(!messages.text.contains("expression"));
    }

    #[test]
    fn what_is_absent_for_one_member_is_absent_from_the_whole() {
        let whole = made(&History::default()).0;
        let part = made(&late()).0;
        assert_eq!(
            whole.clone().and(whole.clone()).disposition(),
            Disposition::Complete
        );
        let both = whole.clone().and(part.clone()).and(part);
        assert_eq!(both.given.as_ref().unwrap().gaps.len(), 1);
        assert_eq!(both.disposition(), Disposition::Partial);
        let lost = Made::lost().and(whole);
        assert_eq!(
            (lost.disposition(), lost.messages().unwrap().count),
            (Disposition::Partial, 1)
        );
        assert!(lost.given.is_some());
    }

    #[test]
    fn files_of_later_parts_are_of_the_same_kind() {
        let files = [(name(CLAIMS, 1), 3), (name(CLAIMS, 12), 4)];
        let at: Instant = "2026-10-01T12:00:00.000Z".parse().unwrap();
        let list = made(&History::default())
            .0
            .list(String::new(), at, &files, str::to_owned);
        let told: Vec<_> = list
            .output
            .iter()
            .map(|file| (file.kind.as_deref(), file.url.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (Some(CLAIMS), CLAIMS),
                (Some(CLAIMS), "ExplanationOfBenefit-12")
            ]
        );
    }
}
