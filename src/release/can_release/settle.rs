//! Whose turn it is, and the one command that settles an open point.
//! Refuses to judge.

use super::facts::Facts;
use super::pair::Judged;
use crate::model::{Doubt, OpenPoint, Pair, Party};
use std::collections::BTreeSet;

/// Everything that keeps these pairs waiting, each point once.
pub(super) fn open(facts: &Facts, judged: &[Judged]) -> Vec<OpenPoint> {
    let mut points = BTreeSet::new();
    for one in judged {
        let pair = &one.pair;
        for reason in &pair.reasons {
            points.insert(OpenPoint {
                subject: subject(pair, reason.doubt),
                what: what(reason.doubt, &reason.detail),
                owner: owner(facts, one, reason.doubt),
                command: command(facts, one, reason.doubt),
            });
        }
        if !pair.failures.is_empty() {
            points.insert(failed(facts, pair));
        }
    }
    points.into_iter().collect()
}

fn failed(facts: &Facts, pair: &Pair) -> OpenPoint {
    let rules: BTreeSet<&str> = pair
        .failures
        .iter()
        .map(|it| it.problem.rule.as_str())
        .collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    OpenPoint {
        subject: between(pair),
        what: format!("fails {}: mend it, then verify it again", rules.join(", ")),
        owner: facts.owner(&pair.provider.name),
        command: verify(facts, &pair.provider),
    }
}

fn between(pair: &Pair) -> String {
    format!("{} <- {}", pair.consumer, pair.provider)
}

/// What an open point is about: an instance, or the two who meet.
fn subject(pair: &Pair, doubt: Doubt) -> String {
    match doubt {
        Doubt::DeployedVersionUnknown | Doubt::EnvironmentDisagrees => {
            format!("{}, instance {}", between(pair), pair.instance)
        }
        Doubt::NeverVerified
        | Doubt::OtherContractDigest
        | Doubt::OtherProviderVersion
        | Doubt::OtherSchemaVersion
        | Doubt::OtherPolicySet
        | Doubt::OlderMatcher
        | Doubt::Stale
        | Doubt::StateHandlerMissing
        | Doubt::VariantUnproven
        | Doubt::StaticUndecided
        | Doubt::UnsupportedContent
        | Doubt::ReplayMissing
        | Doubt::EdgeUncovered
        | Doubt::ProviderNeverPublishes => between(pair),
    }
}

fn what(doubt: Doubt, detail: &str) -> String {
    if detail.is_empty() {
        doubt.word().to_owned()
    } else {
        format!("{}: {detail}", doubt.word())
    }
}

/// Who settles it: whoever writes the contract, whoever provides, or whoever runs the instance.
pub(super) fn owner(facts: &Facts, judged: &Judged, doubt: Doubt) -> String {
    let pair = &judged.pair;
    match doubt {
        Doubt::VariantUnproven
        | Doubt::StaticUndecided
        | Doubt::UnsupportedContent
        | Doubt::EdgeUncovered => judged.owner.clone(),
        Doubt::DeployedVersionUnknown | Doubt::EnvironmentDisagrees => {
            facts.owner(&judged.live.party.name)
        }
        Doubt::NeverVerified
        | Doubt::OtherContractDigest
        | Doubt::OtherProviderVersion
        | Doubt::OtherSchemaVersion
        | Doubt::OtherPolicySet
        | Doubt::OlderMatcher
        | Doubt::Stale
        | Doubt::StateHandlerMissing
        | Doubt::ReplayMissing
        | Doubt::ProviderNeverPublishes => facts.owner(&pair.provider.name),
    }
}

/// The one command that settles it.
pub(super) fn command(facts: &Facts, judged: &Judged, doubt: Doubt) -> String {
    let live = &judged.live;
    match doubt {
        Doubt::EnvironmentDisagrees => format!(
            "matchmark contract record-deployment --subject {} --environment {} --instance {} --role {}",
            asked(&live.party),
            live.environment,
            live.name,
            live.role.word()
        ),
        Doubt::DeployedVersionUnknown => {
            format!(
                "matchmark contract check --record --subject {}",
                asked(&live.party)
            )
        }
        Doubt::VariantUnproven
        | Doubt::StaticUndecided
        | Doubt::UnsupportedContent
        | Doubt::EdgeUncovered
        | Doubt::StateHandlerMissing => "matchmark contract check".to_owned(),
        Doubt::NeverVerified
        | Doubt::OtherContractDigest
        | Doubt::OtherProviderVersion
        | Doubt::OtherSchemaVersion
        | Doubt::OtherPolicySet
        | Doubt::OlderMatcher
        | Doubt::Stale
        | Doubt::ReplayMissing
        | Doubt::ProviderNeverPublishes => verify(facts, &judged.pair.provider),
    }
}

/// A version as the command line takes it.
fn asked(party: &Party) -> String {
    let version = party
        .version
        .number
        .as_ref()
        .or(party.version.commit.as_ref());
    format!("{}@{}", party.name, version.map_or("HEAD", String::as_str))
}

/// The command that verifies `provider`: here, or in the commit that it was built from.
fn verify(facts: &Facts, provider: &Party) -> String {
    let plain = "matchmark contract check --record";
    let at_head = facts.heads.get(&provider.name);
    match (&provider.version.commit, &provider.version.number) {
        _ if at_head.is_some_and(|head| head.is(&provider.version)) => plain.to_owned(),
        (Some(commit), _) if provider.name == facts.us => {
            format!("git switch --detach {commit} && {plain}")
        }
        (_, Some(number)) => format!("{plain} --subject {}@{number}", provider.name),
        (_, None) => plain.to_owned(),
    }
}
