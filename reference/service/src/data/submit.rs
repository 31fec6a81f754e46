//! Takes a request of the enterprise and makes an exchange of it.
//! Refuses what cannot become an exchange at all; everything else is for the steps to judge.

use super::ask;
use super::monitor::unacknowledged;
use super::once::{held_until, window_end};
use super::{Hindered, Plane, roster};
use crate::store::{Claim, Kept, Scope};
use crate::telemetry::Context;
use domain::Timestamp;
use domain::deadlines::{self, Deadline, ask_again};
use domain::failure::Code;
use domain::idempotency::Lookup;
use domain::ids::{ExchangeId, PartnerId};
use domain::masked::Masked;
use domain::record::{Cover, Kind};
use domain::routing::{DataType, LineOfBusiness, Stated};
use domain::snapshot::Snapshot;
use domain::synthetic::Marked;
use domain::workflow::{EngineError, NewRequest, Submitted, WorkflowEngine};
use serde_json::{Map, Value, json};
use std::str::FromStr;
use std::time::Duration;
use wire::json::Document;

/// Members of a request about one member, and whether each is required.
const SINGLE: [(&str, bool); 10] = [
    ("kind", false),
    ("line_of_business", false),
    ("data_type", false),
    ("partner", true),
    ("member_patient", true),
    ("coverage_to_match", true),
    ("coverage_to_link", false),
    ("consent", true),
    ("attestation", false),
    ("follows", false),
];

/// Members of a request about many. What is attested is attested for all of them.
const BULK: [(&str, bool); 7] = [
    ("kind", true),
    ("line_of_business", false),
    ("data_type", false),
    ("partner", true),
    (roster::MEMBERS, true),
    ("attestation", false),
    ("follows", false),
];

/// The parts of a match, and under which names a request has them.
pub(crate) const PARTS: [(&str, &str); 4] = [
    ("MemberPatient", "member_patient"),
    ("CoverageToMatch", "coverage_to_match"),
    ("CoverageToLink", "coverage_to_link"),
    ("Consent", "consent"),
];

/// A request that is refused before it becomes an exchange, with the paths concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub code: Code,
    pub fields: Vec<String>,
}

/// What the enterprise asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub partner: String,
    /// Whether it is about one member or about many.
    pub kind: Kind,
    /// Since when it is known whom to ask about, and that the member wants it; as the attestation says.
    pub known: Option<Timestamp>,
    /// The exchange that is asked again by this one.
    pub follows: Option<String>,
    /// What makes it a run of a check; no system of ours can ask for that.
    pub synthetic: Option<Marked>,
    /// Everything the steps need, protected.
    pub request: Masked<Vec<u8>>,
}

/// Reads a request.
pub(crate) fn read(document: &Document) -> Result<Wanted, Unfit> {
    let unfit = |fields: Vec<String>| Unfit {
        code: Code::SchemaInvalid,
        fields,
    };
    let Some(request) = document.value().as_object() else {
        return Err(unfit(vec![String::new()]));
    };
    let kind = kind(request);
    let fields = wrong_fields(request, kind);
    let members = request.get(roster::MEMBERS).and_then(roster::wrong);
    if let (Kind::Bulk, true, Some(wrong)) = (kind, fields.is_empty(), members) {
        return Err(wrong);
    }
    match request.get("partner").and_then(Value::as_str) {
        Some(partner) if fields.is_empty() => Ok(Wanted {
            partner: partner.to_owned(),
            kind,
            known: opted_in_at(document.value()),
            follows: request
                .get("follows")
                .and_then(Value::as_str)
                .map(str::to_owned),
            synthetic: None,
            request: Masked::new(document.value().to_string().into_bytes()),
        }),
        _ => Err(unfit(fields)),
    }
}

/// About how many members is it? One that does not say so is about one.
pub(crate) fn kind(request: &Map<String, Value>) -> Kind {
    let said = request.get("kind").and_then(word);
    said.unwrap_or(Kind::Single)
}

/// Paths of what is missing, of the wrong kind, or unknown. The name of an unknown member is not repeated.
fn wrong_fields(request: &Map<String, Value>, kind: Kind) -> Vec<String> {
    let members: &[(&str, bool)] = match kind {
        Kind::Single => &SINGLE,
        Kind::Bulk => &BULK,
    };
    let mut fields = Vec::new();
    for (name, required) in members.iter().copied() {
        let fits = match (request.get(name), name) {
            (None, _) => !required,
            (Some(value), "kind") => word::<Kind>(value).is_some(),
            (Some(value), roster::MEMBERS) => value.is_array(),
            (Some(value), "line_of_business") => word::<LineOfBusiness>(value).is_some(),
            (Some(value), "data_type") => word::<DataType>(value).is_some(),
            (Some(value), "follows") => value.as_str().is_some_and(is_exchange_id),
            (Some(value), "partner") => value.as_str().is_some_and(is_partner_id),
            (Some(value), _) => value.is_object(),
        };
        if !fits {
            fields.push(format!("/{name}"));
        }
    }
    let known = |name: &String| members.iter().any(|(member, _)| member == name);
    if !request.keys().all(known) {
        fields.push("/*".to_owned());
    }
    fields
}

fn is_exchange_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

/// A text that no id can be is not repeated in any view, and finds no route either.
fn is_partner_id(text: &str) -> bool {
    text.parse::<PartnerId>().is_ok()
}

/// What our own systems say of the exchange for its route, because no part of the message does.
pub(crate) fn stated(request: &Value) -> Stated {
    let usual = Stated::default();
    let said = |name| request.get(name).unwrap_or(&Value::Null);
    Stated {
        line_of_business: word(said("line_of_business")).unwrap_or(usual.line_of_business),
        data_type: word(said("data_type")).unwrap_or(usual.data_type),
    }
}

fn word<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// The `Parameters` of `$member-match` that a kept request stands for.
pub(crate) fn parameters(request: &Value) -> Value {
    let parts = PARTS.into_iter().filter_map(|(part, member)| {
        let resource = request.get(member)?;
        Some(json!({"name": part, "resource": resource}))
    });
    let parts: Vec<Value> = parts.collect();
    json!({"resourceType": "Parameters", "parameter": parts})
}

/// Does the request attest enrolment and opt-in?
///
/// Source: 42 CFR 422.121(b)(4)(iii)
pub(crate) fn is_attested(request: &Value) -> bool {
    let attested =
        |name: &str| request.pointer(&format!("/attestation/{name}")) == Some(&Value::Bool(true));
    attested("opted_in") && attested("enrolled")
}

/// When the member agreed, where the attestation says so.
///
/// Source: 42 CFR 422.121(b)(4)(iv); our published record of an attestation
fn opted_in_at(request: &Value) -> Option<Timestamp> {
    let told = request.pointer("/attestation/opted_in_at")?;
    told.as_str()?.parse().ok()
}

/// By when a payer that goes on covering the member has to be asked again; none for one whose cover has ended.
///
/// Source: 42 CFR 422.121(b)(6)(i); our published record of an attestation
pub(crate) fn owed_again(request: &Value, now: Timestamp) -> Option<Deadline> {
    let cover = request.pointer("/attestation/cover")?;
    (*cover == *Cover::Concurrent.word()).then(|| ask_again(now))
}

/// A request with its key.
pub(crate) struct Keyed<'a> {
    pub client: &'a str,
    pub key: &'a str,
    pub fingerprint: &'a str,
}

/// What became of a request.
pub(crate) enum TakenOn {
    New,
    Known(Lookup<Kept>),
    /// Nothing was written: the caller may come again.
    Refused(Hindered),
}

/// Makes the exchange, or finds the one that was made under this key.
pub(crate) async fn submit(
    (plane, engine): (&Plane, &dyn WorkflowEngine),
    context: &Context,
    keyed: &Keyed<'_>,
    wanted: Wanted,
    id: &ExchangeId,
    answer: &Kept,
) -> Result<TakenOn, EngineError> {
    let now = plane.now();
    let snapshot = plane.snapshot();
    let barred = barred(plane, &snapshot, (&wanted.partner, wanted.kind));
    let limits = &snapshot.resilience.limits;
    let claim = Claim {
        scope: Scope {
            client: keyed.client,
            operation: "exchanges",
            key: keyed.key,
        },
        fingerprint: keyed.fingerprint,
        expires_at: window_end(plane, now),
        held_until: held_until(now),
    };
    let new = NewRequest {
        id,
        business_transaction: &context.business_transaction,
        partner: &wanted.partner,
        request: wanted.request,
        // Nobody has agreed in the future.
        ask: deadlines::ask(wanted.known.map_or(now, |known| known.min(now))),
        ends: unacknowledged(&snapshot, now),
        follows: wanted.follows.as_deref(),
        snapshot: snapshot.number,
        synthetic: wanted.synthetic,
        kind: wanted.kind,
        room: if barred.is_some() {
            0
        } else {
            limits.open_exchanges
        },
    };
    match engine.submit(new, &claim, answer).await? {
        Submitted::Created => Ok(TakenOn::New),
        Submitted::Known(lookup) => Ok(TakenOn::Known(lookup)),
        Submitted::Full => Ok(TakenOn::Refused(barred.unwrap_or(Hindered {
            code: Code::QueueFull,
            retry_after: Some(Duration::from_millis(limits.full_wait_ms)),
        }))),
    }
}

/// While its breaker is open nothing new is taken on for a partner: it would only wait.
fn barred(plane: &Plane, snapshot: &Snapshot, (partner, kind): (&str, Kind)) -> Option<Hindered> {
    let partner = snapshot.partners.get(&PartnerId::new(partner))?;
    let now = plane.now();
    let until = plane.guard.open_until(partner, ask::operation(kind), now)?;
    Some(Hindered {
        code: Code::BreakerOpen,
        retry_after: until.signed_duration_since(now).to_std().ok(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wire::json::Limits;

    fn fields(text: &str) -> Vec<String> {
        let document = Document::parse(text.as_bytes(), &Limits::MATCH_BODY).unwrap();
        read(&document).map_or_else(|unfit| unfit.fields, |_| Vec::new())
    }

    #[test]
    fn a_whole_request_is_fit() {
        let whole = r#"{"kind":"single","partner":"northwind","member_patient":{},"coverage_to_match":{},"consent":{}}"#;
        assert!(fields(whole).is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_by_path_and_unknown_names_are_not_repeated() {
        let bulk =
            r#"{"kind":"some","partner":1,"member_patient":{},"coverage_to_match":[],"CANARY":1}"#;
        assert_eq!(
            fields(bulk),
            ["/kind", "/partner", "/coverage_to_match", "/consent", "/*"]
        );
        assert_eq!(fields("[]"), [""]);
    }

    #[test]
    fn a_request_about_many_has_members_and_nothing_of_one() {
        let bulk = |members: &str| {
            let text = format!(r#"{{"kind":"bulk","partner":"northwind",{members}}}"#);
            fields(&text)
        };
        let one = r#"{"member_patient":{"id":"a"},"coverage_to_match":{},"consent":{}}"#;
        assert!(bulk(&format!(r#""members":[{one}]"#)).is_empty());
        assert_eq!(
            bulk(&format!(r#""members":[{one},{one}]"#)),
            ["/members/1/member_patient/id"]
        );
        assert_eq!(bulk(r#""consent":{}"#), ["/members", "/*"]);
        let single = r#"{"partner":"northwind","member_patient":{},"coverage_to_match":{},"consent":{},"members":[]}"#;
        assert_eq!(fields(single), ["/*"]);
    }

    #[test]
    fn an_attestation_says_enrolled_and_opted_in() {
        let attested = |value: Value| is_attested(&json!({ "attestation": value }));
        assert!(attested(json!({"enrolled": true, "opted_in": true})));
        assert!(!attested(json!({"enrolled": true})));
        assert!(!attested(json!({"enrolled": true, "opted_in": "true"})));
    }
}
