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
    /// Kind of the records, and name of the file.
    pub kind: &'static str,
    pub count: u64,
    pub text: String,
}

/// What an export came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub disposition: Disposition,
    /// Nothing when nothing may be told of the member.
    pub given: Option<Given>,
}

/// The files of an export, and what it came to.
#[derive(Clone, PartialEq)]
pub struct Files {
    pub made: Made,
    pub records: Vec<NdJson>,
    /// What is absent and why, one entry each; none when nothing is.
    pub messages: Option<NdJson>,
}

/// The answer that consists of these claims.
///
/// Source: PDex 2.2.0 pdex-127: one record of who passed the data on
#[must_use]
pub fn answer(given: Given, claims: &[Value], payer: &Identifier, at: Instant) -> Files {
    let mut records = Vec::new();
    if !claims.is_empty() {
        records.push(NdJson::of(CLAIMS, claims));
        records.push(NdJson::of("Provenance", &[passed_on(claims, payer, at)]));
    }
    let messages: Vec<Value> = given
        .gaps
        .iter()
        .map(|gap| {
            format!(
                "{}.{}",
                gap.resource_type,
                element(gap.resource_type.as_str())
            )
        })
        .map(|path| message(Outcome::Partial, Outcome::Partial.status(), vec![path]))
        .collect();
    let disposition = match given.completion() {
        Completion::Complete => Disposition::Complete,
        Completion::Partial => Disposition::Partial,
    };
    Files {
        made: Made {
            disposition,
            given: Some(given),
        },
        records,
        messages: (!messages.is_empty()).then(|| NdJson::of(MESSAGES, &messages)),
    }
}

/// The answer when the member's permission was lost on the way: one entry without a reason, and no record.
///
/// Source: PDex 2.2.0 pdex-154c, pdex-167
#[must_use]
pub fn refused() -> Files {
    let code = Outcome::ConsentConstraint;
    let lost = message(code, code.status(), Vec::new());
    Files {
        made: Made {
            disposition: Disposition::Partial,
            given: None,
        },
        records: Vec::new(),
        messages: Some(NdJson::of(MESSAGES, &[lost])),
    }
}

impl Made {
    /// The list of Bulk Data 2.0.0. `url` gives the address of a file by its kind.
    #[must_use]
    pub fn list(
        &self,
        request: String,
        at: Instant,
        files: &[(String, u64)],
        url: impl Fn(&str) -> String,
    ) -> ErrorManifest {
        let file = |(kind, count): &(String, u64)| File {
            kind: Some(kind.clone()),
            url: url(kind),
            continues_in_file: None,
            count: Some(*count),
            other: Other::new(),
        };
        let messages = |(kind, _): &&(String, u64)| kind == MESSAGES;
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
    fn of(kind: &'static str, records: &[Value]) -> Self {
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

    fn made(history: &History) -> Files {
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
        answer(history.given(&window, true, &[]), &claims, &payer, at)
    }

    fn list(files: &Files) -> Manifest {
        let named: Vec<(String, u64)> = files
            .records
            .iter()
            .chain(&files.messages)
            .map(|file| (file.kind.to_owned(), file.count))
            .collect();
        let at: Instant = "2026-10-01T12:00:00.000Z".parse().unwrap();
        let url = |kind: &str| format!("https://us.example/async/j1/{kind}.ndjson");
        let list = files
            .made
            .list("https://us.example".to_owned(), at, &named, url);
        read(write(&list).unwrap()).unwrap()
    }

    #[test]
    fn a_whole_history_is_complete_and_has_no_messages() {
        let files = made(&History::default());
        assert_eq!(files.made.disposition, Disposition::Complete);
        assert_eq!(files.records[0].count, 60);
        assert_eq!(files.records[0].text.lines().count(), 60);
        assert!(!list(&files).may_be_partial());
    }

    #[test]
    fn row_s0_45_two_of_five_years_are_a_part_and_the_list_says_which_days_are_absent() {
        let history = History {
            from: Some("2024-10-01".parse().unwrap()),
            ..History::default()
        };
        let files = made(&history);
        assert_eq!(files.made.disposition, Disposition::Partial);
        assert_eq!(files.messages.as_ref().unwrap().count, 1);
        let list = list(&files);
        assert!(list.may_be_partial());
        let told = write(&list).unwrap()["extension"][GIVEN]["gaps"].clone();
        assert_eq!(told[0]["from"], "2021-10-01");
        assert_eq!(told[0]["to"], "2024-09-30");
    }

    #[test]
    fn a_lost_permission_gives_one_entry_and_nothing_else() {
        let files = refused();
        assert!(files.records.is_empty());
        assert!(list(&files).may_be_partial());
        let messages = files.messages.unwrap();
        assert_eq!(messages.count, 1);
        assert!(!messages.text.contains("expression"));
    }
}
