//! The payloads that are fine and about which nothing else is to be said, known by one pass over their bytes.
//! Refuses to find fault: whatever it does not know goes the whole way.

use crate::app::told::{judged, with_rules};
use crate::model::ValidatedPayload;
use crate::policy::Judgement;
use memchr::memchr;
use memchr::memmem::Finder;
use std::cell::OnceCell;
use wire::payload::Schema;
use wire::stream::{Runner, Settled};

/// The member that every envelope has.
const ENVELOPED: &str = "payload";

/// How it is written.
const ENVELOPE: &str = "\"payload\"";

/// How one of its letters is written otherwise.
const LETTERS: [&str; 2] = ["\\u006", "\\u007"];

/// One schema that every payload is judged by, and nothing beside it.
pub(super) struct Quick<'a> {
    schema: &'a Schema,
    /// Whether the schema lets a payload have that member: asked when the first one is valid.
    may_be_envelope: OnceCell<bool>,
    envelope: Finder<'static>,
    letters: [Finder<'static>; 2],
    runner: Runner,
}

impl<'a> Quick<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            may_be_envelope: OnceCell::new(),
            envelope: Finder::new(ENVELOPE),
            letters: LETTERS.map(Finder::new),
            runner: Runner::default(),
        }
    }

    /// What is known of the payload: accepted is only what is in no envelope.
    pub(super) fn settled(&mut self, bytes: &[u8]) -> Settled {
        match self.schema.settled(&mut self.runner, bytes) {
            Settled::Accepted if self.may_be_envelope(bytes) => Settled::Unsettled,
            settled => settled,
        }
    }

    /// Of a valid payload.
    fn may_be_envelope(&self, bytes: &[u8]) -> bool {
        let may = || self.schema.may_have(ENVELOPED);
        if !*self.may_be_envelope.get_or_init(may) {
            return false;
        }
        let has = |part: &Finder<'_>| part.find(bytes).is_some();
        has(&self.envelope) || memchr(b'\\', bytes).is_some() && self.letters.iter().any(has)
    }
}

/// What is told of a payload that is fine by `name`, with what is said of each beside that.
pub(super) fn fine(name: &str, judgement: Judgement) -> ValidatedPayload {
    let told = judged("", None, Some(name.to_owned()), Vec::new());
    with_rules(told, judgement)
}
