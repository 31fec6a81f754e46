//! The workflows and the action that `init` hands on: those of this repository, adapted to one that has no source of matchmark.
//! Refuses to hold a second copy of them.

use super::shipped::{ACTION, GATE, PUBLISH};

/// Where the gate's workflow starts and what it is built from, in place of what fits our own repository: each text, from its
/// first words to those before which it ends, and what stands there instead.
const ADAPTED: [(&str, &str, &str); 4] = [
    (
        "on:\n  workflow_call:",
        "permissions:\n",
        "on:\n  pull_request:\n  merge_group:\n  push:\n    branches: [main]\n\n",
    ),
    (
        "      - name: Install the toolchain\n",
        "      - name: Judge the change\n",
        RESTORE,
    ),
    ("          stage: ", "      - name: Schema lint\n", SOURCE),
    (
        "  gate:\n    name: gate\n",
        "    # The one required check.",
        SAVE,
    ),
];

const RESTORE: &str =
    "      - uses: actions/cache/restore@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0
        with:
          path: |
            ~/.cargo/bin/matchmark
            ~/.cargo/.crates.toml
            ~/.cargo/.crates2.json
          key: matchmark-@VERSION@
";

const SOURCE: &str = "          stage: pull-request
          source: \"@SOURCE@\"
          version: \"@VERSION@\"
";

const SAVE: &str = "      - name: Keep the program
        # A pull request reads the cache and never writes it.
        if: always() && github.event_name == 'push'
        continue-on-error: true
        uses: actions/cache/save@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0
        with:
          path: |
            ~/.cargo/bin/matchmark
            ~/.cargo/.crates.toml
            ~/.cargo/.crates2.json
          key: matchmark-@VERSION@

  gate:
    name: gate
";

/// Path and text of everything that GitHub runs.
pub(super) fn files() -> Vec<(String, String)> {
    let mut files = vec![
        (".github/workflows/matchmark.yml".to_owned(), gate()),
        (
            ".github/workflows/matchmark-publish.yml".to_owned(),
            PUBLISH.replace("workflows: [ci]", "workflows: [matchmark]"),
        ),
    ];
    let action = ACTION.iter();
    files.extend(action.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    files
}

fn gate() -> String {
    let mut text = GATE.to_owned();
    for (from, until, instead) in ADAPTED {
        text = replaced(&text, from, until, instead);
    }
    text.replace("@SOURCE@", env!("CARGO_PKG_REPOSITORY"))
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
}

/// `text` with another part between the first `from` and the next `until`.
fn replaced(text: &str, from: &str, until: &str, instead: &str) -> String {
    let Some((before, rest)) = text.split_once(from) else {
        return text.to_owned();
    };
    let Some((_, after)) = rest.split_once(until) else {
        return text.to_owned();
    };
    format!("{before}{instead}{until}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_that_is_adapted_is_there() {
        for (from, until, _) in ADAPTED {
            assert_eq!(GATE.matches(from).count(), 1, "{from}");
            let after = GATE.split_once(from).map(|(_, after)| after);
            assert!(after.is_some_and(|after| after.contains(until)), "{until}");
        }
        assert_eq!(PUBLISH.matches("workflows: [ci]").count(), 1);
    }

    #[test]
    fn nothing_of_our_own_repository_is_handed_on() {
        let gate = gate();
        for word in [
            "workflow_call",
            "inputs.",
            "rust-cache",
            "rustup",
            "@SOURCE@",
            "@VERSION@",
        ] {
            assert!(!gate.contains(word), "{word}");
        }
        for word in [
            "uses: ./.github/actions/matchmark\n",
            "      - name: Contract tests\n",
            "needs: [check]",
            "on:\n  pull_request:\n",
        ] {
            assert_eq!(gate.matches(word).count(), 1, "{word}");
        }
        assert!(files().iter().any(|(path, _)| path.ends_with("/run.sh")));
    }

    #[test]
    fn an_action_is_pinned_to_a_commit() {
        let files = files();
        let lines = files.iter().flat_map(|(_, text)| text.lines());
        let uses: Vec<&str> = lines
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
            .filter(|uses| !uses.starts_with("./"))
            .collect();
        assert!(uses.len() >= 5, "{uses:?}");
        for line in uses {
            let commit = line
                .split_once('@')
                .and_then(|(_, pin)| pin.split(' ').next());
            assert!(commit.is_some_and(|commit| commit.len() == 40), "{line}");
            assert!(line.contains("# v"), "{line}");
        }
    }
}
