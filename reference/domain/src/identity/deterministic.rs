//! The first tier: an equal identifier, an equal birth date, and no name that contradicts.
//! Refuses demographics alone, and refuses to choose between two persons who both fit.

use super::decide::Judged;
use super::{Asked, Attribute, Comparison, Level, MatchingPolicy};

/// What may keep a person from fitting, by the order in which it is told.
const DECIDING: [Attribute; 6] = [
    Attribute::MemberId,
    Attribute::SubscriberId,
    Attribute::BirthDate,
    Attribute::FamilyName,
    Attribute::GivenName,
    Attribute::NameSuffix,
];

/// What the first tier makes of the candidates.
pub(super) enum First<'a> {
    One(&'a Judged<'a>),
    Several(Vec<&'a Judged<'a>>),
    /// Somebody is meant, but for these.
    Conflict(Vec<Attribute>),
    Nobody,
}

/// Judges everybody who shares an identifier with the request.
///
/// Source: HRex 1.2.0 `$member-match` notes (demographics alone are not a match), mm-8 to mm-10
pub(super) fn first<'a>(policy: &MatchingPolicy, judged: &'a [Judged<'a>]) -> First<'a> {
    let sharing: Vec<&Judged<'_>> = judged
        .iter()
        .filter(|one| shares_an_identifier(&one.comparison))
        .collect();
    let fitting: Vec<&Judged<'_>> = sharing
        .iter()
        .copied()
        .filter(|one| fits(policy, &one.comparison))
        .collect();
    match fitting.as_slice() {
        [] => disagreement(policy, &sharing),
        [one] => First::One(one),
        _ => First::Several(fitting),
    }
}

/// What the request would have to say before anybody is looked for.
pub(super) fn missing(policy: &MatchingPolicy, asked: &Asked) -> Option<Vec<Attribute>> {
    let profile = &asked.profile;
    let identified = profile.says(Attribute::MemberId) || profile.says(Attribute::SubscriberId);
    if !identified && !policy.without_identifier {
        return Some(vec![Attribute::MemberId, Attribute::SubscriberId]);
    }
    let dated = profile.says(Attribute::BirthDate) || policy.without_identifier;
    (!dated).then(|| vec![Attribute::BirthDate])
}

/// Does somebody share an identifier, the present one or an earlier one?
pub(super) fn shares_an_identifier(comparison: &Comparison) -> bool {
    [Attribute::MemberId, Attribute::SubscriberId]
        .into_iter()
        .any(|attribute| matches!(comparison.level(attribute), Level::Exact | Level::Alias))
}

/// A number may be that of the family: where the policy reads given names, one has to agree, or a twin would do.
fn fits(policy: &MatchingPolicy, comparison: &Comparison) -> bool {
    let given = comparison.level(Attribute::GivenName);
    let named = matches!(given, Level::Exact | Level::Alias) && !is_only_like(comparison);
    comparison.level(Attribute::BirthDate) == Level::Exact
        && (named || !policy.reads(Attribute::GivenName))
        && against(comparison).is_empty()
}

/// Is the given name only like the known one, without the person's own number beside it? That is how a twin may be called,
/// too. It holds for every way to be like it: a nickname, another spelling, a name that was cut or is an initial, and a
/// former name, which may be the twin's, written down by mistake and put right.
pub(super) fn is_only_like(comparison: &Comparison) -> bool {
    comparison.is_by_like_name() && !comparison.is_by_own_number()
}

/// What speaks against the person being meant for certain.
fn against(comparison: &Comparison) -> Vec<Attribute> {
    DECIDING
        .into_iter()
        .filter(|&attribute| {
            let level = comparison.level(attribute);
            !matches!(level, Level::Exact | Level::Alias | Level::Absent)
        })
        .collect()
}

/// Nobody fits: either one attribute of somebody contradicts, or nobody is meant.
fn disagreement<'a>(policy: &MatchingPolicy, sharing: &[&Judged<'_>]) -> First<'a> {
    let conflicts = sharing
        .iter()
        .filter_map(|one| conflict(policy, &one.comparison));
    let mut attributes: Vec<Attribute> = conflicts.collect();
    attributes.sort();
    attributes.dedup();
    if attributes.is_empty() {
        First::Nobody
    } else {
        First::Conflict(attributes)
    }
}

/// The one attribute that keeps this person from fitting. Another member number under the same subscriber is no
/// contradiction: it is another person of the family, and so is another given name. What is merely a slip is left to
/// the scores, where the policy has any, and so are a family name, which people change, and a given name that is only like
/// the known one.
fn conflict(policy: &MatchingPolicy, comparison: &Comparison) -> Option<Attribute> {
    let is_like =
        comparison.level(Attribute::BirthDate) == Level::Exact && is_only_like(comparison);
    match against(comparison).as_slice() {
        [] if policy.scoring.is_none() && is_like => Some(Attribute::GivenName),
        [Attribute::MemberId | Attribute::GivenName | Attribute::NameSuffix] => None,
        [one] => {
            let plain = matches!(comparison.level(*one), Level::Differ | Level::SameYear);
            let refused = plain && *one != Attribute::FamilyName;
            (refused || policy.scoring.is_none()).then_some(*one)
        }
        _ => None,
    }
}
