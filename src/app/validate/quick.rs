//! The payloads that are fine and about which nothing else is to be said, known by one pass over their bytes.
//! Refuses to find fault: whatever it does not know goes the whole way.

use crate::app::told::{judged, with_rules};
use crate::model::ValidatedPayload;
use crate::policy::Judgement;
use memchr::memmem::Finder;
use serde_json::Value;
use wire::json::Limits;
use wire::stream::{Program, Runner, Settled};

/// Texts without which a payload has no member `payload`, as envelopes have: its name, or an escape of one of its letters.
const ENVELOPE: [&str; 3] = ["\"payload\"", "\\u006", "\\u007"];

/// One schema that every payload is judged by, and nothing beside it.
pub(super) struct Quick {
    program: Program,
    envelope: [Finder<'static>; 3],
    /// What is told of a payload that is fine.
    pub(super) fine: ValidatedPayload,
}

impl Quick {
    /// `judgement` is what would be said of every payload beside its schema.
    pub(super) fn new(schema: &Value, name: &str, judgement: Judgement) -> Self {
        Self {
            program: Program::compile(schema),
            envelope: ENVELOPE.map(Finder::new),
            fine: with_rules(
                judged("", None, Some(name.to_owned()), Vec::new()),
                judgement,
            ),
        }
    }

    pub(super) fn runner() -> Runner {
        Runner::new(Limits::default())
    }

    /// Whether the payload is surely fine: within the limits, in no envelope, and accepted by the schema.
    pub(super) fn knows(&self, runner: &mut Runner, bytes: &[u8]) -> bool {
        let may_be_envelope = || self.envelope.iter().any(|part| part.find(bytes).is_some());
        runner.accepts(&self.program, bytes) == Settled::Accepted && !may_be_envelope()
    }
}
