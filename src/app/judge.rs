//! Decides, once, how heavy each finding weighs, what a waiver covers, and what the run comes to.

use super::room::Room;
use crate::lifecycle::{Present, Standing, covers};
use crate::model::{
    AppliedWaiver, CheckName, Excerpt, Finding, Gravity, Judged, Place, Severity, Verdict, rule,
};
use std::collections::{BTreeMap, BTreeSet};

/// Said below a finding whose rule allows no exception.
const NO_WAIVER: &str = "this rule allows no waiver";

/// How strict a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Strictness {
    /// Lightest severity that fails the gate.
    pub fail_on: Severity,
    /// Checks without which nothing is green.
    pub required: BTreeSet<CheckName>,
    /// Rules that weigh more at this stage.
    pub raise: BTreeMap<String, Severity>,
    /// Rules that no waiver may cover.
    pub unwaivable: BTreeSet<String>,
}

/// Findings with their weight, worst first, then by rule and place; what is waived stands last, what is said twice
/// stands once.
pub(super) fn findings(
    findings: Vec<Finding>,
    standings: &[Standing<'_>],
    strictness: &Strictness,
    text: impl Fn(&str) -> Option<String>,
) -> Vec<Judged> {
    let mut quotes = Quotes {
        text,
        known: BTreeMap::new(),
    };
    let mut judged: Vec<Judged> = findings
        .into_iter()
        .map(|finding| {
            let severity = weight(&finding, &strictness.raise);
            let waived = waiver(&finding, severity, standings);
            let excerpt = quotes.of(&finding.place);
            let finding = if strictness.unwaivable.contains(&finding.rule) {
                finding.note("waive", NO_WAIVER)
            } else {
                finding
            };
            Judged::new(finding, severity, waived).quoting(excerpt)
        })
        .collect();
    judged.sort_by(|a, b| {
        let is_waived = |f: &Judged| f.waived.is_some();
        let by_waiver = is_waived(a).cmp(&is_waived(b));
        let by_severity = b.severity.cmp(&a.severity);
        by_waiver
            .then(by_severity)
            .then_with(|| sameness(a).cmp(&sameness(b)))
    });
    judged.dedup_by(|a, b| sameness(a) == sameness(b));
    judged
}

/// What waivers are held against: every finding with its weight.
pub(super) fn present<'a>(findings: &'a [Finding], strictness: &Strictness) -> Vec<Present<'a>> {
    let weighed = |finding: &'a Finding| Present {
        finding,
        severity: weight(finding, &strictness.raise),
    };
    findings.iter().map(weighed).collect()
}

/// Two findings that agree in this are one; a fingerprint alone leaves the wording out.
fn sameness(finding: &Judged) -> (&str, &Place, &str, &str) {
    (
        &finding.rule,
        &finding.location,
        &finding.fingerprint,
        &finding.message,
    )
}

/// Lines of our own files, each file read once.
struct Quotes<F> {
    text: F,
    known: BTreeMap<String, Option<String>>,
}

impl<F: Fn(&str) -> Option<String>> Quotes<F> {
    fn of(&mut self, place: &Place) -> Option<Excerpt> {
        if !Excerpt::may_quote(&place.file) {
            return None;
        }
        let known = self.known.entry(place.file.clone());
        let text = known.or_insert_with(|| (self.text)(&place.file));
        Excerpt::of(text.as_deref()?, place)
    }
}

/// The weight of a finding at this stage.
pub(super) fn weight(finding: &Finding, raise: &BTreeMap<String, Severity>) -> Severity {
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

/// The valid waiver that names this finding. A file that cannot be used is never waived, nor is an open question.
fn waiver(
    finding: &Finding,
    severity: Severity,
    standings: &[Standing<'_>],
) -> Option<AppliedWaiver> {
    if matches!(severity, Severity::Fault | Severity::Undecided) {
        return None;
    }
    let standing = standings
        .iter()
        .find(|one| one.counts() && covers(&one.waiver.file, finding, severity))?;
    let file = &standing.waiver.file;
    Some(AppliedWaiver {
        id: file.id.clone(),
        owner: file.owner.clone(),
        expires: file.expires.clone(),
    })
}

/// How many findings speak in the name of a check.
pub(super) fn count(findings: &[Judged], name: CheckName) -> u64 {
    let of_check = |finding: &&Judged| finding.check() == Some(name);
    findings.iter().filter(of_check).count() as u64
}

/// What a check alone comes to: a check that is required and did not run is not settled.
pub(super) fn alone(findings: &[Judged], room: &Room, strictness: &Strictness) -> Verdict {
    let is_unmet =
        |finding: &Judged| finding.rule.starts_with("gate/") && finding.subject == room.name.word();
    let own: Vec<Judged> = findings
        .iter()
        .filter(|finding| finding.check() == Some(room.name) || is_unmet(finding))
        .cloned()
        .collect();
    let open = own.iter().any(|f| f.severity == Severity::Undecided);
    match verdict(&own, std::slice::from_ref(room), strictness) {
        Verdict::Empty if open => Verdict::Undecided,
        verdict => verdict,
    }
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
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::catalogue::{Source, Waiver};
    use crate::lifecycle::{Allowance, standings};
    use crate::model::{Direction, Effect};
    use chrono::{DateTime, Utc};

    fn strictness(fail_on: Severity) -> Strictness {
        Strictness {
            fail_on,
            required: CheckName::ALL.into(),
            raise: BTreeMap::new(),
            unwaivable: BTreeSet::new(),
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
        verdict_of(Effect::Narrows, now)
    }

    fn verdict_of(effect: Effect, now: &str) -> Verdict {
        let broken = finding(Gravity::Effect(effect, Direction::Request));
        let waivers = [waiver("2026-11-20", &broken)];
        let now: DateTime<Utc> = now.parse().unwrap();
        let gate = strictness(Severity::Error);
        let all = [broken.clone()];
        let present = present(&all, &gate);
        let standings = standings(&waivers, &Allowance::default(), &present, now);
        let judged = findings(vec![broken], &standings, &gate, |_| None);
        verdict(&judged, &[Room::ran(CheckName::Compat, 1, "pairs")], &gate)
    }

    #[test]
    fn a_waiver_counts_to_its_last_second_and_not_one_longer() {
        assert_eq!(verdict_at("2026-11-20T23:59:59Z"), Verdict::Go);
        assert_eq!(verdict_at("2026-11-21T00:00:00Z"), Verdict::NoGo);
    }

    #[test]
    fn a_waiver_settles_no_open_question() {
        let within = "2026-11-20T12:00:00Z";
        assert_eq!(verdict_of(Effect::Unsure, within), Verdict::Undecided);
    }

    #[test]
    fn two_findings_that_differ_in_words_only_both_stand() {
        let said = |words: &str| finding(Gravity::Declared(Severity::Error)).message(words);
        let all = vec![said("one"), said("other"), said("one")];
        let judged = findings(all, &[], &strictness(Severity::Error), |_| None);
        let words: Vec<&str> = judged.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(words, ["one", "other"]);
    }

    #[test]
    fn a_rule_that_allows_no_exception_says_so() {
        let mut gate = strictness(Severity::Error);
        let broken = finding(Gravity::Declared(Severity::Error));
        gate.unwaivable.insert(broken.rule.clone());
        let judged = findings(vec![broken], &[], &gate, |_| None);
        assert_eq!(judged[0].notes[0].text, NO_WAIVER);
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
