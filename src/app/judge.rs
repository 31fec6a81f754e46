//! Decides, once, how heavy each finding weighs, what a waiver covers, and what the run comes to.

use super::room::Room;
use crate::lifecycle::{Standing, State};
use crate::model::{
    AppliedWaiver, CheckName, Excerpt, Finding, Gravity, Judged, Severity, Verdict, rule,
};
use std::collections::{BTreeMap, BTreeSet};

/// How strict a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Strictness {
    /// Lightest severity that fails the gate.
    pub fail_on: Severity,
    /// Checks without which nothing is green.
    pub required: BTreeSet<CheckName>,
    /// Rules that weigh more at this stage.
    pub raise: BTreeMap<String, Severity>,
}

/// Findings with their weight, worst first, then by rule and place.
pub(super) fn findings(
    findings: Vec<Finding>,
    standings: &[Standing<'_>],
    strictness: &Strictness,
    text: impl Fn(&str) -> Option<String>,
) -> Vec<Judged> {
    let mut judged: Vec<Judged> = findings
        .into_iter()
        .map(|finding| {
            let severity = weight(&finding, &strictness.raise);
            let waived = waiver(&finding, severity, standings);
            let excerpt =
                text(&finding.place.file).and_then(|text| Excerpt::of(&text, &finding.place));
            Judged::new(finding, severity, waived).quoting(excerpt)
        })
        .collect();
    judged.sort_by(|a, b| {
        let key = |f: &Judged| (f.rule.clone(), f.location.clone(), f.fingerprint.clone());
        b.severity
            .cmp(&a.severity)
            .then_with(|| key(a).cmp(&key(b)))
    });
    judged.dedup_by(|a, b| a.fingerprint == b.fingerprint && a.location == b.location);
    judged
}

/// The weight of a finding at this stage.
fn weight(finding: &Finding, raise: &BTreeMap<String, Severity>) -> Severity {
    let own = match finding.gravity {
        Gravity::Declared(severity) => severity,
        Gravity::Effect(effect, direction) => effect.cost(direction).0,
        // An id that no table knows cannot be weighed, and must not pass.
        Gravity::ByRule => rule(&finding.rule).map_or(Severity::Fault, |rule| rule.severity),
    };
    raise
        .get(&finding.rule)
        .map_or(own, |raised| own.max(*raised))
}

/// The valid waiver that names this finding. A file that cannot be used is never waived.
fn waiver(
    finding: &Finding,
    severity: Severity,
    standings: &[Standing<'_>],
) -> Option<AppliedWaiver> {
    if severity == Severity::Fault || finding.rule.starts_with("lifecycle/") {
        return None;
    }
    let fingerprint = finding.fingerprint();
    let standing = standings.iter().find(|standing| {
        let file = &standing.waiver.file;
        matches!(standing.state, State::Valid { .. })
            && file.rule == finding.rule
            && file.fingerprints.contains(&fingerprint)
    })?;
    let file = &standing.waiver.file;
    Some(AppliedWaiver {
        id: file.id.clone(),
        owner: file.owner.clone(),
        expires: file.expires.clone(),
    })
}

/// How many findings speak in the name of a check; the first part of a rule's id tells.
pub(super) fn count(findings: &[Judged], name: CheckName) -> u64 {
    let of_check = |finding: &&Judged| match finding.rule.split('/').next() {
        // What a recorded payload is told by.
        Some("payload") => name == CheckName::Replay,
        room => room == Some(name.word()),
    };
    findings.iter().filter(of_check).count() as u64
}

/// What the run comes to: the worst of its findings, or that nothing was checked.
pub(super) fn verdict(judged: &[Judged], rooms: &[Room], strictness: &Strictness) -> Verdict {
    if rooms.iter().all(|room| room.subjects == 0)
        && judged.iter().all(|f| f.severity < Severity::Error)
    {
        return Verdict::Empty;
    }
    let worst = judged
        .iter()
        .filter(|finding| finding.waived.is_none())
        .map(|finding| match finding.severity {
            Severity::Fault => Verdict::Error,
            Severity::Undecided => Verdict::Undecided,
            severity if severity >= strictness.fail_on => Verdict::NoGo,
            Severity::Error | Severity::Warning | Severity::Info => Verdict::Go,
        })
        .max();
    worst.unwrap_or(Verdict::Go)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::{Board, Source, Waiver};
    use crate::lifecycle::standings;
    use crate::model::{Direction, Effect, Place};
    use chrono::{DateTime, Utc};

    fn strictness(fail_on: Severity) -> Strictness {
        Strictness {
            fail_on,
            required: CheckName::ALL.into(),
            raise: BTreeMap::new(),
        }
    }

    fn finding(gravity: Gravity) -> Finding {
        Finding::new("compat/required-added", "a@next", Place::start("a.json"))
            .pointer("/required")
            .gravity(gravity)
    }

    fn waiver(expires: &str, finding: &Finding) -> Waiver {
        let text = format!(
            "id = 'WV-0001'\nrule = '{}'\nclass = 'standard'\nwhy = 'partner-agreed'\n\
             reason = 'The partner sends the field since its last release, as it confirmed.'\n\
             fingerprints = ['{}']\nrisk = 'low'\ncompensating-control = 'alert'\n\
             partners-notified = []\nowner = 'integration'\nrequested-by = 'integration'\n\
             created = '2026-11-01'\nexpires = '{expires}'\n",
            finding.rule,
            finding.fingerprint()
        );
        Waiver {
            file: toml::from_str(&text).unwrap(),
            source: Source::new("policies/waivers/WV-0001.toml", text.into_bytes()),
        }
    }

    fn verdict_at(now: &str) -> Verdict {
        let broken = finding(Gravity::Effect(Effect::Narrows, Direction::Request));
        let waivers = [waiver("2026-11-20", &broken)];
        let now: DateTime<Utc> = now.parse().unwrap();
        let standings = standings(&waivers, &Board::default(), now);
        let gate = strictness(Severity::Error);
        let judged = findings(vec![broken], &standings, &gate, |_| None);
        verdict(&judged, &[Room::ran(CheckName::Compat, 1, "pairs")], &gate)
    }

    #[test]
    fn row_s0_10_a_waiver_counts_to_its_last_second_and_not_one_longer() {
        assert_eq!(verdict_at("2026-11-20T23:59:59Z"), Verdict::Go);
        assert_eq!(verdict_at("2026-11-21T00:00:00Z"), Verdict::NoGo);
    }

    #[test]
    fn the_worst_finding_decides() {
        let gate = strictness(Severity::Error);
        let room = [Room::ran(CheckName::Compat, 1, "pairs")];
        for (severities, expected) in [
            (vec![], Verdict::Go),
            (vec![Severity::Warning], Verdict::Go),
            (
                vec![Severity::Warning, Severity::Undecided],
                Verdict::Undecided,
            ),
            (vec![Severity::Undecided, Severity::Error], Verdict::NoGo),
            (vec![Severity::Error, Severity::Fault], Verdict::Error),
        ] {
            let all = severities
                .into_iter()
                .map(|severity| finding(Gravity::Declared(severity)).kind(severity.word()))
                .collect();
            let judged = findings(all, &[], &gate, |_| None);
            assert_eq!(verdict(&judged, &room, &gate), expected);
        }
    }

    #[test]
    fn a_stricter_stage_never_gives_a_softer_verdict() {
        let room = [Room::ran(CheckName::Compat, 1, "pairs")];
        for severity in [
            Severity::Info,
            Severity::Warning,
            Severity::Undecided,
            Severity::Error,
        ] {
            let all = vec![finding(Gravity::Declared(severity))];
            let judged = findings(all, &[], &strictness(Severity::Error), |_| None);
            let soft = verdict(&judged, &room, &strictness(Severity::Error));
            let hard = verdict(&judged, &room, &strictness(Severity::Warning));
            assert!(hard >= soft, "{}", severity.word());
        }
    }

    #[test]
    fn nothing_judged_is_empty_not_green() {
        let gate = strictness(Severity::Error);
        let rooms = CheckName::ALL.map(|name| Room::ran(name, 0, "subjects"));
        assert_eq!(verdict(&[], &rooms, &gate), Verdict::Empty);
    }
}
