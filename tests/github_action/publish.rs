//! The script that writes the one comment, run with a GitHub that is played: it must not trust the report.

use super::support::root;
use super::workflow::scripts;
use serde_json::{Value, json};
use std::process::Command;

/// Plays `github`, `context` and `core`, and prints what was asked of them.
const STAGE: &str = r"
const asked = [];
const setting = JSON.parse(process.env.SETTING);
const listComments = Symbol('listComments');
const github = {
  rest: {
    pulls: { list: async (words) => { asked.push(['list', words.head]); return { data: setting.pulls }; } },
    issues: {
      listComments,
      updateComment: async (words) => { asked.push(['update', words.comment_id, words.body]); },
      createComment: async (words) => { asked.push(['create', words.issue_number, words.body]); },
    },
  },
  paginate: async (what) => (what === listComments ? setting.comments : []),
};
const context = { repo: { owner: 'payer-exchange', repo: 'contracts' }, payload: { workflow_run: setting.run } };
const core = { setOutput: (name, value) => asked.push(['output', name, value]), notice: () => asked.push(['notice']) };
(async () => {
SCRIPT
})().then(() => console.log(JSON.stringify(asked)), (error) => { console.error(error); process.exit(1); });
";

struct Published(Vec<Value>);

impl Published {
    fn named(&self, what: &str) -> Vec<&Value> {
        self.0.iter().filter(|asked| asked[0] == what).collect()
    }

    /// The comment that was written, and how.
    fn comment(&self) -> (&str, &str) {
        let written = [self.named("create"), self.named("update")].concat();
        assert_eq!(written.len(), 1, "{:#?}", self.0);
        (
            written[0][0].as_str().unwrap(),
            written[0][2].as_str().unwrap(),
        )
    }
}

/// Whether there is a node to run the script.
fn has_node() -> bool {
    let found = Command::new("node").arg("--version").output().is_ok();
    if !found {
        println!("NOT RUN: the script of matchmark-publish.yml needs node");
    }
    found
}

fn run() -> Value {
    json!({
        "id": 4711, "head_sha": "c0ffee", "head_branch": "change",
        "head_repository": { "full_name": "contoso/contracts", "owner": { "login": "contoso" } },
    })
}

fn pull(number: &Value, sha: &str) -> Value {
    json!({ "number": number, "head": { "sha": sha, "repo": { "full_name": "contoso/contracts" } } })
}

fn publish(pulls: Value, comments: Value, comment: Option<&str>) -> Published {
    let text = std::fs::read_to_string(root().join(".github/workflows/matchmark-publish.yml"));
    let scripts = scripts(&text.unwrap());
    assert_eq!(scripts.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    if let Some(comment) = comment {
        std::fs::create_dir(folder.path().join("report")).unwrap();
        std::fs::write(folder.path().join("report/comment.md"), comment).unwrap();
    }
    let setting = json!({ "pulls": pulls, "comments": comments, "run": run() });
    let output = Command::new("node")
        .args(["-e", &STAGE.replace("SCRIPT", &scripts[0])])
        .current_dir(folder.path())
        .env("SETTING", setting.to_string())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Published(serde_json::from_slice(&output.stdout).unwrap())
}

const COMMENT: &str = "<!-- matchmark -->\n## NO-GO - matchmark\n";

#[test]
fn the_first_run_writes_a_comment_and_the_next_one_edits_it() {
    if !has_node() {
        return;
    }
    let first = publish(json!([pull(&7.into(), "c0ffee")]), json!([]), Some(COMMENT));
    assert_eq!(first.named("list")[0][1], "contoso:change");
    assert_eq!(first.named("output")[0][2], "7");
    let (how, body) = first.comment();
    assert_eq!(how, "create");
    assert!(
        body.starts_with(COMMENT) && body.contains("run 4711"),
        "{body}"
    );

    // Somebody else may have written the marker; only our own comment is edited.
    let comments = json!([
        { "id": 1, "user": { "login": "contoso" }, "body": "<!-- matchmark -->\nGO" },
        { "id": 2, "user": { "login": "github-actions[bot]" }, "body": "hello" },
        { "id": 3, "user": { "login": "github-actions[bot]" }, "body": COMMENT },
    ]);
    let next = publish(json!([pull(&7.into(), "c0ffee")]), comments, Some(COMMENT));
    assert_eq!(next.named("update")[0][1], 3);
    assert_eq!(next.comment().0, "update");
}

#[test]
fn a_request_that_moved_on_or_has_no_number_gets_no_comment() {
    if !has_node() {
        return;
    }
    for pulls in [
        json!([]),
        json!([pull(&7.into(), "another")]),
        json!([pull(&"7; rm".into(), "c0ffee")]),
        json!([{ "number": 7, "head": { "sha": "c0ffee", "repo": { "full_name": "fabrikam/contracts" } } }]),
    ] {
        let published = publish(pulls, json!([]), Some(COMMENT));
        assert_eq!(
            published.named("create").len() + published.named("output").len(),
            0
        );
    }
}

#[test]
fn a_report_that_is_absent_too_long_or_no_comment_of_ours_is_not_shown() {
    if !has_node() {
        return;
    }
    let long = format!("{COMMENT}{}", "x".repeat(65_536));
    for comment in [None, Some("# Approved by everybody\n"), Some(long.as_str())] {
        let published = publish(json!([pull(&7.into(), "c0ffee")]), json!([]), comment);
        let (_, body) = published.comment();
        assert!(
            body.starts_with("<!-- matchmark -->\n## ERROR - matchmark"),
            "{body}"
        );
        assert!(body.len() < 1_000);
    }
}
