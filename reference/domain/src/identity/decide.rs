//! The procedure: first an identifier that settles it, then scores, then a person.
//! Refuses to choose by the order of rows: equal evidence is broken by the rules of the policy, or by a person.

use super::deterministic::{First, first, is_only_like, missing, shares_an_identifier};
use super::policy::{Fallback, Scoring, Sensitivity, Threshold};
use super::{
    Aliases, Asked, Attribute, Band, Candidate, Comparison, Decision, Level, MatchingPolicy, Model,
    NamedPayer, Outcome, Tier, tie,
};
use crate::ids::DocumentNumber;
use crate::record::Day;

/// What decisions build on beside the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge {
    pub model: Model,
    pub aliases: Aliases,
}

impl Knowledge {
    /// Nothing to build on: what a policy of the first tier needs.
    #[must_use]
    pub fn none() -> Self {
        let number = DocumentNumber(std::num::NonZeroU32::MIN);
        Self {
            model: Model::unlearned(number),
            aliases: Aliases::empty(number),
        }
    }
}

/// Under which rules, for which use, and when somebody is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub policy: &'a MatchingPolicy,
    pub knowledge: &'a Knowledge,
    pub sensitivity: Sensitivity,
    pub snapshot: u64,
    /// The day of the request.
    pub on: Day,
}

/// A candidate, compared with the request.
pub(super) struct Judged<'a> {
    pub candidate: &'a Candidate,
    pub comparison: Comparison,
}

/// A candidate with the evidence for it, the odds of chance taken off.
///
/// Units:  hundredths of a bit
struct Weighed<'a> {
    judged: &'a Judged<'a>,
    bits: i64,
}

/// Decides who is meant. The order of the candidates does not matter, and nothing but the arguments does.
///
/// Source: HRex 1.2.0 `$member-match` notes, mm-8 to mm-10
#[must_use]
pub fn decide(question: &Question<'_>, asked: &Asked, candidates: &[Candidate]) -> Decision {
    if let Some(attributes) = missing(question.policy, asked) {
        return Decision::unmatched(question, Outcome::MissingIdentifier { attributes });
    }
    if asked.payer == NamedPayer::Other {
        return Decision::unmatched(question, Outcome::NoMatch {});
    }
    let judged = judge(question, asked, candidates);
    let sharing = || {
        let sharing = judged
            .iter()
            .filter(|one| shares_an_identifier(&one.comparison));
        sharing.map(|one| one.candidate.person.clone())
    };
    match first(question.policy, &judged) {
        First::One(one) => settled(question, Tier::Deterministic, one).among(sharing()),
        First::Several(fitting) => several(question, asked, &judged, &fitting).among(sharing()),
        First::Conflict(attributes) => {
            Decision::unmatched(question, Outcome::ConflictingField { attributes }).among(sharing())
        }
        First::Nobody => match &question.policy.scoring {
            Some(scoring) => weigh(question, scoring, asked, &judged),
            None => Decision::unmatched(question, Outcome::NoMatch {}).among(sharing()),
        },
    }
}

fn judge<'a>(
    question: &Question<'_>,
    asked: &Asked,
    candidates: &'a [Candidate],
) -> Vec<Judged<'a>> {
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by(|one, other| one.person.cmp(&other.person));
    sorted.dedup_by(|one, other| one.person == other.person);
    let (policy, aliases) = (question.policy, &question.knowledge.aliases);
    let judged = sorted.into_iter().map(|candidate| Judged {
        candidate,
        comparison: Comparison::of(policy, aliases, &asked.profile, &candidate.profile),
    });
    judged.collect()
}

fn settled(question: &Question<'_>, tier: Tier, one: &Judged<'_>) -> Decision {
    let band = match tier {
        Tier::Deterministic => Band::Exact,
        Tier::Probabilistic | Tier::Review | Tier::ApprovedReview | Tier::Unmatched => Band::High,
    };
    let person = one.candidate.person.clone();
    let model = question
        .policy
        .scoring
        .is_some()
        .then_some(&question.knowledge.model);
    Decision::new(question, tier, band, Outcome::Matched { person }).because(&one.comparison, model)
}

/// Several persons have the identifier and the birth date of the request: twins, or one person twice.
fn several(
    question: &Question<'_>,
    asked: &Asked,
    judged: &[Judged<'_>],
    fitting: &[&Judged<'_>],
) -> Decision {
    if let Some((one, by)) = tie::broken(question, asked, fitting) {
        return settled(question, Tier::Deterministic, one).by(by);
    }
    match (question.policy.fallback, &question.policy.scoring) {
        (Fallback::Review, Some(scoring)) => weigh(question, scoring, asked, judged),
        (Fallback::Review | Fallback::Refuse, _) => {
            Decision::unmatched(question, Outcome::MultipleMatch {})
        }
    }
}

/// The second tier, and the third where the second is not sure.
fn weigh(
    question: &Question<'_>,
    scoring: &Scoring,
    asked: &Asked,
    judged: &[Judged<'_>],
) -> Decision {
    let mut weighed: Vec<Weighed<'_>> = judged
        .iter()
        .map(|one| Weighed {
            judged: one,
            bits: bits(question, scoring, &one.comparison),
        })
        .collect();
    // Sorting is stable, and the persons come in the order of their ids.
    weighed.sort_by_key(|one| std::cmp::Reverse(one.bits));
    let threshold = scoring.thresholds.get(&question.sensitivity);
    let (Some(best), Some(threshold)) = (weighed.first(), threshold) else {
        return Decision::unmatched(question, Outcome::NoMatch {});
    };
    let lead = weighed.get(1).map(|second| best.bits - second.bits);
    let anybody = chance_of(&weighed, weighed.len());
    let worth_a_look = weighed
        .iter()
        .filter(|one| best.bits - one.bits < WORTH_A_LOOK && anybody >= threshold.review)
        .map(|one| one.judged.candidate.person.clone());
    let ahead = lead.is_none_or(|lead| lead >= scoring.lead);
    let decision = if ahead {
        let score = chance_of(&weighed, 1);
        sure(question, scoring, *threshold, best.judged, score)
            .unwrap_or_else(|| doubt(question, *threshold, asked, best.judged, anybody))
            .scored(score, lead)
    } else {
        tied(question, scoring, *threshold, asked, &weighed).scored(anybody, lead)
    };
    decision.among(worth_a_look)
}

/// Persons who are further behind the best than this are not shown to a reviewer.
///
/// Units:  hundredths of a bit
const WORTH_A_LOOK: i64 = 1_000;

fn bits(question: &Question<'_>, scoring: &Scoring, comparison: &Comparison) -> i64 {
    let model = &question.knowledge.model;
    let weights = comparison
        .each()
        .map(|(attribute, it)| model.weight(attribute, it.level));
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a 32-bit number is below 32"
    )]
    let chance = (f64::from(scoring.population).log2() * 100.0).round() as i64;
    weights.sum::<i64>() - chance
}

/// The chance, in millionths and rounded down, that one of the first `count` is meant: one of all or nobody is.
fn chance_of(weighed: &[Weighed<'_>], count: usize) -> u32 {
    #[allow(
        clippy::cast_precision_loss,
        reason = "hundredths of bits, bounded before"
    )]
    let odds = |one: &Weighed<'_>| (one.bits.clamp(-10_000, 10_000) as f64 / 100.0).exp2();
    let all: f64 = weighed.iter().map(odds).sum();
    let first: f64 = weighed.iter().take(count).map(odds).sum();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of one million"
    )]
    let millionths = (first / (1.0 + all) * 1e6).floor() as u32;
    millionths
}

/// A match that needs no person, if every condition of the policy is met.
fn sure(
    question: &Question<'_>,
    scoring: &Scoring,
    threshold: Threshold,
    one: &Judged<'_>,
    score: u32,
) -> Option<Decision> {
    let level = |attribute: &Attribute| one.comparison.level(*attribute);
    let stands = scoring
        .automatic
        .iter()
        .all(|(attribute, levels)| levels.contains(&level(attribute)))
        && !is_only_like(&one.comparison);
    let identified = !threshold.identifier || identified(&one.comparison);
    (score >= threshold.automatic && stands && identified)
        .then(|| settled(question, Tier::Probabilistic, one))
}

/// One identifier agrees, and none contradicts.
fn identified(comparison: &Comparison) -> bool {
    let identifiers = [Attribute::MemberId, Attribute::SubscriberId];
    let levels = identifiers.map(|attribute| comparison.level(attribute));
    levels.iter().any(|level| level.agrees()) && !levels.contains(&Level::Differ)
}

/// Nobody is ahead: a rule of the policy decides, or a person.
fn tied(
    question: &Question<'_>,
    scoring: &Scoring,
    threshold: Threshold,
    asked: &Asked,
    weighed: &[Weighed<'_>],
) -> Decision {
    let Some(best) = weighed.first() else {
        return Decision::unmatched(question, Outcome::NoMatch {});
    };
    let near = weighed
        .iter()
        .filter(|one| best.bits - one.bits < scoring.lead);
    let near: Vec<&Judged<'_>> = near.map(|one| one.judged).collect();
    let score = chance_of(weighed, near.len());
    let broken = tie::broken(question, asked, &near).and_then(|(one, by)| {
        sure(question, scoring, threshold, one, score).map(|decision| decision.by(by))
    });
    broken.unwrap_or_else(|| doubt(question, threshold, asked, best.judged, score))
}

/// The third tier: worth the time of a person, or nobody is meant.
fn doubt(
    question: &Question<'_>,
    threshold: Threshold,
    asked: &Asked,
    best: &Judged<'_>,
    anybody: u32,
) -> Decision {
    if anybody < threshold.review {
        return Decision::new(question, Tier::Unmatched, Band::Low, Outcome::NoMatch {});
    }
    let silent = |attribute: &Attribute| {
        !asked.profile.says(*attribute) && best.candidate.profile.says(*attribute)
    };
    let listed = || question.policy.attributes.iter().copied();
    let against = |attribute: &Attribute| best.comparison.level(*attribute) == Level::Differ;
    let outcome = Outcome::UnderReview {
        missing: listed().filter(silent).collect(),
        conflicting: listed().filter(against).collect(),
    };
    Decision::new(question, Tier::Review, Band::Review, outcome)
        .because(&best.comparison, Some(&question.knowledge.model))
}
