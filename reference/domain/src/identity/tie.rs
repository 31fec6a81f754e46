//! Who wins among persons who fit alike, by the rules of the policy and in their order.
//! Refuses to choose where no rule names exactly one.

use super::decide::{Judged, Question};
use super::policy::TieBreaker;
use super::profile::{Comparable, Cover, Profile};
use super::{Asked, Attribute, Level};
use crate::record::Day;

/// The one who wins, and by which rule. A rule that leaves several gives them to the next rule.
pub(super) fn broken<'a>(
    question: &Question<'_>,
    asked: &Asked,
    tied: &[&'a Judged<'a>],
) -> Option<(&'a Judged<'a>, TieBreaker)> {
    let mut left = tied.to_vec();
    for &rule in &question.policy.tie_breakers {
        let kept = keep(question, asked, rule, &left);
        match kept.as_slice() {
            [] => {}
            [one] => return Some((one, rule)),
            _ => left = kept,
        }
    }
    None
}

fn keep<'a>(
    question: &Question<'_>,
    asked: &Asked,
    rule: TieBreaker,
    tied: &[&'a Judged<'a>],
) -> Vec<&'a Judged<'a>> {
    let these = |holds: &dyn Fn(&Judged<'_>) -> bool| {
        tied.iter().copied().filter(|one| holds(one)).collect()
    };
    match rule {
        TieBreaker::PersonSuffixAndRelationship => these(&is_the_person_behind),
        TieBreaker::CoveragePeriod => {
            let on = wanted_on(asked).unwrap_or(question.on);
            these(&|one| covers(one).any(|cover| holds(cover, on)))
        }
        TieBreaker::NewestVerified => {
            let newest = tied
                .iter()
                .filter_map(|one| verified(&one.candidate.profile))
                .max();
            these(&|one| newest.is_some() && verified(&one.candidate.profile) == newest)
        }
    }
}

/// The very person of a family number, not another of the family.
fn is_the_person_behind(one: &Judged<'_>) -> bool {
    let level = |attribute| one.comparison.level(attribute);
    let suffixed = one.candidate.profile.said(Attribute::MemberId).iter().any(
        |said| matches!(said.value.expose(), Comparable::Number(number) if number.person.is_some()),
    );
    let by_suffix = suffixed && level(Attribute::MemberId) == Level::Exact;
    let by_relationship = level(Attribute::Relationship) == Level::Exact;
    by_suffix || by_relationship
}

fn wanted_on(asked: &Asked) -> Option<Day> {
    let said = asked.profile.said(Attribute::PriorCoverage).iter();
    said.filter_map(|said| match said.value.expose() {
        Comparable::Cover(cover) => cover.start,
        Comparable::Number(_)
        | Comparable::Name(_)
        | Comparable::Date(_)
        | Comparable::Address(_)
        | Comparable::Word(_) => None,
    })
    .next()
}

fn covers<'a>(one: &'a Judged<'_>) -> impl Iterator<Item = &'a Cover> {
    let said = one.candidate.profile.said(Attribute::PriorCoverage).iter();
    said.filter_map(|said| match said.value.expose() {
        Comparable::Cover(cover) => Some(cover),
        Comparable::Number(_)
        | Comparable::Name(_)
        | Comparable::Date(_)
        | Comparable::Address(_)
        | Comparable::Word(_) => None,
    })
}

fn holds(cover: &Cover, on: Day) -> bool {
    cover.start.is_none_or(|start| start <= on) && cover.end.is_none_or(|end| on <= end)
}

/// The day on which anything of the person was last verified.
fn verified(profile: &Profile) -> Option<Day> {
    let said = Attribute::ALL
        .iter()
        .flat_map(|attribute| profile.said(*attribute));
    said.filter_map(|said| said.provenance.verified).max()
}
