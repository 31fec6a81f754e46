//! How many coverage identifiers a client tries for one person: a payer knows its member's, a guesser does not.
//! Refuses to keep an identifier or anything of a person: keyed digests only.

use super::Plane;
use super::respond::Refused;
use crate::store::StoreError;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::member_match::MemberMatch;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// What guesses are counted with.
pub(crate) struct Guesses {
    key: hmac::Key,
    limit: u16,
    window: Duration,
}

/// A question as it is counted: who is meant, and by which identifiers.
struct Guess {
    person: String,
    identifiers: String,
}

impl Guesses {
    /// Without a key that several processes share, each counts for itself and anew after a start.
    pub(crate) fn new(key: Option<&Masked<Vec<u8>>>, limit: u16, window: Duration) -> Self {
        let mut own = [0; 32];
        // Without entropy the digests can be guessed by who reads the database, and nobody else.
        let _ = SystemRandom::new().fill(&mut own);
        let key = key.map_or(own.as_slice(), |key| key.expose().as_slice());
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            limit,
            window,
        }
    }

    fn guess(&self, parts: &MemberMatch<'_>) -> Guess {
        let patient = parts.patient;
        let mut names = texts(patient.pointer("/name"), "family");
        names.extend(text(patient.get("birthDate")));
        let coverage = parts.coverage_to_match;
        let mut identifiers = texts(coverage.get("identifier"), "value");
        identifiers.extend(text(coverage.get("subscriberId")));
        Guess {
            person: self.digest("person", &names),
            identifiers: self.digest("identifiers", &identifiers),
        }
    }

    fn digest(&self, what: &str, parts: &BTreeSet<String>) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(what.as_bytes());
        for part in parts {
            context.update(&[0]);
            context.update(part.as_bytes());
        }
        let tag = context.sign();
        tag.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Counts the question, and refuses it when the client has tried too many identifiers for this person.
///
/// Source: HRex 1.2.0 mm-7
pub(crate) async fn check(
    plane: &Plane,
    client: &PartnerId,
    parts: &MemberMatch<'_>,
) -> Result<(), Refused> {
    match guesses(plane, client, parts).await? {
        true => Err(Code::BruteForce.into()),
        false => Ok(()),
    }
}

/// Counts the question, and says whether the client guesses.
pub(crate) async fn guesses(
    plane: &Plane,
    client: &PartnerId,
    parts: &MemberMatch<'_>,
) -> Result<bool, StoreError> {
    let guesses = &plane.guesses;
    let guess = guesses.guess(parts);
    let now = plane.now();
    let window = chrono::TimeDelta::from_std(guesses.window).unwrap_or_default();
    let tried = plane
        .store
        .tried(
            client,
            (&guess.person, &guess.identifiers),
            now,
            now - window,
        )
        .await?;
    Ok(tried > i64::from(guesses.limit))
}

/// A text without its case and the space around it.
fn text(value: Option<&Value>) -> Option<String> {
    Some(value?.as_str()?.trim().to_lowercase())
}

fn texts(list: Option<&Value>, name: &str) -> BTreeSet<String> {
    let list = list.and_then(Value::as_array);
    let each = list.into_iter().flatten();
    each.filter_map(|one| text(one.get(name))).collect()
}
