//! A message to somebody outside: what has happened, when, and under which ids more is found.
//! Refuses free text and everything about a person: words of closed vocabularies, codes and ids.

use crate::export::Phase;
use crate::failure::Code;
use crate::ids::{BusinessTransactionId, DocumentNumber, ExchangeId, ExportId, PartnerId};
use crate::record::Instant;
use crate::workflow::{self, State};
use serde::{Deserialize, Serialize, Serializer};
use std::str::FromStr;
use std::time::Duration;

vocabulary! {
    /// What is watched about the service itself.
    Alarm {
        /// Callers whose certificate, assertion or token was not believed, or did not give the right.
        Authentication = "authentication",
        /// Handshakes that failed.
        Handshake = "handshake",
        /// A client that tries coverage identifiers for the same person.
        BruteForce = "brute-force",
        /// Connections that were turned away because there are too many.
        Crowd = "crowd",
        /// Secrets that could not be taken up.
        Secrets = "secrets",
    }
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// To an exchange.
    Exchange(workflow::Notice),
    /// To the service.
    Alarm(Alarm),
}

/// What stands before the word of an alarm, so that it is no word of an exchange.
const ALARM: &str = "alarm-";

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exchange(notice) => f.write_str(notice.word()),
            Self::Alarm(alarm) => write!(f, "{ALARM}{alarm}"),
        }
    }
}

impl FromStr for What {
    type Err = crate::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.strip_prefix(ALARM) {
            Some(alarm) => alarm.parse().map(Self::Alarm),
            None => word.parse().map(Self::Exchange),
        }
    }
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A notice as it goes out. Whoever receives two of one id has received one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub id: String,
    /// When it happened, not when it is told.
    pub at: Instant,
    #[serde(rename = "notice")]
    pub what: What,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// Of an alarm: how many refusals there were within the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusals: Option<u32>,
}

/// What a notice is about, as it stands when it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Subject {
    Exchange {
        exchange: ExchangeId,
        state: State,
    },
    /// What is answered later to a partner.
    Export {
        export: ExportId,
        phase: Phase,
    },
}

/// The subject of a notice, with whom it is and under which transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    #[serde(flatten)]
    pub subject: Subject,
    pub business_transaction_id: BusinessTransactionId,
    pub partner: PartnerId,
    pub code: Option<Code>,
}

impl About {
    /// The exchange that it is about, where it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<&ExchangeId> {
        match &self.subject {
            Subject::Exchange { exchange, .. } => Some(exchange),
            Subject::Export { .. } => None,
        }
    }
}

/// How notices leave: `reference/config/notify/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NoticePolicy {
    pub number: DocumentNumber,
    pub title: String,
    look_ms: u64,
    /// How many go out at the same time.
    pub together: u16,
    patience_ms: u64,
    base_ms: u64,
    cap_ms: u64,
}

impl NoticePolicy {
    /// How often the outbox is looked at.
    #[must_use]
    pub fn look(&self) -> Duration {
        Duration::from_millis(self.look_ms.max(1))
    }

    /// How long one delivery may take.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        Duration::from_millis(self.patience_ms)
    }

    /// For how long a notice is kept from others while it is on its way: longer than its delivery may take.
    #[must_use]
    pub const fn held(&self) -> Duration {
        Duration::from_millis(self.patience_ms.saturating_mul(2).saturating_add(1_000))
    }

    /// The wait after `tries` deliveries that failed. There is always another one.
    #[must_use]
    pub fn wait(&self, tries: u32) -> Duration {
        let doubled = 2u64.saturating_pow(tries.saturating_sub(1));
        Duration::from_millis(doubled.saturating_mul(self.base_ms).min(self.cap_ms))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_word_of_a_notice_is_read_back_and_no_other_is() {
        let exchanges = workflow::Notice::ALL.iter().copied().map(What::Exchange);
        let all: Vec<What> = exchanges
            .chain(Alarm::ALL.iter().copied().map(What::Alarm))
            .collect();
        for what in &all {
            assert_eq!(what.to_string().parse(), Ok(*what));
        }
        let mut words: Vec<String> = all.iter().map(What::to_string).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all.len());
        for other in ["", "alarm-", "authentication", "alarm-exchange-failed"] {
            assert!(other.parse::<What>().is_err(), "{other}");
        }
    }

    #[test]
    fn the_shipped_policy_waits_longer_each_time_up_to_its_cap_and_never_gives_up() {
        let text = include_str!("../../config/notify/1.toml");
        let policy: NoticePolicy = toml::from_str(text).unwrap();
        let waits = [1, 2, 3, 9, 10, u32::MAX].map(|tries| policy.wait(tries).as_secs());
        assert_eq!(waits, [1, 2, 4, 256, 300, 300]);
        assert!(policy.held() > policy.patience() && policy.together > 0);
    }

    #[test]
    fn an_alarm_names_no_exchange() {
        let told = Told {
            id: "1".to_owned(),
            at: "2026-10-01T12:00:00.000Z".parse().unwrap(),
            what: What::Alarm(Alarm::Secrets),
            about: None,
            refusals: Some(1),
        };
        let text = serde_json::to_string(&told).unwrap();
        let expected =
            r#"{"id":"1","at":"2026-10-01T12:00:00.000Z","notice":"alarm-secrets","refusals":1}"#;
        assert_eq!(text, expected);
    }
}
