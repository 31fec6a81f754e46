//! Gives every file its part in the workspace; a file with no part is a finding.

use super::entry::{Context, EntryFiles};
use super::letterhead;
use super::read::{malformed, toml};
use super::tree::{CONFIG, Files};
use crate::catalogue::{
    Acknowledgement, AcknowledgementFile, Approval, ApprovalFile, BoardFile, Calendar,
    CalendarFile, Catalogue, ContractSource, History, Partner, PartnerFile, RuleFamily, RuleFolder,
    Source, StatementList, StatementsFile, Waiver, WaiverFile, Windows, WindowsFile, Workspace,
};
use crate::model::{Finding, Place};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;

/// Reads every file once. What is wrong is listed; the rest goes on. What `beside` says in the same words is shared.
pub(super) fn workspace(files: Files, beside: Option<&Workspace>) -> (Workspace, Vec<Finding>) {
    let context = Context {
        extent: files.extent,
        beside: beside.map(|beside| &beside.catalogue),
    };
    let mut assembly = Assembly::default();
    for (path, why) in &files.unreadable {
        let finding = malformed(
            "catalogue/file-unreadable",
            Place::start(path),
            &format!("was not read: {why}"),
        );
        assembly.findings.push(*finding);
    }
    if let Some(config) = files.sources.get(CONFIG) {
        assembly.config(config);
    }
    let history = assembly.history();
    assembly.operating_folders();
    for (path, source) in files.sources {
        assembly
            .workspace
            .inputs
            .insert(path.clone(), source.digest());
        assembly.place(&path, source, history.as_ref());
    }
    assembly.workspace.inputs.extend(files.digests);
    assembly.finish(context)
}

#[derive(Default)]
pub(super) struct Assembly {
    pub(super) workspace: Workspace,
    entries: BTreeMap<String, EntryFiles>,
    pub(super) findings: Vec<Finding>,
}

impl Assembly {
    fn config(&mut self, source: &Source) {
        match super::config::read(source) {
            Ok(config) => self.workspace.config = config,
            Err(finding) => self.findings.push(*finding),
        }
    }

    /// Which paths hold recorded payloads.
    fn history(&mut self) -> Option<GlobMatcher> {
        let pattern = &self.workspace.config.replay.history;
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        match glob {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                let what = format!("has a replay history that is no glob: {}", error.kind());
                let place = Place::start(CONFIG);
                self.findings
                    .push(*malformed("catalogue/config-unreadable", place, &what));
                None
            }
        }
    }

    /// The one table of which path means what.
    fn place(&mut self, path: &str, source: Source, history: Option<&GlobMatcher>) {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [CONFIG] => {}
            ["schemas", id, rest @ ..] if !rest.is_empty() => {
                let entry = self.entries.entry((*id).to_owned()).or_default();
                if let Err(source) = entry.add(rest, source) {
                    self.unexpected(&source.path);
                }
            }
            ["partners", name] if name.ends_with(".toml") => self.partner(source),
            ["contracts", consumer, name] if name.ends_with(".json") => {
                self.workspace.contracts.push(ContractSource {
                    consumer: (*consumer).to_owned(),
                    source,
                });
            }
            ["contracts", _, "states.toml"] => {
                // Only whether it can be used: `contract import` reads it when it needs it.
                self.findings.extend(
                    super::contract::parsed(&source)
                        .err()
                        .map(|finding| *finding),
                );
            }
            ["policies", "board.toml"] => self.board(&source),
            ["policies", "profiles", name] if name.ends_with(".toml") => {
                let stage = name.trim_end_matches(".toml").to_owned();
                self.workspace.profiles.insert(stage, source);
            }
            ["policies", "waivers", name] if name.ends_with(".toml") => self.waiver(source),
            ["policies", "approvals", _, name] if name.ends_with(".toml") => self.approval(source),
            ["policies", "acknowledgements", _, name] if name.ends_with(".toml") => {
                self.acknowledgement(source);
            }
            ["policies", "windows.toml"] => self.windows(source),
            ["policies", "calendar.toml"] => self.calendar(source),
            ["policies", "statements", name] if name.ends_with(".toml") => self.statements(source),
            ["policies", "rules", name, rest @ ..] if !rest.is_empty() => {
                self.rule(RuleFamily::Policy, name, rest, source);
            }
            ["policies", "payload", name, rest @ ..] if !rest.is_empty() => {
                self.rule(RuleFamily::Payload, name, rest, source);
            }
            ["policies", "raci.toml"] => self.raci(source),
            ["policies", "reviews", name] if name.ends_with(".toml") => self.review(source),
            _ if self.is_operating(path) => self.operating(path, source),
            _ if letterhead::is_template(&self.workspace.config, path) => {
                self.findings
                    .extend(letterhead::add(&mut self.workspace, source).map(|finding| *finding));
            }
            _ if history.is_some_and(|glob| glob.is_match(path)) => {
                self.workspace.histories.push(History { source })
            }
            _ if parts.last().is_some_and(|name| is_note(name)) => {}
            _ => self.unexpected(path),
        }
    }

    fn partner(&mut self, source: Source) {
        match toml::<PartnerFile>(&source, "catalogue/partner-unreadable") {
            Ok(file) => {
                // By the name of the file, which is unique: two files of one id must not hide each other.
                let name = source.path.rsplit('/').next().unwrap_or_default();
                let name = name.trim_end_matches(".toml").to_owned();
                let partner = Partner { source, file };
                self.workspace.partners.insert(name, partner);
            }
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn board(&mut self, source: &Source) {
        match toml::<BoardFile>(source, "catalogue/board-unreadable") {
            Ok(board) => self.workspace.board = board,
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn waiver(&mut self, source: Source) {
        match toml::<WaiverFile>(&source, "lifecycle/waiver-unreadable") {
            Ok(file) => self.workspace.waivers.push(Waiver { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn approval(&mut self, source: Source) {
        match toml::<ApprovalFile>(&source, "lifecycle/approval-unreadable") {
            Ok(file) => match super::approval::flaw(&source, &file) {
                Some(finding) => self.findings.push(*finding),
                None => self.workspace.approvals.push(Approval { source, file }),
            },
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn acknowledgement(&mut self, source: Source) {
        match toml::<AcknowledgementFile>(&source, "lifecycle/acknowledgement-unreadable") {
            Ok(file) => self
                .workspace
                .acknowledgements
                .push(Acknowledgement { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn windows(&mut self, source: Source) {
        match toml::<WindowsFile>(&source, "lifecycle/windows-unreadable") {
            Ok(file) => self.workspace.windows = Some(Windows { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn calendar(&mut self, source: Source) {
        match toml::<CalendarFile>(&source, "lifecycle/calendar-unreadable") {
            Ok(file) => self.workspace.calendar = Some(Calendar { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn statements(&mut self, source: Source) {
        match toml::<StatementsFile>(&source, "catalogue/statements-unreadable") {
            Ok(file) => self
                .workspace
                .statements
                .push(StatementList { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn rule(&mut self, family: RuleFamily, name: &str, rest: &[&str], source: Source) {
        let rules = match family {
            RuleFamily::Policy => &mut self.workspace.rules,
            RuleFamily::Payload => &mut self.workspace.payload_rules,
        };
        let folder = rules
            .entry(name.to_owned())
            .or_insert_with(|| RuleFolder::named(family, name));
        match rest {
            ["rule.toml"] => folder.toml = Some(source),
            ["rule.rego"] => folder.rego = Some(source),
            ["fires", case] if case.ends_with(".json") => folder.fires.push(source),
            ["quiet", case] if case.ends_with(".json") => folder.quiet.push(source),
            _ => self.unexpected(&source.path),
        }
    }

    pub(super) fn unexpected(&mut self, path: &str) {
        let finding = Finding::new("catalogue/file-unexpected", path, Place::start(path))
            .kind("unexpected")
            .message(format!(
                "`{path}` has no meaning here, so nothing checks it"
            ))
            .remedy("move it to the folder that it belongs to, or delete it");
        self.findings.push(finding);
    }

    fn finish(mut self, context: Context<'_>) -> (Workspace, Vec<Finding>) {
        let mut catalogue = Catalogue::default();
        for (id, files) in self.entries {
            let (entry, findings) = files.read(&id, context);
            self.findings.extend(findings);
            if let Some(entry) = entry {
                catalogue.entries.insert(id, entry);
            }
        }
        self.workspace.catalogue = catalogue;
        self.findings
            .extend(letterhead::lacking(&self.workspace).map(|finding| *finding));
        (self.workspace, self.findings)
    }
}

/// Notes for people may stand beside the data.
pub(super) fn is_note(name: &str) -> bool {
    name.ends_with(".md") || name == ".gitkeep" || name == "CODEOWNERS"
}
