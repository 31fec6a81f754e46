//! The rows about releases, and the whole way from a run to a verdict with the shipped data and the real program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod gate;
#[path = "support/release.rs"]
mod support;

use gate::{AS_OF, Repository, text};
use matchmark::model::{Build, Doubt, Evidence, Format, PairState, Standing, Verdict};
use matchmark::report::{Content, Style, render};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use support::*;

fn fails(record: &mut Evidence) {
    let result = record.results.remove(0);
    let result = with(result, "contract/body-mismatch", Standing::Failed);
    record.results.insert(0, result);
}

#[test]
fn row_s0_21_promotion_needs_fresh_proof_of_every_pair() {
    let fresh = || World::proven(&["contoso", "fabrikam", "northwind"]);
    assert_eq!(fresh().ours().verdict, Verdict::Go);
    let mut failing = fresh();
    fails(failing.of("fabrikam"));
    let answer = failing.ours();
    assert_eq!(
        (answer.verdict, answer.would_break.len()),
        (Verdict::NoGo, 1)
    );
    let mut missing = fresh();
    missing
        .evidence
        .retain(|record| record.consumer.name != "fabrikam");
    missing
        .facts
        .heads
        .insert("fabrikam".to_owned(), partner("fabrikam").version);
    let answer = missing.ours();
    assert_eq!(answer.verdict, Verdict::Undecided);
    assert_eq!(answer.not_verified, ["fabrikam 3.0.0"]);
    let mut older = fresh();
    older.of("fabrikam").provider.version = build("1.4.0", OLD);
    let answer = older.ours();
    assert_eq!(answer.verdict, Verdict::Undecided);
    assert_eq!(doubts(&answer), [Doubt::OtherProviderVersion]);
}

#[test]
fn row_s0_48_five_partners_pinned_to_different_versions() {
    let partners = [
        "contoso",
        "contoso-west",
        "fabrikam",
        "northwind",
        "northwind-east",
    ];
    let mut world = World::proven(&partners);
    for (minor, name) in partners.into_iter().enumerate() {
        let version = Build::numbered(format!("3.{minor}.0"));
        world.of(name).consumer.version = version.clone();
        let live = world
            .deployments
            .iter_mut()
            .find(|it| it.participant == name);
        live.unwrap().version = version;
    }
    // One would break, one was verified with the version before, one changed what it relies on.
    fails(world.of("contoso"));
    world.of("fabrikam").provider.version = build("1.3.0", OLD);
    let pinned = Build::numbered("3.3.0");
    world.facts.heads.insert("northwind".to_owned(), pinned);
    let promise = world
        .facts
        .promises
        .iter_mut()
        .find(|it| it.consumer == "northwind");
    promise.unwrap().contract.digest = "sha256:edited".to_owned();
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::NoGo);
    assert_eq!(answer.would_break, ["contoso 3.0.0"]);
    assert_eq!(answer.not_verified, ["fabrikam 3.2.0", "northwind 3.3.0"]);
    let proven = answer
        .pairs
        .iter()
        .filter(|pair| pair.state == PairState::Proven);
    let proven: Vec<String> = proven.map(|pair| pair.consumer.to_string()).collect();
    assert_eq!(proven, ["contoso-west 3.1.0", "northwind-east 3.4.0"]);
    let said = render(Format::Text, Content::Release(&answer), &Style::default()).unwrap();
    assert!(said.contains("Would break   contoso 3.0.0\n"), "{said}");
    assert!(
        said.contains("Not verified  fabrikam 3.2.0, northwind 3.3.0\n"),
        "{said}"
    );
}

/// The shipped data in a repository, and a remote that holds nothing yet.
struct Whole {
    repository: Repository,
    store: String,
}

impl Whole {
    fn new() -> Self {
        let repository = Repository::shipped();
        let remote = repository.beside("remote.git");
        let made = Command::new("git")
            .args(["init", "--quiet", "--bare"])
            .arg(&remote)
            .output()
            .unwrap();
        assert!(made.status.success());
        let store = format!("git:{}", remote.display());
        let whole = Self { repository, store };
        whole.git(&["branch", "--move", "main"]);
        whole
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=matchmark",
                "-c",
                "user.email=matchmark@payer-exchange.example",
            ])
            .args(arguments)
            .current_dir(self.repository.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        text(&output.stdout)
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=Change"]);
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let common = ["--as-of", AS_OF, "--store", &self.store];
        let output = self
            .repository
            .run(&[&["contract"], arguments, &common].concat());
        let code = output.status.code().unwrap();
        (code, text(&output.stdout), text(&output.stderr))
    }

    fn record(&self) -> (i32, String, String) {
        self.run(&["check", "--record", "--no-progress"])
    }

    fn deploy(&self, subject: &str) {
        let place = ["--environment", "production", "--instance", "main"];
        let (code, _, why) =
            self.run(&[&["record-deployment", "--subject", subject], &place[..]].concat());
        assert_eq!(code, 0, "{why}");
    }

    fn can_release(&self, subject: &str) -> (i32, Value) {
        let (code, answer, why) = self.run(&[
            "can-release",
            "--subject",
            subject,
            "--environment",
            "production",
            "--format",
            "json",
        ]);
        (
            code,
            serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{why}")),
        )
    }
}

fn doubts_of(answer: &Value) -> Vec<String> {
    let pairs = answer["pairs"].as_array().unwrap().iter();
    let reasons = pairs.flat_map(|pair| pair["reasons"].as_array().unwrap());
    let mut words: Vec<String> = reasons
        .map(|reason| reason["doubt"].as_str().unwrap().to_owned())
        .collect();
    words.sort();
    words.dedup();
    words
}

#[test]
fn from_a_run_to_a_verdict_and_back_to_one_after_every_change() {
    let whole = Whole::new();
    let (code, _, why) = whole.record();
    assert_eq!(code, 0, "{why}");
    for partner in ["contoso", "fabrikam", "northwind"] {
        whole.deploy(&format!("{partner}@HEAD"));
    }
    let (code, answer) = whole.can_release("payer-exchange@HEAD");
    assert_eq!(
        (code, answer["pairs"].as_array().unwrap().len()),
        (0, 9),
        "{answer:#}"
    );
    row_s0_88(&whole);

    // A commit later the same runs are older than the candidate.
    whole.repository.write("note.txt", "nothing of ours");
    whole.commit();
    let (code, answer) = whole.can_release("payer-exchange@HEAD");
    assert_eq!(
        (code, doubts_of(&answer)),
        (3, vec!["other-provider-version".to_owned()])
    );

    // What is not committed is no version.
    let path = "contracts/northwind/member-match.json";
    whole.repository.edit(
        path,
        "\"owner\": \"northwind-intake\"",
        "\"owner\": \"northwind-exchange\"",
    );
    let (code, _, why) = whole.record();
    assert_eq!(code, 2);
    assert!(why.contains("the working tree differs"), "{why}");

    // The consumer changed its contract and still runs the old one: both forms are verified.
    whole.commit();
    let (code, _, why) = whole.record();
    assert_eq!(code, 0, "{why}");
    assert!(
        why.contains("kept 10 records") && why.contains("has it: holds"),
        "{why}"
    );
    assert_eq!(whole.can_release("payer-exchange@HEAD").0, 0);

    // A contract that the service does not keep stops it as soon as it is live.
    let broken = whole.repository.read(path);
    let broken = broken.replacen("\"status\": 200", "\"status\": 201", 1);
    whole.repository.write(path, broken);
    whole.commit();
    assert_eq!(whole.record().0, 1);
    assert_eq!(whole.can_release("payer-exchange@HEAD").0, 0);
    whole.deploy("northwind@HEAD");
    let (code, answer) = whole.can_release("payer-exchange@HEAD");
    assert_eq!(code, 1, "{answer:#}");
    let broken = answer["would_break"].as_array().unwrap();
    assert!(broken.len() == 1 && broken[0].as_str().unwrap().starts_with("northwind "));
}

/// Which version of whom with which version of whom.
fn names(pair: &Value) -> String {
    let side = |name: &str| {
        let side = &pair[name];
        format!("{} {}", side["name"], side["version"]["commit"])
    };
    format!("{} {}", side("provider"), side("consumer"))
}

/// The rate that is told is the one that the stored files have.
fn row_s0_88(whole: &Whole) {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let remote = whole.store.strip_prefix("git:").unwrap();
    let branch = "contract-evidence";
    let listed = whole.git(&[
        "--git-dir",
        remote,
        "ls-tree",
        "-r",
        "--name-only",
        branch,
        "evidence",
    ]);
    for path in listed.lines() {
        let shown = whole.git(&["--git-dir", remote, "show", &format!("{branch}:{path}")]);
        let record: Value = serde_json::from_str(&shown).unwrap();
        let results = record["results"].as_array().unwrap();
        let passed = results
            .iter()
            .filter(|it| it["standing"] == "passed")
            .count();
        let key = names(&record);
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + passed as u64, sum.1 + results.len() as u64);
    }
    let (_, owed, why) = whole.run(&["owed", "--format", "json"]);
    let owed: Value = serde_json::from_str(&owed).unwrap_or_else(|_| panic!("{why}"));
    let told: BTreeMap<String, (u64, u64)> = owed["rates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rate| {
            let key = names(rate);
            (
                key,
                (
                    rate["passed"].as_u64().unwrap(),
                    rate["total"].as_u64().unwrap(),
                ),
            )
        })
        .collect();
    assert_eq!(told, sums);
    assert!(told.len() == 6 && told.values().all(|(passed, total)| passed == total));
}

#[test]
fn row_s0_88_contract_test_pass_rate_equals_stored_results() {
    let mut world = World::proven(&["contoso", "northwind"]);
    fails(world.of("northwind"));
    let mut again = evidence("northwind");
    again.ended += chrono::Duration::hours(1);
    world.evidence.push(again);
    let answer = world.ours();
    let rates: Vec<(String, u64, u64)> = answer
        .rates
        .iter()
        .map(|rate| (rate.consumer.to_string(), rate.passed, rate.total))
        .collect();
    assert_eq!(
        rates,
        [
            ("contoso 3.0.0".to_owned(), 2, 2),
            ("northwind 3.0.0".to_owned(), 3, 4)
        ]
    );
}
