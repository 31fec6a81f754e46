//! Deprecated versions on a day: what was announced, and what the windows ask for the partners that use them.

use super::known;
use crate::catalogue::{Entry, Partner, Status, VersionFile, Workspace};
use crate::policy::input::{DeprecationFacts, WindowFacts};
use chrono::NaiveDate;

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
    let users = users(head, entry, version);
    let partners: Vec<WindowFacts> = users
        .iter()
        .map(|partner| window(head, partner, notice_days))
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
        acknowledged: Vec::new(),
        missing_ack: users
            .iter()
            .map(|partner| partner.file.id.clone())
            .collect(),
        partners,
    }
}

/// Partners whose range admits the version: whoever may be speaking it.
fn users<'a>(head: &'a Workspace, entry: &Entry, version: &VersionFile) -> Vec<&'a Partner> {
    let admits = |partner: &&Partner| {
        let range = partner.file.uses.get(&entry.file.id);
        range.is_some_and(|range| range.matches(&version.version))
    };
    head.partners.values().filter(admits).collect()
}

fn window(head: &Workspace, partner: &Partner, notice_days: i64) -> WindowFacts {
    let (maturity, criticality) = (partner.file.maturity, partner.file.criticality);
    let windows = head.windows.as_ref();
    let days = windows.and_then(|windows| windows.file.days(maturity, criticality));
    WindowFacts {
        partner: partner.file.id.clone(),
        required_days: days.map_or(0, i64::from),
        enough: days.is_some_and(|days| notice_days >= i64::from(days)),
    }
}
