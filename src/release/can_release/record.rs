//! One record held against what holds now: what failed, what is waived or pending, what is doubtful.
//! Refuses to weigh one against the other.

use super::facts::{Exception, Facts};
use super::span::{self, Span};
use crate::model::{
    Archive, Doubt, Evidence, Failure, InteractionResult, OpenReason, Problem, Standing,
};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// Whether what is new and never passed stops the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// The provider is released: it need not have it yet.
    Bears,
    /// The consumer is released: it would rely on it.
    Stops,
}

/// What one record comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Weighed {
    pub failures: BTreeSet<Failure>,
    pub reasons: Vec<OpenReason>,
    /// Keys of interactions that are new and never passed.
    pub pending: BTreeSet<String>,
    /// Ids of the waivers that cover something.
    pub waived: BTreeSet<String>,
    /// Edge cases that are covered and pass.
    pub edges: BTreeSet<String>,
    /// Interactions in which the provider must refuse, and how many of them passed.
    pub refusals: (u64, u64),
}

/// Holds `record` against `facts`.
pub(super) fn weigh(
    facts: &Facts,
    archive: &Archive,
    record: &Evidence,
    novelty: Novelty,
) -> Weighed {
    let mut weighing = Weighing {
        facts,
        weighed: Weighed::default(),
        doubts: BTreeMap::new(),
    };
    for result in gating(facts, record) {
        let is_new = result.pending && !passed_on_main(facts, archive, record, result);
        let bears = is_new && novelty == Novelty::Bears;
        weighing.result(result, bears);
    }
    for problem in &record.problems {
        weighing.problem("", problem);
    }
    weighing.replay(record);
    weighing.schemas(record);
    let mut weighed = weighing.finish();
    weighed.reasons.extend(dated(facts, record));
    weighed
}

/// Results that still gate on the day that is judged.
pub(super) fn gating<'a>(
    facts: &'a Facts,
    record: &'a Evidence,
) -> impl Iterator<Item = &'a InteractionResult> {
    let day = facts.day();
    record
        .results
        .iter()
        .filter(move |result| result.sunset.is_none_or(|sunset| sunset >= day))
}

/// Whether this very interaction ever passed on the provider's main branch.
fn passed_on_main(
    facts: &Facts,
    archive: &Archive,
    record: &Evidence,
    result: &InteractionResult,
) -> bool {
    archive
        .evidence
        .iter()
        .map(|kept| &kept.value)
        .any(|other| {
            other.provider.name == record.provider.name
                && other.contract.digest == record.contract.digest
                && other.branch.as_deref() == Some(&facts.main)
                && other.results.iter().any(|it| {
                    it.interaction == result.interaction
                        && it.variant == result.variant
                        && it.standing == Standing::Passed
                })
        })
}

/// A record while it is gone through.
struct Weighing<'a> {
    facts: &'a Facts,
    weighed: Weighed,
    /// What is doubtful, and of which interactions.
    doubts: BTreeMap<Doubt, BTreeSet<String>>,
}

impl Weighing<'_> {
    fn result(&mut self, result: &InteractionResult, bears: bool) {
        let key = match &result.variant {
            Some(variant) => format!("{}/{variant}", result.interaction),
            None => result.interaction.clone(),
        };
        if bears && result.standing != Standing::Passed {
            self.weighed.pending.insert(key);
            return;
        }
        let before = self.weighed.failures.len();
        for problem in &result.problems {
            self.problem(&key, problem);
        }
        // A result that is worse than all that it says against itself counts as what it says.
        let said = |problem: &Problem| problem.standing != Standing::Passed;
        if !result.problems.iter().any(said) {
            self.unexplained(&key, result.standing);
        }
        let holds = self.weighed.failures.len() == before && result.standing != Standing::Undecided;
        if holds {
            self.weighed.edges.extend(result.edges.iter().cloned());
        }
        if result.negative {
            self.weighed.refusals.0 += 1;
            self.weighed.refusals.1 += u64::from(holds);
        }
    }

    /// A result that says no reason still counts as what it says.
    fn unexplained(&mut self, key: &str, standing: Standing) {
        let problem = Problem {
            rule: "contract/not-verified".to_owned(),
            standing,
            pointer: String::new(),
            kind: String::new(),
            fingerprint: String::new(),
            contract_at: String::new(),
        };
        self.problem(key, &problem);
    }

    fn problem(&mut self, key: &str, problem: &Problem) {
        match problem.standing {
            Standing::Passed => {}
            // What belongs to no interaction says by itself what it is about.
            Standing::Undecided if key.is_empty() => self.doubt(problem.doubt(), &problem.kind),
            Standing::Undecided => self.doubt(problem.doubt(), key),
            Standing::Failed => match waiver(self.facts, problem) {
                Some(exception) => {
                    self.weighed.waived.insert(exception.id.clone());
                }
                None => {
                    self.weighed.failures.insert(Failure {
                        interaction: key.to_owned(),
                        problem: problem.clone(),
                    });
                }
            },
        }
    }

    fn doubt(&mut self, doubt: Doubt, key: &str) {
        self.doubts.entry(doubt).or_default().insert(key.to_owned());
    }

    fn replay(&mut self, record: &Evidence) {
        let Some(corpus) = &self.facts.corpus else {
            return;
        };
        match &record.replay {
            Some(replay) if replay.corpus == *corpus => {
                for problem in &replay.problems {
                    match problem.standing {
                        Standing::Undecided => self.doubt(Doubt::ReplayMissing, "not settled"),
                        Standing::Failed | Standing::Passed => self.problem("", problem),
                    }
                }
            }
            Some(_) => self.doubt(Doubt::ReplayMissing, "other payloads were replayed"),
            None => self.doubt(Doubt::ReplayMissing, "no payload was replayed"),
        }
    }

    fn schemas(&mut self, record: &Evidence) {
        for schema in &record.schemas {
            if span::span(self.facts, schema) == Span::Never {
                self.weighed.failures.insert(Failure {
                    interaction: String::new(),
                    problem: Problem {
                        rule: "contract/range-empty".to_owned(),
                        standing: Standing::Failed,
                        pointer: format!("{} {}", schema.id, schema.range),
                        kind: "range".to_owned(),
                        fingerprint: String::new(),
                        contract_at: record.contract.path.clone(),
                    },
                });
            }
            if let Some(other) = span::unjudged(self.facts, schema) {
                self.doubt(Doubt::OtherSchemaVersion, &other);
            }
        }
        for (state, digest) in &record.states {
            if self.facts.states.get(state) != Some(digest) {
                self.doubt(Doubt::OtherSchemaVersion, &format!("state {state}"));
            }
        }
    }

    fn finish(mut self) -> Weighed {
        for (doubt, of) in self.doubts {
            let of: Vec<String> = of.into_iter().filter(|key| !key.is_empty()).collect();
            self.weighed.reasons.push(OpenReason {
                doubt,
                detail: of.join(", "),
            });
        }
        self.weighed
    }
}

/// The valid waiver that covers a problem.
pub(super) fn waiver<'a>(facts: &'a Facts, problem: &Problem) -> Option<&'a Exception> {
    facts.exceptions.iter().find(|exception| {
        exception.rule == problem.rule && exception.fingerprints.contains(&problem.fingerprint)
    })
}

/// What the record was made with that is no longer in force.
fn dated(facts: &Facts, record: &Evidence) -> Vec<OpenReason> {
    let mut reasons = Vec::new();
    let mut add = |doubt, detail: String| reasons.push(OpenReason { doubt, detail });
    if record.policy_set != facts.policy_set {
        add(
            Doubt::OtherPolicySet,
            "the rules have changed since".to_owned(),
        );
    }
    let matcher = record.matcher.parse::<Version>().ok();
    if matcher.is_none_or(|matcher| matcher < facts.matcher) {
        add(
            Doubt::OlderMatcher,
            format!("judged by {}, now {}", record.matcher, facts.matcher),
        );
    }
    let age = facts.as_of - record.taken();
    if age > facts.max_age {
        let most = facts.max_age.num_days();
        add(
            Doubt::Stale,
            format!("{} days old, at most {most} count", age.num_days()),
        );
    }
    reasons
}
