//! The records of a member, read at once instead of exported: where they are read, and one page of them.
//! Refuses a page that is none, one that leads elsewhere, and a Patient whose name is no id.

use super::lines::{Checked, Message, message};
use super::policy::Limits;
use super::within;
use crate::failure::Code;
use crate::record::{Digest, ResourceType};
use serde_json::Value;
use wire::json::{self, Document};

/// The longest id of a resource.
///
/// Source: FHIR R4 datatype id
const LONGEST_ID: usize = 64;

/// A page that is what it says. Its bytes are kept as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPage {
    pub checked: Checked,
    /// How many records the partner says that there are on all pages.
    pub total: Option<u64>,
    /// Where the next page is.
    pub next: Option<String>,
}

impl RecordPage {
    /// Reads a page of a partner at `base_url`.
    ///
    /// Errors: it is no page of records, is too long, or leads elsewhere
    /// Source: FHIR R4 Patient $everything; Bundle of type searchset
    pub fn read(bytes: &[u8], base_url: &str, limits: &Limits) -> Result<Self, Code> {
        let bad = Code::BadResponse;
        let within_limits = json::Limits {
            bytes: limits.line_bytes,
            depth: limits.depth,
            ..json::Limits::PAYLOAD
        };
        let document = Document::parse(bytes, &within_limits).map_err(|_| bad)?;
        let page = document.value();
        let is = |name: &str, word: &str| page.get(name).is_some_and(|said| said == word);
        if !is("resourceType", "Bundle") || !is("type", "searchset") {
            return Err(bad);
        }
        let (mut count, mut messages) = (0_u64, Vec::new());
        for entry in items(page, "entry")? {
            let record = entry.get("resource").ok_or(bad)?;
            match kind(record)?.to_string().as_str() {
                "OperationOutcome" => messages.extend(said(record)?),
                _ => count = count.saturating_add(1),
            }
        }
        let total = page.get("total").map(|total| total.as_u64().ok_or(bad));
        Ok(Self {
            checked: Checked {
                count,
                bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                digest: Digest::of(bytes),
                messages,
            },
            total: total.transpose()?,
            next: next(page, base_url)?,
        })
    }
}

/// Where everything about a Patient is read, whom a partner at `base_url` names by reference or by id.
///
/// Errors: it is no name of a Patient, or of one elsewhere
pub fn everything(base_url: &str, patient: &str) -> Result<String, Code> {
    let id = patient_id(base_url, patient).ok_or(Code::BadResponse)?;
    Ok(format!("{base_url}/Patient/{id}/$everything"))
}

/// The id of a Patient whom a partner at `base_url` names by reference or by id.
#[must_use]
pub fn patient_id<'a>(base_url: &str, patient: &'a str) -> Option<&'a str> {
    let here = patient.strip_prefix(base_url);
    let here = here.and_then(|rest| rest.strip_prefix('/'));
    let named = here.unwrap_or(patient);
    let id = named.strip_prefix("Patient/").unwrap_or(named);
    let odd = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let sound = (1..=LONGEST_ID).contains(&id.len()) && !id.bytes().any(odd);
    // A path of dots leads elsewhere.
    (sound && !id.bytes().all(|byte| byte == b'.')).then_some(id)
}

fn items<'a>(page: &'a Value, name: &str) -> Result<impl Iterator<Item = &'a Value>, Code> {
    let items = match page.get(name) {
        None => &[],
        Some(items) => items.as_array().ok_or(Code::BadResponse)?.as_slice(),
    };
    Ok(items.iter())
}

fn kind(record: &Value) -> Result<ResourceType, Code> {
    let word = record.get("resourceType").and_then(Value::as_str);
    word.and_then(|word| word.parse().ok())
        .ok_or(Code::BadResponse)
}

/// What a message among the records says of what is absent.
fn said(outcome: &Value) -> Result<Vec<Message>, Code> {
    Ok(items(outcome, "issue")?.map(message).collect())
}

fn next(page: &Value, base_url: &str) -> Result<Option<String>, Code> {
    let mut links = items(page, "link")?;
    let next = links.find(|link| link.get("relation").is_some_and(|said| said == "next"));
    let url = next.map(|link| link.get("url").and_then(Value::as_str));
    url.map(|url| within(base_url, url.ok_or(Code::BadResponse)?))
        .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const BASE: &str = "https://contoso.example/r4";

    fn read(page: &Value) -> Result<RecordPage, Code> {
        let limits = Limits {
            list_bytes: 1,
            list_pages: 1,
            files: 1,
            file_bytes: 1,
            total_bytes: 1,
            line_bytes: 2_000,
            depth: 8,
            nodes: 1_000_000,
        };
        RecordPage::read(page.to_string().as_bytes(), BASE, &limits)
    }

    fn page() -> Value {
        json!({
            "resourceType": "Bundle", "type": "searchset", "total": 3,
            "link": [{"relation": "self", "url": "https://elsewhere.example/x"},
                {"relation": "next", "url": "https://contoso.example/r4/Patient/1/$everything?_offset=2"}],
            "entry": [{"resource": {"resourceType": "Patient", "id": "1"}},
                {"resource": {"resourceType": "Coverage", "id": "2"}},
                {"resource": {"resourceType": "OperationOutcome", "issue": [
                    {"severity": "error", "code": "exception", "expression": ["Goal"]}]}}],
        })
    }

    #[test]
    fn a_page_counts_its_records_and_says_where_the_next_one_is() {
        let whole = page();
        let read = read(&whole).unwrap();
        assert_eq!((read.checked.count, read.total), (2, Some(3)));
        assert_eq!(
            read.checked.digest,
            Digest::of(whole.to_string().as_bytes())
        );
        let next = "https://contoso.example/r4/Patient/1/$everything?_offset=2";
        assert_eq!(read.next.as_deref(), Some(next));
        let [message] = read.checked.messages.as_slice() else {
            panic!("one message");
        };
        assert!(message.grave && message.kinds.contains(&"Goal".parse().unwrap()));
    }

    #[test]
    fn a_member_without_records_is_a_page_too() {
        let empty = json!({"resourceType": "Bundle", "type": "searchset"});
        let read = read(&empty).unwrap();
        assert_eq!((read.checked.count, read.total, read.next), (0, None, None));
    }

    #[test]
    fn what_is_no_page_or_leads_elsewhere_is_refused() {
        let with = |pointer: &str, value: Value| {
            let mut page = page();
            *page.pointer_mut(pointer).unwrap() = value;
            page
        };
        for wrong in [
            with("/resourceType", json!("Parameters")),
            with("/type", json!("batch")),
            with("/total", json!("3")),
            with("/entry", json!({})),
            with("/entry/0", json!({})),
            with("/entry/1/resource/resourceType", json!("no kind")),
            with("/link/1/url", json!("https://elsewhere.example/x")),
            with("/link/1/url", json!(1)),
            with("/entry/0/resource/id", json!("x".repeat(3_000))),
            json!([]),
        ] {
            assert_eq!(read(&wrong), Err(Code::BadResponse), "{wrong}");
        }
    }

    #[test]
    fn a_patient_is_named_by_an_id_of_the_partner() {
        let place = format!("{BASE}/Patient/p-1/$everything");
        for named in [
            "p-1",
            "Patient/p-1",
            "https://contoso.example/r4/Patient/p-1",
        ] {
            assert_eq!(everything(BASE, named), Ok(place.clone()), "{named}");
        }
        let long = "x".repeat(65);
        for named in [
            "",
            "Patient/",
            "..",
            "Patient/..",
            "p/1",
            "p?1",
            "p%2F1",
            "https://elsewhere.example/Patient/p-1",
            "Coverage/p-1",
            long.as_str(),
        ] {
            assert_eq!(everything(BASE, named), Err(Code::BadResponse), "{named}");
        }
    }
}
