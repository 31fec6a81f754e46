//! The ids of a trace, worked out from what it tells of: whoever goes on with an exchange knows them without asking.
//! Refuses chance: an exchange has the same trace in every process, before a restart and after it.

use super::Stage;
use crate::ids::{CorrelationId, ExchangeId};
use sha2::{Digest, Sha256};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a span")]
pub struct NoSpanId;

/// Names a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub [u8; 16]);

/// Names a span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub [u8; 8]);

impl TraceId {
    /// The trace of an exchange; a replay is told in a trace of its own.
    #[must_use]
    pub fn of_exchange(id: &ExchangeId, replays: u32) -> Self {
        Self(digest(&[
            b"trace",
            id.as_str().as_bytes(),
            &replays.to_be_bytes(),
        ]))
    }

    #[must_use]
    pub fn root(self) -> SpanId {
        SpanId(digest(&[&self.0, b"exchange"]))
    }

    #[must_use]
    pub fn stage(self, stage: Stage) -> SpanId {
        SpanId(digest(&[&self.0, stage.word().as_bytes()]))
    }

    /// One of the calls that share a correlation: a first try, and one with a renewed token, say.
    #[must_use]
    pub fn call(self, correlation: &CorrelationId, before: u32) -> SpanId {
        let id = correlation.as_str().as_bytes();
        SpanId(digest(&[&self.0, b"call", id, &before.to_be_bytes()]))
    }

    /// What a partner is told, so that its spans stand below ours. The trace is always kept.
    ///
    /// Source: W3C Trace Context, section 3.2: version 00, trace, parent, flags with the bit for sampled
    #[must_use]
    pub fn parent(self, span: SpanId) -> String {
        format!("00-{self}-{span}-01")
    }
}

/// Each part with its length before it, so that no two lists of parts are told by the same bytes.
fn digest<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; N];
    for (to, from) in id.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    id
}

fn hex(bytes: &[u8], f: &mut Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl Display for TraceId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl Display for SpanId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl FromStr for SpanId {
    type Err = NoSpanId;

    fn from_str(text: &str) -> Result<Self, NoSpanId> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).map_err(|_| NoSpanId)?;
        match is_hex {
            true => Ok(Self(number.to_be_bytes())),
            false => Err(NoSpanId),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_exchange_has_one_trace_a_replay_and_every_span_an_id_of_its_own() {
        let (one, two) = (ExchangeId::new("e1"), ExchangeId::new("e2"));
        let trace = TraceId::of_exchange(&one, 0);
        assert_eq!(trace, TraceId::of_exchange(&one, 0));
        assert_ne!(trace, TraceId::of_exchange(&one, 1));
        assert_ne!(trace, TraceId::of_exchange(&two, 0));
        let call = |id: &str, before| trace.call(&CorrelationId::new(id), before);
        let mut spans = vec![trace.root(), call("c", 0), call("c", 1), call("d", 0)];
        spans.extend(Stage::ALL.iter().map(|stage| trace.stage(*stage)));
        assert_eq!(spans.iter().collect::<BTreeSet<_>>().len(), 11);
    }

    #[test]
    fn an_id_is_written_and_read_as_a_partner_reads_it() {
        let span = SpanId([0, 1, 2, 0xab, 4, 5, 6, 0xff]);
        assert_eq!(span.to_string(), "000102ab040506ff");
        assert_eq!(span.to_string().parse(), Ok(span));
        let parent = TraceId([0x0a; 16]).parent(span);
        assert_eq!(
            parent,
            "00-0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a-000102ab040506ff-01"
        );
        for wrong in [
            "",
            "000102ab040506f",
            "+00102ab040506ff",
            "000102ab040506fg",
        ] {
            assert_eq!(wrong.parse::<SpanId>(), Err(NoSpanId), "{wrong}");
        }
    }
}
