//! What the end of a version comes to: its day, what it rests on, and why it may be refused.
//! Refuses to write anything.

use crate::app::kept_move::approved;
use crate::catalogue::{SchemaVersion, Status, VersionFile, Workspace};
use crate::lifecycle::{
    Deciders, Expiry, Move, Window, affected, decide, early_sunset, sunset_digest, sunset_subject,
    unsaid, windows,
};
use crate::load;
use crate::model::{ApprovedBy, DeprecateRequest, End, EndingAsked, VersionId, counted};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeSet;
use std::path::{Component, Path};

/// Where notes stand that tell partners how to move.
const NOTES: &str = "docs/migrations/";

/// The end of a version, planned.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub step: Move,
    pub to: Status,
    /// The version as it is to be.
    pub version: SchemaVersion,
    /// Day from which partners are warned.
    pub notice: Option<NaiveDate>,
    pub windows: Vec<Window>,
    /// Text of the note that tells partners how to move.
    pub note: String,
    /// Why it may not be, one sentence each.
    pub refused: Vec<String>,
    pub approved: Vec<ApprovedBy>,
    /// Keys of the record with their new values; none where nothing changes.
    pub keys: Vec<(&'static str, String)>,
    pub not_proved: Vec<String>,
}

impl Plan {
    fn new(version: &SchemaVersion, to: Status) -> Self {
        let step = decide(Some(version.file.status), to);
        let refused = step.err().map(|refusal| {
            let instead = refusal
                .instead
                .replace("ID@VERSION", &version.id.to_string());
            let (from, to) = (version.file.status.word(), to.word());
            format!(
                "it may not go from {from} to {to}: {}; {instead}",
                refusal.why
            )
        });
        let mut version = version.clone();
        version.file.status = to;
        Self {
            step: step.unwrap_or(Move::Stay),
            to,
            version,
            notice: None,
            windows: Vec::new(),
            note: String::new(),
            refused: refused.into_iter().collect(),
            approved: Vec::new(),
            keys: Vec::new(),
            not_proved: Vec::new(),
        }
    }

    /// How it ends, as far as that is known.
    pub(super) fn end(&self) -> Option<End> {
        let file = &self.version.file;
        Some(End {
            deprecated: file.deprecated?.to_string(),
            sunset: file.sunset?.to_string(),
            replaced_by: file.replaced_by.clone()?,
            migration: file.migration.clone()?,
        })
    }

    pub(super) fn outcome(&self) -> String {
        let id = &self.version.id;
        if !self.refused.is_empty() {
            let reasons = counted(self.refused.len(), "reason");
            return format!("`{id}` stays as it is: {reasons}");
        }
        if self.keys.is_empty() {
            return format!("nothing to do: `{id}` says all of that already");
        }
        let sunset = self.version.file.sunset.map(|day| day.to_string());
        match self.to {
            Status::Retired => format!("`{id}` is no longer served"),
            Status::Draft | Status::Candidate | Status::Released | Status::Deprecated => format!(
                "`{id}` is served until {}; {} told",
                sunset.unwrap_or_default(),
                match self.windows.len() {
                    0 => "nobody has to be".to_owned(),
                    1 => "1 partner is".to_owned(),
                    count => format!("{count} partners are"),
                }
            ),
        }
    }

    /// Takes the keys that differ between what is and what is to be.
    fn settle(&mut self, before: &VersionFile) {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let told = |file: &VersionFile| {
            [
                ("status", Some(file.status.word().to_owned())),
                ("deprecated", day(file.deprecated)),
                ("sunset", day(file.sunset)),
                ("replaced-by", file.replaced_by.clone()),
                ("migration", file.migration.clone()),
            ]
        };
        let changes = told(&self.version.file).into_iter().zip(told(before));
        self.keys = changes
            .filter(|(after, before)| after != before)
            .filter_map(|((key, value), _)| Some((key, value?)))
            .collect();
    }
}

/// The version is no longer served: its window must be over.
pub(super) fn retired(version: &SchemaVersion, at: DateTime<Utc>) -> Plan {
    let mut plan = Plan::new(version, Status::Retired);
    let sunset = version.file.sunset.and_then(Expiry::of);
    if plan.step == Move::Retire {
        match sunset {
            Some(sunset) if sunset.is_over(at) => {}
            Some(sunset) => plan.refused.push(format!(
                "its window is open for {} more days: partners were told that it is served until {}",
                sunset.days_left(at),
                sunset.date()
            )),
            None => plan
                .refused
                .push("nobody was told a day on which it ends".to_owned()),
        }
    }
    plan.settle(&version.file);
    plan
}

/// Partners are told that it ends.
pub(super) fn told(
    request: &DeprecateRequest,
    workspace: &Workspace,
    version: &SchemaVersion,
    at: DateTime<Utc>,
) -> Plan {
    let mut plan = Plan::new(version, Status::Deprecated);
    let EndingAsked::Told {
        replaced_by,
        migration,
        sunset,
    } = &request.ending
    else {
        return plan;
    };
    if !plan.refused.is_empty() {
        return plan;
    }
    let today = at.date_naive();
    let file = &mut plan.version.file;
    let notice = *file.deprecated.get_or_insert(today);
    file.replaced_by = replaced_by.clone().or(file.replaced_by.take());
    file.migration = migration.clone().or(file.migration.take());
    plan.notice = Some(notice);
    let replacement = successor(workspace, version, plan.version.file.replaced_by.as_deref());
    plan.refused.extend(replacement.err());
    let note = guide(
        &request.repository.root,
        plan.version.file.migration.as_deref(),
    );
    match note {
        Ok(note) => plan.note = note,
        Err(why) => plan.refused.push(why),
    }
    plan.refused.extend(policy(workspace));
    if let Some(policy) = &workspace.windows {
        let partners = workspace.partners.values();
        let affected = affected(partners, &version.id.entry, &version.number);
        plan.windows = windows(&policy.file, affected);
    }
    let earliest = plan.windows.iter().filter_map(|it| it.ends(notice)).max();
    plan.version.file.sunset = sunset.or(version.file.sunset).or(earliest);
    day(&mut plan, workspace, version, today);
    plan.settle(&version.file);
    plan.not_proved = vec![
        "The notices are written, not delivered: whoever looks after the partners sends them."
            .to_owned(),
    ];
    plan
}

/// What replaces it is there, and partners may use it.
fn successor(
    workspace: &Workspace,
    version: &SchemaVersion,
    named: Option<&str>,
) -> Result<(), String> {
    let Some(named) = named else {
        return Err("nothing is named that replaces it: --replaced-by VERSION".to_owned());
    };
    let whole = if named.contains('@') {
        named.to_owned()
    } else {
        format!("{}@{named}", version.id.entry)
    };
    let id: Result<VersionId, _> = whole.parse();
    let found = id.ok().and_then(|id| workspace.catalogue.version(&id));
    match found {
        Some(found) if found.id == version.id => {
            Err("a version cannot replace itself: --replaced-by VERSION".to_owned())
        }
        Some(found) if found.id.entry == version.id.entry && found.number < version.number => Err(
            format!("`{whole}` is older than what it would replace: --replaced-by VERSION"),
        ),
        Some(found) if found.file.status == Status::Released => Ok(()),
        Some(found) => Err(format!(
            "`{whole}` is {}, so partners could not move there",
            found.file.status.word()
        )),
        None => Err(format!(
            "there is no `{whole}` in the catalogue, so partners could not move there"
        )),
    }
}

/// Text of the file that tells how to move.
fn guide(root: &Path, named: Option<&str>) -> Result<String, String> {
    let Some(named) = named else {
        return Err("nothing tells partners how to move: --migration FILE".to_owned());
    };
    let is_inside = Path::new(named)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let is_note = named.starts_with(NOTES) && named.ends_with(".md");
    match load::text(root, named) {
        Some(_) if is_inside && !is_note => Err(format!(
            "{named} is no note for partners: those stand in {NOTES} and end in .md"
        )),
        Some(text) if is_inside && !text.trim().is_empty() => Ok(text),
        Some(_) if is_inside => Err(format!("{named} is empty, so it tells nobody how to move")),
        Some(_) | None => Err(format!(
            "{named} is no file of this repository, so it tells nobody how to move"
        )),
    }
}

/// What the policy of windows leaves open.
fn policy(workspace: &Workspace) -> Option<String> {
    const PATH: &str = "policies/windows.toml";
    let Some(windows) = &workspace.windows else {
        return Some(format!(
            "there is no {PATH}, so nobody knows how long partners are warned"
        ));
    };
    let unsaid = unsaid(&windows.file);
    (!unsaid.is_empty()).then(|| format!("{PATH} does not say {}", unsaid.join(", ")))
}

/// The day is one that every partner can live with, or the board has agreed to it.
fn day(plan: &mut Plan, workspace: &Workspace, before: &SchemaVersion, today: NaiveDate) {
    let (Some(notice), Some(sunset)) = (plan.notice, plan.version.file.sunset) else {
        let why = "no partner's range admits it, so no window says when it may end: --sunset DATE";
        plan.refused.push(why.to_owned());
        return;
    };
    if let Some(released) = before.file.released.filter(|released| notice < *released) {
        let why = format!("notice on {notice} is before its release on {released}");
        plan.refused.push(why);
    }
    if sunset < today {
        plan.refused.push(format!("{sunset} has passed"));
    }
    let mut early = Vec::new();
    if let Some(was) = before.file.sunset.filter(|was| sunset < *was) {
        early.push(format!(
            "partners were told {was}, and {sunset} is {} days earlier; an end moves later, never earlier",
            (was - sunset).num_days()
        ));
    }
    for window in &plan.windows {
        let Some(ends) = window.ends(notice).filter(|ends| sunset < *ends) else {
            continue;
        };
        early.push(format!(
            "{} must be warned {} days ({} maturity, {} criticality): not before {ends}, and {sunset} is {} days too \
             early",
            window.partner,
            window.days.unwrap_or_default(),
            window.maturity.word(),
            window.criticality.word(),
            (ends - sunset).num_days()
        ));
    }
    if early.is_empty() {
        return;
    }
    let quorum = early_sunset(
        workspace,
        &plan.version,
        Deciders {
            board: &workspace.config.board,
            // The change is not committed yet: `check` knows its authors.
            not_by: &BTreeSet::new(),
        },
        today,
    );
    if quorum.is_reached() {
        plan.approved = approved(&quorum.given);
        return;
    }
    let subject = sunset_subject(&plan.version);
    plan.refused.extend(early);
    plan.refused.push(format!(
        "only the board can allow that, as `{subject}` with the digest {}",
        sunset_digest(&plan.version)
    ));
    plan.refused.extend(quorum.lacking.iter().map(|lacking| {
        let (role, why) = (&lacking.role, &lacking.why);
        format!(
            "{role} {why}: matchmark approve {subject} --sunset {sunset} --role {role} --as ACCOUNT"
        )
    }));
}
