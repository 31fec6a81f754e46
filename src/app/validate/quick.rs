//! The payloads that are fine and about which nothing else is to be said, known by one pass over their bytes.
//! Refuses to find fault: whatever it does not know goes the whole way.

use crate::app::told::{judged, with_rules};
use crate::model::ValidatedPayload;
use crate::policy::Judgement;
use memchr::memmem::Finder;
use wire::payload::Schema;
use wire::stream::Runner;

/// Texts without which a payload has no member `payload`, as envelopes have: its name, or an escape of one of its letters.
const ENVELOPE: [&str; 3] = ["\"payload\"", "\\u006", "\\u007"];

/// One schema that every payload is judged by, and nothing beside it.
pub(super) struct Quick<'a> {
    schema: &'a Schema,
    fine: &'a ValidatedPayload,
    envelope: [Finder<'static>; 3],
    runner: Runner,
}

impl<'a> Quick<'a> {
    pub(super) fn new(schema: &'a Schema, fine: &'a ValidatedPayload) -> Self {
        Self {
            schema,
            fine,
            envelope: ENVELOPE.map(Finder::new),
            runner: Runner::default(),
        }
    }

    /// What is told of the payload, if it is surely fine: within the limits, in no envelope, and valid.
    pub(super) fn told(&mut self, bytes: &[u8]) -> Option<&'a ValidatedPayload> {
        let is_fine = self.schema.settles(&mut self.runner, bytes)
            && !self.envelope.iter().any(|part| part.find(bytes).is_some());
        is_fine.then_some(self.fine)
    }
}

/// What is told of a payload that is fine by `name`, with what is said of each beside that.
pub(super) fn fine(name: &str, judgement: Judgement) -> ValidatedPayload {
    let told = judged("", None, Some(name.to_owned()), Vec::new());
    with_rules(told, judgement)
}
