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
        let (spoken, known) = spoken(document.value());
        match document.part("/payload").filter(|_| known.is_some()) {
            Some(payload) => Self {
                payload,
                spoken,
                known,
            },
            None => Self {
                payload: document,
                spoken: None,
                known: None,
            },
        }
    }
}

/// The version that an envelope names, when it was spoken and with whom; neither of what is no envelope.
pub(super) fn spoken(value: &Value) -> (Option<VersionId>, Option<Known>) {
    if !ENVELOPE.iter().all(|name| value.get(name).is_some()) {
        return (None, None);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let named = text("schema").zip(text("version"));
    let spoken = named.and_then(|(entry, version)| {
        Some(VersionId {
            entry: entry.to_owned(),
            version: version.parse::<VersionName>().ok()?,
        })
    });
    let known = Known::recorded(text("recorded_at"), text("partner"));
    (spoken, Some(known))
}
