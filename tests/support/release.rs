//! A small world in which everything is proven, to be changed one thing at a time.
#![allow(dead_code)]

use chrono::{DateTime, Duration, Utc};
use matchmark::evidence::{self, Files, News, additions};
use matchmark::model::{
    Archive, Build, ContractName, Deployment, Doubt, Evidence, Fault, InteractionResult, Pair,
    Party, Problem, ReleaseAnswer, ReplayProof, Role, SchemaProof, Standing,
};
use matchmark::release::{Candidate, Facts, Promise, Served, judge};
use std::collections::BTreeMap;

pub const US: &str = "payer-exchange";
pub const ENVIRONMENT: &str = "production";
/// Commits of the version that is to be released, and of the one before.
pub const NEW: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const OLD: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

pub fn now() -> DateTime<Utc> {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

pub fn build(number: &str, commit: &str) -> Build {
    Build {
        number: Some(number.to_owned()),
        commit: Some(commit.to_owned()),
    }
}

pub fn party(name: &str, version: Build) -> Party {
    Party {
        name: name.to_owned(),
        version,
    }
}

/// The version that is to be released.
pub fn ours() -> Party {
    party(US, build("1.4.0", NEW))
}

pub fn partner(name: &str) -> Party {
    party(name, Build::numbered("3.0.0"))
}

pub fn contract(consumer: &str) -> ContractName {
    ContractName {
        path: format!("contracts/{consumer}/member-match.json"),
        digest: format!("sha256:{consumer}"),
        owner: format!("{consumer}-intake"),
    }
}

/// An interaction that passed.
pub fn passed(key: &str, edges: &[&str]) -> InteractionResult {
    InteractionResult {
        interaction: key.to_owned(),
        variant: None,
        standing: Standing::Passed,
        pending: false,
        negative: !edges.is_empty(),
        outcome: None,
        edges: edges.iter().map(|edge| (*edge).to_owned()).collect(),
        sunset: None,
        problems: Vec::new(),
    }
}

pub fn problem(rule: &str, standing: Standing) -> Problem {
    Problem {
        rule: rule.to_owned(),
        standing,
        pointer: "/status".to_owned(),
        kind: "status".to_owned(),
        fingerprint: "0123456789abcdef".to_owned(),
        contract_at: "contracts/northwind/member-match.json:88:21".to_owned(),
    }
}

/// The same interaction with a problem.
pub fn with(mut result: InteractionResult, rule: &str, standing: Standing) -> InteractionResult {
    result.standing = standing;
    result.problems.push(problem(rule, standing));
    result
}

/// A green run of everything between a consumer and us.
pub fn evidence(consumer: &str) -> Evidence {
    Evidence {
        provider: ours(),
        consumer: partner(consumer),
        contract: contract(consumer),
        schemas: vec![SchemaProof {
            id: "a".to_owned(),
            range: "^1".to_owned(),
            versions: BTreeMap::from([("1.0.0".to_owned(), "sha256:a1".to_owned())]),
            until: None,
        }],
        policy_set: "sha256:rules".to_owned(),
        states: BTreeMap::from([("member".to_owned(), "sha256:member".to_owned())]),
        matchmark: "0.1.0".to_owned(),
        matcher: "1.0.0".to_owned(),
        results: vec![
            passed("mm-found", &[]),
            passed("mm-expired", &["expired-consent"]),
        ],
        problems: Vec::new(),
        proofs: Vec::new(),
        replay: Some(ReplayProof {
            corpus: "sha256:corpus".to_owned(),
            envelopes: 360,
            standing: Standing::Passed,
            problems: Vec::new(),
        }),
        as_of: now() - Duration::days(1),
        started: now() - Duration::days(1),
        ended: now() - Duration::days(1),
        run_url: None,
        branch: Some("main".to_owned()),
        pending: false,
    }
}

pub fn deployed(party: Party, instance: &str, role: Role) -> Deployment {
    Deployment {
        environment: ENVIRONMENT.to_owned(),
        participant: party.name,
        instance: instance.to_owned(),
        version: party.version,
        role,
        since: now() - Duration::days(30),
    }
}

pub fn facts() -> Facts {
    Facts {
        as_of: now(),
        us: US.to_owned(),
        main: "main".to_owned(),
        promises: Vec::new(),
        heads: BTreeMap::from([(US.to_owned(), ours().version)]),
        served: BTreeMap::from([(
            "a".to_owned(),
            vec![Served {
                version: "1.0.0".parse().unwrap(),
                digest: "sha256:a1".to_owned(),
                sunset: None,
            }],
        )]),
        policy_set: "sha256:rules".to_owned(),
        states: BTreeMap::from([("member".to_owned(), "sha256:member".to_owned())]),
        matcher: "1.0.0".parse().unwrap(),
        corpus: Some("sha256:corpus".to_owned()),
        exceptions: Vec::new(),
        participants: BTreeMap::new(),
        max_age: Duration::days(90),
        edges: ["expired-consent".to_owned()].into(),
    }
}

/// A store and a repository.
pub struct World {
    pub facts: Facts,
    pub evidence: Vec<Evidence>,
    pub deployments: Vec<Deployment>,
}

impl World {
    /// Nobody is there.
    pub fn empty() -> Self {
        Self {
            facts: facts(),
            evidence: Vec::new(),
            deployments: Vec::new(),
        }
    }

    /// These partners are live, and all is proven.
    pub fn proven(partners: &[&str]) -> Self {
        let mut world = Self::empty();
        for name in partners {
            world.join(name);
        }
        world
    }

    /// A partner goes live, and what it relies on is proven.
    pub fn join(&mut self, name: &str) {
        self.facts.promises.push(Promise {
            contract: contract(name),
            consumer: name.to_owned(),
            provider: US.to_owned(),
        });
        self.evidence.push(evidence(name));
        self.deployments
            .push(deployed(partner(name), "main", Role::Stable));
    }

    /// The record of a partner.
    pub fn of(&mut self, name: &str) -> &mut Evidence {
        let mut records = self.evidence.iter_mut();
        records.find(|it| it.consumer.name == name).unwrap()
    }

    /// The files of the store.
    pub fn files(&self) -> Files {
        let records = self.evidence.iter().cloned();
        let mut news: Vec<News> = records.map(|it| News::Verified(Box::new(it))).collect();
        news.extend(self.deployments.iter().cloned().map(News::Deployed));
        let files = additions(&Archive::default(), &news, now());
        let text = |(path, text): (String, Option<String>)| (path, text.unwrap().into_bytes());
        files.into_iter().map(text).collect()
    }

    /// May `subject` be released, given these files?
    pub fn judged_from(&self, subject: &Party, files: &Files) -> ReleaseAnswer {
        let (archive, faults): (Archive, Vec<Fault>) = evidence::archive(files);
        let candidate = Candidate {
            subject,
            environment: ENVIRONMENT,
            facts: &self.facts,
            archive: &archive,
            store: "dir:store",
        };
        judge(&candidate, faults)
    }

    pub fn judged(&self, subject: &Party) -> ReleaseAnswer {
        self.judged_from(subject, &self.files())
    }

    /// May our new version be released?
    pub fn ours(&self) -> ReleaseAnswer {
        self.judged(&ours())
    }
}

/// Why the pairs of an answer are undecided.
pub fn doubts(answer: &ReleaseAnswer) -> Vec<Doubt> {
    let pairs: &[Pair] = &answer.pairs;
    let mut doubts: Vec<Doubt> = pairs
        .iter()
        .flat_map(|pair| pair.reasons.iter().map(|reason| reason.doubt))
        .collect();
    doubts.sort();
    doubts.dedup();
    doubts
}

/// The files with one of them written anew.
pub fn replaced<T: serde::Serialize>(mut files: Files, path: &str, record: &T) -> Files {
    let value = serde_json::to_value(record).unwrap();
    assert!(files.contains_key(path), "{path}");
    files.insert(path.to_owned(), wire::json::canonical(&value).into_bytes());
    files
}
