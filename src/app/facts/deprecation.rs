//! Deprecated versions on a day: what was announced, and what the windows ask for the partners that use them.

use super::known;
use crate::catalogue::{Entry, Partner, SchemaVersion, Status, VersionFile, Workspace};
use crate::lifecycle::{affected, early_sunset, is_acknowledged};
use crate::policy::input::{DeprecationFacts, WindowFacts};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

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
    let agreed = record.is_some_and(|record| early_sunset(head, record, day).is_reached());
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
