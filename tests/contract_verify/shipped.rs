//! The shipped repository: its contracts that we provide for, and what the reference service answers to them.
//! Refuses to know what the answers should be.

use matchmark::catalogue::{ContractSource, Source, Workspace};
use matchmark::contract::{Contract, Planned, Versions, plan, read};
use matchmark::model::{Exchange, Provider};
use matchmark::rehearsal::{Script, rehearse};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

pub fn workspace() -> &'static Workspace {
    static SHIPPED: OnceLock<Workspace> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (workspace, findings) = matchmark::load::folder(root, None).expect("a readable folder");
        assert!(findings.is_empty(), "{findings:?}");
        workspace
    })
}

/// The versions of the catalogue, each made ready once.
pub fn versions() -> &'static Versions<'static> {
    static VERSIONS: OnceLock<Versions<'static>> = OnceLock::new();
    VERSIONS.get_or_init(|| Versions::new(&workspace().catalogue))
}

/// Every shipped contract that we are the provider of.
pub fn contracts() -> Vec<Contract> {
    let us = &workspace().config.payer.id;
    let sources = workspace().contracts.iter();
    let contracts: Vec<Contract> = sources
        .map(|source| read(source).unwrap_or_else(|findings| panic!("{findings:#?}")))
        .filter(|contract| contract.provider == *us)
        .collect();
    assert!(contracts.len() >= 3);
    contracts
}

/// The contract that `value` writes, as one of `consumer`.
pub fn written(consumer: &str, value: &Value) -> Contract {
    let path = format!("contracts/{consumer}/written.json");
    let source = ContractSource {
        consumer: consumer.to_owned(),
        source: Source::new(&path, value.to_string().into_bytes()),
    };
    read(&source).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// A shipped contract as JSON, to be changed.
pub fn text(consumer: &str) -> Value {
    let mut sources = workspace().contracts.iter();
    let source = sources
        .find(|source| {
            source.consumer == consumer && source.source.path.ends_with("member-match.json")
        })
        .expect("a contract of that consumer");
    serde_json::from_slice(&source.source.bytes).unwrap()
}

/// What `provider` answers to everything that the contracts plan.
pub fn driven(contracts: &[Contract], provider: Provider) -> Vec<Exchange> {
    let workspace = workspace();
    let versions = workspace.catalogue.versions();
    let schemas: BTreeMap<String, Value> = versions
        .filter(|version| version.file.status.is_served())
        .map(|version| {
            let bundle = workspace.catalogue.bundle(&version.id).unwrap();
            (version.id.to_string(), bundle.value)
        })
        .collect();
    let people: Vec<Planned> = self::contracts()
        .iter()
        .chain(contracts)
        .flat_map(plan)
        .collect();
    let script = Script {
        us: &workspace.config.payer,
        partners: workspace.partners.values().collect(),
        schemas,
        planned: contracts.iter().flat_map(plan).collect(),
        people,
        provider,
        ours: Vec::new(),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        log: None,
        timeout: Duration::from_secs(120),
    };
    rehearse(&script).expect("a rehearsal").exchanges
}

/// What the reference service answers to every shipped contract.
pub fn exchanges() -> &'static [Exchange] {
    static SEEN: OnceLock<Vec<Exchange>> = OnceLock::new();
    SEEN.get_or_init(|| driven(&contracts(), Provider::Reference))
}
