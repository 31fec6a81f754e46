//! What a fresh repository holds.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::load;
use std::io;

#[derive(Default)]
struct Page(String);

impl Sink for Page {
    fn result(&mut self, text: &str) -> io::Result<()> {
        self.0.push_str(text);
        Ok(())
    }

    fn progress(&mut self, _: &str) {}

    fn message(&mut self, _: &str) {}

    fn log(&self) -> crate::app::Log {
        crate::app::Log {
            writer: std::io::stderr,
            asked: false,
        }
    }

    fn clock(&self) -> crate::app::Clock {
        std::sync::Arc::new(|| std::time::Duration::ZERO)
    }

    fn secret(&self) -> io::Result<[u8; 32]> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn program(&self) -> io::Result<std::path::PathBuf> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn run(root: &Path) -> String {
    let mut page = Page::default();
    let request = InitRequest {
        root: root.to_owned(),
    };
    init(&request, &mut page).unwrap();
    page.0
}

#[test]
fn a_fresh_repository_can_be_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path());
    assert!(
        said.contains("schemas/ (6), contracts/ (1), partners/ (1)")
            && said.contains("payloads/ (12 synthetic)"),
        "{said}"
    );
    let (workspace, findings) = load::folder(folder.path(), None).unwrap();
    assert_eq!(findings, []);
    assert_eq!(workspace.catalogue.versions().count(), 15);
    assert_eq!(
        (workspace.contracts.len(), workspace.partners.len()),
        (1, 1)
    );
    assert_eq!(workspace.histories.len(), 1);
    for version in workspace.catalogue.versions() {
        assert!(version.accepted.len() >= 2 && version.rejected.len() >= 2);
        assert!(workspace.catalogue.bundle(&version.id).is_ok());
    }
}

#[test]
fn every_policy_that_judges_something_here_is_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let workspace = load::folder(folder.path(), None).unwrap().0;
    let judges = |path: &str| {
        let name = path.strip_prefix("policies/payload/")?.split('/').next()?;
        let text = std::fs::read_to_string(format!(
            "{}/policies/payload/{name}/rule.toml",
            env!("CARGO_MANIFEST_DIR")
        ));
        let file: crate::policy::RuleFile = toml::from_str(&text.unwrap()).unwrap();
        let mut ranges = file.applies.iter().map(|text| text.split('@').next());
        Some(ranges.any(|entry| workspace.catalogue.entry(entry.unwrap()).is_some()))
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let handed: Vec<&str> = POLICIES.iter().map(|(path, _)| *path).collect();
    let shipped: Vec<String> = walkdir::WalkDir::new(root.join("policies"))
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|item| item.file_type().is_file())
        .map(|item| {
            item.path()
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|path| {
            let own = [
                "waivers/",
                "approvals/",
                "acknowledgements/",
                "reviews/",
                "raci.toml",
                "calendar.toml",
            ];
            !own.iter()
                .any(|name| path.starts_with(&format!("policies/{name}")))
        })
        // What our own service shows of a guide is nothing that a new repository could claim.
        .filter(|path| !path.starts_with("policies/statements/"))
        .filter(|path| judges(path).unwrap_or(true))
        .collect();
    assert_eq!(handed, shipped);
}

#[test]
fn the_second_time_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let config = folder.path().join("matchmark.toml");
    std::fs::write(&config, "edition = 1\n").unwrap();
    let said = run(folder.path());
    assert!(said.contains("Everything is there already"), "{said}");
    assert_eq!(std::fs::read_to_string(config).unwrap(), "edition = 1\n");
}
