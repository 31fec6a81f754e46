//! How many coverage identifiers a client tries for one person: a payer knows its member's, a guesser does not.
//! Refuses to keep an identifier or anything of a person: keyed digests only.

use super::Plane;
use super::respond::Refused;
use crate::security::sentry::{Alarm, Sentry};
use crate::store::StoreError;
use domain::Timestamp;
use domain::failure::Code;
use domain::identity::normalise;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::member_match::MemberMatch;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// More names than this are not compared, and not counted.
///
/// Source: ours; as many values of one attribute as identity looks at
const MOST_NAMES: usize = 20;

/// What guesses are counted with.
pub(crate) struct Guesses {
    key: hmac::Key,
    limit: u16,
    window: Duration,
    sentry: Arc<Sentry>,
}

/// A question as it is counted. Each of its names with the birth date is a person, and each identifier is a try: whoever
/// adds a name or a number to a question gains nothing by it.
struct Guess {
    persons: BTreeSet<String>,
    identifiers: BTreeSet<String>,
}

impl Guesses {
    /// Without a key that several processes share, each counts for itself and anew after a start.
    pub(crate) fn new(
        key: Option<&Masked<Vec<u8>>>,
        (limit, window): (u16, Duration),
        sentry: Arc<Sentry>,
    ) -> Self {
        let mut own = [0; 32];
        // Without entropy the digests can be guessed by who reads the database, and nobody else.
        let _ = SystemRandom::new().fill(&mut own);
        let key = key.map_or(own.as_slice(), |key| key.expose().as_slice());
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            limit,
            window,
            sentry,
        }
    }

    /// Somebody tries numbers: whoever watches the service is told.
    pub(crate) fn alarm(&self, now: Timestamp) {
        self.sentry.raise(Alarm::BruteForce, 1, now);
    }

    fn guess(&self, parts: &MemberMatch<'_>) -> Guess {
        let patient = parts.patient;
        let born = text(patient.get("birthDate")).unwrap_or_default();
        let mut names: Vec<String> = texts(patient.get("name"), "family")
            .map(|name| normalise::name(&name).join(" "))
            .filter(|name| !name.is_empty())
            .take(MOST_NAMES)
            .collect();
        if names.is_empty() {
            names.push(String::new());
        }
        let coverage = parts.coverage_to_match;
        let mut identifiers: BTreeSet<String> =
            texts(coverage.get("identifier"), "value").collect();
        identifiers.extend(text(coverage.get("subscriberId")));
        // One more than may be tried is as good as all of them.
        let most = usize::from(self.limit).saturating_add(1);
        let identifiers = identifiers.iter().take(most);
        Guess {
            persons: names
                .iter()
                .map(|name| self.digest("person", &[&born, name]))
                .collect(),
            identifiers: identifiers
                .map(|number| self.digest("identifier", &[number]))
                .collect(),
        }
    }

    fn digest(&self, what: &str, parts: &[&str]) -> String {
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
            (&guess.persons, &guess.identifiers),
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

fn texts(list: Option<&Value>, name: &str) -> impl Iterator<Item = String> {
    let list = list.and_then(Value::as_array);
    let each = list.into_iter().flatten();
    each.filter_map(move |one| text(one.get(name)))
}
