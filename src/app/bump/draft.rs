//! The draft of one entry: compared with everything that is served, numbered, noted, and written.

use super::leave::{self, Leave, Release};
use super::{sound, texts};
use crate::app::AppError;
use crate::app::diff::proof;
use crate::app::release::{Depth, compared, notes, told};
use crate::catalogue::{Against, Entry, FormatMode, SchemaVersion, Workspace};
use crate::compat::Comparison;
use crate::load;
use crate::model::{
    Bump, BumpRequest, Bumped, Comparand, Direction, Effect, Finding, Gravity, Reason, Verdict,
    VersionName, WitnessSource, counted, digest,
};
use crate::release::{Mark, Weighed, amended, is_same, marked, next};
use crate::store::{self, Together};
use semver::Version;
use std::path::Path;

/// A version that the draft was compared with.
struct Compared {
    version: SchemaVersion,
    comparison: Comparison,
}

/// The draft and what it follows.
struct Question {
    workspace: Workspace,
    direction: Direction,
    draft: SchemaVersion,
    /// Number that entry.toml gives it.
    declared: Option<Version>,
    /// Newest first; the first is the version that it follows.
    compared: Vec<Compared>,
}

/// Computes the number and writes it, unless nothing is new or something stays open.
///
/// Errors: there is no draft, or nothing before it; a file cannot be changed
pub(super) fn bumped(
    request: &BumpRequest,
    workspace: Workspace,
    id: &str,
    release: Option<&Release>,
) -> Result<Bumped, AppError> {
    let question = Question::ask(request, workspace, id)?;
    let latest = question.latest()?;
    let to = question.number(request.major)?;
    if release.is_none() && is_same(latest, &question.draft) {
        let said = format!(
            "nothing to bump: schemas/{id}/next says what {} says",
            latest.number
        );
        return Ok(question.answer(&latest.number.clone(), said, &[], false));
    }
    let open = question.open(&to, request.major);
    if !open.is_empty() {
        let said = format!(
            "not bumped: {} not settled; a major version settles it: --major",
            open.join(", ")
        );
        let mut answer = question.answer(&to, said, &[], false);
        answer.verdict = Verdict::Undecided;
        answer.exit_code = Verdict::Undecided.exit_code();
        return Ok(answer);
    }
    let (change, leave) = question.change(request, &to, release)?;
    if !leave.refused.is_empty() {
        let said = format!(
            "{to} is not released: {}",
            counted(leave.refused.len(), "reason")
        );
        let mut answer = question.answer(&to, said, &[], false);
        (answer.verdict, answer.exit_code) = (Verdict::NoGo, Verdict::NoGo.exit_code());
        return Ok(Bumped {
            refused: leave.refused,
            approved: leave.approved,
            ..answer
        });
    }
    let root = &request.repository.root;
    let stale = |(path, text): &&(String, String)| load::text(root, path).as_ref() != Some(text);
    let stale = change.iter().filter(stale);
    let mut files: Vec<String> = stale.map(|(path, _)| path.clone()).collect();
    files.extend(release.map_or_else(Vec::new, |_| leave::moved(&question.draft, &to)));
    if files.is_empty() {
        let said =
            format!("nothing to bump: the draft is {to} already, and its notes name every change");
        return Ok(question.answer(&to, said, &[], false));
    }
    if !request.dry_run {
        write(root, change, release.map(|_| (id, &to)))?;
    }
    let said = outcome(request.dry_run, release.is_some(), &to);
    Ok(Bumped {
        approved: leave.approved,
        ..question.answer(&to, said, &files, !request.dry_run)
    })
}

/// Puts every file in place, or none; a release moves the folder of the draft too.
fn write(
    root: &Path,
    change: Vec<(String, String)>,
    released: Option<(&str, &Version)>,
) -> Result<(), AppError> {
    let moved = released.map(|(id, to)| {
        let folder = |name: &str| root.join(format!("schemas/{id}/{name}"));
        (folder("next"), folder(&to.to_string()))
    });
    let files = change.into_iter();
    let files = files.map(|(path, text)| (root.join(path), text)).collect();
    store::together(&Together { files, moved })?;
    Ok(())
}

fn outcome(dry_run: bool, is_release: bool, to: &Version) -> String {
    match (dry_run, is_release) {
        (false, false) => format!("the draft is {to} now; `matchmark check` judges it"),
        (false, true) => format!("{to} is released; `matchmark check` judges it"),
        (true, false) => format!("the draft would be {to}; nothing was written"),
        (true, true) => format!("{to} would be released; nothing was written"),
    }
}

impl Question {
    fn ask(request: &BumpRequest, mut workspace: Workspace, id: &str) -> Result<Self, AppError> {
        let nothing = || AppError::NothingBefore(id.to_owned());
        let root = &request.repository.root;
        let entry = workspace
            .catalogue
            .entries
            .get_mut(id)
            .ok_or_else(nothing)?;
        let direction = entry.file.direction;
        let latest = entry.released().next_back().cloned().ok_or_else(nothing)?;
        let declared = entry.draft().map(|draft| draft.number.clone());
        let draft = match entry.draft() {
            Some(draft) => Some(draft.clone()),
            None => {
                let patch = next(&latest.number, &[]);
                load::unlisted_draft(root, id, &patch)?
            }
        };
        let draft = draft.ok_or_else(|| AppError::NoDraft {
            entry: id.to_owned(),
            latest: latest.number.to_string(),
        })?;
        entry.versions.insert(VersionName::Next, draft.clone());
        let others = others(entry, &latest, &draft, workspace.config.gate.against);
        let whole = &workspace;
        let compare = |version: SchemaVersion, depth| Compared {
            comparison: compared(whole, direction, (&version, &draft), depth),
            version,
        };
        let mut all = vec![compare(latest, Depth::Explained)];
        all.extend(others.into_iter().map(|old| compare(old, Depth::Weighed)));
        Ok(Self {
            direction,
            draft,
            declared,
            compared: all,
            workspace,
        })
    }

    fn latest(&self) -> Result<&SchemaVersion, AppError> {
        let first = self.compared.first().map(|first| &first.version);
        first.ok_or_else(|| AppError::NothingBefore(self.draft.id.entry.clone()))
    }

    /// What the step costs, over everything that it was compared with.
    fn required(&self) -> Result<Bump, AppError> {
        let latest = &self.latest()?.number;
        let weighed = |one: &Compared| Weighed {
            version: one.version.number.clone(),
            required: one.comparison.required,
        };
        let weighed: Vec<Weighed> = self.compared.iter().map(weighed).collect();
        Ok(Bump::between(latest, &next(latest, &weighed)))
    }

    /// The number that the change needs, or the declared one where that goes further.
    fn number(&self, major: bool) -> Result<Version, AppError> {
        let version = self.latest()?.number.clone();
        let required = if major { Bump::Major } else { self.required()? };
        let needed = next(&version.clone(), &[Weighed { version, required }]);
        Ok(match &self.declared {
            Some(declared) if *declared > needed => declared.clone(),
            Some(_) | None => needed,
        })
    }

    /// Versions with which the comparison stays open though the number claims to be compatible with them.
    fn open(&self, to: &Version, major: bool) -> Vec<String> {
        let is_settled = |version: &Version| {
            let declared = self.declared.as_ref();
            let by_author = major || declared.is_some_and(|declared| declared == to);
            // The number was raised for want of a proof: that is no decision of anybody.
            let before = self
                .latest()
                .is_ok_and(|latest| Bump::between(version, &latest.number) == Bump::Major);
            before || by_author && Bump::between(version, to) == Bump::Major
        };
        let open = self.compared.iter().filter(|one| {
            one.comparison.effect == Effect::Unsure && !is_settled(&one.version.number)
        });
        open.map(|one| format!("the step from {}", one.version.number))
            .collect()
    }

    /// Path and text of every file as it is to be, and whether the draft may leave `next` so.
    fn change(
        &self,
        request: &BumpRequest,
        to: &Version,
        release: Option<&Release>,
    ) -> Result<(Vec<(String, String)>, Leave), AppError> {
        let root = &request.repository.root;
        let entry = &self.draft.id.entry;
        let read = |path: &str| {
            load::text(root, path).ok_or_else(|| AppError::Unusable {
                place: path.to_owned(),
                message: "it cannot be read".to_owned(),
            })
        };
        let numbers = self.compared.iter().map(|one| one.version.number.clone());
        let taken: Vec<Version> = numbers.collect();
        let before = read(&self.draft.path)?;
        let schema = texts::schema(&self.draft, &before, &taken, to)?;
        let new = texts::version(&self.draft, &schema, to, release.is_some())?;
        let listed = self.listed(&read(&self.manifest())?, &new, release)?;
        let notes = self.notes(&new)?;
        let mut leave = Leave::default();
        let folder = format!("schemas/{entry}/{}", new.id.version);
        let mut files = Vec::new();
        if let Some(release) = release {
            leave = leave::leave(&self.workspace, &new, &notes, release);
            let faults = sound::faults(&self.workspace, &new, &notes, release);
            leave.refused.extend(faults);
            let told = load::text(root, &format!("schemas/{entry}/next/NOTES.md"));
            if release.run.is_some() && (before != schema || told.as_ref() != Some(&notes)) {
                let why = "its number or its notes are not settled, so what would be released is not what was judged: \
                           matchmark bump, then run the gate again";
                leave.refused.push(why.to_owned());
            }
            let from = self.draft.file.status;
            files.push(leave::record(root, from, &new, &leave, release)?);
        }
        files.extend([
            (format!("{folder}/schema.json"), schema),
            (format!("{folder}/NOTES.md"), notes),
            (self.manifest(), listed),
        ]);
        Ok((files, leave))
    }

    fn manifest(&self) -> String {
        format!("schemas/{}/entry.toml", self.draft.id.entry)
    }

    /// `entry.toml` with the draft's record as it is to be.
    fn listed(
        &self,
        text: &str,
        new: &SchemaVersion,
        release: Option<&Release>,
    ) -> Result<String, AppError> {
        let damaged = |source| AppError::Manifest {
            path: self.manifest(),
            source,
        };
        let mark = Mark {
            declared: self.declared.clone(),
            number: new.number.clone(),
            released: release.map(|release| (release.day(), new.digest.clone())),
        };
        let listed = marked(text, &mark).map_err(damaged)?;
        match release.and_then(|release| release.requested_by.as_deref()) {
            Some(author) => {
                let keys = [("requested-by", author)];
                amended(&listed, &new.number, &keys).map_err(damaged)
            }
            None => Ok(listed),
        }
    }

    /// The notes of the step to `new`, which is the draft under its new number.
    fn notes(&self, new: &SchemaVersion) -> Result<String, AppError> {
        let mut catalogue = self.workspace.catalogue.clone();
        if let Some(entry) = catalogue.entries.get_mut(&new.id.entry) {
            entry.versions.remove(&VersionName::Next);
            entry.versions.insert(new.id.version.clone(), new.clone());
        }
        let first = self.compared.first();
        let first = first.ok_or_else(|| AppError::NothingBefore(new.id.entry.clone()))?;
        let step = (&first.version, new);
        Ok(notes(&catalogue, self.direction, step, &first.comparison))
    }

    fn answer(&self, to: &Version, outcome: String, files: &[String], written: bool) -> Bumped {
        let comparand = |one: &Compared| Comparand {
            version: one.version.number.to_string(),
            required: one.comparison.required,
            proof: proof(&one.comparison),
        };
        let against: Vec<Comparand> = self.compared.iter().map(comparand).collect();
        let first = self.compared.first();
        Bumped {
            verdict: Verdict::Go,
            exit_code: Verdict::Go.exit_code(),
            entry: self.draft.id.entry.clone(),
            direction: self.direction,
            from: against
                .first()
                .map_or_else(String::new, |first| first.version.clone()),
            declared: self.declared.as_ref().map(ToString::to_string),
            to: to.to_string(),
            required: self.required().unwrap_or(Bump::None),
            effect: first.map_or(Effect::None, |one| one.comparison.effect),
            against,
            reasons: self.reasons(),
            outcome,
            approved: Vec::new(),
            refused: Vec::new(),
            files: files.to_vec(),
            written,
            not_proved: vec![self.format().limit().to_owned()],
        }
    }

    fn format(&self) -> FormatMode {
        let entry = self.workspace.catalogue.entry(&self.draft.id.entry);
        entry.map_or_else(FormatMode::default, |entry| entry.file.format)
    }

    /// Every change, heaviest first; of the older versions only what is open.
    fn reasons(&self) -> Vec<Reason> {
        let told = self.compared.iter().flat_map(|one| {
            let step = (&one.version, &self.draft);
            told(
                &self.workspace.catalogue,
                self.direction,
                step,
                &one.comparison,
            )
        });
        let mut reasons: Vec<Reason> = told.filter_map(|found| reason(&found)).collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.class));
        reasons.dedup();
        reasons
    }
}

/// What else the number has to fit, as `matchmark.toml` says, newest first.
fn others(
    entry: &Entry,
    latest: &SchemaVersion,
    draft: &SchemaVersion,
    against: Against,
) -> Vec<SchemaVersion> {
    let meant = entry.before(draft, against).into_iter().rev();
    meant.filter(|old| old.id != latest.id).cloned().collect()
}

fn reason(finding: &Finding) -> Option<Reason> {
    let Gravity::Effect(effect, direction) = finding.gravity else {
        return None;
    };
    let witness = finding
        .witness
        .as_ref()
        .map(|witness| match &witness.source {
            WitnessSource::Generated => {
                let value = witness.value.as_ref().map(wire::json::canonical);
                digest(value.unwrap_or_default().as_bytes())
            }
            WitnessSource::Example { digest, .. } | WitnessSource::Recorded { digest, .. } => {
                digest.clone()
            }
        });
    Some(Reason {
        class: effect.cost(direction).1,
        effect,
        rule: finding.rule.clone(),
        location: finding.place.clone(),
        message: finding.message.clone(),
        witness,
        settle: (effect == Effect::Unsure).then(|| finding.remedy.clone()),
    })
}
