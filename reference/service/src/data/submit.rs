//! Takes a request of the enterprise and makes an exchange of it.
//! Refuses what cannot become an exchange at all; everything else is for the steps to judge.

use super::Plane;
use super::once::window_end;
use crate::store::{Claim, Kept, NewExchange, Scope, StoreError, Submitted};
use crate::telemetry::Context;
use domain::failure::Code;
use domain::idempotency::Lookup;
use domain::ids::{ExchangeId, PartnerId};
use domain::masked::Masked;
use serde_json::{Map, Value, json};
use wire::json::Document;

/// Members of a request, and whether each is required.
const MEMBERS: [(&str, bool); 7] = [
    ("kind", false),
    ("partner", true),
    ("member_patient", true),
    ("coverage_to_match", true),
    ("coverage_to_link", false),
    ("consent", true),
    ("attestation", false),
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
    let fields = wrong_fields(request);
    match request.get("partner").and_then(Value::as_str) {
        Some(partner) if fields.is_empty() => Ok(Wanted {
            partner: partner.to_owned(),
            request: Masked::new(document.value().to_string().into_bytes()),
        }),
        _ => Err(unfit(fields)),
    }
}

/// Paths of what is missing, of the wrong kind, or unknown. The name of an unknown member is not repeated.
fn wrong_fields(request: &Map<String, Value>) -> Vec<String> {
    let mut fields = Vec::new();
    for (name, required) in MEMBERS {
        let fits = match (request.get(name), name) {
            (None, _) => !required,
            (Some(value), "kind") => value == "single",
            (Some(value), "partner") => value.as_str().is_some_and(is_partner_id),
            (Some(value), _) => value.is_object(),
        };
        if !fits {
            fields.push(format!("/{name}"));
        }
    }
    let known = |name: &String| MEMBERS.iter().any(|(member, _)| member == name);
    if !request.keys().all(known) {
        fields.push("/*".to_owned());
    }
    fields
}

/// A text that no id can be is not repeated in any view, and finds no route either.
fn is_partner_id(text: &str) -> bool {
    text.parse::<PartnerId>().is_ok()
}

/// The `Parameters` of `$member-match` that a kept request stands for.
pub(crate) fn parameters(request: &Value) -> Value {
    let parts: Vec<Value> = [
        ("MemberPatient", "member_patient"),
        ("CoverageToMatch", "coverage_to_match"),
        ("CoverageToLink", "coverage_to_link"),
        ("Consent", "consent"),
    ]
    .into_iter()
    .filter_map(|(part, member)| {
        let resource = request.get(member)?;
        Some(json!({"name": part, "resource": resource}))
    })
    .collect();
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

/// A request with its key.
pub(crate) struct Keyed<'a> {
    pub client: &'a str,
    pub key: &'a str,
    pub fingerprint: &'a str,
}

/// Makes the exchange, or finds the one that was made under this key.
pub(crate) async fn submit(
    plane: &Plane,
    context: &Context,
    keyed: &Keyed<'_>,
    wanted: Wanted,
    id: &ExchangeId,
    answer: &Kept,
) -> Result<Option<Lookup<Kept>>, StoreError> {
    let now = plane.now();
    let claim = Claim {
        scope: Scope {
            client: keyed.client,
            operation: "exchanges",
            key: keyed.key,
        },
        fingerprint: keyed.fingerprint,
        expires_at: window_end(now),
    };
    let new = NewExchange {
        id,
        business_transaction: &context.business_transaction,
        partner: &wanted.partner,
        request: wanted.request,
        snapshot: plane.snapshot().number,
    };
    match plane.store.submit(&new, &claim, answer, now).await? {
        Submitted::Created => Ok(None),
        Submitted::Known(lookup) => Ok(Some(lookup)),
    }
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
            r#"{"kind":"bulk","partner":1,"member_patient":{},"coverage_to_match":[],"CANARY":1}"#;
        assert_eq!(
            fields(bulk),
            ["/kind", "/partner", "/coverage_to_match", "/consent", "/*"]
        );
        assert_eq!(fields("[]"), [""]);
    }

    #[test]
    fn an_attestation_says_enrolled_and_opted_in() {
        let attested = |value: Value| is_attested(&json!({ "attestation": value }));
        assert!(attested(json!({"enrolled": true, "opted_in": true})));
        assert!(!attested(json!({"enrolled": true})));
        assert!(!attested(json!({"enrolled": true, "opted_in": "true"})));
    }
}
