//! A line of a recorded history as what it is: a payload in an envelope that says which version was spoken, when and
//! with whom.

use super::ruling::Known;
use crate::model::{VersionId, VersionName};
use serde_json::Value;
use wire::json::Document;

/// Names that make an object an envelope; a payload of the exchange has none of the three together.
const ENVELOPE: [&str; 3] = ["schema", "version", "payload"];

/// A document without its envelope.
pub(super) struct Recorded {
    /// Its places are those of the whole text.
    pub(super) payload: Document,
    /// The version that the envelope names.
    pub(super) spoken: Option<VersionId>,
    /// When it was spoken and with whom; none where there is no envelope.
    pub(super) known: Option<Known>,
}

impl Recorded {
    /// What `document` records, or itself where it is no envelope.
    pub(super) fn of(document: Document) -> Self {
        let text = |name: &str| document.value().get(name).and_then(Value::as_str);
        let is_envelope = ENVELOPE
            .iter()
            .all(|name| document.value().get(name).is_some());
        let spoken = text("schema")
            .zip(text("version"))
            .and_then(|(entry, version)| {
                Some(VersionId {
                    entry: entry.to_owned(),
                    version: version.parse::<VersionName>().ok()?,
                })
            });
        let known = Known::recorded(text("recorded_at"), text("partner"));
        match document.part("/payload").filter(|_| is_envelope) {
            Some(payload) => Self {
                payload,
                spoken,
                known: Some(known),
            },
            None => Self {
                payload: document,
                spoken: None,
                known: None,
            },
        }
    }
}
