//! The document that rules decide over, as an entry of our own catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{Workspace, lint};
use matchmark::load;
use matchmark::model::VersionId;
use matchmark::policy::input;
use std::path::Path;

fn shipped() -> Workspace {
    load::folder(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .unwrap()
        .0
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let workspace = shipped();
    let id = VersionId {
        entry: "policy-input".to_owned(),
        version: input::VERSION.parse().unwrap(),
    };
    let version = workspace.catalogue.version(&id).unwrap();
    assert_eq!(
        version.schema.value(),
        input::schema(),
        "run `cargo xtask gen`"
    );
    for example in &version.accepted {
        assert_eq!(
            input::fault(example.document.value()),
            None,
            "{}",
            example.path
        );
    }
    for example in &version.rejected {
        let fault = input::fault(example.document.value());
        assert!(fault.is_some(), "{}", example.path);
    }
}

#[test]
fn its_entry_is_complete() {
    let workspace = shipped();
    let findings: Vec<_> = lint(&workspace, None)
        .into_iter()
        .filter(|finding| finding.subject.starts_with("policy-input"))
        .collect();
    assert_eq!(findings, []);
}
