//! The listed natural defects: where each one stands in its file, and which finding must be there.
//! Refuses to know the verdicts.

use serde_json::Value;

/// Where a defect must be found, and by what.
pub struct Expected {
    /// The version by which it is one.
    pub version: &'static str,
    pub id: &'static str,
    pub pointer: String,
}

/// What a line of the list asks for, given the payload that it speaks of.
pub fn expected(rule: &str, detail: &str, payload: &Value) -> Expected {
    let request = "hrex-member-match-request@2.0.1";
    let (version, id, pointer) = match rule {
        "mm-6-local-reference" => {
            let at = detail.split('=').next().unwrap();
            let is_bulk = at.starts_with("MemberBundle");
            let version = match is_bulk {
                true => "pdex-bulk-member-match-request",
                false => "hrex-member-match-request",
            };
            let pointer = format!("{}/reference", part(payload, at));
            (version, LOCAL_REFERENCE, pointer)
        }
        "hrex-coverage-relationship-1..1" => (
            request,
            "payload/required-missing",
            format!("{}/relationship", part(payload, detail)),
        ),
        "us-core-15" => (
            request,
            US_CORE_15,
            format!("{}/identifier", part(payload, detail)),
        ),
        "missing-part-CoverageToMatch" => (
            "hrex-member-match-request",
            "payload/contains-missing",
            "/parameter".to_owned(),
        ),
        "group-type-actual" => (
            "pdex-member-match-group@1.1.0",
            "payload/value-not-allowed",
            "/type".to_owned(),
        ),
        other => panic!("no finding is known for {other}"),
    };
    Expected {
        version,
        id,
        pointer,
    }
}

/// The rule that holds references of a request to its own person.
const LOCAL_REFERENCE: &str = "payload/reference-elsewhere";

/// The number that us-core-15 wants where the subscriber number is absent, too.
const US_CORE_15: &str = "payload/contains-missing";

/// The pointer of `root.Consent.patient` or `MemberBundle[0].Consent.patient`.
fn part(payload: &Value, path: &str) -> String {
    let mut steps = path.split('.');
    let (mut at, mut list) = match steps.next().unwrap() {
        "root" => (String::new(), "parameter"),
        bundle => {
            let index = bundle
                .trim_start_matches("MemberBundle[")
                .trim_end_matches(']');
            (format!("/parameter/{index}"), "part")
        }
    };
    if let Some(name) = steps.next() {
        let parts = payload.pointer(&format!("{at}/{list}")).unwrap();
        let mut parts = parts.as_array().unwrap().iter();
        let index = parts.position(|part| part["name"] == name).unwrap();
        at = format!("{at}/{list}/{index}/resource");
        list = "";
    }
    for member in steps {
        at = format!("{at}/{member}");
    }
    assert!(list.is_empty() || at.is_empty(), "{path}");
    at
}
