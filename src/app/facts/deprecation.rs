//! Deprecated versions on a day: what was announced, and what the windows ask for the partners that use them.

use super::known;
use crate::catalogue::{Entry, Partner, SchemaVersion, Status, VersionFile, Workspace};
use crate::lifecycle::{Deciders, affected, early_sunset, is_acknowledged};
use crate::policy::input::{DeprecationFacts, WindowFacts};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::BTreeSet;

pub(super) fn of(head: &Workspace, day: NaiveDate) -> Vec<DeprecationFacts> {
    let entries = head.catalogue.entries.values();
    entries
        .flat_map(|entry| {
            let versions = entry.file.versions.iter().enumerate();
            versions
                .filter(|(_, version)| version.status == Status::Deprecated)
                .map(|(index, version)| facts(head, day, entry, (index, version)))
        })
        .collect()
}

fn facts(
    head: &Workspace,
    day: NaiveDate,
    entry: &Entry,
    (index, version): (usize, &VersionFile),
) -> DeprecationFacts {
    let dates = version.deprecated.zip(version.sunset);
    let notice_days = dates.map_or(0, |(notice, end)| (end - notice).num_days());
    let id = &entry.file.id;
    let users: Vec<&Partner> = affected(head.partners.values(), id, &version.version).collect();
    let record = entry.versions.values();
    let record = record.into_iter().find(|one| one.number == version.version);
    let nobody = BTreeSet::new();
    let deciders = Deciders {
        board: &head.config.board,
        // Who wrote the change is asked by the lifecycle check, which knows it.
        not_by: &nobody,
    };
    let agreed =
        record.is_some_and(|record| early_sunset(head, record, deciders, day).is_reached());
    let (acknowledged, missing_ack) = answers(head, record, &users, day);
    let partners: Vec<WindowFacts> = users
        .iter()
        .map(|partner| WindowFacts {
            enough: agreed || required(head, partner).is_some_and(|days| notice_days >= days),
            partner: partner.file.id.clone(),
            required_days: required(head, partner).unwrap_or(0),
        })
        .collect();
    let required = partners.iter().map(|one| one.required_days);
    DeprecationFacts {
        schema: format!("{}@{}", entry.file.id, version.version),
        entry: entry.file.id.clone(),
        version: version.version.to_string(),
        pointer: format!("/version/{index}"),
        notice_known: version.deprecated.is_some(),
        sunset_known: version.sunset.is_some(),
        notice_days,
        required_days: required.max().unwrap_or(0),
        days_left: version.sunset.map_or(0, |end| (end - day).num_days()),
        replacement: known(version.replaced_by.as_deref().unwrap_or("")),
        migration_note: version
            .migration
            .as_deref()
            .is_some_and(|path| !path.trim().is_empty()),
        acknowledged,
        missing_ack,
        partners,
    }
}

/// Who of the users answered the notice that stands by the end of the day, and who did not.
fn answers(
    head: &Workspace,
    version: Option<&SchemaVersion>,
    users: &[&Partner],
    day: NaiveDate,
) -> (Vec<String>, Vec<String>) {
    let now: DateTime<Utc> = day.and_time(NaiveTime::MIN).and_utc();
    let answered = |id: &String| {
        version.is_some_and(|version| is_acknowledged(&head.acknowledgements, version, id, now))
    };
    let ids = users.iter().map(|partner| partner.file.id.clone());
    ids.partition(answered)
}

/// Days that the policy of windows asks for, where it says.
fn required(head: &Workspace, partner: &Partner) -> Option<i64> {
    let (maturity, criticality) = (partner.file.maturity, partner.file.criticality);
    let windows = head.windows.as_ref();
    let days = windows.and_then(|windows| windows.file.days(maturity, criticality));
    days.map(i64::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::shipped;
    use super::*;

    fn told(head: &Workspace) -> DeprecationFacts {
        let day = "2026-11-20".parse().unwrap();
        let mut all = of(head, day).into_iter();
        all.find(|one| one.schema == "hrex-coverage@1.0.0").unwrap()
    }

    fn change(head: &mut Workspace, change: impl FnOnce(&mut VersionFile)) {
        let entry = head.catalogue.entries.get_mut("hrex-coverage").unwrap();
        change(entry.file.versions.first_mut().unwrap());
    }

    #[test]
    fn what_a_deprecation_promised_is_counted_in_days() {
        let mut head = shipped();
        let facts = told(&head);
        assert_eq!(
            (facts.notice_days, facts.required_days, facts.days_left),
            (302, 300, 222)
        );
        assert_eq!(facts.pointer, "/version/0");
        assert!(facts.partners.iter().all(|one| one.enough));
        change(&mut head, |version| {
            version.sunset = "2027-06-27".parse().ok()
        });
        let short = told(&head);
        assert_eq!(short.notice_days, 299);
        assert!(short.partners.iter().all(|one| !one.enough));
    }

    #[test]
    fn what_a_deprecation_leaves_out_is_a_fact_each() {
        let mut head = shipped();
        change(&mut head, |version| {
            version.deprecated = None;
            version.replaced_by = None;
            version.migration = Some(" ".to_owned());
        });
        let facts = told(&head);
        assert!(!facts.notice_known && facts.sunset_known && !facts.migration_note);
        assert_eq!(
            (facts.replacement.as_str(), facts.notice_days),
            ("unknown", 0)
        );
    }

    #[test]
    fn a_partner_counts_as_having_answered_only_when_it_did() {
        let mut head = shipped();
        head.acknowledgements.clear();
        let facts = told(&head);
        assert_eq!(
            (facts.acknowledged.len(), facts.missing_ack),
            (0, vec!["northwind".to_owned()])
        );
    }

    #[test]
    fn a_table_that_does_not_say_how_long_is_never_enough() {
        let mut head = shipped();
        head.windows = None;
        let facts = told(&head);
        assert!(
            facts
                .partners
                .iter()
                .all(|one| !one.enough && one.required_days == 0)
        );
    }
}
