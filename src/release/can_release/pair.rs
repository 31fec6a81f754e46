//! A consumer and a provider, each in one version, under every contract between them.
//! Refuses to look beyond the two.

use super::facts::Facts;
use super::known;
use super::live::Instance;
use super::record::{self, Novelty, Weighed};
use crate::model::{
    Archive, ContractName, Doubt, Evidence, Kept, OpenReason, Pair, PairState, Party,
};
use std::collections::BTreeSet;

/// Two versions that would meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting<'a> {
    pub consumer: &'a Party,
    pub provider: &'a Party,
    /// The live one of the two.
    pub instance: &'a Instance,
    pub novelty: Novelty,
}

/// A pair with everything that its record says.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub pair: Pair,
    pub weighed: Weighed,
    /// The record that decides.
    pub record: Option<Evidence>,
    /// The team that answers for the contract.
    pub owner: String,
    /// The one of the two that is live.
    pub live: Instance,
}

/// Every contract between the two; none where they do not deal with each other any more.
pub(super) fn judge(facts: &Facts, archive: &Archive, meeting: &Meeting<'_>) -> Vec<Judged> {
    let contracts = known::contracts(facts, archive, meeting.consumer, &meeting.provider.name);
    let mut judged: Vec<Judged> = match contracts {
        None => vec![unknown(facts, meeting)],
        Some(contracts) => contracts
            .iter()
            .map(|contract| under(facts, archive, meeting, contract))
            .filter(|judged| !is_over(facts, judged))
            .collect(),
    };
    uncovered(facts, meeting, &mut judged);
    for one in &mut judged {
        if let Some(told) = &meeting.instance.disagreement {
            one.pair.reasons.push(OpenReason {
                doubt: Doubt::EnvironmentDisagrees,
                detail: told.clone(),
            });
        }
        one.pair.reasons.sort();
        one.pair.state = state(&one.pair, &one.weighed);
    }
    judged
}

/// Whether every promise of the contract has ended.
fn is_over(facts: &Facts, judged: &Judged) -> bool {
    let record = judged.record.as_ref();
    record.is_some_and(|it| !it.results.is_empty() && record::gating(facts, it).next().is_none())
}

fn blank(meeting: &Meeting<'_>, contract: &str, digest: &str) -> Pair {
    Pair {
        consumer: meeting.consumer.clone(),
        provider: meeting.provider.clone(),
        instance: meeting.instance.name.clone(),
        role: meeting.instance.role.word().to_owned(),
        contract: contract.to_owned(),
        digest: digest.to_owned(),
        state: PairState::Undecided,
        reasons: Vec::new(),
        failures: Vec::new(),
        evidence: None,
    }
}

/// Nobody knows what this version of the consumer relies on.
fn unknown(facts: &Facts, meeting: &Meeting<'_>) -> Judged {
    let is_live = meeting.instance.party == *meeting.consumer;
    let (doubt, detail) = if is_live {
        (
            Doubt::DeployedVersionUnknown,
            "no record names this version",
        )
    } else {
        (Doubt::NeverVerified, "no record names this version")
    };
    let mut pair = blank(meeting, "", "");
    pair.reasons.push(OpenReason {
        doubt,
        detail: detail.to_owned(),
    });
    Judged {
        pair,
        weighed: Weighed::default(),
        record: None,
        owner: facts.owner(&meeting.consumer.name),
        live: meeting.instance.clone(),
    }
}

/// The two under one contract.
fn under(
    facts: &Facts,
    archive: &Archive,
    meeting: &Meeting<'_>,
    contract: &ContractName,
) -> Judged {
    let mut pair = blank(meeting, &contract.path, &contract.digest);
    let mut weighed = Weighed::default();
    let mut record = None;
    match found(facts, archive, meeting, contract) {
        Err(reason) => pair.reasons.push(reason),
        Ok(kept) => {
            weighed = record::weigh(facts, archive, &kept.value, meeting.novelty);
            pair.reasons.extend(weighed.reasons.iter().cloned());
            pair.failures = weighed.failures.iter().cloned().collect();
            pair.evidence = Some(kept.path.clone());
            record = Some(kept.value.clone());
        }
    }
    Judged {
        pair,
        weighed,
        record,
        owner: contract.owner.clone(),
        live: meeting.instance.clone(),
    }
}

/// The newest record of this contract and this version of the provider, or why none counts.
fn found<'a>(
    facts: &Facts,
    archive: &'a Archive,
    meeting: &Meeting<'_>,
    contract: &ContractName,
) -> Result<&'a Kept<Evidence>, OpenReason> {
    let reason = |doubt, detail: &str| OpenReason {
        doubt,
        detail: detail.to_owned(),
    };
    let provider = meeting.provider;
    let of_pair: Vec<&Kept<Evidence>> = archive
        .evidence
        .iter()
        .filter(|kept| kept.value.provider.name == provider.name)
        .filter(|kept| kept.value.consumer.name == meeting.consumer.name)
        // What is dated later than the question says nothing yet.
        .filter(|kept| kept.value.taken() <= facts.as_of)
        .collect();
    let is_live = meeting.instance.party == *provider;
    if is_live && !known::is_known(archive, provider) {
        let detail = "no record names this version";
        return Err(reason(Doubt::DeployedVersionUnknown, detail));
    }
    if of_pair.is_empty() && !known::publishes(facts, archive, &provider.name) {
        let detail = format!("no record on its branch {}", facts.main);
        return Err(reason(Doubt::ProviderNeverPublishes, &detail));
    }
    let is_seen = of_pair
        .iter()
        .any(|kept| kept.value.contract.path == contract.path);
    let same: Vec<&Kept<Evidence>> = of_pair
        .into_iter()
        .filter(|kept| kept.value.contract.digest == contract.digest)
        .collect();
    if same.is_empty() {
        return Err(if is_seen {
            reason(Doubt::OtherContractDigest, "verified in another form")
        } else {
            reason(Doubt::NeverVerified, "no record of the two")
        });
    }
    let newest = |records: &[&'a Kept<Evidence>]| {
        let order = |kept: &&&Kept<Evidence>| (kept.value.ended, kept.path.clone());
        records.iter().max_by_key(order).copied()
    };
    let own: Vec<&Kept<Evidence>> = same
        .iter()
        .copied()
        .filter(|kept| kept.value.provider.version.is(&provider.version))
        .collect();
    newest(&own).ok_or_else(|| OpenReason {
        doubt: Doubt::OtherProviderVersion,
        detail: newest(&same).map_or_else(String::new, |kept| {
            format!("verified with {}", kept.value.provider.version)
        }),
    })
}

/// Edge cases that no contract between the two covers; said once.
fn uncovered(facts: &Facts, meeting: &Meeting<'_>, judged: &mut [Judged]) {
    let is_seen = judged.iter().any(|one| one.record.is_some());
    if meeting.provider.name != facts.us || !is_seen {
        return;
    }
    let covered: BTreeSet<&String> = judged.iter().flat_map(|one| &one.weighed.edges).collect();
    let open = facts.edges.iter().filter(|edge| !covered.contains(edge));
    let open: Vec<&str> = open.map(String::as_str).collect();
    if let (false, Some(first)) = (
        open.is_empty(),
        judged.iter_mut().find(|one| one.record.is_some()),
    ) {
        let open = open.join(", ");
        let known = first.pair.reasons.iter_mut();
        let mut known = known.filter(|it| it.doubt == Doubt::EdgeUncovered);
        match known.next() {
            Some(reason) => reason.detail = format!("{}, {open}", reason.detail),
            None => first.pair.reasons.push(OpenReason {
                doubt: Doubt::EdgeUncovered,
                detail: open,
            }),
        }
    }
}

fn state(pair: &Pair, weighed: &Weighed) -> PairState {
    if !pair.failures.is_empty() {
        PairState::Failed
    } else if !pair.reasons.is_empty() {
        PairState::Undecided
    } else if !weighed.pending.is_empty() {
        PairState::Pending
    } else if !weighed.waived.is_empty() {
        PairState::Waived
    } else {
        PairState::Proven
    }
}
