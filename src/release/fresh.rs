//! Whether a kept run of the gate proves a candidate: that it passed, was whole, is of this digest and young enough.
//! Refuses to know where runs are kept and whether their chain holds: who reads them says so before.

use crate::model::{Kept, RunRecord, Stage, Verdict};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Oldest run that counts for staging.
///
/// Source: POLICY.md, section 7, "at most 7 days old"
const STAGING: TimeDelta = TimeDelta::days(7);
/// Oldest run that counts for a release candidate.
///
/// Source: POLICY.md, section 7, "at most 24 h old"
const CANDIDATE: TimeDelta = TimeDelta::hours(24);

/// Why no kept run proves a candidate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("no run of the gate is kept for it")]
    Missing,
    #[error("the run judged other files: {found} instead of {wanted}")]
    OtherDigest { found: String, wanted: String },
    #[error("the run came to `{}`", .0.word())]
    Failing(Verdict),
    #[error("the run left out checks that the gate needs")]
    Partial,
    #[error("the run was made for `{}`, which is softer than `{}`", .found.word(), .wanted.word())]
    SofterStage { found: Stage, wanted: Stage },
    #[error("the run judged files that no commit holds, so nobody can judge them again")]
    Uncommitted,
    #[error("the run compared the commit with itself, so nothing that it changes was looked at")]
    BaseIsHead,
    #[error("the run is {hours} hours old; `{}` takes at most {most}", .stage.word())]
    Stale { stage: Stage, hours: i64, most: i64 },
    #[error("the run says that it was made at {0}, which is still to come")]
    StillToCome(String),
}

/// Whether `record` proves, at `as_of`, that what has the digest `digest` may go to `stage`.
///
/// `digest` is that of the judged files (`evidence::of_inputs`), which the record holds as `head.digest`.
///
/// Errors: the first reason for which it does not
pub fn fresh(
    record: &RunRecord,
    stage: Stage,
    as_of: DateTime<Utc>,
    digest: &str,
) -> Result<(), Unproven> {
    if record.head.digest != digest {
        return Err(Unproven::OtherDigest {
            found: record.head.digest.clone(),
            wanted: digest.to_owned(),
        });
    }
    if record.verdict != Verdict::Go {
        return Err(Unproven::Failing(record.verdict));
    }
    let ran = |check: &crate::model::CheckState| check.ran && check.subjects > 0;
    if !record.asked.is_whole() || !record.checks.iter().all(ran) {
        return Err(Unproven::Partial);
    }
    if record.stage < stage {
        return Err(Unproven::SofterStage {
            found: record.stage,
            wanted: stage,
        });
    }
    if stage >= Stage::Staging && !record.head.clean {
        return Err(Unproven::Uncommitted);
    }
    let base = record.base.as_ref().and_then(|base| base.commit.as_ref());
    if stage >= Stage::Staging && base.is_some() && base == record.head.commit.as_ref() {
        return Err(Unproven::BaseIsHead);
    }
    young(record.as_of, stage, as_of)
}

/// The newest kept run that proves the candidate; `runs` stand in the order of their chain.
///
/// Errors: `Missing` without any run of these files, else why the newest of them does not count
pub fn proven<'a>(
    runs: &'a [Kept<RunRecord>],
    stage: Stage,
    as_of: DateTime<Utc>,
    digest: &str,
) -> Result<&'a Kept<RunRecord>, Unproven> {
    let is_of_it = |run: &&Kept<RunRecord>| run.value.head.digest == digest;
    let Some(newest) = runs.iter().rev().find(is_of_it) else {
        return Err(Unproven::Missing);
    };
    // A run that failed after another passed is the one that is believed; one for another stage says nothing here.
    let for_stage = |run: &&Kept<RunRecord>| run.value.stage >= stage && run.value.asked.is_whole();
    let deciding = runs
        .iter()
        .rev()
        .filter(is_of_it)
        .find(for_stage)
        .unwrap_or(newest);
    fresh(&deciding.value, stage, as_of, digest).map(|()| deciding)
}

fn young(made: DateTime<Utc>, stage: Stage, as_of: DateTime<Utc>) -> Result<(), Unproven> {
    if made > as_of {
        let made = made.to_rfc3339_opts(SecondsFormat::Secs, true);
        return Err(Unproven::StillToCome(made));
    }
    let most = match stage {
        Stage::Local | Stage::PullRequest => return Ok(()),
        Stage::Staging => STAGING,
        Stage::ReleaseCandidate => CANDIDATE,
    };
    let age = as_of - made;
    if age > most {
        return Err(Unproven::Stale {
            stage,
            hours: age.num_hours(),
            most: most.num_hours(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckName, CheckState, Judge, JudgedTree, RulesRun, RunAsked};
    use std::collections::BTreeMap;

    const DIGEST: &str = "sha256:aa";
    const NOW: &str = "2026-11-21T12:00:00Z";

    fn now() -> DateTime<Utc> {
        NOW.parse().unwrap_or_default()
    }

    fn record(stage: Stage, age: TimeDelta) -> RunRecord {
        let check = |name| CheckState {
            name,
            ran: true,
            subjects: 1,
            findings: 0,
        };
        RunRecord {
            number: 1,
            previous: None,
            tool: Judge {
                version: "0.1.0".to_owned(),
                digest: None,
            },
            head: JudgedTree {
                commit: Some("c".to_owned()),
                clean: true,
                digest: DIGEST.to_owned(),
                inputs: BTreeMap::new(),
            },
            base: None,
            code_owners: None,
            as_of: now() - age,
            stage,
            asked: RunAsked {
                checks: CheckName::ALL.to_vec(),
                fail_on: None,
                base: None,
                as_of: false,
                allow_empty: false,
                exit_zero: false,
                timeout_ms: None,
            },
            policy_input: None,
            rules: RulesRun::default(),
            rule_versions: BTreeMap::new(),
            checks: CheckName::ALL.map(check).to_vec(),
            findings: Vec::new(),
            waivers: Vec::new(),
            replays: Vec::new(),
            replayed: BTreeMap::new(),
            contracts: Vec::new(),
            verdict: Verdict::Go,
            exit_code: 0,
            report: "sha256:bb".to_owned(),
        }
    }

    fn kept(value: RunRecord) -> Kept<RunRecord> {
        Kept {
            path: "a.json".to_owned(),
            value,
        }
    }

    #[test]
    fn a_run_counts_to_the_last_second_of_its_stage_and_not_one_longer() {
        let second = TimeDelta::seconds(1);
        for (stage, most) in [
            (Stage::Staging, TimeDelta::days(7)),
            (Stage::ReleaseCandidate, TimeDelta::hours(24)),
        ] {
            let at = |age| fresh(&record(stage, age), stage, now(), DIGEST);
            assert_eq!(at(most), Ok(()));
            assert!(matches!(at(most + second), Err(Unproven::Stale { .. })));
            assert!(matches!(at(-second), Err(Unproven::StillToCome(_))));
        }
        let old = record(Stage::Local, TimeDelta::days(700));
        assert_eq!(fresh(&old, Stage::Local, now(), DIGEST), Ok(()));
    }

    #[test]
    fn what_is_not_a_whole_pass_of_these_very_files_proves_nothing() {
        let stage = Stage::Staging;
        let told = |change: &dyn Fn(&mut RunRecord)| {
            let mut record = record(stage, TimeDelta::zero());
            change(&mut record);
            fresh(&record, stage, now(), DIGEST)
        };
        assert_eq!(told(&|_| {}), Ok(()));
        for verdict in [
            Verdict::Empty,
            Verdict::Undecided,
            Verdict::NoGo,
            Verdict::Error,
        ] {
            let failed = told(&|record| record.verdict = verdict);
            assert_eq!(failed, Err(Unproven::Failing(verdict)));
        }
        let other = told(&|record| record.head.digest.push('0'));
        assert!(matches!(other, Err(Unproven::OtherDigest { .. })));
        let part = told(&|record| record.asked.checks.truncate(5));
        assert_eq!(part, Err(Unproven::Partial));
        let idle = told(&|record| record.checks.iter_mut().for_each(|it| it.ran = false));
        assert_eq!(idle, Err(Unproven::Partial));
        let soft = told(&|record| record.stage = Stage::PullRequest);
        assert!(matches!(soft, Err(Unproven::SofterStage { .. })));
        let dirty = told(&|record| record.head.clean = false);
        assert_eq!(dirty, Err(Unproven::Uncommitted));
        let same = told(&|record| record.base = Some(record.head.clone()));
        assert_eq!(same, Err(Unproven::BaseIsHead));
        let other = told(&|record| {
            let commit = Some("b".to_owned());
            let head = record.head.clone();
            record.base = Some(JudgedTree { commit, ..head });
        });
        assert_eq!(other, Ok(()), "a run against the commit before it");
    }

    #[test]
    fn the_newest_run_for_the_stage_is_the_one_that_is_believed() {
        let stage = Stage::Staging;
        let good = record(stage, TimeDelta::hours(2));
        let mut bad = record(stage, TimeDelta::hours(1));
        bad.verdict = Verdict::NoGo;
        let local = record(Stage::Local, TimeDelta::zero());
        let asked =
            |runs: &[Kept<RunRecord>]| proven(runs, stage, now(), DIGEST).map(|it| it.value.as_of);
        assert_eq!(asked(&[]), Err(Unproven::Missing));
        assert_eq!(asked(&[kept(good.clone())]), Ok(good.as_of));
        let runs = [kept(good.clone()), kept(local.clone())];
        assert_eq!(
            asked(&runs),
            Ok(good.as_of),
            "a softer run says nothing here"
        );
        let runs = [kept(good), kept(bad), kept(local)];
        assert_eq!(asked(&runs), Err(Unproven::Failing(Verdict::NoGo)));
    }
}
