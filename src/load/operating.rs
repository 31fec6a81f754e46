//! Operating documents: promises and alerts as JSON, runbooks as Markdown, who answers for what and which
//! checks run with a synthetic member as TOML.

use super::assemble::{Assembly, is_note};
use super::read::{json, malformed, toml};
use super::tree::{CONFIG, is_below, is_folder};
use crate::catalogue::{OperatingDocument, Raci, RaciFile, Review, ReviewFile, Runbook, Source};
use crate::model::Place;

const UNREADABLE: &str = "catalogue/operating-unreadable";

impl Assembly {
    /// A folder that the configuration names and that is none of a repository is said.
    pub(super) fn operating_folders(&mut self) {
        let Some(config) = &self.workspace.config.operating else {
            return;
        };
        for folder in [&config.documents, &config.runbooks] {
            if !is_folder(folder) {
                let what = "names an operating folder that is no plain path inside the repository";
                let place = Place::start(CONFIG);
                self.findings
                    .push(*malformed("catalogue/config-unreadable", place, what));
            }
        }
    }

    pub(super) fn is_operating(&self, path: &str) -> bool {
        let config = self.workspace.config.operating.as_ref();
        config.is_some_and(|config| {
            is_below(path, &config.documents) || is_below(path, &config.runbooks)
        })
    }

    /// A file of the two folders by its path below them.
    pub(super) fn operating(&mut self, path: &str, source: Source) {
        let Some(config) = self.workspace.config.operating.clone() else {
            return;
        };
        if path.rsplit('/').next() == Some("README.md") {
            return;
        }
        let below = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/');
        if let Some(name) = below(&config.runbooks) {
            if name.ends_with(".md") && !name.contains('/') {
                self.runbook(source);
                return;
            }
        } else if let Some(rest) = below(&config.documents) {
            let parts: Vec<&str> = rest.split('/').collect();
            match parts.as_slice() {
                ["sla", name] if name.ends_with(".json") => return self.sla(&source),
                ["alerts", name] if name.ends_with(".json") => return self.alert(&source),
                ["synthetic", name] if is_numbered(name) => return self.synthetic(&source),
                [.., name] if is_note(name) => return,
                _ => {}
            }
        }
        self.unexpected(path);
    }

    fn sla(&mut self, source: &Source) {
        let document = self.document(source);
        self.workspace.operating.slas.extend(document);
    }

    fn alert(&mut self, source: &Source) {
        let document = self.document(source);
        self.workspace.operating.alerts.extend(document);
    }

    /// A check with a synthetic member is for the service to run: here it has to be a document.
    fn synthetic(&mut self, source: &Source) {
        if let Err(finding) = toml::<::toml::Table>(source, UNREADABLE) {
            self.findings.push(*finding);
        }
    }

    fn document(&mut self, source: &Source) -> Option<OperatingDocument> {
        match json(source, UNREADABLE) {
            Ok(document) => Some(OperatingDocument {
                source: source.clone(),
                document,
            }),
            Err(finding) => {
                self.findings.push(*finding);
                None
            }
        }
    }

    fn runbook(&mut self, source: Source) {
        let place = Place::start(&source.path);
        match Runbook::read(source) {
            Ok(runbook) => self.workspace.operating.runbooks.push(runbook),
            Err(what) => self.findings.push(*malformed(UNREADABLE, place, &what)),
        }
    }

    pub(super) fn raci(&mut self, source: Source) {
        match toml::<RaciFile>(&source, UNREADABLE) {
            Ok(file) => self.workspace.operating.raci = Some(Raci { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }

    pub(super) fn review(&mut self, source: Source) {
        match toml::<ReviewFile>(&source, UNREADABLE) {
            Ok(file) => self
                .workspace
                .operating
                .reviews
                .push(Review { source, file }),
            Err(finding) => self.findings.push(*finding),
        }
    }
}

/// `<n>.toml`, as the service numbers its documents.
fn is_numbered(name: &str) -> bool {
    let number = name.strip_suffix(".toml");
    number.is_some_and(|number| {
        let is_plain = !number.starts_with('0') && number.len() <= 9;
        is_plain && !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::is_numbered;

    #[test]
    fn a_check_is_a_numbered_document() {
        assert!(is_numbered("1.toml") && is_numbered("42.toml"));
        for other in [
            "01.toml", "0.toml", "x.toml", ".toml", "1.json", "1", "-1.toml",
        ] {
            assert!(!is_numbered(other), "{other}");
        }
    }
}
