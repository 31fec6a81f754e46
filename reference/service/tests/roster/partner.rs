//! A partner that answers about many members from files: in each published form, and the export of the list it made.
//! Refuses to look at the question.

use crate::support::bulk::BULK;
use crate::support::later::{JOB, KICK_OFF, file, list, says, taken_on, working};
use crate::support::request::Person;
use reference::domain::bulk::Form;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

/// Where the partner tells of the match.
pub const ASKED: &str = "/async/match-1";

const OUTCOMES: &str =
    "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PdexMultiMemberMatchResultCS";
const SUBMITTED: &str =
    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters";

/// Where the partner keeps a person.
pub fn record(person: &Person) -> String {
    format!("Patient/theirs-{}", person.id)
}

/// The list of these people.
pub fn group(outcome: &str, people: &[Person]) -> Value {
    let contained = people.iter().map(|person| {
        json!({"resourceType": "Patient", "id": person.id,
            "name": [{"family": person.family}], "birthDate": person.birth_date})
    });
    let line = |person: &Person| {
        let own = format!("#{}", person.id);
        let link = json!([{"url": SUBMITTED, "valueReference": {"reference": own}}]);
        match outcome {
            "match" => json!({"entity": {"extension": link, "reference": record(person),
                "identifier": {"value": person.member("contoso")}}}),
            _ => json!({"entity": {"extension": link, "reference": own}}),
        }
    };
    let mut group = json!({
        "resourceType": "Group", "type": "person", "actual": true,
        "code": {"coding": [{"system": OUTCOMES, "code": outcome}]},
        "contained": contained.collect::<Vec<_>>(),
        "member": people.iter().map(line).collect::<Vec<_>>(),
    });
    if outcome == "match" {
        group["id"] = json!("g-1");
    }
    group
}

fn envelope(groups: &[Value]) -> Value {
    let part = |group: &Value| {
        let name = match group["code"]["coding"][0]["code"].as_str().unwrap() {
            "match" => "MatchedMembers",
            "nomatch" => "NonMatchedMembers",
            _ => "ConsentConstrainedMembers",
        };
        json!({"name": name, "resource": group})
    };
    let parts: Vec<Value> = groups.iter().map(part).collect();
    json!({"resourceType": "Parameters", "parameter": parts})
}

/// Takes the question on and works for a while.
pub async fn takes_on(stub: &MockServer) {
    let taken = ResponseTemplate::new(202).insert_header("content-location", ASKED);
    says(stub, "POST", BULK, taken, None).await;
    says(stub, "GET", ASKED, working("7"), Some(1)).await;
}

/// Answers with these lists in this form.
pub async fn answers(stub: &MockServer, form: Form, groups: &[Value]) {
    takes_on(stub).await;
    let lines: String = groups.iter().map(|group| format!("{group}\n")).collect();
    let files = json!([{"type": "Group", "url": "/files/groups", "count": groups.len()}]);
    let answer = match form {
        Form::ParametersBody => envelope(groups),
        Form::Groups => list(files, json!([])),
        Form::GroupsAndParameters => {
            let mut both = files;
            let enclosed = json!({"type": "Parameters", "url": "/files/enclosed", "count": 1});
            both.as_array_mut().unwrap().push(enclosed);
            list(both, json!([]))
        }
    };
    file(stub, "/files/groups", lines).await;
    file(stub, "/files/enclosed", format!("{}\n", envelope(groups))).await;
    let answer = ResponseTemplate::new(200).set_body_json(answer);
    says(stub, "GET", ASKED, answer, None).await;
}

/// Exports a Patient and a claim of each of these people.
pub async fn exports(stub: &MockServer, people: &[Person]) {
    let patient = |person: &Person| {
        let id = record(person);
        let id = id.strip_prefix("Patient/").unwrap();
        format!("{}\n", json!({"resourceType": "Patient", "id": id}))
    };
    let claim = |person: &Person| {
        let about = json!({"reference": record(person)});
        let claim = json!({"resourceType": "ExplanationOfBenefit", "patient": about});
        format!("{claim}\n")
    };
    let count = people.len();
    let files = json!([
        {"type": "Patient", "url": "/files/patients", "count": count},
        {"type": "ExplanationOfBenefit", "url": "/files/claims", "count": count},
    ]);
    says(stub, "POST", KICK_OFF, taken_on(), None).await;
    says(stub, "GET", JOB, working("5"), Some(1)).await;
    let made = ResponseTemplate::new(200).set_body_json(list(files, json!([])));
    says(stub, "GET", JOB, made, None).await;
    file(
        stub,
        "/files/patients",
        people.iter().map(patient).collect(),
    )
    .await;
    file(stub, "/files/claims", people.iter().map(claim).collect()).await;
}
