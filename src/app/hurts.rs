//! Whom a change hurts: partners whose range admits the new version, and what is on record of them.

use crate::catalogue::{Catalogue, SchemaVersion, Workspace};
use crate::model::{Direction, Finding, Hurt, Place, VersionId};
use crate::replay::{Cluster, Shift};
use semver::VersionReq;
use std::collections::{BTreeMap, BTreeSet};

/// The finding with everyone who would be served `version` without asking for it, in place of `from`.
pub(super) fn with(
    mut finding: Finding,
    from: Option<&VersionId>,
    version: &SchemaVersion,
    workspace: &Workspace,
) -> Finding {
    finding.hurts.extend(users(from, version, workspace));
    finding
}

/// Partners whose ranges admit `version`, or something that draws in what `version` follows.
pub(super) fn users(
    from: Option<&VersionId>,
    version: &SchemaVersion,
    workspace: &Workspace,
) -> Vec<Hurt> {
    let mut users = Vec::new();
    let named = &version.id.entry;
    let mut reach = Reach::of(&workspace.catalogue, from, version);
    for partner in workspace.partners.values() {
        for (entry, range) in &partner.file.uses {
            let is_hurt = match entry == named {
                true => range.matches(&version.number),
                false => reach.is_drawn_in(entry, range),
            };
            if is_hurt {
                users.push(Hurt {
                    who: partner.file.id.clone(),
                    why: format!("uses {entry} {range}"),
                    place: Some(partner.source.find(entry)),
                });
            }
        }
    }
    users
}

/// Adds who is on record with payloads that the finding's version newly rejects, out of `total` payloads.
pub(super) fn on_record(finding: &mut Finding, clusters: &[Cluster], total: u64) {
    let mut counts: BTreeMap<&str, (u64, &Place)> = BTreeMap::new();
    for cluster in clusters {
        let cause = &cluster.cause;
        // An answer of old that the new version would not give is nobody's loss.
        let is_loss = cause.shift == Shift::NewlyRejected
            && cause.direction.is_some_and(Direction::needs_forth);
        if is_loss && cause.candidate.to_string() == finding.subject {
            let entry = counts.entry(&cause.partner).or_insert((0, &cluster.first));
            entry.0 += cluster.count;
            entry.1 = entry.1.min(&cluster.first);
        }
    }
    for (partner, (count, first)) in counts {
        finding.hurts.push(Hurt {
            who: partner.to_owned(),
            why: format!("{count} of {total} recorded payloads are newly rejected"),
            place: Some(first.clone()),
        });
    }
}

/// Which versions of other entries a step is felt through.
struct Reach<'a> {
    catalogue: &'a Catalogue,
    /// The two ends of the step, and every version of the entry that may still change.
    felt: BTreeSet<&'a VersionId>,
    known: BTreeMap<&'a VersionId, bool>,
}

impl<'a> Reach<'a> {
    fn of(
        catalogue: &'a Catalogue,
        from: Option<&'a VersionId>,
        version: &'a SchemaVersion,
    ) -> Self {
        let entry = catalogue.entry(&version.id.entry);
        let all = entry.into_iter().flat_map(|entry| entry.versions.values());
        let open = all.filter(|it| it.file.status.is_open()).map(|it| &it.id);
        Self {
            catalogue,
            felt: open.chain(from).chain([&version.id]).collect(),
            known: BTreeMap::new(),
        }
    }

    /// Whether a version in the range refers to one that is felt, however far down.
    fn is_drawn_in(&mut self, entry: &str, range: &VersionReq) -> bool {
        let within = self.catalogue.in_range(entry, range);
        within.into_iter().any(|version| self.draws(&version.id))
    }

    fn draws(&mut self, id: &'a VersionId) -> bool {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let drawn = self.catalogue.drawn(id);
        let found = drawn.iter().any(|id| self.felt.contains(id));
        self.known.insert(id, found);
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    /// Who is hurt by a step between two versions of the shipped catalogue.
    fn hurt(from: &str, to: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (head, _) = crate::load::folder(root, None).unwrap();
        let (from, to): (VersionId, VersionId) = (from.parse().unwrap(), to.parse().unwrap());
        let to = head.catalogue.version(&to).unwrap();
        let users = users(Some(&from), to, &head);
        let told = users
            .into_iter()
            .map(|hurt| format!("{} {}", hurt.who, hurt.why));
        told.collect()
    }

    #[test]
    fn who_draws_in_another_line_of_versions_is_not_hurt() {
        let hurt = hurt("hrex-coverage@2.0.0", "hrex-coverage@2.0.1");
        assert!(hurt.contains("contoso uses hrex-member-match-request ^2"));
        assert!(hurt.contains("fabrikam uses hrex-coverage ^2"));
        assert!(
            !hurt.iter().any(|it| it.starts_with("northwind")),
            "{hurt:?}"
        );
    }

    #[test]
    fn who_draws_in_what_a_step_starts_from_is_hurt() {
        let hurt = hurt("hrex-coverage@1.0.0", "hrex-coverage@2.0.0");
        assert!(hurt.contains("northwind uses hrex-member-match-request ^1"));
        assert!(
            !hurt.contains("northwind uses hrex-coverage ^1"),
            "{hurt:?}"
        );
    }
}
