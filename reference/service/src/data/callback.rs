//! What a partner tells us by itself about work that it took on.
//! Refuses to take its word for a result: whoever is told goes and asks.

use super::{Plane, schema, step};
use crate::store::{Callback, CalledBack, StoreError};
use domain::failure::Code;
use domain::fulfilment::within;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::{CorrelationId, PartnerId};
use domain::workflow::Unmoved;
use serde_json::Value;
use wire::json::{Document, Limits};

/// The largest message of a partner.
///
/// Units:  bytes, levels, values
/// Source: capacity limits of the reference service: callbacks have at most 64 KiB
const LIMITS: Limits = Limits {
    bytes: 64 * 1024,
    depth: 64,
    nodes: 5_000,
};

/// The longest id of an event, in bytes (ours).
const LONGEST_EVENT: usize = 128;

/// What a partner may say of its work.
const WORDS: [&str; 3] = ["in-progress", "completed", "failed"];

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is written down, and what was waiting has been woken.
    Woke,
    /// It is written down, and changes nothing.
    Noted(Unmoved),
    Again,
}

/// A message as it came.
pub(crate) struct Told<'a> {
    pub client: &'a PartnerId,
    pub correlation: &'a CorrelationId,
    pub handle: &'a str,
    pub event: &'a str,
    pub body: &'a [u8],
}

/// Why a message was not taken.
#[derive(Debug)]
pub(crate) enum Untaken {
    Refused(Code),
    Store(StoreError),
}

impl From<Code> for Untaken {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}

impl From<StoreError> for Untaken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The largest body that is read of a message.
pub(crate) const LARGEST: usize = LIMITS.bytes;

/// Takes a message, once.
pub(crate) async fn take(plane: &Plane, told: &Told<'_>) -> Result<Taken, Untaken> {
    let sound = |c: char| c.is_ascii_graphic();
    if told.event.len() > LONGEST_EVENT || !told.event.chars().all(sound) {
        return Err(Code::SchemaInvalid.into());
    }
    let document = Document::parse(told.body, &LIMITS).map_err(|fault| schema::of_fault(&fault))?;
    let awaited = plane.store.awaited(told.client, told.handle).await?;
    let id = awaited.ok_or(Code::NotYourResource)?;
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(told.client);
    let base_url = &partner.ok_or(Code::NotYourResource)?.base_url;
    let (word, place) = read(document.value(), base_url)?;
    let print = fingerprint(&Asked {
        method: "POST",
        path: told.handle,
        headers: &[],
        body: &document,
    });
    let recorder = plane.traces.recorder(&plane.store, &id).await?;
    let seen = recorder.map(|recorder| recorder.called_back(told.correlation, plane.now()));
    let callback = Callback {
        client: told.client,
        correlation: told.correlation,
        event: told.event,
        fingerprint: &print,
        word,
        place: place.as_deref(),
        seen: seen.as_ref(),
    };
    match plane.store.hear(&id, &callback, plane.now()).await? {
        CalledBack::Woke => Ok(Taken::Woke),
        CalledBack::Noted(why) => Ok(Taken::Noted(why)),
        CalledBack::Again => Ok(Taken::Again),
        CalledBack::Reused => Err(Code::KeyReused.into()),
    }
}

/// The word about the work, and where the partner wants to be asked.
fn read(message: &Value, base_url: &str) -> Result<(&'static str, Option<String>), Code> {
    let invalid = Code::SchemaInvalid;
    let members = message.as_object().ok_or(invalid)?;
    let known = |name: &String| matches!(name.as_str(), "status" | "location");
    if !members.keys().all(known) {
        return Err(invalid);
    }
    let said = members.get("status").and_then(Value::as_str);
    let word = WORDS.into_iter().find(|word| said == Some(*word));
    let place = match members.get("location") {
        None => None,
        Some(named) => {
            let named = named.as_str().ok_or(invalid)?;
            Some(within(base_url, named).map_err(|_| invalid)?)
        }
    };
    Ok((word.ok_or(invalid)?, place))
}

/// The address under which a partner reaches us about one exchange.
pub(super) fn address(plane: &Plane, handle: &str) -> String {
    format!("{}{}{handle}", plane.base, step::CALLBACKS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_says_one_of_three_words_and_perhaps_a_place_of_the_partner() {
        let base = "https://contoso.example";
        let read = |message: Value| read(&message, base);
        assert_eq!(read(json!({"status": "failed"})), Ok(("failed", None)));
        let place = "https://contoso.example/async/1".to_owned();
        assert_eq!(
            read(json!({"status": "completed", "location": "/async/1"})),
            Ok(("completed", Some(place)))
        );
        for wrong in [
            json!({"status": "done"}),
            json!({"status": 1}),
            json!({}),
            json!([]),
            json!({"status": "completed", "result": {}}),
            json!({"status": "completed", "location": "https://elsewhere.example/1"}),
        ] {
            assert_eq!(read(wrong), Err(Code::SchemaInvalid));
        }
    }
}
