//! What partners are served here, as a CapabilityStatement: told from the snapshot that is in force.
//! Refuses to promise what would be refused: an operation whose requests nobody can judge is left out.

use super::{Plane, schema};
use crate::store::StoreError;
use domain::Timestamp;
use domain::export::CLAIMS;
use domain::record::Instant;
use domain::snapshot::Snapshot;
use serde_json::{Value, json};

/// Source: HRex 1.2.0 OperationDefinition member-match, canonical
const MATCH: &str = "http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match";
/// Source: PDex 2.2.0 OperationDefinition BulkMemberMatch, canonical
const BULK_MATCH: &str = "http://hl7.org/fhir/us/davinci-pdex/OperationDefinition/BulkMemberMatch";
/// Source: ATR 2.1.0 OperationDefinition davinci-data-export, canonical
const EXPORT: &str = "http://hl7.org/fhir/us/davinci-atr/OperationDefinition/davinci-data-export";
/// Source: FHIR R4 OperationDefinition Patient-everything, canonical
const EVERYTHING: &str = "http://hl7.org/fhir/OperationDefinition/Patient-everything";
/// Source: FHIR R4 search parameters, canonicals
const SEARCHES: &str = "http://hl7.org/fhir/SearchParameter/";

/// The statement of the listener for partners, which answers at `base`.
///
/// Errors: the store does not say since when the snapshot is in force
/// Source: FHIR R4 CapabilityStatement, its required elements and invariants cpb-1 to cpb-16
pub(crate) async fn statement(plane: &Plane, base: &str) -> Result<Value, StoreError> {
    let snapshot = plane.snapshot();
    let number = i64::try_from(snapshot.number).unwrap_or(i64::MAX);
    let kept = plane.store.kept_snapshot(number).await?;
    let since = kept.map_or_else(|| plane.now(), |kept| kept.at);
    Ok(of(&snapshot, base, since))
}

fn of(snapshot: &Snapshot, base: &str, since: Timestamp) -> Value {
    let us = snapshot.us.id.as_str();
    json!({
        "resourceType": "CapabilityStatement",
        "version": snapshot.number.to_string(),
        "status": "active",
        "date": Instant::new(since),
        "publisher": us,
        "kind": "instance",
        "software": {"name": "matchmark reference", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": format!("Payer-to-payer exchange of {us}"), "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "documentation": "What other payers may ask. Work that takes longer is asked after at the address that is given for it.",
            "security": security(base),
            "resource": [patient(snapshot), group(snapshot), read(CLAIMS), read("Provenance")],
        }],
    })
}

/// Who asks shows a certificate, and a token that is bound to it.
///
/// Source: PDex 2.2.0 sec-14 to sec-16; SMART App Launch 2.0.0, extension oauth-uris
fn security(base: &str) -> Value {
    let service = |code: &str| {
        let system = "http://terminology.hl7.org/CodeSystem/restful-security-service";
        json!({"coding": [{"system": system, "code": code}]})
    };
    json!({
        "extension": [{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "token", "valueUri": format!("{base}/token")}],
        }],
        "cors": false,
        "service": [service("SMART-on-FHIR"), service("Certificates")],
        "description": "A client certificate, and an access token that is bound to it, for a signed assertion (private_key_jwt); see /.well-known/smart-configuration.",
    })
}

fn patient(snapshot: &Snapshot) -> Value {
    let everything = json!({"name": "everything", "definition": EVERYTHING,
        "documentation": "With a token for this member."});
    let asked = operation(
        snapshot,
        ("member-match", MATCH),
        &[schema::REQUEST.to_owned()],
    );
    let operations: Vec<Value> = asked.into_iter().chain([everything]).collect();
    json!({"type": "Patient", "operation": operations})
}

fn group(snapshot: &Snapshot) -> Value {
    let (export, version) = schema::EXPORT;
    let operations = [
        operation(
            snapshot,
            ("bulk-member-match", BULK_MATCH),
            &[schema::BULK.to_owned()],
        ),
        operation(
            snapshot,
            ("multi-member-match", BULK_MATCH),
            &[schema::BULK.to_owned()],
        ),
        operation(
            snapshot,
            ("davinci-data-export", EXPORT),
            &[format!("{export}@{version}")],
        ),
    ];
    let mut told = json!({
        "type": "Group",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [
            {"name": "identifier", "definition": format!("{SEARCHES}Group-identifier"), "type": "token"},
            {"name": "characteristic", "definition": format!("{SEARCHES}Group-characteristic"), "type": "token"},
        ],
    });
    let operations: Vec<Value> = operations.into_iter().flatten().collect();
    if let (Some(members), false) = (told.as_object_mut(), operations.is_empty()) {
        members.insert("operation".to_owned(), operations.into());
    }
    told
}

/// Records of one member, of this kind.
fn read(kind: &str) -> Value {
    let patient = format!("{SEARCHES}{kind}-patient");
    json!({
        "type": kind,
        "documentation": "With a token for the member whom `patient` names.",
        "interaction": [{"code": "search-type"}],
        "searchParam": [{"name": "patient", "definition": patient, "type": "reference"}],
    })
}

/// An operation, with the versions of its requests that can be judged; none without any.
fn operation(
    snapshot: &Snapshot,
    (name, definition): (&str, &str),
    requests: &[String],
) -> Option<Value> {
    let judged = |entry: &&String| {
        let known = |wanted: &String| match wanted.contains('@') {
            true => *entry == wanted,
            false => entry.split('@').next() == Some(wanted),
        };
        requests.iter().any(known)
    };
    let versions: Vec<&str> = snapshot
        .schemas
        .keys()
        .filter(judged)
        .map(String::as_str)
        .collect();
    let documentation = format!("Requests meet one of: {}.", versions.join(", "));
    (!versions.is_empty())
        .then(|| json!({"name": name, "definition": definition, "documentation": documentation}))
}
