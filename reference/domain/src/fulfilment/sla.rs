//! Which promised time was not kept, and by whom: the way there and back apart from the work.
//! Refuses to add the two up: a slow network is no slow partner.

use crate::Timestamp;
use serde::Deserialize;
use std::time::Duration;

vocabulary! {
    /// A part of the way from request to result for which a time is promised.
    SlaStage {
        /// From our system's wish until the request is found fit to go out: our own part.
        Validation = "validation",
        /// The time that calls to the partner were on their way, answers included.
        Transport = "transport",
        /// From the first call until the partner took the request on.
        Acknowledgement = "acknowledgement",
        /// From then until everything was there, without the time on the way.
        Processing = "processing",
    }
}

/// The times that are promised.
///
/// Units:  milliseconds
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allowed {
    pub validation_ms: u64,
    pub transport_ms: u64,
    pub acknowledgement_ms: u64,
    pub processing_ms: u64,
}

impl Allowed {
    /// The time that is promised for a stage.
    #[must_use]
    pub const fn of(&self, stage: SlaStage) -> Duration {
        Duration::from_millis(match stage {
            SlaStage::Validation => self.validation_ms,
            SlaStage::Transport => self.transport_ms,
            SlaStage::Acknowledgement => self.acknowledgement_ms,
            SlaStage::Processing => self.processing_ms,
        })
    }
}

/// When an exchange went through its stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    pub asked: Timestamp,
    pub sent: Timestamp,
    pub acknowledged: Option<Timestamp>,
    /// When everything was there, or when the exchange was given up.
    pub ended: Timestamp,
    /// Time on the way before, and after, the partner took the request on.
    pub transport_before: Duration,
    pub transport_after: Duration,
}

/// A promised time that was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    pub stage: SlaStage,
    pub took: Duration,
    pub allowed: Duration,
}

impl Clocks {
    /// How long each stage took. What has not been reached took until the end.
    #[must_use]
    pub fn took(&self, stage: SlaStage) -> Duration {
        let acknowledged = self.acknowledged.unwrap_or(self.ended);
        match stage {
            SlaStage::Validation => between(self.asked, self.sent),
            SlaStage::Transport => self.transport_before.saturating_add(self.transport_after),
            SlaStage::Acknowledgement => {
                between(self.sent, acknowledged).saturating_sub(self.transport_before)
            }
            SlaStage::Processing => {
                between(acknowledged, self.ended).saturating_sub(self.transport_after)
            }
        }
    }

    /// The promises that were not kept, in the order of the stages.
    #[must_use]
    pub fn breaches(&self, allowed: &Allowed) -> Vec<Breach> {
        SlaStage::ALL
            .iter()
            .map(|stage| Breach {
                stage: *stage,
                took: self.took(*stage),
                allowed: allowed.of(*stage),
            })
            .filter(|breach| breach.took > breach.allowed)
            .collect()
    }
}

/// How long a server says that it worked for an answer; none when it says nothing of the whole.
///
/// Source: W3C Server Timing section 3; milliseconds, the metric `total` by convention
#[must_use]
pub fn told_work(header: &str) -> Option<Duration> {
    let mut metrics = header
        .split(',')
        .map(|metric| metric.split(';').map(str::trim));
    let mut total =
        metrics.find_map(|mut metric| (metric.next() == Some("total")).then_some(metric))?;
    let told = total.find_map(|parameter| parameter.strip_prefix("dur="))?;
    let ms: f64 = told.trim_matches('"').parse().ok()?;
    Duration::try_from_secs_f64(ms / 1000.0).ok()
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    to.signed_duration_since(from).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const ALLOWED: Allowed = Allowed {
        validation_ms: 1_000,
        transport_ms: 5_000,
        acknowledgement_ms: 5_000,
        processing_ms: 60_000,
    };

    fn clocks(transport: u64, whole: u64) -> Clocks {
        let at = |seconds: i64| Timestamp::from_timestamp(1_790_000_000 + seconds, 0).unwrap();
        Clocks {
            asked: at(0),
            sent: at(1),
            acknowledged: Some(at(2)),
            ended: at(2 + i64::try_from(whole).unwrap()),
            transport_before: Duration::ZERO,
            transport_after: Duration::from_secs(transport),
        }
    }

    #[test]
    fn the_same_total_on_the_way_or_at_work_breaks_different_promises() {
        let stages = |clocks: Clocks| -> Vec<SlaStage> {
            let breaches = clocks.breaches(&ALLOWED);
            breaches.iter().map(|breach| breach.stage).collect()
        };
        assert_eq!(stages(clocks(90, 90)), [SlaStage::Transport]);
        assert_eq!(stages(clocks(0, 90)), [SlaStage::Processing]);
        assert!(stages(clocks(3, 30)).is_empty());
    }

    #[test]
    fn a_server_tells_how_long_it_worked_in_milliseconds() {
        for (header, told) in [
            ("total;dur=90000", Some(90_000)),
            ("db;dur=12.5, total;desc=\"all\";dur=250.5", Some(250)),
            ("cache;desc=hit, db;dur=7", None),
            ("total;dur=-1", None),
            ("total;dur=soon", None),
            ("total;dur=NaN", None),
            ("", None),
        ] {
            let read = told_work(header).map(|work| work.as_millis());
            assert_eq!(read, told, "{header}");
        }
    }

    #[test]
    fn what_was_never_taken_on_took_until_the_end() {
        let mut clocks = clocks(0, 90);
        clocks.acknowledged = None;
        let breaches = clocks.breaches(&ALLOWED);
        assert_eq!(breaches.len(), 1);
        assert_eq!(
            (breaches[0].stage, breaches[0].took),
            (SlaStage::Acknowledgement, Duration::from_secs(91))
        );
    }
}
