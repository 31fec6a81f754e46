//! The types of the records against the entries of the catalogue that are generated from them: every accepted example is
//! read and written back equal, every rejected one is refused, and the schema accepts what the type writes.
//! Refuses to know how a schema is generated.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used
)]

use domain::record::{
    AlertRule, AsyncStatus, Attestation, AuditRecord, DeadLetter, ReleaseRecord, SlaDocument,
    WorkflowRequest, chain, verify,
};
use domain::workflow::{Completion, Disposition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use wire::payload::Schema;

type Examples = BTreeMap<String, Value>;

fn folder(entry: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");
    PathBuf::from(root).join(entry).join("1.0.0")
}

fn examples(entry: &str, kind: &str) -> Examples {
    let files = std::fs::read_dir(folder(entry).join(kind)).unwrap();
    let found: Examples = files
        .map(|file| {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (stem, value)
        })
        .collect();
    assert!(found.len() >= 2, "{entry}/{kind}");
    found
}

fn accepted<T: DeserializeOwned>(entry: &str, name: &str) -> T {
    serde_json::from_value(examples(entry, "accepted")[name].clone()).unwrap()
}

fn schema(entry: &str) -> Schema {
    let text = std::fs::read(folder(entry).join("schema.json")).unwrap();
    Schema::compile(&serde_json::from_slice(&text).unwrap()).unwrap()
}

/// Holds a type against its entry; `bounds` are the rejected examples that only overstep a number or a length, which
/// the type leaves to the schema and to its own `check`.
fn holds<T: Serialize + DeserializeOwned>(entry: &str, bounds: &[&str]) {
    let schema = schema(entry);
    for (name, example) in examples(entry, "accepted") {
        let read: T = serde_json::from_value(example.clone())
            .unwrap_or_else(|error| panic!("{entry}/{name}: {error}"));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, example, "{entry}/{name}");
        assert!(schema.accepts(&written), "{entry}/{name}");
    }
    let rejected = examples(entry, "rejected");
    let read_all_the_same: BTreeSet<&str> = rejected
        .iter()
        .filter(|(_, example)| serde_json::from_value::<T>((*example).clone()).is_ok())
        .map(|(name, _)| name.as_str())
        .collect();
    let bounds: BTreeSet<&str> = bounds.iter().copied().collect();
    assert_eq!(read_all_the_same, bounds, "{entry}");
    for (name, example) in &rejected {
        assert!(!schema.accepts(example), "{entry}/{name}");
    }
}

/// Nothing is left out without a word: a member that an accepted example loses is missed by schema and type.
fn misses<T: DeserializeOwned>(entry: &str) {
    let schema = schema(entry);
    for (name, example) in examples(entry, "accepted") {
        for member in example.as_object().unwrap().keys() {
            let mut less = example.clone();
            less.as_object_mut().unwrap().remove(member);
            assert!(!schema.accepts(&less), "{entry}/{name} without {member}");
            let read = serde_json::from_value::<T>(less);
            assert!(read.is_err(), "{entry}/{name} without {member}");
        }
    }
}

#[test]
fn every_record_type_reads_and_writes_what_its_entry_accepts() {
    holds::<AsyncStatus>("async-status-headers", &[]);
    holds::<Attestation>("p2p-attestation", &["purpose-none"]);
    holds::<WorkflowRequest>("p2p-workflow-request", &["attempt-counted-from-zero"]);
    holds::<AuditRecord>("audit-record", &["position-zero"]);
    holds::<DeadLetter>("dead-letter", &["last-status-of-no-answer"]);
    let bounds = ["budget-announced-once", "nobody-to-call", "share-over-all"];
    holds::<SlaDocument>("sla-document", &bounds);
    holds::<AlertRule>("alert-rule", &["window-none"]);
    holds::<ReleaseRecord>("release-record", &[]);
}

#[test]
fn a_member_that_is_left_out_is_missed_by_schema_and_type_alike() {
    misses::<AsyncStatus>("async-status-headers");
    misses::<Attestation>("p2p-attestation");
    misses::<WorkflowRequest>("p2p-workflow-request");
    misses::<AuditRecord>("audit-record");
    misses::<DeadLetter>("dead-letter");
    misses::<SlaDocument>("sla-document");
    misses::<AlertRule>("alert-rule");
    misses::<ReleaseRecord>("release-record");
}

#[test]
fn the_examples_of_the_audit_log_are_one_chain() {
    let mut log: Vec<AuditRecord> = examples("audit-record", "accepted")
        .into_values()
        .map(|example| serde_json::from_value(example).unwrap())
        .collect();
    log.sort_by_key(|record| record.seq);
    let head = log.last().unwrap().digest();
    assert_eq!(verify(&log, &head), Ok(()));
    let mut again: Vec<AuditRecord> = Vec::new();
    for record in &log {
        again.push(chain(again.last(), record.event.clone()).unwrap());
    }
    assert_eq!(again, log);
    log[1].event.approver = None;
    assert_eq!(verify(&log, &head).unwrap_err().index, 1);
}

#[test]
fn the_example_of_a_dead_letter_is_made_of_the_exchange_that_died() {
    let died: WorkflowRequest = accepted("p2p-workflow-request", "dead-lettered");
    let letter: DeadLetter = accepted("dead-letter", "partner-silent");
    assert_eq!(DeadLetter::of(&died), Ok(letter));
    let alive: WorkflowRequest = accepted("p2p-workflow-request", "waiting");
    assert!(DeadLetter::of(&alive).is_err());
}

#[test]
fn no_example_calls_complete_what_is_a_part() {
    for (name, example) in examples("p2p-workflow-request", "accepted") {
        let request: WorkflowRequest = serde_json::from_value(example).unwrap();
        assert!(!request.overstates(), "{name}");
    }
    let mut partial: WorkflowRequest = accepted("p2p-workflow-request", "partial-with-gaps");
    let given = partial.data.clone().unwrap();
    assert_eq!(given.completion(), Completion::Partial);
    partial.disposition = Disposition::Complete;
    assert!(partial.overstates());
}

#[test]
fn the_examples_of_documents_and_decisions_keep_their_own_rules() {
    for example in examples("p2p-attestation", "accepted").into_values() {
        let attestation: Attestation = serde_json::from_value(example).unwrap();
        assert_eq!(attestation.check(), Ok(()));
    }
    for example in examples("sla-document", "accepted").into_values() {
        let document: SlaDocument = serde_json::from_value(example).unwrap();
        assert_eq!(document.check(), Ok(()));
    }
    for example in examples("alert-rule", "accepted").into_values() {
        let rule: AlertRule = serde_json::from_value(example).unwrap();
        assert_eq!(rule.check(), Ok(()));
    }
    for example in examples("release-record", "accepted").into_values() {
        let record: ReleaseRecord = serde_json::from_value(example).unwrap();
        assert!(record.is_sound());
    }
}
