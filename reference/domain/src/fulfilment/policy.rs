//! What is agreed with a partner about answers that come later, and the numbers that hold where nothing is agreed.
//! Refuses to know a partner by name.

use crate::ids::DocumentNumber;
use crate::record::ResourceType;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::time::Duration;

vocabulary! {
    /// What an exchange fetches from the partner.
    Retrieval {
        /// Who the member is there, and nothing else.
        MatchOnly = "match-only",
        /// The data of the list that the match has made.
        GroupExport = "group-export",
        /// The data of the member whom the match has named, read at once.
        MemberRead = "member-read",
    }
}

vocabulary! {
    /// How we learn that the partner is ready.
    Notification {
        /// We ask, again and again.
        Poll = "poll",
        /// It tells us; PDex has no such thing, so it is agreed.
        Callback = "callback",
    }
}

vocabulary! {
    /// How far an acknowledged exchange has come.
    Phase {
        /// The partner still looks for the member.
        Matching = "matching",
        /// The export is to be asked for.
        KickOff = "kick-off",
        /// The partner makes the export.
        Exporting = "exporting",
        /// Its files are fetched.
        Retrieving = "retrieving",
        /// The records of the member are read, page by page.
        Reading = "reading",
        /// Everything is here and is to be judged.
        Delivering = "delivering",
    }
}

/// What is agreed with one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub retrieval: Retrieval,
    pub notification: Notification,
    /// How long it may be silent after it took a request on.
    pub silence: Option<Duration>,
    /// Kinds of records without which nothing counts as an answer.
    pub critical: Option<BTreeSet<ResourceType>>,
    /// Where it gives tokens; without an address we show the one that was agreed.
    pub token_url: Option<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            retrieval: Retrieval::MatchOnly,
            notification: Notification::Poll,
            silence: None,
            critical: None,
            token_url: None,
        }
    }
}

/// How often a partner is asked that does not say when.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PollRule {
    pub base_ms: u64,
    pub factor: u32,
    pub cap_ms: u64,
}

/// How much of a partner's answer is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    pub list_bytes: usize,
    pub list_pages: u32,
    pub files: usize,
    pub file_bytes: usize,
    /// All files or pages of one exchange together.
    pub total_bytes: u64,
    pub line_bytes: usize,
    pub depth: usize,
    /// Values of one line, page or answer.
    #[serde(skip, default = "nodes")]
    pub nodes: usize,
}

const fn nodes() -> usize {
    wire::json::Limits::PAYLOAD.nodes
}

/// The most values of a list of many: as many as a question about them may have.
///
/// Source: ours; 10,000 persons as submitted have 80 to 150 values each, and a line about ten
const NODES_OF_MANY: usize = 4_000_000;

/// How many times as many files as for one member are read for many.
///
/// Source: ours; a payer that writes a hundred members to a file writes ten thousand of them to a hundred of each kind
const FILES_OF_MANY: usize = 20;

/// How many times as many bytes as for one member are read for many in all.
///
/// Source: ours; with 1 GiB for one member, a megabyte for each of ten thousand
const BYTES_OF_MANY: u64 = 10;

impl Limits {
    /// The same for an exchange about many members: a list of them is one line, and their data are more files.
    #[must_use]
    pub fn of_many(&self) -> Self {
        Self {
            files: self.files.saturating_mul(FILES_OF_MANY),
            total_bytes: self.total_bytes.saturating_mul(BYTES_OF_MANY),
            line_bytes: self.file_bytes,
            nodes: self.nodes.max(NODES_OF_MANY),
            ..self.clone()
        }
    }
}

/// One numbered document of the control plane.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FulfilmentPolicy {
    pub number: DocumentNumber,
    pub title: String,
    pub silence_ms: u64,
    /// How long a request of ours may wait, from its beginning on, until a partner takes it on.
    pub waiting_ms: u64,
    pub critical: BTreeSet<ResourceType>,
    pub poll: PollRule,
    pub limits: Limits,
    pub allowed: super::Allowed,
}

impl Limits {
    /// How long the next file may be when those that are here come to `kept` bytes.
    #[must_use]
    pub fn room(&self, kept: u64) -> usize {
        let left = self.total_bytes.saturating_sub(kept);
        usize::try_from(left).map_or(self.file_bytes, |left| left.min(self.file_bytes))
    }
}

impl FulfilmentPolicy {
    /// How long a partner may be silent.
    #[must_use]
    pub fn silence(&self, terms: &Terms) -> Duration {
        terms
            .silence
            .unwrap_or(Duration::from_millis(self.silence_ms))
    }

    /// Is an answer without this kind no answer?
    #[must_use]
    pub fn is_critical(&self, terms: &Terms, kind: &ResourceType) -> bool {
        let agreed = terms.critical.as_ref().unwrap_or(&self.critical);
        agreed.contains(kind)
    }
}

/// The shortest wait between two questions (ours).
const SHORTEST: Duration = Duration::from_secs(1);

impl PollRule {
    /// Time until the partner is asked again, after it was asked `asked` times. A wait that it named itself is kept,
    /// unless it is none: nobody is asked back to back.
    ///
    /// Source: Bulk Data 2.0.0, Retry-After and exponential back-off; RFC 9110 10.2.3
    #[must_use]
    pub fn next(&self, asked: u32, named: Option<Duration>) -> Duration {
        if let Some(named) = named {
            return named.max(SHORTEST);
        }
        let grown = u64::from(self.factor)
            .saturating_pow(asked.saturating_sub(1))
            .saturating_mul(self.base_ms);
        Duration::from_millis(grown.min(self.cap_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_members_have_more_room_than_one_and_no_file_has() {
        let one = Limits {
            list_bytes: 1,
            list_pages: 1,
            files: 2,
            file_bytes: 100,
            total_bytes: 1_000,
            line_bytes: 10,
            depth: 8,
            nodes: 1,
        };
        let many = one.of_many();
        assert_eq!((one.room(1_000), many.room(1_000)), (0, 100));
        assert_eq!((many.room(9_950), many.room(10_000)), (50, 0));
        assert_eq!((many.files, many.line_bytes, many.depth), (40, 100, 8));
        assert_eq!(many.nodes, NODES_OF_MANY);
    }

    #[test]
    fn waits_double_up_to_the_cap_and_a_named_wait_is_kept() {
        let rule = PollRule {
            base_ms: 5_000,
            factor: 2,
            cap_ms: 300_000,
        };
        let seconds = |asked| rule.next(asked, None).as_secs();
        assert_eq!([0, 1, 2, 3, 7, 400].map(seconds), [5, 5, 10, 20, 300, 300]);
        let long = Duration::from_secs(900);
        assert_eq!(rule.next(3, Some(long)), long);
        assert_eq!(rule.next(3, Some(Duration::ZERO)), SHORTEST);
    }
}
