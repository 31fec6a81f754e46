//! One line of a history: an envelope, or a payload alone.
//! Refuses to give out anything of a line that is no JSON.

use super::address;
use super::date::{self, Offset};
use super::key::Key;
use super::member::member;
use super::pseudonym::pseudonym;
use super::rewrite::Rewrite;
use super::vocabulary::Vocabulary;
use crate::catalogue::Envelope;
use crate::model::ScrubTally;
use serde_json::{Map, Value};
use wire::json::{Document, Fault, Limits};

/// Turns lines of real people into lines of nobody: the same under the same key.
#[derive(Debug)]
pub struct Scrubber<'a> {
    pub(super) key: Key,
    pub(super) vocabulary: &'a Vocabulary,
    /// How numbers of made-up members begin.
    pub(super) prefix: &'a str,
}

impl<'a> Scrubber<'a> {
    /// A scrubber that keeps the words of `vocabulary`; pseudonyms of numbers begin with `prefix`.
    #[must_use]
    pub fn new(key: Key, vocabulary: &'a Vocabulary, prefix: &'a str) -> Self {
        Self {
            key,
            vocabulary,
            prefix,
        }
    }

    /// `bytes` without anybody in it, on one line.
    ///
    /// Errors: they are no JSON
    pub fn line(&self, bytes: &[u8]) -> Result<(String, ScrubTally), Fault> {
        let document = Document::parse(bytes, &Limits::PAYLOAD)?;
        let mut value = document.into_value();
        let is_envelope = serde_json::from_value::<Envelope>(value.clone()).is_ok();
        let tally = match &mut value {
            Value::Object(members) if is_envelope => self.envelope(members),
            value => self.alone(value, bytes),
        };
        Ok((value.to_string(), tally))
    }

    fn alone(&self, payload: &mut Value, bytes: &[u8]) -> ScrubTally {
        let whose = member(payload);
        let line = String::from_utf8_lossy(bytes);
        let offset = Offset::of(&self.key, whose.as_deref().unwrap_or(&line));
        let mut rewrite = Rewrite::new(self, offset, "");
        rewrite.payload(payload);
        rewrite.tally
    }

    fn envelope(&self, members: &mut Map<String, Value>) -> ScrubTally {
        let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
        let exchange = text("correlation_id").to_owned();
        let recorded = text("recorded_at").to_owned();
        let whose = members.get("payload").and_then(member);
        let offset = Offset::of(&self.key, whose.as_deref().unwrap_or(&exchange));
        let mut tally = ScrubTally::default();
        for (key, value) in members.iter_mut() {
            if key == "payload" {
                let mut rewrite = Rewrite::new(self, offset, &recorded);
                rewrite.payload(value);
                tally.add(&rewrite.tally);
            } else if let Value::String(text) = value {
                *text = self.head(key, text, offset, &mut tally);
            }
        }
        tally
    }

    /// What stands in the envelope beside the payload.
    fn head(&self, key: &str, text: &str, offset: Offset, tally: &mut ScrubTally) -> String {
        let named = |tally: &mut ScrubTally| {
            tally.pseudonyms += 1;
            match address::is_address(text) {
                true => address::renamed(&self.key, text),
                false => pseudonym(&self.key, text),
            }
        };
        match key {
            "id" => format!("scrubbed-{}", named(tally)),
            "recorded_at" => {
                tally.dates += 1;
                date::shifted(text, offset, false).unwrap_or_else(|| date::masked(text))
            }
            "direction" | "outcome" => text.to_owned(),
            "partner" | "schema" if self.vocabulary.is_name(text) => text.to_owned(),
            "version" if Vocabulary::is_release(text) => text.to_owned(),
            _ => named(tally),
        }
    }
}
