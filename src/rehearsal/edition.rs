//! The editions of `$member-match` that the reference service speaks, and the versions of our entries that they are.
//! Refuses to choose for a contract that chooses itself.

use crate::catalogue::Partner;
use crate::contract::{Planned, State};
use crate::model::VersionId;
use semver::Version;
use serde_json::{Map, json};

/// The entry whose version tells in which edition a partner asks.
const REQUEST: &str = "hrex-member-match-request";
const RESPONSE: &str = "hrex-member-match-response";
/// The state that makes the service speak an edition with a partner.
const PARTNER: &str = "partner";

/// Each edition with the version of both entries, newest first.
///
/// Source: versions 1.0.0, 2.0.0 and 2.0.1 of the entries follow HRex 1.0.0, 1.1.0 and 1.2.0
static EDITIONS: [(&str, Version); 3] = [
    ("hrex-1.2", Version::new(2, 0, 1)),
    ("hrex-1.1", Version::new(2, 0, 0)),
    ("hrex-1.0", Version::new(1, 0, 0)),
];

/// The edition in which a partner asks us: the newest of the request versions that it uses.
pub(super) fn edition(known: &Partner) -> &'static str {
    let uses = known.file.uses.get(REQUEST);
    let admits = |version: &Version| uses.is_none_or(|range| range.matches(version));
    let mut spoken = EDITIONS.iter().filter(|(_, version)| admits(version));
    spoken.next().map_or("hrex-1.0", |(name, _)| name)
}

/// Every replay once for each edition that its contract lives with.
pub(super) fn in_each(planned: &[Planned]) -> Vec<Planned> {
    planned.iter().flat_map(spoken).collect()
}

fn spoken(planned: &Planned) -> Vec<Planned> {
    let chosen = planned.states.iter().any(|state| state.name == PARTNER);
    let Some((entry, range)) = &planned.asked else {
        return vec![planned.clone()];
    };
    if entry != REQUEST || chosen || planned.sequence.is_some() {
        return vec![planned.clone()];
    }
    let admitted = EDITIONS
        .iter()
        .filter(|(_, version)| range.matches(version));
    let all: Vec<Planned> = admitted.map(|edition| under(planned, edition)).collect();
    match all.is_empty() {
        true => vec![planned.clone()],
        false => all,
    }
}

fn under(planned: &Planned, (name, version): &(&str, Version)) -> Planned {
    let mut params = Map::new();
    params.insert("profile".to_owned(), json!(planned.consumer));
    params.insert("answer".to_owned(), json!(name));
    let mut planned = planned.clone();
    planned.states.push(State {
        name: PARTNER.to_owned(),
        params,
    });
    let versions = [REQUEST, RESPONSE].map(|entry| format!("{entry}@{version}").parse());
    planned.spoken = versions
        .into_iter()
        .filter_map(Result::<VersionId, _>::ok)
        .collect();
    planned
}
