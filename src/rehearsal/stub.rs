//! A partner as a stub plays it: each dialect's answer to a match, a busy hour, a refusal.

use super::RehearsalError;
use crate::model::HttpRequest;
use serde_json::{Value, json};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

const FHIR: &str = "application/fhir+json";
/// Any call that no answer was meant for; the stub must never give it.
const UNMEANT: u16 = 599;

/// What a partner does in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Answers,
    BusyTwice,
    Refuses,
}

impl Case {
    pub(super) const ALL: [Self; 3] = [Self::Answers, Self::BusyTwice, Self::Refuses];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::BusyTwice => "busy-twice",
            Self::Refuses => "refuses",
        }
    }

    /// State and number of calls that an exchange must end with.
    pub(super) fn expected(self) -> (&'static str, usize) {
        match self {
            Self::Answers => ("fulfilled", 1),
            Self::BusyTwice => ("fulfilled", 3),
            Self::Refuses => ("failed", 1),
        }
    }
}

/// A partner on a free loopback port.
pub(super) struct Stub(MockServer);

impl Stub {
    pub(super) async fn start() -> Self {
        Self(MockServer::builder().start().await)
    }

    pub(super) fn url(&self) -> String {
        self.0.uri()
    }

    /// Plays `case` in `dialect` from now on.
    pub(super) async fn play(&self, case: Case, dialect: &str) {
        self.0.reset().await;
        let answer = ResponseTemplate::new(200).set_body_raw(matched(dialect).to_string(), FHIR);
        match case {
            Case::Answers => self.say(answer, None).await,
            Case::BusyTwice => {
                self.say(ResponseTemplate::new(503), Some(2)).await;
                self.say(answer, None).await;
            }
            Case::Refuses => {
                let refusal = ResponseTemplate::new(422).set_body_raw(no_match().to_string(), FHIR);
                self.say(refusal, None).await;
            }
        }
        let unmeant = Mock::given(any()).respond_with(ResponseTemplate::new(UNMEANT));
        unmeant.with_priority(u8::MAX).mount(&self.0).await;
    }

    async fn say(&self, answer: ResponseTemplate, times: Option<u64>) {
        let mut mock = Mock::given(method("POST")).respond_with(answer);
        if let Some(times) = times {
            mock = mock.up_to_n_times(times);
        }
        mock.mount(&self.0).await;
    }

    /// Every call since the play began.
    pub(super) async fn seen(&self) -> Vec<HttpRequest> {
        let requests = self.0.received_requests().await.unwrap_or_default();
        requests
            .into_iter()
            .map(|request| HttpRequest {
                method: request.method.to_string(),
                path: request.url.path().to_owned(),
                headers: request
                    .headers
                    .iter()
                    .map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes());
                        (name.as_str().to_owned(), value.into_owned())
                    })
                    .collect(),
                body: request.body,
            })
            .collect()
    }
}

/// The answer to a match in the shape that the dialect has.
///
/// Source: the four answers that are live at once; HRex 1.0.0, HRex 1.1.0 and 1.2.0, HAPI, Microsoft
fn matched(dialect: &str) -> Value {
    let typed = |system: &str, code: &str| {
        json!({"type": {"coding": [{"system": system, "code": code}]},
               "system": "https://stub.example/ids", "value": "stub-0001"})
    };
    let mb = "http://terminology.hl7.org/CodeSystem/v2-0203";
    let umb = "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp";
    let parts = match dialect {
        "hrex-1.0" => json!([{"name": "MemberIdentifier", "valueIdentifier": typed(mb, "MB")}]),
        "hapi" => json!([{"name": "MemberIdentifier", "valueId": "Patient/stub-0001"}]),
        "microsoft" => json!([{"name": "MemberPatient", "resource":
            {"resourceType": "Patient", "identifier": [typed(mb, "UMB")]}}]),
        _ => json!([
            {"name": "MemberIdentifier", "valueIdentifier": typed(umb, "UMB")},
            {"name": "MemberId", "valueReference": {"reference": "Patient/stub-0001"}},
        ]),
    };
    json!({"resourceType": "Parameters", "parameter": parts})
}

fn no_match() -> Value {
    let outcome = wire::outcome::OperationOutcome::new(
        wire::outcome::Code::NoMatch,
        wire::outcome::Code::NoMatch.status(),
        Vec::new(),
    );
    serde_json::to_value(outcome).unwrap_or_default()
}

/// Stubs of all partners, by partner.
pub(super) type Stubs = std::collections::BTreeMap<String, Stub>;

/// One stub a partner.
pub(super) async fn stubs(partners: impl Iterator<Item = String>) -> Result<Stubs, RehearsalError> {
    let mut stubs = Stubs::new();
    for partner in partners {
        stubs.insert(partner, Stub::start().await);
    }
    Ok(stubs)
}
