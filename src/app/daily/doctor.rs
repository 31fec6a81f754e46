//! `doctor`: what this machine and this repository are able to do. Asks the disk, git and loopback; no other host.

use super::{answer, settings};
use crate::app::{Answer, AppError};
use crate::catalogue::{Config, Workspace};
use crate::load::{self, Base};
use crate::model::{
    Checkup, Daily, DoctorRequest, Health, Origin, Setting, Severity, Symptom, Verdict, counted,
    rule,
};
use crate::store;
use chrono::{DateTime, TimeDelta, Utc};
use std::net::{Ipv4Addr, TcpListener};

/// How far a clock may be behind the newest commit: machines of one team never agree to the second.
const SLACK: TimeDelta = TimeDelta::minutes(5);
/// Shells that `matchmark completions` knows.
const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

pub(super) fn doctor(request: &DoctorRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    let now = request.as_of.unwrap_or(now);
    let (read, workspace) = repository(request);
    let config = workspace.as_ref().map(|workspace| &workspace.config);
    let mut symptoms = vec![git()];
    symptoms.extend(history(request, config, now));
    symptoms.extend(read);
    symptoms.extend(workspace.as_ref().map(contents));
    symptoms.push(writable(request));
    symptoms.push(loopback());
    symptoms.push(shell(request));
    let failed = symptoms.iter().any(|one| one.health == Health::Fail);
    let verdict = if failed { Verdict::NoGo } else { Verdict::Go };
    let checkup = Checkup {
        verdict,
        exit_code: verdict.exit_code(),
        symptoms,
        settings: all_settings(request, config),
    };
    answer(verdict, &Daily::Checkup(checkup), &request.show)
}

fn ok(topic: &str, said: String) -> Symptom {
    Symptom {
        topic: topic.to_owned(),
        health: Health::Ok,
        said,
        remedy: None,
    }
}

fn ill(topic: &str, health: Health, said: String, remedy: &str) -> Symptom {
    Symptom {
        health,
        remedy: Some(remedy.to_owned()),
        ..ok(topic, said)
    }
}

fn git() -> Symptom {
    match load::git_version() {
        Ok(version) => ok("git", version),
        Err(error) => ill(
            "git",
            Health::Fail,
            error.to_string(),
            "install git and put it on the PATH; the base of a check is read with it",
        ),
    }
}

/// The commit here, the one to compare with, and the clock against them.
fn history(request: &DoctorRequest, config: Option<&Config>, now: DateTime<Utc>) -> Vec<Symptom> {
    let root = &request.repository.root;
    let head = match load::head(root) {
        Ok(Some(head)) => head,
        Ok(None) => {
            let said = "there is no commit here, so a check has nothing to compare with";
            let remedy =
                "run `git init` and commit; until then every report says that it had no base";
            return vec![ill("history", Health::Warn, said.to_owned(), remedy)];
        }
        Err(error) => {
            let remedy = "make `git -C DIR status` work for this user";
            return vec![ill("history", Health::Fail, error.to_string(), remedy)];
        }
    };
    let state = if head.clean {
        "as committed"
    } else {
        "with changes"
    };
    let short: String = head.commit.chars().take(8).collect();
    vec![
        ok("history", format!("at commit {short}, {state}")),
        base(request, config),
        clock(request, now),
    ]
}

fn base(request: &DoctorRequest, config: Option<&Config>) -> Symptom {
    let defaults = Config::default();
    let default = &config.unwrap_or(&defaults).gate.base;
    let asked = request.base.as_deref();
    let named = asked.unwrap_or(default);
    match load::base(&request.repository.root, asked, default) {
        Ok(Base::Commit(commit)) => {
            let short: String = commit.chars().take(8).collect();
            ok(
                "base",
                format!("a check compares with {short}, from {named}"),
            )
        }
        Ok(Base::None(why)) => ill(
            "base",
            Health::Warn,
            why,
            "fetch the branch that `gate.base` names, or give --base REV",
        ),
        Err(error) => ill(
            "base",
            Health::Fail,
            error.to_string(),
            "fetch the branch that `gate.base` names, or give --base REV",
        ),
    }
}

fn clock(request: &DoctorRequest, now: DateTime<Utc>) -> Symptom {
    let newest = load::committed_at(&request.repository.root);
    match newest {
        Ok(Some(newest)) if newest - now > SLACK => ill(
            "clock",
            Health::Fail,
            format!("it is {now} here, but the newest commit is of {newest}"),
            "set the clock: what expires would live on without anybody knowing",
        ),
        Ok(Some(_) | None) => ok("clock", format!("it is {now}")),
        Err(error) => ill(
            "clock",
            Health::Warn,
            error.to_string(),
            "make `git log -1` work here",
        ),
    }
}

/// What can be read here.
fn repository(request: &DoctorRequest) -> (Vec<Symptom>, Option<Workspace>) {
    let repository = &request.repository;
    let (workspace, findings) = match load::folder(&repository.root, repository.config.as_deref()) {
        Ok(read) => read,
        Err(error) => {
            let remedy =
                "stand in a repository of matchmark, name one with -C DIR, or run `matchmark init`";
            let said = ill("repository", Health::Fail, error.to_string(), remedy);
            return (vec![said], None);
        }
    };
    let is_fault = |id: &str| rule(id).is_some_and(|rule| rule.severity == Severity::Fault);
    let faults = findings.iter().filter(|finding| is_fault(&finding.rule));
    let faults: Vec<String> = faults
        .map(|finding| format!("{}: {}", finding.place, finding.message))
        .collect();
    let symptom = match faults.first() {
        None => ok(
            "repository",
            format!("{} read", counted(workspace.inputs.len(), "file")),
        ),
        Some(first) => ill(
            "repository",
            Health::Fail,
            format!(
                "{} cannot be used, first {first}",
                counted(faults.len(), "file")
            ),
            "run `matchmark check`, which lists every one of them",
        ),
    };
    (vec![symptom], Some(workspace))
}

fn contents(workspace: &Workspace) -> Symptom {
    let versions = workspace.catalogue.versions().count();
    let rules = workspace.rules.len() + workspace.payload_rules.len();
    let counts = [
        (workspace.catalogue.entries.len(), "schema"),
        (versions, "version"),
        (workspace.contracts.len(), "contract"),
        (rules, "rule"),
        (workspace.partners.len(), "partner"),
        (workspace.waivers.len(), "waiver"),
        (workspace.histories.len(), "payload history file"),
    ];
    let missing = counts.iter().filter(|(count, _)| *count == 0);
    let missing: Vec<&str> = missing
        .map(|(_, what)| *what)
        .filter(|what| *what != "waiver")
        .collect();
    let said = counts.map(|(count, what)| counted(count, what)).join(", ");
    if missing.is_empty() {
        return ok("contents", said);
    }
    let remedy = "a check of nothing is never green: add what is missing; docs/handbook says how";
    ill("contents", Health::Warn, said, remedy)
}

fn writable(request: &DoctorRequest) -> Symptom {
    match store::probe(&request.repository.root) {
        Ok(()) => ok(
            ".matchmark",
            "witnesses, notices and evidence can be written".to_owned(),
        ),
        Err(error) => ill(
            ".matchmark",
            Health::Fail,
            error.to_string(),
            "let this user write there; a check keeps its witnesses in it",
        ),
    }
}

fn loopback() -> Symptom {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Ok(_) => ok(
            "loopback",
            "a service can listen on 127.0.0.1; nothing else of the network is needed".to_owned(),
        ),
        Err(error) => ill(
            "loopback",
            Health::Fail,
            format!("nothing can listen on 127.0.0.1: {}", error.kind()),
            "allow loopback in this sandbox, or leave the contract check out and live with `undecided`",
        ),
    }
}

fn shell(request: &DoctorRequest) -> Symptom {
    let known = request
        .shell
        .as_deref()
        .filter(|shell| SHELLS.contains(shell));
    match known {
        Some(shell) => ok(
            "shell",
            format!("`matchmark completions {shell}` prints what completes commands in it"),
        ),
        None => ill(
            "shell",
            Health::Warn,
            "no shell is known that commands could be completed in".to_owned(),
            "nothing needs it; `matchmark completions --help` names the shells that it knows",
        ),
    }
}

/// Flags and environment first, then the configuration.
fn all_settings(request: &DoctorRequest, config: Option<&Config>) -> Vec<Setting> {
    let Some(told) = &request.settings else {
        return Vec::new();
    };
    let repository = &request.repository;
    let file = match &repository.config {
        Some(path) => path.clone(),
        None => repository.root.join("matchmark.toml"),
    };
    let shown = file.display().to_string();
    let text = load::text(std::path::Path::new(""), &shown);
    let by = match request.config_origin {
        Origin::Flag => "--config-file",
        Origin::Environment => "MATCHMARK_CONFIG",
        Origin::File | Origin::Default => "matchmark",
    };
    let defaults = Config::default();
    let mut all = told.clone();
    all.retain(|setting| setting.name != "--config");
    all.push(Setting {
        name: "--config".to_owned(),
        value: shown.clone(),
        origin: request.config_origin,
        by: by.to_owned(),
    });
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let config = config.unwrap_or(&defaults);
    all.extend(settings::of(config, text.as_deref(), &shown));
    all
}
