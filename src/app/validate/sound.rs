//! The payloads that are fine and say themselves what they are, or that rules have a say about: known without their places.
//! Refuses to find fault: whatever is not surely fine goes the whole way.

use super::judge::Judge;
use crate::app::recorded::spoken;
use crate::app::told::{judged, with_rules};
use crate::app::versions::Chosen;
use crate::model::ValidatedPayload;
use crate::replay::quick::{limits, plain};
use memchr::memchr3_iter;
use serde_json::Value;
use wire::stream::Runner;

/// One pass over the bytes for the schemas, and one for the values that tell which schemas and what the rules ask about.
pub(super) struct Sound<'j, 'a> {
    judge: &'j Judge<'a>,
    runner: Runner,
}

impl<'j, 'a> Sound<'j, 'a> {
    pub(super) fn new(judge: &'j Judge<'a>) -> Self {
        // Those of what stands in an envelope: what keeps within them does so without one too.
        let runner = Runner::new(limits());
        Self { judge, runner }
    }

    /// What is told of the payload, if everybody who judges it surely accepts it.
    pub(super) fn told(
        &mut self,
        file: &str,
        record: Option<u64>,
        bytes: &[u8],
    ) -> Option<ValidatedPayload> {
        if may_be_too_many(bytes) {
            return None;
        }
        // Of a name that stands there twice the last is taken: such a text is settled by nobody below.
        let whole: Value = serde_json::from_slice(bytes).ok()?;
        let (spoken, recorded) = spoken(&whole);
        let (payload, bytes) = match &recorded {
            Some(_) => (whole.get("payload")?, plain(bytes)?.payload),
            None => (&whole, bytes),
        };
        // An older version is chosen only where the newest surely rejects it, and that is not known here.
        let chosen = self.judge.schema_for(payload, spoken, |_| true).ok()?;
        let is_valid = chosen.schema.settles(&mut self.runner, bytes);
        if !is_valid || !self.is_taken_by_newer(&chosen, bytes) {
            return None;
        }
        let known = recorded.as_ref().unwrap_or(&self.judge.known);
        let judgement = self
            .judge
            .ruled(&chosen, |ruling, id| ruling.judge_value(id, payload, known));
        let is_unbroken = judgement.breaks.is_empty() && judgement.not_evaluated.is_empty();
        let told = judged(file, record, Some(chosen.name), Vec::new());
        is_unbroken.then(|| with_rules(told, judgement))
    }

    /// Whether the newer versions surely accept it too: those that refuse it are news.
    fn is_taken_by_newer(&mut self, chosen: &Chosen<'_>, bytes: &[u8]) -> bool {
        let (judge, runner) = (self.judge, &mut self.runner);
        let mut newer = judge.versions.newer(&judge.schemas, chosen);
        newer.all(|(_, schema)| schema.settles(runner, bytes))
    }
}

/// Whether a tree of the text could hold more values than may be held: each but the first has a sign before it.
fn may_be_too_many(bytes: &[u8]) -> bool {
    let most = limits().nodes;
    bytes.len() > most && memchr3_iter(b',', b'[', b'{', bytes).count() >= most
}
