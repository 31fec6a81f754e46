//! What a stub says to a call that no interaction shows: which part differs, and never by which value.
//! Refuses to look like an answer that a partner gives.

use super::super::fault::NoDemand;
use super::{CHOOSE_FAULT, CHOOSE_INTERACTION};
use crate::contract::matching::Mismatch;
use crate::model::HttpResponse;
use serde_json::json;

/// The status of such an answer; no partner gives it.
const STATUS: u16 = 599;
/// Differences that are told; the first ones lead to the others.
const TOLD: usize = 10;

/// Why a call has no answer.
#[derive(Debug)]
pub(super) enum Unmeant {
    /// No contract has an interaction of the key that the call chooses.
    NoInteraction,
    /// What the call chooses is no fault.
    NoFault(NoDemand),
    /// No stub of a match can play it.
    Unplayable(&'static str),
    /// The fault hits before a call can choose it.
    NotPerCall(&'static str),
    /// The nearest interaction, and how the call differs from it.
    Differs(String, Vec<Mismatch>),
    /// The contract shows an answer that no server can give.
    Unsayable,
}

impl Unmeant {
    pub(super) fn answer(&self) -> HttpResponse {
        let (code, title) = self.told();
        let mut problem = json!({
            "type": format!("about:matchmark/stub/{code}"),
            "title": title,
            "status": STATUS,
            "code": code,
        });
        if let (Self::Differs(key, mismatches), Some(members)) = (self, problem.as_object_mut()) {
            let differences = mismatches.iter().take(TOLD).map(|mismatch| {
                json!({
                    "part": mismatch.part.word(),
                    "pointer": mismatch.pointer,
                    "rule": mismatch.rule,
                    "why": mismatch.sentence(),
                })
            });
            members.insert("nearest".to_owned(), json!(key));
            members.insert("differences".to_owned(), differences.collect());
        }
        HttpResponse {
            status: STATUS,
            headers: vec![(
                "content-type".to_owned(),
                "application/problem+json".to_owned(),
            )],
            body: format!("{problem}\n").into_bytes(),
        }
    }

    fn told(&self) -> (&'static str, String) {
        match self {
            Self::NoInteraction => (
                "no-interaction",
                format!(
                    "no contract of this partner has the interaction that {CHOOSE_INTERACTION} names"
                ),
            ),
            Self::NoFault(why) => ("no-fault", format!("{CHOOSE_FAULT}: {why}")),
            Self::Unplayable(word) => (
                "unplayable",
                format!("`{word}` concerns jobs or callbacks, and a match has none"),
            ),
            Self::NotPerCall(word) => (
                "not-per-call",
                format!(
                    "`{word}` hits before a call can ask for it; start the stub with --fault {word}"
                ),
            ),
            Self::Differs(..) => (
                "not-in-contract",
                "no interaction of the contracts shows this call".to_owned(),
            ),
            Self::Unsayable => (
                "unsayable",
                "the contract shows an answer that no server can give".to_owned(),
            ),
        }
    }
}
